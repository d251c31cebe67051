//! What an installation consists of: a list of steps. Pure values; whoever shows, applies, checks or
//! removes an installation reads the same list.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
    Block(Block),
    Run(Box<Run>),
}

/// A file that is ours alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
    pub mode: u32,
    pub kind: Kind,
}

/// Our lines in a crontab that has others too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub crontab: Crontab,
    /// Without the marks around them.
    pub lines: String,
}

/// Where a crontab is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crontab {
    /// A file that cron reads itself: busybox has `/etc/crontabs/root`.
    File(PathBuf),
    /// That of the user who installs, behind the program `crontab`.
    Own,
}

/// What a service manager is told.
#[derive(Clone, Debug, Default)]
pub struct Run {
    pub does: Option<Box<Command>>,
    /// Takes it back.
    pub undo: Option<Box<Command>>,
    /// Needed when a file of this kind was written or removed …
    pub after: Option<Kind>,
    /// … or when one of these questions does not end with 0.
    pub unless: Vec<Command>,
    /// It may fail: what it ends may have ended already.
    pub may_fail: bool,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

impl Kind {
    /// Is it text that people edit, so that the manifest keeps it to compare with?
    pub fn is_edited(self) -> bool {
        matches!(self, Self::Unit | Self::Cron | Self::Agent)
    }
}

impl From<Run> for Step {
    fn from(run: Run) -> Self {
        Self::Run(Box::new(run))
    }
}
