//! What is to be run regularly, by whom, when, and in which surroundings: what the text of every
//! scheduler is made from. Pure.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Needs;
use super::needs::Need;
use crate::option::{Age, Schedule};
pub use crate::run::{Battery, Inhibit};
use crate::text::listed;

/// A backup that a scheduler starts.
#[derive(Clone, Debug)]
pub struct Job {
    /// The program as the scheduler's file names it.
    pub program: PathBuf,
    /// The borg that was found and verified.
    pub borg: PathBuf,
    /// Is one of them Borg 2, or may it be?
    pub borg_2: bool,
    /// Given with `--config`; none: the usual places.
    pub configs: Vec<PathBuf>,
    pub schedule: Schedule,
    /// What the configurations need of the machine.
    pub needs: Needs,
    /// What tells this machine from others, such as its machine-id: a random minute is made from it.
    pub machine: String,
    pub reach: Reach,
    /// Whose rights it has, where not root's (`--user-account`).
    pub account: Option<String>,
    /// Home of the account that runs it.
    pub home: PathBuf,
    pub jitter: Duration,
    pub battery: Battery,
    /// How long to wait for the network.
    pub network: Option<Duration>,
    pub inhibit: Inhibit,
    pub sandbox: Sandbox,
}

/// Where programs are on Linux. A scheduler's file names it in full: cron does not expand `$PATH`.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// For the whole machine, or for one person while logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    System,
    User,
}

/// How much of the machine a unit may see and change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sandbox {
    /// The strictest that the configuration allows.
    Auto,
    Strict,
    /// What works with hooks that run unknown programs.
    Compat,
    Off,
}

impl Job {
    /// The command line of a run, with these flags after the configurations.
    pub fn command(&self, flags: &[&str]) -> Vec<String> {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let mut words = vec![text(&self.program)];
        for config in &self.configs {
            words.extend(["--config".into(), text(config)]);
        }
        words.extend(flags.iter().map(|flag| (*flag).to_owned()));
        let waits = |time: &Duration| !time.is_zero() && !self.needs.network.is_empty();
        if let Some(time) = self.network.filter(waits) {
            words.extend(["--wait-network".into(), Age(time).to_string()]);
        }
        if self.battery == Battery::Skip {
            words.extend(["--on-battery".into(), "skip".into()]);
        }
        if self.inhibit == Inhibit::Sleep {
            words.extend(["--inhibit".into(), "sleep".into()]);
        }
        words
    }

    /// The variables that configurations take from the environment, and the runs that are started so do
    /// not have: a sentence's beginning for each file.
    pub fn lacks(&self) -> Vec<String> {
        let mut files: Vec<(&str, Vec<&str>)> = Vec::new();
        for Need { what, why } in &self.needs.variables {
            match files.iter_mut().find(|(file, _)| *file == why.as_str()) {
                Some((_, names)) => names.push(what),
                None => files.push((why, vec![what])),
            }
        }
        let lacks = files.iter().map(|(file, names)| {
            let names = listed(names);
            format!(
                "{file} takes {names} from the environment, which is not there in a scheduled run"
            )
        });
        lacks.collect()
    }

    /// The directories in which programs are found: `usual`, and borg's before it where that is
    /// another one.
    pub fn path(&self, usual: &str) -> String {
        let folder = self.borg.parent().unwrap_or(Path::new("/usr/bin"));
        if usual.split(':').any(|own| Path::new(own) == folder) {
            return usual.to_owned();
        }
        format!("{}:{usual}", folder.display())
    }
}
