//! Which machine a repository lies on, and where that answers. ssh itself knows what its
//! configuration makes of a name: it is asked.

use std::path::Path;
use std::time::Duration;

use crate::host::{Command, Exit, Heard, Host};
use crate::option::words;

/// How long ssh may take to read its configuration.
const LONGEST: Duration = Duration::from_secs(20);

/// What an address says of its machine.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Address<'a> {
    /// No other machine.
    Local,
    /// `who` is a host, or an alias of ssh, with a user where one is named.
    Ssh {
        who: &'a str,
        port: Option<u16>,
    },
    Plain {
        host: &'a str,
        port: u16,
    },
    /// Only the program behind it knows: rclone, s3, b2.
    Hidden,
}

/// Where a repository's machine answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Here,
    Tcp {
        host: String,
        port: u16,
    },
    /// Nobody but borg and its helpers can say.
    Unknown,
}

/// Where the repository at this path answers; `rsh` is the `ssh_command` of its options. Asks no
/// other machine.
pub fn place(host: &Host<'_>, rsh: Option<&str>, path: &str) -> Place {
    match address(path) {
        Address::Local => Place::Here,
        Address::Hidden => Place::Unknown,
        Address::Plain { host, port } => Place::Tcp {
            host: host.to_owned(),
            port,
        },
        Address::Ssh { who, port } => {
            let rsh = rsh.or(host.env.text("BORG_RSH"));
            Ssh::of(rsh.unwrap_or("ssh")).place(host, who, port)
        }
    }
}

/// The user and machine of a repository behind ssh as ssh takes them, and its port.
pub fn ssh(path: &str) -> Option<(String, Option<u16>)> {
    let Address::Ssh { who, port } = address(path) else {
        return None;
    };
    let host = bare(who);
    let user = who
        .rsplit_once('@')
        .and_then(|(user, _)| user.split(':').next());
    let who = user.map_or_else(|| host.to_owned(), |user| format!("{user}@{host}"));
    Some((who, port))
}

/// The path of a repository that is a directory of this machine.
pub fn local(path: &str) -> Option<&str> {
    if let Some(plain) = path.strip_prefix("file://") {
        return Some(plain);
    }
    (address(path) == Address::Local && !path.contains("://")).then_some(path)
}

fn address(path: &str) -> Address<'_> {
    let Some((scheme, rest)) = path.split_once("://") else {
        if ["rclone:", "s3:", "b2:"]
            .iter()
            .any(|scheme| path.starts_with(scheme))
        {
            return Address::Hidden;
        }
        return match path.split_once(':') {
            // borg 1: a slash before the colon makes it a local path.
            Some((who, _)) if !who.contains('/') && !who.is_empty() => {
                Address::Ssh { who, port: None }
            }
            _ => Address::Local,
        };
    };
    let (who, port) = with_port(rest.split('/').next().unwrap_or_default());
    let plain = |usual| Address::Plain {
        host: bare(who),
        port: port.unwrap_or(usual),
    };
    match scheme {
        "file" | "socket" => Address::Local,
        "ssh" if !who.is_empty() => Address::Ssh { who, port },
        "sftp" if !who.is_empty() => plain(22),
        "http" if !who.is_empty() => plain(80),
        "https" if !who.is_empty() => plain(443),
        _ => Address::Hidden,
    }
}

