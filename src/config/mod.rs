//! The whole table, and how files become it. Config never runs anything.

pub mod check;
pub mod constants;
pub mod directories;
pub mod environment;
pub mod find;
pub mod groups;
pub mod include;
pub mod lints;
pub mod load;
pub mod logging;
pub mod overrides;
mod placeholders;
pub mod portable;
pub mod show;
mod texts;
pub mod upgrade;

pub use load::{Loaded, Unit, load};

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::borg::{BorgOptions, Repository};
use crate::hooks::{Bootstrap, Commands, Credentials, Databases, Monitors, Snapshots};
use crate::option::{Options, Shape, walk};
use crate::options;
use crate::text::near::nearest;

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
        ..logging: groups::Logging;
        ..hooks: Hooks;
        ..commands: Commands;
        ..databases: Databases;
        ..snapshots: Snapshots;
        ..monitors: Monitors;
        ..credentials: Credentials;
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
    /// What is stored beside the files themselves.
    pub struct Hooks {
        /// What is stored in each backup to get started again from it alone.
        bootstrap: Bootstrap = "", former = &["store_config_files"];
    }
}

/// The options whose values no frame may show, wherever they stand: the table's, what older
/// versions called so, and names that are a slip away from a passphrase: a secret must not be shown
/// because of a misspelling.
pub fn is_secret(name: &str) -> bool {
    /// All names of the table, so that the question is short for them.
    static KNOWN: LazyLock<HashMap<&'static str, bool>> = LazyLock::new(|| {
        let mut secret = HashSet::new();
        walk::visit(Config::GROUPS, "", &mut |_, field| {
            if matches!(field.shape, Shape::Secret) {
                secret.insert(field.name);
            }
        });
        let mut known = HashMap::from([("cronhub", true)]);
        walk::visit(Config::GROUPS, "", &mut |_, field| {
            let is_one = secret.contains(field.name) || looks_secret(field.name);
            known.insert(field.name, is_one);
        });
        known
    });
    let known = KNOWN.get(name).copied();
    known.unwrap_or_else(|| looks_secret(name))
}

/// Is it called like a passphrase, or nearly so?
fn looks_secret(name: &str) -> bool {
    // Asked for every word of a text: what is far from all names is told apart quickly.
    let looks_so = || {
        ["encry", "ption", "pass", "phra", "word"]
            .iter()
            .any(|part| name.contains(part))
    };
    name.ends_with("password")
        || name.ends_with("passphrase")
        || looks_so()
            && nearest(name, ["encryption_passphrase", "passphrase", "password"]).is_some()
}
