//! How things end: exits of children, and failures, which are the world's «no» (a mistake in a text
//! is a [`crate::text::Problem`]).

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::Path;

use miette::Diagnostic;

use super::command::Command;
use crate::text::Problem;

const LATE: &str = "borgmatic::host::late";

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Code(i32),
    /// Killed by this signal.
    Signal(i32),
}

impl Exit {
    /// As a shell tells it.
    pub fn status(self) -> i32 {
        match self {
            Self::Code(code) => code,
            Self::Signal(number) => Signal(number).status(),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit status {code}"),
            Self::Signal(number) => write!(f, "signal {number} ({})", Signal(*number)),
        }
    }
}

/// A signal by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal(pub i32);

impl Signal {
    /// The exit status of what it ended, as a shell tells it.
    pub fn status(self) -> i32 {
        128 + self.0
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            1 => "HUP",
            2 => "INT",
            3 => "QUIT",
            6 => "ABRT",
            9 => "KILL",
            11 => "SEGV",
            13 => "PIPE",
            15 => "TERM",
            other => return write!(f, "number {other}"),
        };
        f.write_str(name)
    }
}

/// Why something could not be done, and what to do about it.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Stable, listed in `docs/diagnostics.md`: `borgmatic::borg::exit`.
    pub code: &'static str,
    pub words: String,
    /// What the child last said.
    pub tail: Vec<String>,
    pub help: Option<String>,
    pub kind: FailureKind,
    /// The child that it came from.
    pub child: Option<Box<Child>>,
    /// What the program ends with where nothing else was done: 1, but for the installer.
    pub status: u8,
}

/// A child that ended badly, as hooks and logs hear of it.
#[derive(Clone, Debug)]
pub struct Child {
    /// Its command line.
    pub words: String,
    pub exit: Exit,
    /// The last lines of all that it said.
    pub said: Vec<String>,
    /// The hook that it was: `before repository`.
    pub hook: Option<String>,
    /// The exit code of borg that tells most of what went wrong.
    pub cause: Option<i32>,
}

#[derive(Clone, Debug)]
pub enum FailureKind {
    /// A child ended badly.
    Command(Exit),
    /// A program is not there or cannot be started.
    Missing,
    /// A file or directory.
    File,
    /// What was asked for cannot be done.
    Refused,
    /// A command hook asks to leave out the rest, and to call that a success.
    Soft,
    /// A signal ended the run.
    Interrupted(Signal),
}

impl Failure {
    pub fn new(code: &'static str, words: impl Into<String>) -> Self {
        Self {
            code,
            words: words.into(),
            tail: Vec::new(),
            help: None,
            kind: FailureKind::Refused,
            child: None,
            status: 1,
        }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Without the lines that were said already.
    #[must_use]
    pub fn told(mut self) -> Self {
        self.tail = Vec::new();
        self
    }

    #[must_use]
    pub fn of(mut self, child: Child) -> Self {
        self.child = Some(Box::new(child));
        self
    }

    #[must_use]
    pub fn kind(mut self, kind: FailureKind) -> Self {
        self.kind = kind;
        self
    }

    /// Ends the program with another status than 1.
    #[must_use]
    pub fn status(mut self, status: u8) -> Self {
        self.status = status;
        self
    }

    /// A file operation that failed; `doing` completes «could not …».
    pub fn file(doing: &str, path: &Path, error: &io::Error) -> Self {
        let failure = Self::new(
            "borgmatic::host::file",
            format!("could not {doing} {}: {}", path.display(), reason(error)),
        )
        .kind(FailureKind::File);
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => failure.help(format!(
                "make room on the file system of {}, then run again",
                path.display()
            )),
            // Root may do the rest.
            io::ErrorKind::PermissionDenied if is_protected(error) => failure.help(format!(
                "run as a user who may do that (often: sudo borgmatic …); if that is root already, \
                 the file may be protected, see: lsattr -d {}",
                path.display()
            )),
            io::ErrorKind::PermissionDenied => {
                failure.help("run as a user who may do that (often: sudo borgmatic …)")
            }
            _ => failure,
        }
    }

    /// A program that is not there.
    pub fn missing(program: &OsStr) -> Self {
        let program = program.to_string_lossy();
        Self::new(
            "borgmatic::host::missing-program",
            format!("the program {program} was not found"),
        )
        .kind(FailureKind::Missing)
        .help(if program.contains('/') {
            format!("install {program}, or correct its path in the configuration")
        } else {
            format!("install {program}, or make sure that PATH names its directory")
        })
    }

    /// A child that did not end in time.
    pub fn late(command: &Command) -> Self {
        let limit = command.limit.unwrap_or_default().as_secs();
        let words = format!("{} did not end within {limit} s", command.words());
        Self::new(LATE, words).kind(FailureKind::Missing)
    }

    /// Did a child not end in time?
    pub fn is_late(&self) -> bool {
        self.code == LATE
    }

    pub fn interrupted(signal: Signal) -> Self {
        Self::new(
            "borgmatic::run::interrupted",
            format!("stopped by signal {signal}"),
        )
        .kind(FailureKind::Interrupted(signal))
    }
}

/// errno(3); EACCES is 13.
const EPERM: i32 = 1;

/// Not for want of rights to a file: it is immutable, or the like.
fn is_protected(error: &io::Error) -> bool {
    error.raw_os_error() == Some(EPERM)
}

/// The system's reason without «(os error 2)».
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)?;
        self.tail.iter().try_for_each(|line| write!(f, "\n{line}"))
    }
}

impl std::error::Error for Failure {}

impl Diagnostic for Failure {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
}

/// A configured value that turned out to be wrong only when the world was asked.
impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self {
            help: problem.help.clone(),
            ..Self::new(problem.code, problem.line())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_told_where_to_look_when_rights_are_not_what_is_missing() {
        let help = |errno| {
            let error = io::Error::from_raw_os_error(errno);
            let failure = Failure::file("remove", Path::new("/etc/x"), &error);
            failure.help.unwrap_or_default()
        };
        assert!(help(EPERM).ends_with("see: lsattr -d /etc/x"));
        assert!(!help(13).contains("lsattr"));
    }
}