/// `me@host:22` in its parts.
fn with_port(authority: &str) -> (&str, Option<u16>) {
    match authority.rsplit_once(':') {
        Some((who, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !port.is_empty() => {
            (who, port.parse().ok())
        }
        _ => (authority, None),
    }
}

/// Without the user, and without the brackets of an IPv6 address.
fn bare(who: &str) -> &str {
    let host = who.rsplit_once('@').map_or(who, |(_, host)| host);
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

/// Is a program the usual ssh, by its name?
pub fn is_ssh(program: &str) -> bool {
    Path::new(program)
        .file_name()
        .is_some_and(|name| name == "ssh")
}

/// The ssh that borg starts: a program and its words.
struct Ssh(Vec<String>);

impl Ssh {
    /// Something else in its place may not know `-G`, and may connect: the usual ssh answers for it.
    fn of(rsh: &str) -> Self {
        let words = words::split(rsh).unwrap_or_default();
        Self(if words.first().is_some_and(|word| is_ssh(word)) {
            words
        } else {
            vec!["ssh".into()]
        })
    }

    fn place(&self, host: &Host<'_>, who: &str, port: Option<u16>) -> Place {
        let Some(told) = self.ask(host, who, port) else {
            return as_written(who, port);
        };
        // What it has to jump over first answers for all behind it.
        if let Some(jump) = told.value("proxyjump") {
            let first = jump.split(',').next().unwrap_or(jump);
            let (who, port) = with_port(first.strip_prefix("ssh://").unwrap_or(first));
            return match self.ask(host, who, port) {
                Some(told) => told.place().unwrap_or(Place::Unknown),
                None => as_written(who, port),
            };
        }
        if told.value("proxycommand").is_some() {
            return Place::Unknown;
        }
        told.place().unwrap_or_else(|| as_written(who, port))
    }

    /// What its configuration says of a machine: `ssh -G`, which connects to nobody.
    fn ask(&self, host: &Host<'_>, who: &str, port: Option<u16>) -> Option<Told> {
        let command = Command::new(&self.0[0])
            .args(&self.0[1..])
            .arg("-G")
            .option("-p", port)
            .arg("--")
            .arg(who.replace(['[', ']'], ""))
            .reads()
            .within(LONGEST);
        let mut told = Vec::new();
        let exit = host.processes.run(&command, &mut |heard| {
            if let Heard::Out(line) = heard
                && let Some((name, value)) = String::from_utf8_lossy(line).split_once(' ')
            {
                told.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
        });
        matches!(exit, Ok(Exit::Code(0))).then_some(Told(told))
    }
}

fn as_written(who: &str, port: Option<u16>) -> Place {
    Place::Tcp {
        host: bare(who).to_owned(),
        port: port.unwrap_or(22),
    }
}

/// The settings that ssh told, by their names in small letters.
struct Told(Vec<(String, String)>);

impl Told {
    fn value(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| *value != "none")
    }

    /// Where the machine itself answers.
    fn place(&self) -> Option<Place> {
        Some(Place::Tcp {
            host: self.value("hostname")?.to_owned(),
            port: self.value("port")?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::script::{Answer, Stage};

    fn ssh(who: &str, port: Option<u16>) -> Address<'_> {
        Address::Ssh { who, port }
    }

    #[test]
    fn addresses_tell_their_machine() {
        for (path, expected) in [
            ("/mnt/a.borg", Address::Local),
            ("relative/a:b", Address::Local),
            ("file:///mnt/a.borg", Address::Local),
            ("ssh://me@host/./x.borg", ssh("me@host", None)),
            ("ssh://host:2222/x", ssh("host", Some(2222))),
            ("ssh://me@[fe80::1]:22/x", ssh("me@[fe80::1]", Some(22))),
            ("ssh://[fe80::1]/x", ssh("[fe80::1]", None)),
            ("me@host:repo", ssh("me@host", None)),
            ("host:/repo", ssh("host", None)),
            (
                "sftp://me:secret@host/x",
                Address::Plain {
                    host: "host",
                    port: 22,
                },
            ),
            (
                "https://me:x@[::1]:8443/",
                Address::Plain {
                    host: "::1",
                    port: 8443,
                },
            ),
            ("rclone:cloud:x", Address::Hidden),
            ("s3:key:secret@https://host/x", Address::Hidden),
            ("b2:key:secret@/bucket/x", Address::Hidden),
            ("odd://host/x", Address::Hidden),
            ("ssh:///x", Address::Hidden),
        ] {
            assert_eq!(address(path), expected, "{path}");
        }
    }

    #[test]
    fn only_a_directory_of_this_machine_has_a_path() {
        for (path, expected) in [
            ("/mnt/a.borg", Some("/mnt/a.borg")),
            ("file:///mnt/a.borg", Some("/mnt/a.borg")),
            ("/mnt/a:b", Some("/mnt/a:b")),
            ("./a:b", Some("./a:b")),
            ("relative", Some("relative")),
            ("host:repo", None),
            ("ssh://host/./x", None),
            ("rclone:cloud:x", None),
            ("socket:///run/borg.sock", None),
        ] {
            assert_eq!(local(path), expected, "{path}");
        }
    }

    fn found(path: &str, ssh_command: &str, answers: &[(&str, &str)]) -> (Place, String) {
        let stage = Stage::new("/");
        for (words, said) in answers {
            stage.script.answer(*words, Answer::fine().out(said));
        }
        stage.script.answer("ssh", Answer::exit(255));
        let place = place(&stage.host(), Some(ssh_command), path);
        (place, stage.script.transcript())
    }

    fn tcp(host: &str, port: u16) -> Place {
        Place::Tcp {
            host: host.into(),
            port,
        }
    }

    #[test]
    fn ssh_tells_what_an_alias_stands_for() {
        let config = "user me\nhostname backup.example.org\nport 2222\nproxyjump none";
        let (place, asked) = found("nas:repo", "ssh -F '/my config'", &[("-- nas", config)]);
        assert_eq!(place, tcp("backup.example.org", 2222));
        assert_eq!(asked, "ssh -F /my config -G -- nas\n");
        let behind = "hostname inner\nport 22\nproxyjump me@gate:2200,other";
        let gate = "hostname gate.example.org\nport 2200";
        let (place, _) = found(
            "nas:repo",
            "ssh",
            &[("-- nas", behind), ("-- me@gate", gate)],
        );
        assert_eq!(place, tcp("gate.example.org", 2200));
        let hidden = "hostname inner\nport 22\nproxycommand cloud tunnel";
        assert_eq!(
            found("nas:repo", "ssh", &[("-- nas", hidden)]).0,
            Place::Unknown
        );
    }

    #[test]
    fn without_ssh_an_address_is_taken_as_it_is_written() {
        let (place, asked) = found("ssh://me@[fe80::1]:2222/x", "/opt/wrapper -v", &[]);
        assert_eq!(place, tcp("fe80::1", 2222));
        assert_eq!(asked, "ssh -G -p 2222 -- me@fe80::1\n");
        assert_eq!(found("me@host:x", "ssh", &[]).0, tcp("host", 22));
        assert_eq!(found("/mnt/x", "ssh", &[]), (Place::Here, String::new()));
    }
}
