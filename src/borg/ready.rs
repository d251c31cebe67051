//! A borg that is ready to run: its program, version, surroundings and passphrase, and the flags that
//! its commands share.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::locate::Found;
use super::made::Made;
use super::options::BorgOptions;
use super::passphrase::Printed;
use super::recall::{Memory, Told};
use super::run::Warned;
use super::version::{self, Version};
use super::{Feature, archive, environment, locate};
use crate::host::{Command, Failure, Host, Level, Scope};
use crate::option::{Opt, Secret, Words};

/// How long borg may take to tell its version.
const LONGEST: Duration = Duration::from_mins(10);

/// What was asked once and holds for the whole run.
#[derive(Default)]
pub struct Known {
    told: Mutex<HashMap<PathBuf, Told>>,
    passphrases: Printed,
    /// A dry run leaves nothing for later runs.
    dry: bool,
}

impl Known {
    pub fn new(dry: bool) -> Self {
        Self {
            dry,
            ..Self::default()
        }
    }

    fn told(&self) -> MutexGuard<'_, HashMap<PathBuf, Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
    pub(super) made: Mutex<Made>,
    program: String,
    path: PathBuf,
    known: &'a Known,
    memory: Option<Memory>,
    env: Vec<(String, Option<String>)>,
    /// Known from [`Self::unlock`] on.
    passphrase: OnceLock<Option<Secret>>,
    /// The quietest level that somebody listens to.
    loud: Level,
}

impl<'a> Borg<'a> {
    /// Finds the configured borg and its version, asked once a run. `state` is the directory where an
    /// earlier run may have left the version.
    pub fn ready(
        host: &Host<'_>,
        known: &'a Known,
        options: &'a BorgOptions,
        cwd: Option<PathBuf>,
        state: &Path,
        scope: &Scope,
    ) -> Result<Self, Failure> {
        let Found { program, path, .. } =
            locate::find(options.local_path.text(), host.env, host.files)?;
        let mut borg = Self {
            memory: Memory::of(host, state, &path),
            path,
            env: environment::changes(options, host.env),
            ..Self::bare(host, known, options, &program, cwd, scope)
        };
        let found = known.told().get(&borg.path).cloned();
        let found = found.or_else(|| borg.memory.as_ref()?.recall(host));
        let told = match found {
            Some(told) => told,
            None => borg.ask_version(host)?,
        };
        borg.version = told.version.clone();
        locate::new_enough(&borg.version, &borg.program)?;
        known.told().insert(borg.path.clone(), told);
        Ok(borg)
    }

    /// A borg for a command that touches no repository: with nothing but its program, unasked.
    pub fn bare(
        host: &Host<'_>,
        known: &'a Known,
        options: &'a BorgOptions,
        program: &str,
        cwd: Option<PathBuf>,
        scope: &Scope,
    ) -> Self {
        Self {
            options,
            version: Version::new(0, 0, 0),
            cwd,
            scope: scope.to_owned(),
            warned: Mutex::default(),
            made: Mutex::default(),
            program: program.to_owned(),
            path: PathBuf::new(),
            known,
            memory: None,
            env: Vec::new(),
            passphrase: OnceLock::new(),
            loud: host.bus.threshold(),
        }
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

    fn ask_version(&self, host: &Host<'_>) -> Result<Told, Failure> {
        let command = self
            .command("--version")
            .arg("--log-json")
            .args(self.verbose())
            .within(LONGEST)
            .reads();
        let out = self.capture(host, &command)?;
        let version = Version::from_output(&out).ok_or_else(|| {
            let words = version::unread(&self.program, &out);
            Failure::new("borgmatic::borg::version", words)
                .help("is it borg? Name the right one with the option local_path")
        })?;
        let told = Told {
            version,
            proven: false,
        };
        self.remember(host, &told);
        Ok(told)
    }

    fn remember(&self, host: &Host<'_>, told: &Told) {
        if let Some(memory) = self.memory.as_ref().filter(|_| !self.known.dry) {
            memory.keep(host, told);
        }
    }

    /// A borg failed: what was learned of it may be out of date, and is asked anew.
    pub(super) fn forget(&self, host: &Host<'_>) {
        let was_known = self.known.told().remove(&self.path).is_some();
        if let Some(memory) = &self.memory
            && was_known
            && !self.known.dry
        {
            memory.forget(host);
        }
    }

    /// Has a dry run of this very program shown that it stores the runtime directory?
    pub fn is_proven(&self) -> bool {
        let told = self.known.told();
        told.get(&self.path).is_some_and(|told| told.proven)
    }

    /// A dry run has shown it.
    pub fn prove(&self, host: &Host<'_>) {
        let told = Told {
            version: self.version.clone(),
            proven: true,
        };
        self.remember(host, &told);
        self.known.told().insert(self.path.clone(), told);
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

    /// A command that asks for the passphrase itself, where the environment does not hold one.
    pub fn asking(&self, verb: &str) -> Command {
        let mut command = self.command(verb);
        command.secret = None;
        let own = |name: &str| ["BORG_PASSPHRASE", "BORG_PASSCOMMAND"].contains(&name);
        command.env.retain(|(name, _)| !own(name));
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

    /// The flags that nearly all commands share, in the original's order.
    pub fn shared(&self, log_json: bool) -> Vec<String> {
        let log = log_json.then(|| "--log-json".to_owned());
        let before = self.remote().into_iter().chain(self.umask());
        before.chain(log).chain(self.lock_wait()).collect()
    }

    /// User and group ids as numbers.
    pub fn numeric_ids(&self) -> &'static str {
        if self.has(Feature::NumericIds) {
            "--numeric-ids"
        } else {
            "--numeric-owner"
        }
    }

    /// Which files `--list` shows. borgmatic 2.1.10: added, modified, errors; more when debugging.
    pub fn list_filter(&self, dry: bool) -> &'static str {
        match (self.has(Feature::ExcludedMinus), self.is_debugging(), dry) {
            (true, true, _) | (true, _, true) => "AME+-",
            (true, ..) => "AME",
            (false, true, _) => "AMEx-",
            (false, ..) => "AME-",
        }
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
