//! Runs a borg and judges how it ended.

use std::sync::PoisonError;

use super::exit::{self, Judge, Meaning};
use super::feature::Feature;
use super::hear::{Ended, Hear, listen, listen_and};
use super::made::Made;
use super::progress;
use super::ready::Borg;
use super::reply;
use crate::host::{Child, Command, Exit, Failure, FailureKind, Host, Level};

/// An exit that was a warning.
#[derive(Clone, Debug)]
pub struct Warned {
    pub words: String,
    pub exit: Exit,
}

/// Which exits are bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    Usual,
    /// Exit code 1 is an error too. borgmatic 2.1.10: check. Ours: umount, which then did nothing.
    NoWarning,
    /// The same command will run again and tell its warnings then.
    Rehearsal,
}

impl Borg<'_> {
    /// Runs a command and says its lines, at `level` where they have none of their own.
    pub fn run(&self, host: &Host<'_>, command: &Command, level: Level) -> Result<(), Failure> {
        self.run_as(host, command, level, Strictness::Usual)
    }

    /// The same; says whether there was any line.
    pub fn tells(&self, host: &Host<'_>, command: &Command, level: Level) -> Result<bool, Failure> {
        self.hear(host, command, level, Strictness::Usual)
    }

    pub fn run_as(
        &self,
        host: &Host<'_>,
        command: &Command,
        level: Level,
        strictness: Strictness,
    ) -> Result<(), Failure> {
        self.hear(host, command, level, strictness).map(drop)
    }

    fn hear(
        &self,
        host: &Host<'_>,
        command: &Command,
        level: Level,
        strictness: Strictness,
    ) -> Result<bool, Failure> {
        let mut made = Made::default();
        let told = progress::told(host, command);
        let command = told.as_ref().unwrap_or(command);
        let ended = listen(host, command, Hear::Say(level), &mut made)?;
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = made;
        // With --show-rc, borg says how it ends.
        let end = |line: &String| line.starts_with("terminating with ");
        let told = !ended.said.iter().all(end);
        self.judge(host, command, ended, strictness).map(|_| told)
    }

    /// Runs a command and hands out its lines, of both streams. Those that are not taken are said.
    pub fn sift(
        &self,
        host: &Host<'_>,
        command: &Command,
        take: &mut dyn FnMut(&str) -> bool,
    ) -> Result<(), Failure> {
        let mut made = Made::default();
        let ended = listen_and(host, command, Hear::Say(Level::Info), &mut made, take)?;
        self.judge(host, command, ended, Strictness::Usual)
            .map(drop)
    }

    /// Runs a command for its standard output.
    pub fn capture(&self, host: &Host<'_>, command: &Command) -> Result<String, Failure> {
        let ended = listen(host, command, Hear::Keep, &mut Made::default())?;
        self.judge(host, command, ended, Strictness::Usual)
    }

    /// What is known of an archive that was told of before.
    pub fn made_is(&self, made: Made) {
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = made;
    }

    /// What borg told of an archive in the last command whose lines were said.
    pub fn made(&self) -> Made {
        self.made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The warnings that borg ended with so far.
    pub fn warnings(&self) -> Vec<Warned> {
        self.warned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Runs a command for the lines of both streams. None is said.
    pub fn lines(
        &self,
        host: &Host<'_>,
        command: &Command,
        take: &mut dyn FnMut(&str),
    ) -> Result<Ended, Failure> {
        let mut take = |line: &str| {
            take(line);
            true
        };
        let made = &mut Made::default();
        listen_and(host, command, Hear::Say(Level::Info), made, &mut take)
    }

    /// Runs a command whose failure is an answer too.
    pub fn probe(&self, host: &Host<'_>, command: &Command) -> Result<Ended, Failure> {
        listen(host, command, Hear::Quiet, &mut Made::default())
    }

    /// The same; the answer is also handed out while it comes, as far as it is there.
    pub fn probe_early(
        &self,
        host: &Host<'_>,
        command: &Command,
        early: &mut dyn FnMut(&str),
    ) -> Result<Ended, Failure> {
        let mut take = |line: &str| {
            early(line);
            false
        };
        listen_and(host, command, Hear::Quiet, &mut Made::default(), &mut take)
    }

    /// Turns an exit into a result; a warning is said.
    pub fn judge(
        &self,
        host: &Host<'_>,
        command: &Command,
        ended: Ended,
        strictness: Strictness,
    ) -> Result<String, Failure> {
        let rules = self.options.borg_exit_codes.items();
        let (mut meaning, mut judge) = exit::judge(ended.exit, rules);
        if judge == Judge::Borg && ended.crashed {
            (meaning, judge) = (Meaning::Error, Judge::Default);
        }
        if strictness == Strictness::NoWarning
            && judge == Judge::Borg
            && ended.exit == Exit::Code(1)
        {
            meaning = Meaning::Error;
        }
        let cause = cause(&ended);
        let why = if ended.crashed && cause == Some(1) {
            Some("it broke off where it should not")
        } else {
            cause.and_then(exit::name)
        };
        let is_full = ended.exit == Exit::Code(2)
            && [&ended.said, &ended.tail]
                .into_iter()
                .flatten()
                .any(|line| line.contains("No space left on device"));
        let why = if is_full { Some(exit::FULL) } else { why };
        let words = || explain(command, ended.exit, why, judge, meaning);
        match meaning {
            Meaning::Fine | Meaning::Warning if ended.is_cut => Err(reply::too_long(command)),
            Meaning::Fine => Ok(ended.out),
            Meaning::Warning if strictness == Strictness::Rehearsal => Ok(ended.out),
            Meaning::Warning => {
                let words = format!("{}: what the lines above name may be missing", words());
                host.bus.line(Level::Warning, &self.scope, &words);
                self.warned
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(Warned {
                        words,
                        exit: ended.exit,
                    });
                Ok(ended.out)
            }
            Meaning::Error => {
                self.forget(host);
                let mut failure = Failure::new("borgmatic::borg::exit", words())
                    .kind(FailureKind::Command(ended.exit));
                failure.help = self.help(cause, is_full);
                let said = if ended.said.is_empty() {
                    ended.tail.clone()
                } else {
                    ended.said
                };
                failure.tail = ended.tail;
                Err(failure.of(Child {
                    words: command.words(),
                    exit: ended.exit,
                    said,
                    hook: None,
                    cause,
                }))
            }
        }
    }

    /// What a person can do about it.
    fn help(&self, cause: Option<i32>, is_full: bool) -> Option<String> {
        if is_full {
            return Some(exit::make_room(&self.scope));
        }
        let encryption = if self.has(Feature::SeparateRepository) {
            "aes256-ocb"
        } else {
            "repokey"
        };
        let options = self.options;
        let configured =
            options.encryption_passphrase.is_set() || options.encryption_passcommand.is_set();
        exit::help(cause?, &self.scope, encryption, configured)
    }
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
fn explain(
    command: &Command,
    exit: Exit,
    why: Option<&str>,
    judge: Judge,
    meaning: Meaning,
) -> String {
    let name = command.program.to_string_lossy();
    let verb = command
        .args
        .first()
        .map(|arg| arg.to_string_lossy())
        .unwrap_or_default();
    let warning = if meaning == Meaning::Warning {
        "a warning, "
    } else {
        ""
    };
    let mut words = format!("{name} {verb} ended with {warning}{exit}");
    if let Some(why) = why {
        words += &format!(": {why}");
    }
    match judge {
        Judge::Borg => {}
        Judge::Default => words += " (borgmatic takes this for an error)",
        Judge::User => words += " (judged by borg_exit_codes)",
    }
    words
}
