//! What an installation consists of: a list of steps. Pure values; whoever shows, applies, checks or
//! removes an installation reads the same list.

use std::path::PathBuf;

use crate::host::Command;

/// In the order in which it is carried out; the undo goes backwards.
#[derive(Clone, Debug, Default)]
pub struct Recipe {
    pub steps: Vec<Step>,
}

/// One thing that is there after an installation, or that is done for it.
#[derive(Clone, Debug)]
pub enum Step {
    /// A directory that must exist; removed again only if it was made here and is empty.
    Folder {
        path: PathBuf,
        mode: u32,
    },
    File(File),
    /// A symbolic link: an old program name.
    Link {
        path: PathBuf,
        to: PathBuf,
    },
    /// Our lines in a crontab that has others too.
    Block {
        user: Option<String>,
        lines: String,
    },
    /// Something to start once the files are there, and what takes it back.
    Run {
        command: Box<Command>,
        undo: Option<Box<Command>>,
    },
}

/// A file that is ours alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
    pub mode: u32,
    pub kind: Kind,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Program,
    Manual,
    Completion,
    Schema,
    /// A unit of systemd: its edits can move to a drop-in.
    Unit,
    Cron,
    /// A property list of launchd.
    Agent,
}
