//! Other machines, by TCP.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::signal::Stop;
use crate::host::Network;

/// How long a signal may go unheard.
const LOOK: Duration = Duration::from_millis(100);

pub struct Tcp {
    stop: Stop,
}

impl Tcp {
    pub(super) fn new(stop: Stop) -> Self {
        Self { stop }
    }
}

impl Network for Tcp {
    fn answers(&self, host: &str, port: u16, longest: Duration) -> io::Result<()> {
        let (send, receive) = channel();
        let place = (host.to_owned(), port);
        // Looking up a name cannot be ended from outside: a thread of its own may be left behind.
        std::thread::Builder::new().spawn(move || {
            // Nobody listens any more: it took too long.
            let _late = send.send(connect(&place, longest));
        })?;
        let mut left = longest;
        loop {
            match receive.recv_timeout(left.min(LOOK)) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Disconnected) => return Err(io::ErrorKind::Other.into()),
                Err(RecvTimeoutError::Timeout) => left = left.saturating_sub(LOOK),
            }
            if self.stop.signal().is_some() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
    }
}

/// The first address that answers, or why the last one did not.
fn connect(place: &(String, u16), longest: Duration) -> io::Result<()> {
    let unknown = |error: io::Error| io::Error::new(io::ErrorKind::NotFound, error.to_string());
    let mut last = io::ErrorKind::NotFound.into();
    for address in place.to_socket_addrs().map_err(unknown)? {
        match reach(&address, longest) {
            Ok(()) => return Ok(()),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn reach(address: &SocketAddr, longest: Duration) -> io::Result<()> {
    match TcpStream::connect_timeout(address, longest) {
        Err(error) if error.kind() != io::ErrorKind::ConnectionRefused => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn who_listens_and_who_refuses_has_answered() {
        let network = Tcp::new(Stop::default());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let long = Duration::from_secs(20);
        network.answers("127.0.0.1", port, long).unwrap();
        drop(listener);
        network.answers("127.0.0.1", port, long).unwrap();
        let unknown = network.answers("no such name", 22, long).unwrap_err();
        assert_eq!(unknown.kind(), io::ErrorKind::NotFound);
    }
}
