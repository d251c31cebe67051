//! A borg that is ready to run: its program, version, surroundings and passphrase; how its output is
//! heard and its exit judged; and the questions that several actions ask it.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::exit::{self, Judge, Meaning};
use super::line::Translation;
use super::options::BorgOptions;
use super::reply::{self, Listing};
use super::repository::Repository;
use super::version::Version;
use super::{Feature, archive, environment, line, locate};
use crate::host::{Command, Exit, Failure, FailureKind, Heard, Host, Level, Scope};
use crate::option::{Secret, Words};

/// How many lines of a failed command are kept. borgmatic 2.1.10: 25.
const TAIL: usize = 25;

/// What was asked once and holds for the whole run.
#[derive(Default)]
pub struct Known {
    versions: Mutex<HashMap<PathBuf, Version>>,
    passphrases: Mutex<HashMap<Vec<String>, Secret>>,
}

/// A borg that is ready to run.
pub struct Borg<'a> {
    pub options: &'a BorgOptions,
    pub version: Version,
    pub cwd: Option<PathBuf>,
    program: String,
    env: Vec<(String, Option<String>)>,
    passphrase: Option<Secret>,
    /// The quietest level that somebody listens to.
    loud: Level,
}

/// How a child ended, unjudged.
pub struct Ended {
    pub exit: Exit,
    /// Standard output, if it was asked for.
    pub out: String,
    /// The last lines that nobody has seen.
    pub tail: Vec<String>,
    /// Borg's own name of what went wrong.
    pub error: Option<String>,
}

/// What becomes of the lines of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hear {
    /// All are said, at this level where they have none of their own.
    Say(Level),
    /// Standard output is kept, the log is said.
    Keep,
    /// Both are kept.
    Quiet,
}

/// Which exits are bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    Usual,
    /// Exit code 1 is an error too. borgmatic 2.1.10: check.
    NoWarning,
}

impl<'a> Borg<'a> {
    /// Finds the configured borg, its version and its passphrase, each asked once a run.
    pub fn ready(
        host: &Host<'_>,
        known: &Known,
        options: &'a BorgOptions,
        cwd: Option<PathBuf>,
    ) -> Result<Self, Failure> {
        let passphrase = match (
            options.encryption_passphrase.get(),
            options.encryption_passcommand.get(),
        ) {
            (Some(passphrase), _) => Some(passphrase.clone()),
            (None, Some(Words(words))) if !words.is_empty() => {
                Some(passcommand(host, known, words, cwd.as_ref())?)
            }
            _ => None,
        };
        let program = options.local_path.text().unwrap_or("borg").to_owned();
        let path = locate::find(&program, host.env, host.files)?;
        let mut borg = Self {
            options,
            version: Version::new(0, 0, 0),
            cwd,
            program,
            env: environment::changes(options, host.env),
            passphrase: None,
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
        borg.passphrase = passphrase;
        Ok(borg)
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

    /// A borg command with its surroundings. Words are separated by spaces: `key export`.
    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(&self.program).args(words.split(' '));
        command.env = self
            .env
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().map(Into::into)))
            .collect();
        command.cwd.clone_from(&self.cwd);
        command.secret = self
            .passphrase
            .clone()
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

    /// Runs a command and says its lines, at `level` where they have none of their own.
    pub fn run(&self, host: &Host<'_>, command: &Command, level: Level) -> Result<(), Failure> {
        self.run_as(host, command, level, Strictness::Usual)
    }

    pub fn run_as(
        &self,
        host: &Host<'_>,
        command: &Command,
        level: Level,
        strictness: Strictness,
    ) -> Result<(), Failure> {
        let ended = listen(host, command, Hear::Say(level))?;
        self.judge(host, command, ended, strictness).map(drop)
    }

    /// Runs a command for its standard output.
    pub fn capture(&self, host: &Host<'_>, command: &Command) -> Result<String, Failure> {
        let ended = listen(host, command, Hear::Keep)?;
        self.judge(host, command, ended, Strictness::Usual)
    }

    /// Runs a command whose failure is an answer too.
    pub fn probe(&self, host: &Host<'_>, command: &Command) -> Result<Ended, Failure> {
        listen(host, command, Hear::Quiet)
    }

    /// Turns an exit into a result; a warning is said.
    pub fn judge(
        &self,
        host: &Host<'_>,
        command: &Command,
        ended: Ended,
        strictness: Strictness,
    ) -> Result<String, Failure> {
        let (mut meaning, judge) = exit::judge(ended.exit, self.options.borg_exit_codes.items());
        if strictness == Strictness::NoWarning
            && judge == Judge::Borg
            && ended.exit == Exit::Code(1)
        {
            meaning = Meaning::Error;
        }
        let cause = cause(&ended);
        let words = || explain(command, ended.exit, cause, judge);
        match meaning {
            Meaning::Fine => Ok(ended.out),
            Meaning::Warning => {
                host.bus.line(Level::Warning, "", &words());
                Ok(ended.out)
            }
            Meaning::Error => {
                let mut failure = Failure::new("borgmatic::borg::exit", words())
                    .kind(FailureKind::Command(ended.exit));
                failure.help = cause.and_then(exit::help).map(str::to_owned);
                failure.tail = ended.tail;
                Err(failure)
            }
        }
    }

