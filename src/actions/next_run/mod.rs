//! When a scheduler starts the next run, where that is known for certain: the timer that systemd has
//! loaded, else a line for cron. Asks no repository.

mod cron;
mod timer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Zoned;

use crate::config::find;
use crate::host::Host;
use crate::option::age::brief;

/// A run to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextRun {
    pub at: Zoned,
    /// The timer or file that starts it.
    pub by: String,
    /// The configuration files that it reads, by their real paths.
    pub configs: Vec<PathBuf>,
}

impl NextRun {
    /// The next one of this machine and user, if somebody starts it.
    pub fn find(host: &Host<'_>) -> Option<Self> {
        timer::next(host).or_else(|| cron::next(host))
    }

    /// «2026-11-26 03:00, in 7h (borgmatic.timer)».
    pub fn coming(&self, now: &Zoned) -> String {
        let time = self.at.strftime("%Y-%m-%d %H:%M");
        let left = Duration::try_from(self.at.duration_since(now));
        let left = left.map_or_else(|_| "?".into(), brief);
        format!("{time}, in {left} ({})", self.by)
    }

    /// Does it read this file?
    pub fn reads(&self, config: &Path) -> bool {
        self.configs.iter().any(|own| own == config)
    }
}

/// The name of the program in a line.
const PROGRAM: &str = "borgmatic";

fn is_ours(word: &str) -> bool {
    Path::new(word)
        .file_name()
        .is_some_and(|name| name == PROGRAM)
}

/// The files that a command line of ours reads.
fn configs(host: &Host<'_>, words: &[String]) -> Vec<PathBuf> {
    let mut named = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.split_once('=') {
            Some(("--config", path)) => named.push(path.to_owned()),
            None if word == "--config" || word == "-c" => named.extend(words.next().cloned()),
            _ => {}
        }
    }
    let found = find::files(&named, host.env, host.files);
    let real = |path: PathBuf| host.files.real(&path).unwrap_or(path);
    found.into_iter().map(real).collect()
}
