//! A borg that is ready to run: its program, version, surroundings and passphrase, and the flags that
//! its commands share.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::hear::Warned;
use super::options::BorgOptions;
use super::passphrase::Printed;
use super::told::Told;
use super::version::Version;
use super::{Feature, archive, environment, locate};
use crate::host::{Command, Failure, Host, Level, Scope};
use crate::option::{Opt, Secret, Words};

/// What was asked once and holds for the whole run.
#[derive(Default)]
pub struct Known {
    versions: Mutex<HashMap<PathBuf, Version>>,
    passphrases: Printed,
}

/// A borg that is ready to run.
pub struct Borg<'a> {
    pub options: &'a BorgOptions,
    pub version: Version,
    pub cwd: Option<PathBuf>,
    /// The name of the repository that it works for.
    pub(super) scope: String,
    /// Exits that were warnings.
    pub(super) warned: Mutex<Vec<Warned>>,
    pub(super) told: Mutex<Told>,
    program: String,
    env: Vec<(String, Option<String>)>,
    /// Known from [`Self::unlock`] on.
    passphrase: OnceLock<Option<Secret>>,
    /// The quietest level that somebody listens to.
    loud: Level,
}

impl<'a> Borg<'a> {
    /// Finds the configured borg and its version, asked once a run.
    pub fn ready(
        host: &Host<'_>,
        known: &Known,
        options: &'a BorgOptions,
        cwd: Option<PathBuf>,
        scope: &Scope,
    ) -> Result<Self, Failure> {
        let program = options.local_path.text().unwrap_or("borg").to_owned();
        let path = locate::find(&program, host.env, host.files)?;
        let mut borg = Self {
            options,
            version: Version::new(0, 0, 0),
            cwd,
            scope: scope.to_owned(),
            warned: Mutex::default(),
            told: Mutex::default(),
            program,
            env: environment::changes(options, host.env),
            passphrase: OnceLock::new(),
            loud: host.bus.threshold(),
        };
        let found = known
            .versions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&path)
            .cloned();
        borg.version = match found {
            Some(version) => version,
            None => borg.ask_version(host)?,
        };
        locate::new_enough(&borg.version, &borg.program)?;
        known
            .versions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path, borg.version.clone());
        Ok(borg)
    }

    /// Finds the passphrase: after the hooks before the first action, which may make it available.
    pub fn unlock(&self, host: &Host<'_>, known: &Known) -> Result<(), Failure> {
        if self.passphrase.get().is_none() {
            let found = known
                .passphrases
                .find(host, self.options, self.cwd.as_deref())?;
            self.passphrase.get_or_init(|| found);
        }
        Ok(())
    }

    fn ask_version(&self, host: &Host<'_>) -> Result<Version, Failure> {
        let command = self
            .command("--version")
            .arg("--log-json")
            .args(self.verbose())
            .reads();
        let out = self.capture(host, &command)?;
        Version::from_output(&out).ok_or_else(|| {
            let words = format!(
                "`{} --version` prints «{}», which is no version of borg",
                self.program,
                out.trim()
            );
            Failure::new("borgmatic::borg::version", words)
                .help("is it borg? Name the right one with the option local_path")
        })
    }

    pub fn has(&self, feature: Feature) -> bool {
        self.version >= feature.since()
    }

    /// What Borg 2 calls by another name: `repo-list`, before it `list`.
    pub fn renamed<T>(&self, new: T, old: T) -> T {
        if self.has(Feature::RepoCommands) {
            new
        } else {
            old
        }
    }

    /// A borg command with its surroundings.
    pub fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.program).arg(verb);
        command.env = self
            .env
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().map(Into::into)))
            .collect();
        command.cwd.clone_from(&self.cwd);
        command.secret = self
            .passphrase
            .get()
            .cloned()
            .flatten()
            .map(|secret| ("BORG_PASSPHRASE_FD", secret));
        command
    }

    /// The verbosity that borg is asked for: as quiet as the most curious listener allows.
    pub fn verbose(&self) -> &'static [&'static str] {
        match self.loud {
            Level::Info => &["--info"],
            Level::Debug => &["--debug", "--show-rc"],
            _ => &[],
        }
    }

    pub fn is_debugging(&self) -> bool {
        self.loud == Level::Debug
    }

    /// `--info` alone, for commands that have their debug flags elsewhere.
    pub fn info(&self) -> &'static [&'static str] {
        if self.loud == Level::Info {
            &["--info"]
        } else {
            &[]
        }
    }

    pub fn remote(&self) -> Vec<String> {
        match self.options.remote_path.text() {
            Some(path) if !self.has(Feature::RemotePathVariable) => {
                vec!["--remote-path".into(), path.into()]
            }
            _ => Vec::new(),
        }
    }

    pub fn umask(&self) -> Vec<String> {
        number("--umask", self.options.umask.get())
    }

    pub fn lock_wait(&self) -> Vec<String> {
        number("--lock-wait", self.options.lock_wait.get())
    }

    /// Where a command acts on a repository.
    pub fn at(&self, repository: &str) -> Vec<String> {
        if self.has(Feature::SeparateRepository) {
            vec!["--repo".into(), repository.into()]
        } else {
            vec![repository.into()]
        }
    }

    /// Where a command acts on an archive.
    pub fn at_archive(&self, repository: &str, name: &str) -> Vec<String> {
        if self.has(Feature::SeparateRepository) {
            vec![
                "--repo".into(),
                repository.into(),
                archive::by_id(name, &self.version),
            ]
        } else {
            vec![format!("{repository}::{name}")]
        }
    }

    /// The user's own words for a command.
    pub fn extra<'w>(&self, words: &'w Opt<Words>) -> &'w [String] {
        words.get().map_or(&[], |words| &words.0)
    }
}

/// A flag with a number; none for 0. borgmatic 2.1.10: the same.
fn number(flag: &str, value: Option<&u32>) -> Vec<String> {
    value
        .filter(|value| **value > 0)
        .map_or_else(Vec::new, |value| vec![flag.to_owned(), value.to_string()])
}
