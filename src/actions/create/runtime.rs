//! The directory that a run of create makes for itself and stores in the archive.

use std::path::PathBuf;

use crate::actions::Context;
use crate::config::directories;
use crate::host::{Failure, Level};

pub(super) struct Runtime {
    /// `…/borgmatic-RANDOM`: all of it goes at the end.
    top: PathBuf,
    /// `…/borgmatic-RANDOM/borgmatic`.
    pub(super) folder: PathBuf,
    /// The same as borg is given it, `…/borgmatic-RANDOM/./borgmatic`: from 1.4 on, borg stores what
    /// comes after the dot only.
    pub(super) stored: PathBuf,
}

impl Runtime {
    pub(super) fn make(context: &Context<'_>) -> Result<Self, Failure> {
        let files = context.host.files;
        let base = directories::runtime(&context.config.run, context.host.env)?;
        files.make_dir(&base, 0o700)?;
        let top = files.scratch(&base, "borgmatic-")?;
        let folder = top.join("borgmatic");
        files.make_dir(&folder, 0o700)?;
        // `join` would drop the dot.
        let stored = PathBuf::from(format!("{}/./borgmatic", top.display()));
        Ok(Self {
            top,
            folder,
            stored,
        })
    }

    pub(super) fn remove(self, context: &Context<'_>) {
        if let Err(error) = context.host.files.remove_tree(&self.top) {
            context.say(
                Level::Warning,
                &format!("{} could not be removed: {error}", self.top.display()),
            );
        }
    }
}
