//! Hearing a borg and judging how it ended.

use std::sync::PoisonError;

use super::exit::{self, Judge, Meaning};
use super::line::{self, Translation};
use super::made::Made;
use super::progress;
use super::ready::Borg;

use crate::host::{Child, Command, Exit, Failure, FailureKind, Heard, Host, Level, Streams, Tail};

/// The longest answer of a probe that is kept, in bytes.
const LONGEST: usize = 16 << 20;

/// How a child ended, unjudged.
pub struct Ended {
    pub exit: Exit,
    /// Standard output, if it was asked for.
    pub out: String,
    /// The last lines that nobody has seen.
    pub tail: Vec<String>,
    /// The last lines that were said already.
    pub said: Vec<String>,
    /// Borg's own name of what went wrong.
    pub error: Option<String>,
    /// Python gave up on it. Its exit status is 1 then, which is a warning otherwise.
    pub crashed: bool,
}

/// An exit that was a warning.
#[derive(Clone, Debug)]
pub struct Warned {
    pub words: String,
    pub exit: Exit,
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
        let words = || explain(command, ended.exit, why, judge, meaning);
        match meaning {
            Meaning::Fine => Ok(ended.out),
            Meaning::Warning => {
                let words = format!("{}: {}", words(), left_undone(command));
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
                failure.help = cause.and_then(|cause| exit::help(cause, &self.scope));
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
                }))
            }
        }
    }
}

/// What a warning means for the user.
fn left_undone(command: &Command) -> &'static str {
    if command.args.first().is_some_and(|word| word == "umount") {
        "nothing was unmounted; is something mounted there, and does nobody use it?"
    } else {
        "what the lines above name may be missing"
    }
}

/// Runs a child and hears it to its end.
fn listen(
    host: &Host<'_>,
    command: &Command,
    hear: Hear,
    made: &mut Made,
) -> Result<Ended, Failure> {
    listen_and(host, command, hear, made, &mut |_| false)
}

/// The same; lines that `take` takes go no further.
fn listen_and(
    host: &Host<'_>,
    command: &Command,
    hear: Hear,
    made: &mut Made,
    take: &mut dyn FnMut(&str) -> bool,
) -> Result<Ended, Failure> {
    host.bus.line(Level::Debug, "", &command.to_string());
    let asking = asking(host, command);
    let command = asking.as_ref().unwrap_or(command);
    let mut out = String::new();
    let (mut tail, mut said) = (Tail::default(), Tail::default());
    let mut translation = Translation::default();
    let mut crashed = false;
    let usual = if let Hear::Say(level) = hear {
        level
    } else {
        Level::Info
    };
    let exit = host.processes.run(command, &mut |heard| {
        let (line, plain) = match heard {
            Heard::Idle(unfinished) => {
                if hear == Hear::Quiet && !unfinished.is_empty() {
                    take(&String::from_utf8_lossy(unfinished));
                }
                return host.bus.flush();
            }
            Heard::Out(bytes)
                if hear == Hear::Keep || hear == Hear::Quiet && out.len() < LONGEST =>
            {
                out += &String::from_utf8_lossy(bytes);
                return out.push('\n');
            }
            // Borg logs on standard error. Here are names of files, which may look like anything.
            Heard::Out(bytes) => {
                let line = String::from_utf8_lossy(bytes);
                if hear != Hear::Quiet && !take(&line) {
                    translation.keep(&line);
                    said.push(&translation.text);
                    made.hear(&translation.text);
                    host.bus.pass(usual, translation.passed());
                }
                return;
            }
            Heard::Err(bytes) => {
                let line = String::from_utf8_lossy(bytes);
                crashed |= line.starts_with("Traceback (most recent call last):");
                let plain = line::of_tool(&line);
                (line, plain)
            }
        };
        if take(&line) {
            return;
        }
        let Some(level) = translation.read(&line, usual, plain) else {
            if let Some(progress) = progress::of(&translation, command.expected) {
                host.bus.progress(Some(&progress));
            }
            return;
        };
        if translation.asks && command.streams != Streams::Heard {
            return host.bus.ask(&translation.text);
        }
        if hear == Hear::Quiet {
            tail.push(&translation.text);
        } else {
            said.push(&translation.text);
            made.hear(&translation.text);
            host.bus.pass(level, translation.passed());
        }
    });
    host.bus.progress(None);
    let exit = exit?;
    Ok(Ended {
        exit,
        out,
        tail: tail.into_lines(),
        said: said.into_lines(),
        error: translation.error,
        crashed,
    })
}

/// The command with our standard input, where a person can answer the questions of one borg.
fn asking(host: &Host<'_>, command: &Command) -> Option<Command> {
    let can =
        command.streams == Streams::Heard && host.terminal.is_answered() && !host.bus.is_apart();
    can.then(|| Command {
        streams: Streams::Asking,
        ..command.clone()
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
