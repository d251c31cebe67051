//! How a run went.

use std::path::{Path, PathBuf};

use crate::host::{Failure, Signal};

#[derive(Debug, Default)]
pub struct Verdict {
    /// One for each configuration file that was run, in order.
    pub files: Vec<FileVerdict>,
    /// What went wrong in the hooks around everything, and in which file's.
    pub failures: Vec<(String, Failure)>,
    /// The signal that ended the run early.
    pub stopped: Option<Signal>,
}

#[derive(Debug)]
pub struct FileVerdict {
    pub path: PathBuf,
    /// What went wrong, and at which repository; or in which file, for hooks around all of it.
    pub failures: Vec<(String, Failure)>,
    /// Exits of borg that were warnings, and at which repository.
    pub warnings: Vec<(String, String)>,
    /// Documents of `--json`, one for each repository that has one.
    pub answers: Vec<serde_json::Value>,
}

impl FileVerdict {
    pub(super) fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            failures: Vec::new(),
            warnings: Vec::new(),
            answers: Vec::new(),
        }
    }
}
