//! Hears a borg to its end: which lines are said, kept, drawn, or are questions.

use super::line::{self, Translation};
use super::made::Made;
use super::progress;
use crate::host::{
    Bus, Command, Exit, Failure, Fate, Fed, Feeder, Heard, Host, Level, Passed, Streams, Tail,
};

/// The longest answer of a probe that is kept, in bytes.
const LONGEST: usize = 16 << 20;

/// The longest answer that is kept at all: that of 100,000 archives is half of it at most.
pub(super) const MOST: usize = if cfg!(test) { 1 << 20 } else { 256 << 20 };

/// How a child ended, unjudged.
pub struct Ended {
    pub exit: Exit,
    /// Standard output, if it was asked for.
    pub out: String,
    /// It was too long, and is not there.
    pub is_cut: bool,
    /// The last lines that nobody has seen.
    pub tail: Vec<String>,
    /// The last lines that were said already.
    pub said: Vec<String>,
    /// Borg's own name of what went wrong.
    pub error: Option<String>,
    /// Python gave up on it. Its exit status is 1 then, which is a warning otherwise.
    pub crashed: bool,
}

/// What becomes of the lines of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hear {
    /// All are said, at this level where they have none of their own.
    Say(Level),
    /// Standard output is kept, the log is said.
    Keep,
    /// Both are kept.
    Quiet,
}

/// Runs a child and hears it to its end.
pub(super) fn listen(
    host: &Host<'_>,
    command: &Command,
    hear: Hear,
    made: &mut Made,
) -> Result<Ended, Failure> {
    listen_and(host, command, hear, made, &mut |_| false)
}

/// The same; lines that `take` takes go no further.
pub(super) fn listen_and(
    host: &Host<'_>,
    command: &Command,
    hear: Hear,
    made: &mut Made,
    take: &mut dyn FnMut(&str) -> bool,
) -> Result<Ended, Failure> {
    host.bus.line(Level::Debug, "", &command.to_string());
    let asking = asking(host, command);
    let command = asking.as_ref().unwrap_or(command);
    let mut ear = Ear::of(host.bus, command, hear, made, take);
    let exit = host.processes.run(command, &mut |heard| ear.heard(&heard));
    host.bus.progress(None);
    Ok(ear.ended(exit?))
}

/// How a child that feeds borg ended, and the last lines that it said.
pub(super) struct FeederEnded {
    pub(super) fate: Fate,
    pub(super) said: Vec<String>,
}

/// Runs a child together with those that feed it, and hears all of them to their end.
pub(super) fn listen_fed(
    host: &Host<'_>,
    command: &Command,
    feeders: &[Feeder],
    fails: &dyn Fn(Exit) -> bool,
    hear: Hear,
    made: &mut Made,
) -> Result<(Ended, Fate, Vec<FeederEnded>), Failure> {
    for feeder in feeders {
        host.bus.line(Level::Debug, "", &feeder.to_string());
    }
    host.bus.line(Level::Debug, "", &command.to_string());
    let asking = asking(host, command);
    let command = asking.as_ref().unwrap_or(command);
    let mut take = |_: &str| false;
    let mut ear = Ear::of(host.bus, command, hear, made, &mut take);
    let mut said: Vec<Tail> = feeders.iter().map(|_| Tail::default()).collect();
    let fed = host
        .processes
        .run_fed(command, feeders, fails, &mut |number, heard| match number {
            None => ear.heard(&heard),
            Some(number) => tool(host.bus, &mut said[number], &heard),
        });
    host.bus.progress(None);
    let Fed { reader, feeders } = fed?;
    let feeders = feeders
        .into_iter()
        .zip(said)
        .map(|(fate, said)| FeederEnded {
            fate,
            said: said.into_lines(),
        });
    Ok((ear.ended(reader.exit), reader, feeders.collect()))
}

