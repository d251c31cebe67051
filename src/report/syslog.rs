//! Events for the system's log: a line of text in a datagram, as syslog daemons take it.

use std::path::PathBuf;
use std::sync::Arc;

use super::told;
use super::verbosity::threshold;
use super::way::Way;
use crate::host::{About, Event, Level, Listener, Sockets};
use crate::text::printable::printable;

/// Where a syslog daemon listens: Linux, macOS, FreeBSD. borgmatic 2.1.10: in this order.
pub const PLACES: [&str; 3] = ["/dev/log", "/var/run/syslog", "/var/run/log"];

/// The facility «user».
const FACILITY: u8 = 1 << 3;
/// The longest message that daemons take by default is 8,192 bytes; a longer one is cut.
const LONGEST: usize = 8_000;

pub struct Syslog {
    way: Way,
    threshold: Option<Level>,
    /// The message being made; kept for its memory.
    message: String,
}

impl Syslog {
    pub fn new(sockets: Arc<dyn Sockets>, to: PathBuf, verbosity: i8) -> Self {
        Self {
            way: Way::new(sockets, to),
            threshold: threshold(verbosity),
            message: String::new(),
        }
    }
}

impl Listener for Syslog {
    fn hear(&mut self, event: &Event<'_>, _: &About) {
        if told::is_gap(event) {
            return;
        }
        told::told(event, &mut |part, scope, text| {
            let number = FACILITY | event.level.severity();
            // borgmatic 2.1.10: `borgmatic: LEVEL prefix: message`.
            let parts = [
                &*format!("<{number}>borgmatic: {} ", event.level.name()),
                scope,
                if scope.is_empty() { "" } else { ": " },
                part.lead(),
                &printable(text),
            ];
            self.message.clear();
            self.message.extend(parts);
            if self.message.len() > LONGEST {
                let end = self.message.floor_char_boundary(LONGEST);
                self.message.truncate(end);
                self.message.push('…');
            }
            self.way.send(self.message.as_bytes(), false);
        });
    }

    fn threshold(&self) -> Option<Level> {
        self.threshold
    }

    fn trouble(&mut self) -> Option<String> {
        self.way.trouble.take()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};
    use std::path::Path;
    use std::sync::Mutex;

    use super::super::way::PATIENCE;
    use super::*;
    use crate::host::script::Notes;
    use crate::host::{Bus, Passed};

    /// Takes what is sent, or says why not.
    #[derive(Default)]
    struct Socket {
        taken: Mutex<Vec<String>>,
        tried: Mutex<usize>,
        refuses: Option<ErrorKind>,
    }

    impl Sockets for Socket {
        fn send(&self, _: &Path, message: &[u8]) -> io::Result<()> {
            *self.tried.lock().unwrap() += 1;
            if let Some(kind) = self.refuses {
                return Err(kind.into());
            }
            let text = String::from_utf8(message.to_vec()).unwrap();
            self.taken.lock().unwrap().push(text);
            Ok(())
        }

        fn send_any(&self, to: &Path, message: &[u8]) -> io::Result<()> {
            self.send(to, message)
        }
    }

    fn bus(socket: Socket) -> (Bus, Arc<Socket>, Notes) {
        let (socket, notes, bus) = (Arc::new(socket), Notes::default(), Bus::default());
        bus.attach(Box::new(notes.clone()));
        let sockets = Arc::clone(&socket) as Arc<dyn Sockets>;
        bus.attach(Box::new(Syslog::new(sockets, PLACES[0].into(), 1)));
        (bus, socket, notes)
    }

    #[test]
    fn each_line_is_a_message_with_its_severity() {
        let (bus, socket, _) = bus(Socket::default());
        bus.line(Level::Info, "lab", "Creating");
        bus.line(Level::Debug, "lab", "not for this log");
        bus.line(Level::Answer, "", "two\nlines");
        bus.line(Level::Critical, "", "");
        let long = "ä".repeat(9_000);
        let passed = Passed {
            text: &long,
            ..Passed::default()
        };
        bus.pass(Level::Critical, passed);
        let taken = socket.taken.lock().unwrap();
        assert_eq!(
            taken[..3],
            [
                "<14>borgmatic: INFO lab: Creating",
                "<13>borgmatic: ANSWER two",
                "<13>borgmatic: ANSWER lines"
            ]
        );
        assert!(taken[3].starts_with("<10>borgmatic: CRITICAL ää") && taken[3].ends_with("ä…"));
        assert!(taken[3].len() < 8_192);
    }

    #[test]
    fn a_dead_socket_is_told_once_and_given_up() {
        for (kind, tries) in [
            (ErrorKind::ConnectionRefused, usize::from(PATIENCE)),
            (ErrorKind::WouldBlock, 1),
        ] {
            let (bus, socket, notes) = bus(Socket {
                refuses: Some(kind),
                ..Socket::default()
            });
            for _ in 0..100 {
                bus.line(Level::Info, "", "x");
            }
            assert_eq!(*socket.tried.lock().unwrap(), tries);
            let warning = "Warning the system's log at /dev/log misses lines: ";
            assert_eq!(notes.text().matches(warning).count(), 1);
        }
    }
}
