//! The doors to the world, as narrow traits. `sys/` implements them for the machine, tests by a
//! script.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Zoned;

use super::bus::Bus;
use super::command::Command;
use super::feeder::{Fed, Feeder};
use super::files::Files;
use super::outcome::{Exit, Failure, Signal};

/// What a running child lets us hear.
pub enum Heard<'a> {
    /// One line of standard output, without its end; any bytes.
    Out(&'a [u8]),
    /// One line of standard error.
    Err(&'a [u8]),
    /// Nothing more is waiting just now, or a child is about to have the terminal for itself: the
    /// moment to flush. With what standard output has of a line that has no end yet.
    Idle(&'a [u8]),
}

pub trait Processes: Sync {
    /// Runs a child to its end. Every exit is an `Ok`; `Err` means that it could not be started,
    /// or that a signal told us to stop (the child has ended by then). After such a signal only
    /// commands that run anyway are started.
    fn run(&self, command: &Command, hear: &mut dyn FnMut(Heard<'_>)) -> Result<Exit, Failure>;

    /// Runs a child to its end together with those that feed it, and ends all of them where one fails:
    /// the child where a feeder does, the feeders where the child ends so that `fails` is true. Lines
    /// of a feeder come with its number. `Err` as in [`Self::run`]; then, too, all have ended.
    fn run_fed(
        &self,
        command: &Command,
        feeders: &[Feeder],
        fails: &dyn Fn(Exit) -> bool,
        hear: &mut dyn FnMut(Option<usize>, Heard<'_>),
    ) -> Result<Fed, Failure>;

    /// The signal that told the whole run to end, if one came.
    fn stop(&self) -> Option<Signal>;

    /// Did that process start us, or what started us?
    fn is_above(&self, process: u32) -> bool;

    /// Starts a child that stays while the value lives: its standard input is a pipe that ends with
    /// the value, and with us, however we end. It is there once it has said a line; `Err` where it
    /// ends before, or says nothing for so long.
    fn beside(&self, command: &Command, longest: Duration) -> Result<Beside, Failure>;
}

/// A child that ends when this is dropped.
pub type Beside = Box<dyn Send>;

/// Other machines.
pub trait Network: Sync {
    /// Does a machine answer there? A refusal is an answer; `NotFound`: its name could not be looked
    /// up. Waits no longer than that, and not after a signal.
    fn answers(&self, host: &str, port: u16, longest: Duration) -> io::Result<()>;
}

pub trait Clock: Send + Sync {
    fn now(&self) -> Zoned;
    /// Waits; shorter when a signal arrives.
    fn sleep(&self, time: Duration);
}

/// Where people and pipes look.
pub trait Terminal: Send + Sync {
    /// Standard output takes data and answers. Buffered until [`Terminal::flush`].
    fn out(&self, bytes: &[u8]);
    /// Standard error takes the rest; whatever waits for standard output goes out first.
    fn err(&self, bytes: &[u8]);
    fn flush(&self);
    fn out_is_terminal(&self) -> bool;
    fn err_is_terminal(&self) -> bool;
    /// Is a person there who sees questions, and whose keys are our standard input?
    fn is_answered(&self) -> bool;
    /// Width of the terminal, in characters.
    fn width(&self) -> usize;
    /// Asks the person at the terminal, never standard input, and takes a line, with its end: without
    /// one, the person went away (Ctrl-D). `None`: nobody is there.
    fn ask(&self, question: &str) -> Option<String>;
}

/// Local sockets that take log messages.
pub trait Sockets: Send + Sync {
    /// Sends one message. It does not wait for long where nobody takes it.
    fn send(&self, to: &Path, message: &[u8]) -> io::Result<()>;

    /// Sends a message of any size to a journal: what is too large for the socket goes as memory.
    fn send_any(&self, to: &Path, message: &[u8]) -> io::Result<()>;
}

/// Files on web servers.
pub trait Fetch: Sync {
    /// What an address leads to, of at most `limit` bytes: by https, or by http from this very
    /// machine. Everything but an answer with a body is a failure.
    fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, Failure>;
}

/// What surrounds the process, as it was when it started.
#[derive(Clone, Debug, Default)]
pub struct Env {
    pub variables: HashMap<OsString, OsString>,
    pub cwd: PathBuf,
    /// From `HOME`, else from the password file.
    pub home: PathBuf,
    /// Effective user id.
    pub user: u32,
    /// Number of this process.
    pub process: u32,
    /// The home directories of the password file, by the names of their users.
    pub homes: HashMap<String, PathBuf>,
}

impl Env {
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
    }

    /// A variable that is set, is text and is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)
            .and_then(OsStr::to_str)
            .filter(|text| !text.is_empty())
    }

    /// Does the locale use UTF-8? The first of the three that is set decides.
    pub fn speaks_utf8(&self) -> bool {
        ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| self.text(name))
            .is_some_and(|locale| {
                let locale = locale.to_ascii_lowercase();
                locale.contains("utf-8") || locale.contains("utf8")
            })
    }

    /// `NO_GRAPHICS`: sentences instead of drawings, for those who listen.
    pub fn refuses_graphics(&self) -> bool {
        self.text("NO_GRAPHICS").is_some_and(|value| value != "0")
    }
}

/// Everything the program may ask of the world.
#[derive(Clone, Copy)]
pub struct Host<'a> {
    pub processes: &'a dyn Processes,
    pub clock: &'a dyn Clock,
    pub terminal: &'a dyn Terminal,
    pub network: &'a dyn Network,
    pub fetch: &'a dyn Fetch,
    pub files: &'a Files,
    pub env: &'a Env,
    pub bus: &'a Bus,
}