/// Says a line of another program.
fn tool(bus: &Bus, said: &mut Tail, heard: &Heard<'_>) {
    let (bytes, of_err) = match heard {
        Heard::Idle(_) => return bus.flush(),
        Heard::Out(bytes) => (bytes, false),
        Heard::Err(bytes) => (bytes, true),
    };
    let text = String::from_utf8_lossy(bytes);
    said.push(&text);
    let level = if of_err {
        line::of_tool(&text)
    } else {
        Level::Info
    };
    let passed = Passed {
        text: &text,
        ..Passed::default()
    };
    bus.pass(level, passed);
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

/// Hears one child.
struct Ear<'h> {
    bus: &'h Bus,
    command: &'h Command,
    hear: Hear,
    made: &'h mut Made,
    take: &'h mut dyn FnMut(&str) -> bool,
    translation: Translation,
    out: String,
    is_cut: bool,
    /// The last lines that nobody has seen, and those that were said.
    tail: Tail,
    said: Tail,
    crashed: bool,
}

impl<'h> Ear<'h> {
    fn of(
        bus: &'h Bus,
        command: &'h Command,
        hear: Hear,
        made: &'h mut Made,
        take: &'h mut dyn FnMut(&str) -> bool,
    ) -> Self {
        Self {
            bus,
            command,
            hear,
            made,
            take,
            translation: Translation::default(),
            out: String::new(),
            is_cut: false,
            tail: Tail::default(),
            said: Tail::default(),
            crashed: false,
        }
    }
}

impl Ear<'_> {
    fn heard(&mut self, heard: &Heard<'_>) {
        match heard {
            Heard::Idle(unfinished) => self.pause(unfinished),
            Heard::Out(bytes) => self.out(bytes),
            Heard::Err(bytes) => self.log(bytes),
        }
    }

    /// The level of lines that have none of their own.
    fn usual(&self) -> Level {
        match self.hear {
            Hear::Say(level) => level,
            Hear::Keep | Hear::Quiet => Level::Info,
        }
    }

    /// Nothing more is waiting, but for a line that has no end yet.
    fn pause(&mut self, unfinished: &[u8]) {
        if self.hear == Hear::Quiet && !unfinished.is_empty() {
            (self.take)(&String::from_utf8_lossy(unfinished));
        }
        self.bus.flush();
    }

    /// Borg logs on standard error. Here are names of files, which may look like anything.
    fn out(&mut self, bytes: &[u8]) {
        let line = String::from_utf8_lossy(bytes);
        match self.hear {
            Hear::Quiet if self.out.len() >= LONGEST => {}
            Hear::Keep if self.is_cut || self.out.len() >= MOST => {
                self.is_cut = true;
                self.out = String::new();
            }
            Hear::Keep | Hear::Quiet => {
                self.out += &line;
                self.out.push('\n');
            }
            Hear::Say(level) => {
                if !(self.take)(&line) {
                    self.translation.keep(&line);
                    self.say(level);
                }
            }
        }
    }

    fn log(&mut self, bytes: &[u8]) {
        let line = String::from_utf8_lossy(bytes);
        self.crashed |= line.starts_with("Traceback (most recent call last):");
        if (self.take)(&line) {
            return;
        }
        let (usual, plain) = (self.usual(), line::of_tool(&line));
        let Some(level) = self.translation.read(&line, usual, plain) else {
            if let Some(progress) = progress::of(&self.translation, self.command.expected) {
                self.bus.progress(Some(&progress));
            }
            return;
        };
        if self.translation.asks && self.command.streams != Streams::Heard {
            return self.bus.ask(&self.translation.text);
        }
        if self.hear == Hear::Quiet {
            self.tail.push(&self.translation.text);
        } else {
            self.say(level);
        }
    }

    /// Says what was read last.
    fn say(&mut self, level: Level) {
        self.said.push(&self.translation.text);
        self.made.hear(&self.translation.text);
        self.bus.pass(level, self.translation.passed());
    }

    fn ended(self, exit: Exit) -> Ended {
        Ended {
            exit,
            out: self.out,
            is_cut: self.is_cut,
            tail: self.tail.into_lines(),
            said: self.said.into_lines(),
            error: self.translation.error,
            crashed: self.crashed,
        }
    }
}
