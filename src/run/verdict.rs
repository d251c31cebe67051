//! How a run went.

use std::path::PathBuf;

use crate::host::{Failure, Signal};

#[derive(Debug, Default)]
pub struct Verdict {
    /// One for each configuration file that was run, in order.
    pub files: Vec<FileVerdict>,
    /// The signal that ended the run early.
    pub stopped: Option<Signal>,
}

#[derive(Debug)]
pub struct FileVerdict {
    pub path: PathBuf,
    /// What went wrong, and at which repository.
    pub failures: Vec<(String, Failure)>,
    /// Exits of borg that were warnings, and at which repository.
    pub warnings: Vec<(String, String)>,
    /// Documents of `--json`, one for each repository that has one.
    pub answers: Vec<serde_json::Value>,
}
