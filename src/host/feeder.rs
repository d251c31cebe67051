//! A child that writes what another child reads, such as the dump of a database on its way to borg. A
//! FIFO is between them. Pure.

use std::fmt;
use std::path::PathBuf;

use super::command::Command;
use super::outcome::Exit;

/// How what it makes gets into the FIFO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// Its arguments name the FIFO.
    Itself,
    /// Its standard output is the FIFO.
    Output,
}

#[derive(Clone, Debug)]
pub struct Feeder {
    /// What it makes: «the dump of shop».
    pub what: String,
    pub command: Command,
    /// Is made before it starts.
    pub fifo: PathBuf,
    pub writes: Writes,
}

/// Opens the FIFO, which waits for the reader, and becomes the command.
const INTO: &str = "into=$1; shift; exec \"$@\" > \"$into\"";

impl Feeder {
    /// What to start. Whoever started a child with the FIFO as its output would wait for the reader
    /// with it.
    pub fn child(&self) -> Command {
        let mut child = self.command.clone();
        if self.writes == Writes::Output {
            child.program = "/bin/sh".into();
            child.args = ["-c".into(), INTO.into(), "sh".into()].to_vec();
            child.args.push(self.fifo.clone().into());
            child.args.push(self.command.program.clone());
            child.args.extend(self.command.args.iter().cloned());
        }
        child
    }
}

/// For a log.
impl fmt::Display for Feeder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.writes {
            Writes::Itself => write!(f, "{}", self.command),
            Writes::Output => write!(f, "{} > {}", self.command, self.fifo.display()),
        }
    }
}

/// Why one of several children was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Another one failed.
    Other,
    /// It waited for somebody who reads what it writes, and nobody came.
    Unread,
    /// It did not end in time after all was read.
    Late,
}

/// How one of several children ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    pub exit: Exit,
    /// We have ended it.
    pub stopped: Option<Stopped>,
    /// It ended, but the reader waits for it still.
    pub silent: bool,
}

impl Fate {
    pub fn of(exit: Exit) -> Self {
        Self {
            exit,
            stopped: None,
            silent: false,
        }
    }

    /// Did it end by itself, and well?
    pub fn is_fine(&self) -> bool {
        *self == Self::of(Exit::Code(0))
    }
}

/// How a child and those that fed it ended.
#[derive(Clone, Debug)]
pub struct Fed {
    pub reader: Fate,
    /// In the order of the feeders.
    pub feeders: Vec<Fate>,
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[test]
    fn an_output_becomes_the_fifo_whatever_the_words_are() {
        let mut feeder = Feeder {
            what: "the dump of shop".into(),
            command: Command::new("pg_dump")
                .args(["--user", "a b", "$(x)"])
                .set("PGPASSWORD", "x"),
            fifo: "/run/a b".into(),
            writes: Writes::Output,
        };
        let child = feeder.child();
        let words = [
            "-c", INTO, "sh", "/run/a b", "pg_dump", "--user", "a b", "$(x)",
        ];
        assert_eq!(child.program, "/bin/sh");
        assert_eq!(child.args, words.map(OsString::from));
        assert_eq!(child.env, feeder.command.env);
        assert_eq!(
            feeder.to_string(),
            "PGPASSWORD=*** pg_dump --user a b $(x) > /run/a b"
        );
        feeder.writes = Writes::Itself;
        assert_eq!(feeder.child().program, "pg_dump");
    }
}
