//! Files on web servers: https, with the certificates that the machine trusts; http from this very
//! machine only. Proxies are those of the environment.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Error};

use crate::host::outcome::reason;
use crate::host::{Failure, Fetch};

/// How long to wait for a connection, and then for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the whole may take.
const WHOLE: Duration = Duration::from_mins(15);
const REDIRECTIONS: u32 = 5;

/// Asks web servers.
#[derive(Debug, Default)]
pub struct Web;

impl Fetch for Web {
    fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, Failure> {
        let secure = is_https(url)?;
        let failed = |error: Error| refused(url, &error);
        let mut answer = agent(secure)?.get(url).call().map_err(failed)?;
        if answer.status().as_u16() != 200 {
            return Err(refused(url, &Error::StatusCode(answer.status().as_u16())));
        }
        let body = answer.body_mut().with_config().limit(limit);
        body.read_to_vec().map_err(failed)
    }
}

/// By https? Refuses an address that is neither that nor on this machine.
fn is_https(url: &str) -> Result<bool, Failure> {
    let refuse = |why: &str| {
        Failure::new("borgmatic::host::address", format!("{url}: {why}"))
            .help("an address that begins with https:// is needed")
    };
    let uri = url.parse().unwrap_or_else(|_| Uri::default());
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let host = uri.host().unwrap_or_default();
    let is_plain = !host.is_empty() && (authority == host || uri.port_u16().is_some());
    if url.contains('@') && (!is_plain || authority.contains('@')) {
        // It is not shown: a password may stand in it.
        let words = "an address with a name or password in it is not used";
        return Err(Failure::new("borgmatic::host::address", words)
            .help("leave out what stands in front of the @"));
    }
    if !is_plain {
        return Err(refuse("that is no address of a web server"));
    }
    match uri.scheme_str() {
        Some("https") => Ok(true),
        Some("http") if ["127.0.0.1", "localhost", "[::1]"].contains(&host) => Ok(false),
        Some("http") => Err(refuse("http is only for this machine")),
        _ => Err(refuse("that is no address of a web server")),
    }
}

fn agent(secure: bool) -> Result<Agent, Failure> {
    let config = Config::builder()
        .https_only(secure)
        .max_redirects(if secure { REDIRECTIONS } else { 0 })
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_global(Some(WHOLE))
        .user_agent(concat!("borgmatic/", env!("CARGO_PKG_VERSION")));
    if secure {
        let tls = TlsConfig::builder()
            .root_certs(trusted()?)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()));
        Ok(config.tls_config(tls.build()).build().into())
    } else {
        Ok(config.proxy(None).build().into())
    }
}

/// What the machine trusts.
fn trusted() -> Result<RootCerts, Failure> {
    let found = rustls_native_certs::load_native_certs().certs;
    if found.is_empty() {
        return Err(Failure::new(
            "borgmatic::host::certificates",
            "this machine has no certificates, which prove that a web server is the right one",
        )
        .help(
            "install the package ca-certificates, or set SSL_CERT_FILE to a file of certificates",
        ));
    }
    let certificates = found
        .iter()
        .map(|one| Certificate::from_der(one).to_owned());
    Ok(RootCerts::new_with_certs(&certificates.collect::<Vec<_>>()))
}

fn refused(url: &str, error: &Error) -> Failure {
    let (why, help) = match error {
        Error::StatusCode(404) => (
            "there is no such file (404)".into(),
            "check the address and the version",
        ),
        Error::StatusCode(code) => (format!("the server answered {code}"), "try again later"),
        Error::HostNotFound => (
            "no machine has that name".into(),
            "check the address, and that this machine reaches its name server",
        ),
        Error::Timeout(_) => ("no answer in time".into(), "try again later"),
        Error::RequireHttpsOnly(_) => (
            "the server leads away from https".into(),
            "tell those who keep the server",
        ),
        Error::BodyExceedsLimit(most) => (
            format!("more than {most} bytes"),
            "is it the address of a release?",
        ),
        Error::Io(error) => (reason(error), "check the network, then try again"),
        other => (
            other.to_string(),
            "check the address and the network, then try again",
        ),
    };
    Failure::new(
        "borgmatic::host::fetch",
        format!("could not fetch {url}: {why}"),
    )
    .help(help)
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn https_or_this_machine() {
        for url in ["https://example.com/x", "https://example.com:8443/x"] {
            assert!(is_https(url).unwrap(), "{url}");
        }
        for url in [
            "http://127.0.0.1:80/x",
            "http://localhost/x",
            "http://[::1]:80/x",
        ] {
            assert!(!is_https(url).unwrap(), "{url}");
        }
        for url in [
            "http://example.com",
            "http://127.0.0.1.example.com/",
            "http://localhost@example.com/",
            "https://ann:secret@example.com/",
            "https://ann:secret of mine@example.com/",
            "https://ann:secret/of/mine@example.com/",
            "ftp://localhost/x",
            "file:///etc/passwd",
            "/etc/passwd",
            "localhost",
            "https://",
            "",
        ] {
            let failure = is_https(url).unwrap_err();
            assert!(!failure.to_string().contains("secret"), "{failure}");
        }
    }

    /// A server for one request; returns its address.
    fn server(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            stream.write_all(answer.as_bytes()).unwrap();
        });
        format!("http://{address}/file")
    }

    fn get(answer: &'static str) -> Result<Vec<u8>, String> {
        Web.get(&server(answer), 5).map_err(|failure| failure.words)
    }

    #[test]
    fn a_body_comes_whole_or_not_at_all() {
        let good = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
        assert_eq!(get(good).unwrap(), b"hello");
        let longer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello!";
        assert!(get(longer).unwrap_err().ends_with("more than 5 bytes"));
        let broken = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhel";
        assert!(get(broken).is_err());
        let gone = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno";
        assert!(
            get(gone)
                .unwrap_err()
                .ends_with("there is no such file (404)")
        );
        let away = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        assert!(get(away).unwrap_err().ends_with("the server answered 302"));
        let part =
            "HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno";
        assert!(get(part).unwrap_err().ends_with("the server answered 206"));
    }
}
