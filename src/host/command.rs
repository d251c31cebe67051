//! A child process as a value: what to run, in which surroundings, and how to show it. Pure; the
//! machine that runs it is behind [`super::ports::Processes`].

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::option::Secret;

/// Does a command change anything? Under `--dry-run` only reading commands may run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effect {
    Reads,
    #[default]
    Writes,
}

/// Where a child's standard streams go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Streams {
    /// Standard output and error come back line by line; standard input is empty.
    #[default]
    Heard,
    /// The same, but standard input is our own: a hook may ask.
    Asking,
    /// Standard output comes back line by line, the other two are our own: it may ask for what it
    /// prints then.
    Answering,
    /// All three are our own: the child may prompt and draw progress.
    Terminal,
    /// All three are pipes, of which the first lasts as long as we do; the keys of a terminal do not
    /// reach the child.
    Beside,
}

#[derive(Clone, Debug, Default)]
pub struct Command {
    pub program: OsString,
    pub args: Vec<OsString>,
    /// Changes to our own environment: a value, or `None` to remove.
    pub env: Vec<(String, Option<OsString>)>,
    pub cwd: Option<PathBuf>,
    pub umask: Option<u32>,
    pub streams: Streams,
    pub effect: Effect,
    /// It shows how far it has come, itself on the terminal or through us.
    pub progress: bool,
    /// The bytes that an earlier run of it read.
    pub expected: Option<u64>,
    /// It ends what was begun: it runs also after a signal told the run to end.
    pub anyway: bool,
    /// A shell: signals go to what it has started, too.
    pub shell: bool,
    /// It says much, line by line, that nobody waits for: several lines are taken at once, so that it
    /// need not wake us for each.
    pub chatty: bool,
    /// Of our own environment nothing goes to it but what `env` sets.
    pub cleared: bool,
    /// After so long it is ended, with all it has started; that is a failure.
    pub limit: Option<Duration>,
    /// Given to the child through a pipe of its own, whose descriptor number is put into this
    /// environment variable.
    pub secret: Option<(&'static str, Secret)>,
}

impl Command {
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            ..Self::default()
        }
    }

    /// A line for the shell.
    pub fn shell(line: impl Into<OsString>) -> Self {
        Self {
            shell: true,
            ..Self::new("/bin/sh").arg("-c").arg(line)
        }
    }

    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// The arguments, if the condition holds.
    #[must_use]
    pub fn when<A: Into<OsString>>(
        self,
        condition: bool,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        if condition { self.args(args) } else { self }
    }

    /// A flag and its value, if there is one.
    #[must_use]
    pub fn option(self, flag: &str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.arg(flag).arg(value.to_string()),
            None => self,
        }
    }

    #[must_use]
    pub fn set(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), Some(value.into())));
        self
    }

    #[must_use]
    pub fn unset(mut self, name: impl Into<String>) -> Self {
        self.env.push((name.into(), None));
        self
    }

    /// Starts it in an empty environment, with what was set and will be.
    #[must_use]
    pub fn cleared(mut self) -> Self {
        self.cleared = true;
        self
    }

    /// Ends it after so long.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    #[must_use]
    pub fn reads(mut self) -> Self {
        self.effect = Effect::Reads;
        self
    }

    /// Reads if the condition holds: a dry run of the child's own.
    #[must_use]
    pub fn reads_if(self, condition: bool) -> Self {
        if condition { self.reads() } else { self }
    }

    /// It says much, line by line, that nobody waits for.
    #[must_use]
    pub fn chatty(mut self) -> Self {
        self.chatty = true;
        self
    }

    /// The command without its surroundings; the word after a password flag is masked.
    pub fn words(&self) -> String {
        if let (true, Some(line)) = (self.shell, self.args.last()) {
            return line.to_string_lossy().into_owned();
        }
        let mut text = self.program.to_string_lossy().into_owned();
        let mut mask = false;
        for arg in &self.args {
            text.push(' ');
            text += &if mask {
                "***".into()
            } else {
                arg.to_string_lossy()
            };
            mask = arg == OsStr::new("--password");
        }
        text
    }

    /// Connects the child to our own terminal.
    #[must_use]
    pub fn on_terminal(mut self) -> Self {
        self.streams = Streams::Terminal;
        self
    }

    /// The same, if the condition holds: it asks, or draws its progress.
    #[must_use]
    pub fn on_terminal_if(self, condition: bool) -> Self {
        if condition { self.on_terminal() } else { self }
    }

    /// It shows how far it has come, if the condition holds; until somebody else draws that, it has
    /// the terminal.
    #[must_use]
    pub fn progress_if(mut self, condition: bool) -> Self {
        self.progress = condition;
        self.on_terminal_if(condition)
    }
}

/// Longest command line in a log, in characters. borgmatic 2.1.10: 1000.
const SHOWN: usize = 1000;

/// The command for a log or an error: values of environment variables that may hold secrets and
/// the word after a password flag are masked.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (name, value) in &self.env {
            if value.is_some()
                && ["BORG_", "PG", "MARIADB_", "MYSQL_"]
                    .iter()
                    .any(|prefix| name.starts_with(prefix))
            {
                text.extend([name, "=*** "]);
            }
        }
        text += &self.words();
        match text.char_indices().nth(SHOWN) {
            Some((at, _)) => write!(f, "{}…", &text[..at]),
            None => f.write_str(&text),
        }
    }
}