    /// The real name of an archive: `latest` is looked up among this configuration's archives.
    pub fn archive_name(
        &self,
        host: &Host<'_>,
        repository: &Repository,
        name: &str,
        matching: &[String],
        scope: &Scope,
    ) -> Result<String, Failure> {
        if name != "latest" {
            return Ok(name.to_owned());
        }
        let words = if self.has(Feature::RepoCommands) {
            "repo-list"
        } else {
            "list"
        };
        let command = self
            .command(words)
            .args(self.remote())
            .args(self.umask())
            .arg("--log-json")
            .args(self.lock_wait())
            .args(matching)
            .args(["--last", "1", "--json"])
            .args(self.extra(if self.has(Feature::RepoCommands) {
                &self.options.extra().repo_list
            } else {
                &self.options.extra().list
            }))
            .args(self.at(repository.path()))
            .reads();
        let out = self.capture(host, &command)?;
        let listing: Listing = reply::read(&command, &out)?;
        let series = self.has(Feature::ArchiveSeries);
        let latest = listing.archives.last().and_then(|archive| {
            if series {
                archive.id.clone()
            } else {
                archive.archive.clone().or(archive.name.clone())
            }
        });
        let Some(latest) = latest else {
            let words = format!("{} has no archives that match", repository.name());
            return Err(Failure::new("borgmatic::borg::no-archive", words)
                .help("make one: borgmatic create, or see what is there: borgmatic repo-list --match-archives '*'"));
        };
        host.bus.line(
            Level::Debug,
            scope,
            &format!("the latest archive is {latest}"),
        );
        Ok(latest)
    }

    /// The user's own words for a command.
    pub fn extra<'w>(&self, words: &'w crate::option::Opt<Words>) -> &'w [String] {
        words.get().map_or(&[], |words| &words.0)
    }
}

/// A flag with a number; none for 0. borgmatic 2.1.10: the same.
fn number(flag: &str, value: Option<&u32>) -> Vec<String> {
    value
        .filter(|value| **value > 0)
        .map_or_else(Vec::new, |value| vec![flag.to_owned(), value.to_string()])
}

/// The passphrase that a command prints, asked once a run.
fn passcommand(
    host: &Host<'_>,
    known: &Known,
    words: &[String],
    cwd: Option<&PathBuf>,
) -> Result<Secret, Failure> {
    let mut passphrases = known
        .passphrases
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(secret) = passphrases.get(words) {
        return Ok(secret.clone());
    }
    let mut command = Command::new(&words[0]).args(&words[1..]).reads();
    command.cwd = cwd.cloned();
    let mut out = Vec::new();
    let mut tail = Vec::new();
    let exit = host.processes.run(&command, &mut |heard| match heard {
        Heard::Out(line) => out.push(String::from_utf8_lossy(line).into_owned()),
        Heard::Err(line) => tail.push(String::from_utf8_lossy(line).into_owned()),
        Heard::Idle => {}
    })?;
    if exit != Exit::Code(0) {
        let mut failure = Failure::new(
            "borgmatic::borg::passcommand",
            format!(
                "the command of encryption_passcommand, `{}`, ended with {exit}",
                words[0]
            ),
        )
        .kind(FailureKind::Command(exit))
        .help("run it by hand, as the user who makes the backup: it has to print the passphrase");
        failure.tail = tail;
        return Err(failure);
    }
    let secret = Secret::new(out.join("\n"));
    passphrases.insert(words.to_vec(), secret.clone());
    Ok(secret)
}

/// Runs a child and hears it to its end.
pub fn listen(host: &Host<'_>, command: &Command, hear: Hear) -> Result<Ended, Failure> {
    host.bus.line(Level::Debug, "", &command.to_string());
    let mut out = String::new();
    let mut tail: VecDeque<String> = VecDeque::new();
    let mut translation = Translation::default();
    let usual = if let Hear::Say(level) = hear {
        level
    } else {
        Level::Info
    };
    let exit = host.processes.run(command, &mut |heard| {
        let (line, plain) = match heard {
            Heard::Idle => return host.bus.flush(),
            Heard::Out(bytes) if hear != Hear::Say(usual) => {
                out += &String::from_utf8_lossy(bytes);
                return out.push('\n');
            }
            Heard::Out(bytes) => (String::from_utf8_lossy(bytes), usual),
            Heard::Err(bytes) => {
                let line = String::from_utf8_lossy(bytes);
                let plain = line::of_tool(&line);
                (line, plain)
            }
        };
        let Some(level) = translation.read(&line, usual, plain) else {
            return;
        };
        if hear == Hear::Quiet {
            if tail.len() == TAIL {
                tail.pop_front();
            }
            tail.push_back(translation.text.clone());
        } else {
            host.bus.line(level, "", &translation.text);
        }
    })?;
    Ok(Ended {
        exit,
        out,
        tail: tail.into(),
        error: translation.error,
    })
}

/// The exit code that tells most: borg's own name of the error where the code is a plain 2.
fn cause(ended: &Ended) -> Option<i32> {
    let Exit::Code(code) = ended.exit else {
        return None;
    };
    let named = ended.error.as_deref().and_then(exit::code_of);
    Some(named.filter(|_| code == 2).unwrap_or(code))
}

/// «borg create ended with exit status 52: the passphrase is wrong».
fn explain(command: &Command, exit: Exit, cause: Option<i32>, judge: Judge) -> String {
    let name = command.program.to_string_lossy();
    let verb = command
        .args
        .first()
        .map(|arg| arg.to_string_lossy())
        .unwrap_or_default();
    let mut words = format!("{name} {verb} ended with {exit}");
    if let Some(meaning) = cause.and_then(exit::name) {
        words += &format!(": {meaning}");
    }
    match judge {
        Judge::Borg => {}
        Judge::Default => words += " (borgmatic takes this for an error)",
        Judge::User => words += " (judged by borg_exit_codes)",
    }
    words
}
