//! Runs the commands of hooks, one after the other.

use std::path::PathBuf;

use super::options::Hook;
use super::words::{NAMES, Variables, fill};
use crate::borg::line::of_tool;
use crate::host::{
    Child, Command, Exit, Failure, FailureKind, Heard, Host, Level, Passed, Streams, Tail,
};
use crate::text::near::nearest;

/// «Leave out the rest, all is well.» From the mail world's «temporary failure».
const SOFT: i32 = 75;

/// In whose name hooks run, and in which surroundings.
pub struct Surroundings<'a> {
    /// The repository or the file that messages name.
    pub scope: &'a str,
    /// What the hooks stand before or after: «create», «the repository».
    pub what: &'a str,
    pub cwd: Option<PathBuf>,
    pub umask: Option<u32>,
    pub variables: Variables,
    pub dry: bool,
}

/// Before or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Before,
    After,
    /// After an error.
    Error,
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After | Self::Error => "after",
        }
    }
}

impl Surroundings<'_> {
    /// Runs all commands of these hooks; the first that fails is the last.
    pub fn run(&self, host: &Host<'_>, hooks: &[&Hook], side: Side) -> Result<(), Failure> {
        for hook in hooks {
            let lines = hook.run.items();
            let title = format!("{} {}", side.word(), self.what);
            let commands = if lines.len() == 1 {
                "command"
            } else {
                "commands"
            };
            let note = if self.dry { " (dry run: not run)" } else { "" };
            let words = format!("Running {} {commands} {title}{note}", lines.len());
            host.bus.line(Level::Info, self.scope, &words);
            for line in lines.iter().filter(|_| !self.dry) {
                self.command(host, line, side, &title)?;
            }
        }
        Ok(())
    }

    /// What the original calls it.
    fn kind(&self) -> &'static str {
        match self.what {
            "the repository" => "repository",
            "the configuration" => "configuration",
            _ => "action",
        }
    }

    fn command(&self, host: &Host<'_>, line: &str, side: Side, title: &str) -> Result<(), Failure> {
        let filled = fill(line, &self.variables);
        for name in filled.unknown {
            let mut words =
                format!("{{{name}}} means nothing in a command {title}: it stays as it is");
            let elsewhere = NAMES.contains(&name.as_str());
            if let Some(near) = nearest(&name, NAMES).filter(|_| !elsewhere) {
                words += &format!("; did you mean {{{near}}}?");
            }
            host.bus.line(Level::Warning, self.scope, &words);
        }
        let mut command = Command::shell(filled.line);
        command.streams = Streams::Asking;
        command.cwd.clone_from(&self.cwd);
        command.umask = self.umask;
        command.anyway = side != Side::Before;
        let usual = if side == Side::Error {
            Level::Error
        } else {
            Level::Answer
        };
        host.bus
            .line(Level::Debug, self.scope, &command.to_string());
        let mut said = Tail::default();
        let exit = host.processes.run(&command, &mut |heard| {
            let (bytes, of_err) = match heard {
                Heard::Idle(_) => return host.bus.flush(),
                Heard::Out(bytes) => (bytes, false),
                Heard::Err(bytes) => (bytes, true),
            };
            let text = String::from_utf8_lossy(bytes);
            said.push(&text);
            let level = if of_err { of_tool(&text) } else { usual };
            host.bus.pass(
                level,
                Passed {
                    text: &text,
                    ..Passed::default()
                },
            );
        })?;
        let words = match exit {
            Exit::Code(0) => return Ok(()),
            _ => format!(
                "the command {title} `{}` ended with {exit}",
                first_line(line)
            ),
        };
        let kind = match exit {
            Exit::Code(SOFT) => FailureKind::Soft,
            _ => FailureKind::Command(exit),
        };
        let child = Child {
            cause: None,
            words: command.words(),
            exit,
            said: said.into_lines(),
            hook: Some(format!("{} {}", side.word(), self.kind())),
        };
        Err(Failure::new("borgmatic::hook::command", words)
            .kind(kind)
            .of(child))
    }
}

/// A script of many lines is known by its first one.
fn first_line(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    if lines.next().is_some() {
        format!("{first} …")
    } else {
        first.to_owned()
    }
}

/// The number of the option `umask`, whose decimal digits are octal ones. borgmatic 2.1.10: 77 is 0o77.
pub fn umask(digits: u32) -> Option<u32> {
    u32::from_str_radix(&digits.to_string(), 8).ok()
}
