//! The standard streams. Output is buffered; a reader that went away never stops a backup.

use std::io::{BufRead, BufReader, Write};
use std::os::fd::BorrowedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::stdio::{stderr, stdin, stdout};
use rustix::termios::{isatty, tcgetwinsize};

use super::closed::out_was_closed;
use crate::host::Terminal;
use crate::host::outcome::reason;

const BUFFER: usize = 64 * 1024;
/// Where nothing tells the width.
const WIDTH: usize = 80;

#[derive(Default)]
pub struct Standard(Mutex<Streams>);

#[derive(Default)]
struct Streams {
    waiting: Vec<u8>,
    /// Why nothing more is written there.
    out_lost: Option<Errno>,
    err_lost: Option<Errno>,
}

impl Streams {
    fn flush(&mut self) {
        if !self.waiting.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            self.put_out(&waiting);
            self.waiting = waiting;
            self.waiting.clear();
        }
    }

    fn put_out(&mut self, bytes: &[u8]) {
        if out_was_closed() {
            self.out_lost = Some(Errno::BADF);
        }
        put(stdout(), bytes, &mut self.out_lost);
    }
}

impl Standard {
    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why standard output is incomplete, unless its reader simply went away.
    pub fn lost(&self) -> Option<String> {
        match self.streams().out_lost? {
            Errno::PIPE => None,
            Errno::BADF => Some("it is closed".to_owned()),
            other => Some(reason(&other.into())),
        }
    }
}

impl Terminal for Standard {
    fn out(&self, bytes: &[u8]) {
        let mut streams = self.streams();
        if streams.waiting.len() + bytes.len() > BUFFER {
            streams.flush();
        }
        if bytes.len() > BUFFER {
            streams.put_out(bytes);
        } else {
            streams.waiting.extend_from_slice(bytes);
        }
    }

    fn err(&self, bytes: &[u8]) {
        let mut streams = self.streams();
        streams.flush();
        put(stderr(), bytes, &mut streams.err_lost);
    }

    fn flush(&self) {
        self.streams().flush();
    }

    fn out_is_terminal(&self) -> bool {
        isatty(stdout())
    }

    fn err_is_terminal(&self) -> bool {
        isatty(stderr())
    }

    fn is_answered(&self) -> bool {
        isatty(stdin()) && isatty(stderr())
    }

    fn width(&self) -> usize {
        [stdout(), stderr()]
            .into_iter()
            .filter_map(|stream| tcgetwinsize(stream).ok())
            .map(|size| usize::from(size.ws_col))
            .find(|width| *width > 0)
            .unwrap_or(WIDTH)
    }

    fn ask(&self, question: &str) -> Option<String> {
        if !self.err_is_terminal() {
            return None;
        }
        self.flush();
        // `curl … | sh`: standard input is the script.
        let mut options = std::fs::OpenOptions::new();
        let terminal = options.read(true).write(true).open("/dev/tty").ok()?;
        (&terminal).write_all(question.as_bytes()).ok()?;
        let mut line = String::new();
        // A terminal that went away answers no more than its end.
        BufReader::new(&terminal).read_line(&mut line).ok();
        Some(line)
    }
}

impl Drop for Standard {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Writes everything, or notes why that cannot be done and never tries again.
fn put(stream: BorrowedFd<'_>, mut bytes: &[u8], lost: &mut Option<Errno>) {
    while lost.is_none() && !bytes.is_empty() {
        match rustix::io::write(stream, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR) => {}
            // Somebody made the shared stream non-blocking.
            Err(Errno::AGAIN) => {
                let _ready = poll(
                    &mut [PollFd::from_borrowed_fd(stream, PollFlags::OUT)],
                    None,
                );
            }
            Err(error) => *lost = Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_reader_that_went_away_is_noticed_once_and_forgiven() {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut lost = None;
        put(writer.as_fd(), b"text", &mut lost);
        assert_eq!(lost, Some(Errno::PIPE));
        put(writer.as_fd(), b"text", &mut lost);
    }
}
