//! The whole table, and how files become it. Config never runs anything.

pub mod check;
pub mod directories;
pub mod find;
pub mod groups;
pub mod load;
pub mod upgrade;

pub use load::{Loaded, Unit, load};

use crate::borg::{BorgOptions, Repository};
use crate::hooks::Bootstrap;
use crate::options;

options! {
    /// A configuration: one file, or one file as it holds for one repository.
    pub struct Config {
        ..source: groups::Source;
        ..repositories: Repositories;
        ..exclude: groups::Exclude;
        ..retention: groups::Retention;
        ..archive: groups::Archive;
        ..borg: BorgOptions;
        ..checks: groups::Checks;
        ..output: groups::Output;
        ..run: groups::Run;
        ..hooks: Hooks;
    }
}

options! {
    /// Where backups go.
    pub struct Repositories {
        /// The repositories to back up to; each run makes an archive in all of them, one after the
        /// other. An entry may also hold most of the other options, which then count for that
        /// repository only.
        repositories: Vec<Repository> = "- path: ssh://user@backupserver/./sourcehostname.borg\n  label: backupserver\n- path: /mnt/backup\n  label: local", required, active;
    }
}

options! {
    /// What runs around the actions.
    pub struct Hooks {
        /// What is stored in each backup to get started again from it alone.
        bootstrap: Bootstrap = "";
    }
}

/// The options whose values no frame may show, wherever they stand; older names of borgmatic too.
pub fn is_secret(name: &str) -> bool {
    matches!(
        name,
        "encryption_passphrase" | "access_token" | "api_key" | "integration_key" | "token"
    ) || name.ends_with("password")
        || name.ends_with("passphrase")
}
