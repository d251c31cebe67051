//! Web servers, played.

use std::sync::Mutex;

use super::locked;
use crate::host::{Failure, Fetch};

/// Web servers, each of whose files the test has named.
#[derive(Debug, Default)]
pub struct Served {
    files: Mutex<Vec<(String, Vec<u8>)>>,
    asked: Mutex<Vec<String>>,
}

impl Served {
    /// From now on, this address has these bytes.
    pub fn serve(&self, url: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        locked(&self.files).insert(0, (url.into(), bytes.into()));
    }

    /// The addresses so far, in order.
    pub fn asked(&self) -> Vec<String> {
        locked(&self.asked).clone()
    }
}

impl Fetch for Served {
    fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, Failure> {
        locked(&self.asked).push(url.to_owned());
        let files = locked(&self.files);
        let found = files.iter().find(|(own, _)| own == url);
        let bytes = found.map(|(_, bytes)| bytes.clone());
        bytes
            .filter(|bytes| bytes.len() as u64 <= limit)
            .ok_or_else(|| Failure::new("borgmatic::host::fetch", format!("no answer: {url}")))
    }
}
