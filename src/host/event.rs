//! Everything that is said while running is an event; consoles, files and monitors are listeners.

use super::outcome::Failure;
use super::progress::Progress;
use crate::text::Problem;

/// How loud an event is. borgmatic 2.1.10: `ANSWER` lies between `INFO` and `WARNING`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Debug,
    Info,
    Answer,
    Warning,
    Error,
    Critical,
}

impl Level {
    /// As logs write it. borgmatic 2.1.10: the same.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Answer => "ANSWER",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }

    /// The severity of syslog. borgmatic 2.1.10: the same for journald.
    pub fn severity(self) -> u8 {
        match self {
            Self::Debug => 7,
            Self::Info => 6,
            Self::Answer => 5,
            Self::Warning => 4,
            Self::Error => 3,
            Self::Critical => 2,
        }
    }
}

/// Whose event it is: the label or path of a repository, or the path of a configuration file.
/// Empty for lines that are passed on from a child.
pub type Scope = str;

#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// A line of our own.
    Line(&'a str),
    /// A line of a child.
    Passed(Passed<'a>),
    /// Something failed; drawn with its help where a person looks.
    Failure(&'a Failure),
    /// A mistake in a text; drawn with its place where a person looks.
    Problem(&'a Problem),
    /// A document for standard output, as it is. It is what was asked for, so it comes whatever the
    /// level; listeners other than the console leave it.
    Data(&'a str),
}

/// What a child said. Only the text is for people; the rest is borg's, for logs that keep it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Passed<'a> {
    pub text: &'a str,
    /// The part of borg that said it: `borg.output.list`.
    pub name: Option<&'a str>,
    /// Borg's name of what is said: `Repository.DoesNotExist`.
    pub msgid: Option<&'a str>,
}

#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    pub level: Level,
    pub scope: &'a Scope,
    pub body: Body<'a>,
}

/// What is being worked on, for logs that keep it beside the words, also of a child's lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The path of the configuration file.
    pub configuration: String,
    /// The label or path of the repository.
    pub repository: String,
    pub action: String,
}

pub trait Listener: Send {
    fn hear(&mut self, event: &Event<'_>, about: &About);
    fn flush(&mut self) {}
    /// The quietest level it listens to, if it listens at all.
    fn threshold(&self) -> Option<Level>;
    /// Does it draw how far a child has come?
    fn draws(&self) -> bool {
        false
    }
    /// How far a child has come; `None` when it has ended.
    fn progress(&mut self, _: Option<&Progress<'_>>, _: &About) {}
    /// A question of a child, which waits for an answer on standard input.
    fn ask(&mut self, _: &str) {}
    /// Why it could not keep what it heard, in words; told once.
    fn trouble(&mut self) -> Option<String> {
        None
    }
}
