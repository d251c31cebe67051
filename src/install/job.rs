//! What is to be run regularly, by whom, when, and in which surroundings: what the text of every
//! scheduler is made from. Pure.

use std::path::PathBuf;
use std::time::Duration;

pub use crate::run::{Battery, Inhibit};

/// A backup that a scheduler starts.
#[derive(Clone, Debug)]
pub struct Job {
    /// The program as the scheduler's file names it.
    pub program: PathBuf,
    /// The borg that was found and verified.
    pub borg: PathBuf,
    /// Given with `--config`; none: the usual places.
    pub configs: Vec<PathBuf>,
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

/// For the whole machine, or for one person while logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
