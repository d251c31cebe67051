//! A patterns file that lives as long as one borg command of an action that has no runtime directory.

use std::path::{Path, PathBuf};

use super::Context;
use crate::borg::pattern::{self, Pattern};
use crate::host::{Failure, Files};

pub(super) struct PatternsFile<'a> {
    files: &'a Files,
    path: PathBuf,
}

impl<'a> PatternsFile<'a> {
    /// borgmatic 2.1.10: in the working directory, if one is set, else where temporary files go.
    pub(super) fn write(context: &Context<'a>, patterns: &[Pattern]) -> Result<Self, Failure> {
        let env = context.host.env;
        let variable = ["TMPDIR", "TEMP", "TMP"]
            .iter()
            .find_map(|name| env.text(name));
        let folder = match &context.borg.cwd {
            Some(cwd) => cwd,
            None => Path::new(variable.unwrap_or("/tmp")),
        };
        let files = context.host.files;
        let path = files.scratch_file(folder, &pattern::file(patterns))?;
        Ok(Self { files, path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PatternsFile<'_> {
    fn drop(&mut self) {
        self.files.forget(&self.path);
    }
}
