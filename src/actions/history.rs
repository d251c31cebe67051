//! Which ledger a repository has, what it is called there, and what is known of it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::config::nothing_configured;
use super::{Alone, Context};
use crate::borg::Repository;
use crate::config::groups::Run;
use crate::config::{Loaded, Unit, directories};
use crate::host::{Env, Failure, Files, Host, Level};
use crate::ledger::{Action, Histories, History, Key, Ledger};

/// A configured repository and its past.
pub struct Past<'a> {
    pub unit: &'a Unit,
    pub key: Key,
    pub history: History,
}

/// The ledger of a repository.
pub fn ledger(run: &Run, env: &Env) -> Ledger {
    Ledger::new(&directories::state(run, env))
}

/// The bytes that the last backup of this repository read, if it told them. A ledger that cannot be
/// read is told of when the action is written down.
pub(super) fn size(context: &Context<'_>) -> Option<u64> {
    let Host { files, env, .. } = context.host;
    let key = key(context.file, context.repository, files, env);
    let records = ledger(&context.config.run, env).read(files).ok()?;
    History::all(records).get(&key)?.sizes.last().copied()
}

/// What a repository of this configuration file is called in it.
pub fn key(file: &Path, repository: &Repository, files: &Files, env: &Env) -> Key {
    Key {
        configuration: real(file, files, env).to_string_lossy().into_owned(),
        repository: repository.shown_path(),
    }
}

/// The name of the file whose lock stands for a configuration.
pub fn lock_name(loaded: &Loaded, files: &Files, env: &Env) -> String {
    format!("{}.lock", mark_name(loaded, files, env))
}

/// A name for a file that stands for a configuration.
pub fn mark_name(loaded: &Loaded, files: &Files, env: &Env) -> String {
    let path = real(&loaded.path, files, env);
    let mut hash = directories::hashed(path.as_os_str().as_encoded_bytes());
    hash.truncate(16);
    hash
}

/// A configuration by any of its names is the same.
fn real(file: &Path, files: &Files, env: &Env) -> PathBuf {
    let path = env.cwd.join(file);
    files.real(&path).unwrap_or(path)
}

/// All repositories of these files with their past, each ledger read once.
pub fn pasts<'a>(
    loaded: impl IntoIterator<Item = &'a Loaded>,
    files: &Files,
    env: &Env,
) -> Result<Vec<Past<'a>>, Failure> {
    let mut known: HashMap<Ledger, Histories> = HashMap::new();
    let mut pasts = Vec::new();
    for loaded in loaded {
        for unit in &loaded.units {
            let ledger = ledger(&unit.config.run, env);
            if !known.contains_key(&ledger) {
                let read = History::all(ledger.read(files)?);
                known.insert(ledger.clone(), read);
            }
            let key = key(&loaded.path, &unit.repository, files, env);
            let history = known[&ledger].get(&key).cloned().unwrap_or_default();
            pasts.push(Past { unit, key, history });
        }
    }
    Ok(pasts)
}

/// The same for an action, which needs one file at least.
pub(super) fn of_all<'a>(alone: &Alone<'a>) -> Result<Vec<Past<'a>>, Failure> {
    if alone.loaded.is_empty() {
        return Err(nothing_configured(alone.host.env));
    }
    pasts(alone.loaded, alone.host.files, alone.host.env)
}

impl Past<'_> {
    /// The last backup, if it is dated later than now.
    pub fn ahead(&self, now: Timestamp) -> Option<&Action> {
        let is_ahead = |backup: &&Action| backup.age(now).as_secs() < -60;
        self.history.backup().filter(is_ahead)
    }

    /// The time of the last backup was in the future: whoever reads it must know.
    pub(super) fn warn_of_clock(&self, alone: &Alone<'_>) {
        let now = alone.host.clock.now().timestamp();
        if let Some(backup) = self.ahead(now) {
            let words = format!(
                "the last backup is dated {}, which is still to come: a clock was wrong",
                backup.end
            );
            let name = self.unit.repository.name();
            alone.host.bus.line(Level::Warning, name, &words);
        }
    }
}
