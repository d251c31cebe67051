//! The installer: from the program alone to a scheduled, verified backup, and back. A [`Recipe`] is
//! made by pure functions from what the machine is and what the person wants; showing it, carrying it
//! out, checking and undoing all read that one list. It knows nothing of how a run goes on.

mod agree;
pub mod apply;
pub mod build;
pub mod change;
mod choose;
mod claims;
mod conflict;
pub mod cron;
mod crond;
pub mod crontab;
pub mod decide;
pub mod doctor;
pub mod dropin;
mod fetched;
pub mod flags;
mod given;
mod hidden;
pub mod job;
mod judge;
pub mod launchd;
pub mod manifest;
pub mod needs;
mod others;
mod outlook;
pub mod own_files;
pub mod paths;
mod prepare;
mod programs;
pub mod recipe;
pub mod rivals;
mod room;
pub mod schedulers;
pub mod self_install;
pub mod self_update;
pub mod setting;
pub mod show;
pub mod spread;
pub mod state;
mod status;
mod strangers;
pub mod systemd;
mod unconfigured;
mod uninstall;
mod written;

use std::sync::LazyLock;

pub use job::Job;
pub use needs::Needs;
pub use paths::Paths;
pub use recipe::{File, Kind, Recipe, Step};
pub use schedulers::Scheduler;

use crate::actions::{self, Entry};

/// The installer's own actions, in the order of the overview.
pub static ALL: &[Entry] = &[
    Entry::alone::<self_install::SelfInstall>(),
    Entry::alone::<doctor::Doctor>(),
    Entry::alone::<self_update::SelfUpdate>(),
];

/// Every action of the program.
pub fn entries() -> &'static [Entry] {
    static JOINED: LazyLock<Vec<Entry>> = LazyLock::new(|| [actions::ALL, ALL].concat());
    &JOINED
}
