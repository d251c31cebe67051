//! The way of messages to the system's log: datagrams to a socket.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use super::trouble::Trouble;
use crate::host::Sockets;
use crate::host::outcome::reason;

/// So many messages in a row get lost before no more is sent: a restart loses one or two.
pub(super) const PATIENCE: u8 = 20;

/// Sends messages to a socket, and gives up for the rest of the run where nobody takes them.
pub(super) struct Way {
    sockets: Arc<dyn Sockets>,
    to: PathBuf,
    /// Failures in a row.
    failed: u8,
    pub(super) trouble: Trouble,
}

impl Way {
    pub(super) fn new(sockets: Arc<dyn Sockets>, to: PathBuf) -> Self {
        Self {
            sockets,
            to,
            failed: 0,
            trouble: Trouble::default(),
        }
    }

    pub(super) fn send(&mut self, message: &[u8], any_size: bool) {
        if self.failed >= PATIENCE {
            return;
        }
        let sent = if any_size {
            self.sockets.send_any(&self.to, message)
        } else {
            self.sockets.send(&self.to, message)
        };
        let Err(error) = sent else {
            self.failed = 0;
            return;
        };
        self.failed += 1;
        if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) {
            // A log that hangs would hold up each line.
            self.failed = PATIENCE;
        }
        self.trouble.note(|| {
            let (to, why) = (self.to.display(), reason(&error));
            format!("the system's log at {to} misses lines: {why}; the run goes on without them")
        });
    }
}
