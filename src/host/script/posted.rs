//! The sockets of logs, played.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::locked;
use crate::host::Sockets;

/// Takes what is sent to a log's socket.
#[derive(Debug, Default)]
pub struct Posted(Mutex<Vec<(PathBuf, Vec<u8>)>>);

impl Posted {
    /// The messages so far, and where they went.
    pub fn messages(&self) -> Vec<(PathBuf, Vec<u8>)> {
        locked(&self.0).clone()
    }
}

impl Sockets for Posted {
    fn send(&self, to: &Path, message: &[u8]) -> io::Result<()> {
        locked(&self.0).push((to.to_owned(), message.to_owned()));
        Ok(())
    }

    fn send_any(&self, to: &Path, message: &[u8]) -> io::Result<()> {
        self.send(to, message)
    }
}
