//! Runs children: one loop that waits for their output, their end and our signals together. No
//! threads; any number of such loops may run side by side.
#![expect(clippy::disallowed_methods, reason = "graces are measured here")]

use std::os::fd::BorrowedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal as Number, getpgrp, kill_process};
use signal_hook::consts::{SIGCHLD, SIGINT, SIGKILL, SIGTERM};

use super::beside;
use super::descent::{ancestors, family};
use super::signal::{Ear, Stop, wait};
use super::spawn;
use super::stream::Stream;
use crate::host::outcome::reason;
use crate::host::{Beside, Command, Exit, Failure, Fed, Feeder, Heard, Processes, Signal, Streams};

/// Between INT and TERM: borg writes its checkpoint.
const CHECKPOINT: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 10 });
/// Between TERM and KILL, for a child that does not end by itself.
const LAST: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 60 });
/// The same after a second TERM: somebody is in a hurry.
const SOON: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 10 });
/// How long we listen on to a grandchild that stays silent, after the child has ended.
const SILENCE: Duration = Duration::from_millis(200);
/// How long we listen on to a grandchild that keeps talking.
const CHATTER: Duration = Duration::from_secs(10);
/// Between TERM and KILL for a child that did not end in time, and again before it is given up.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a chatty child may collect lines before they are read.
const COLLECT: Duration = Duration::from_millis(1);
/// We look after a child at least this often, in case whoever started us blocked SIGCHLD.
const TICK: Duration = Duration::from_secs(1);

mod fed;

pub struct Children {
    stop: Stop,
}

impl Children {
    pub(super) fn new(stop: Stop) -> Self {
        Self { stop }
    }
}

impl Processes for Children {
    fn run(&self, command: &Command, hear: &mut dyn FnMut(Heard<'_>)) -> Result<Exit, Failure> {
        let trouble = |error| trouble(command, &error);
        let mut running = Running::start(&self.stop, command, hear)?;
        let status = running.listen(hear).map_err(trouble)?;
        running.listen_on(hear);
        // A terminal's INT may end the child before we look at our own.
        match (running.told(), status) {
            (Some(signal), _) => Err(Failure::interrupted(signal)),
            (None, Some(status)) if running.late == 0 => Ok(exit(status)),
            (None, _) => Err(Failure::late(command)),
        }
    }

    fn run_fed(
        &self,
        command: &Command,
        feeders: &[Feeder],
        fails: &dyn Fn(Exit) -> bool,
        hear: &mut dyn FnMut(Option<usize>, Heard<'_>),
    ) -> Result<Fed, Failure> {
        fed::run(&self.stop, command, feeders, fails, hear)
    }

    fn stop(&self) -> Option<Signal> {
        self.stop.signal()
    }

    fn is_above(&self, process: u32) -> bool {
        ancestors().any(|ancestor| u32::try_from(ancestor) == Ok(process))
    }

    fn beside(&self, command: &Command, longest: Duration) -> Result<Beside, Failure> {
        self.stop.watch();
        beside::start(command, longest)
    }
}

fn exit(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (None, Some(signal)) => Exit::Signal(signal),
        (code, _) => Exit::Code(code.unwrap_or(-1)),
    }
}

fn trouble(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(
        "borgmatic::host::child",
        format!(
            "lost track of {}: {}",
            command.program.to_string_lossy(),
            reason(error)
        ),
    )
}

/// A child that was started, and what is heard and passed on meanwhile.
struct Running<'a> {
    child: Child,
    out: Option<Stream>,
    err: Option<Stream>,
    ear: Ear,
    passed_on: &'a [i32],
    chatty: bool,
    /// What it has started hears our signals, too.
    shell: bool,
    /// The signal that ended the run.
    told: Option<Signal>,
    /// When the child gets TERM, if it does not end before.
    term_at: Option<Instant>,
    /// It was sent TERM, and gets KILL then.
    kill_at: Option<Instant>,
    /// When its time is up.
    end: Option<Instant>,
    /// How often its time was up.
    late: u8,
}

impl<'a> Running<'a> {
    fn start(
        stop: &'a Stop,
        command: &Command,
        hear: &mut dyn FnMut(Heard<'_>),
    ) -> Result<Self, Failure> {
        let passed_on = stop.watch();
        let ear = Ear::open(&[&[SIGCHLD, SIGINT, SIGTERM], passed_on].concat())
            .map_err(|error| trouble(command, &error))?;
        if let Some(signal) = stop.signal().filter(|_| !command.anyway) {
            return Err(Failure::interrupted(signal));
        }
        if command.streams == Streams::Terminal {
            // What waits to be shown belongs before what the child shows.
            hear(Heard::Idle(b""));
        }
        let mut child = spawn::start(command)?;
        Ok(Self {
            out: Stream::of(child.stdout.take()),
            err: Stream::of(child.stderr.take()),
            child,
            ear,
            passed_on,
            chatty: command.chatty,
            shell: command.shell || command.limit.is_some(),
            told: None,
            term_at: None,
            kill_at: None,
            end: command.limit.map(|limit| Instant::now() + limit),
            late: 0,
        })
    }
}

impl Running<'_> {
    /// Until the child has ended; `None` for one that not even KILL ends in time.
    fn listen(&mut self, hear: &mut dyn FnMut(Heard<'_>)) -> std::io::Result<Option<ExitStatus>> {
        let mut look = true;
        let mut more = false;
        loop {
            self.obey();
            if (self.ear.heard(SIGCHLD) || look)
                && let Some(status) = self.child.try_wait()?
            {
                return Ok(Some(status));
            }
            if self.hurry() {
                return Ok(None);
            }
            let ends = [self.term_at, self.kill_at, self.end];
            let longest = match ends.into_iter().flatten().min() {
                _ if more => Duration::ZERO,
                Some(at) => at.saturating_duration_since(Instant::now()).min(TICK),
                None => TICK,
            };
            let [out, err] = self.streams();
            let ready = wait([Some(self.ear.descriptor()), out, err], longest);
            look = ready.is_none();
            let [signal, out, err] = ready.unwrap_or_default();
            if signal {
                self.ear.quiet();
            }
            let fresh = more || out || err;
            more = self.read(out, err, hear);
            if fresh && !more {
                let unfinished = self.out.as_ref().map_or(&b""[..], Stream::unfinished);
                hear(Heard::Idle(unfinished));
                if self.chatty {
                    // A signal ends this at once, such as that of the child's end.
                    wait([Some(self.ear.descriptor())], COLLECT);
                }
            }
        }
    }

    /// What is still in the pipes, after the end of the child. A grandchild may hold them open.
    fn listen_on(&mut self, hear: &mut dyn FnMut(Heard<'_>)) {
        let end = Instant::now() + CHATTER;
        while self.streams().iter().any(Option::is_some)
            && let Some([out, err]) = wait(self.streams(), SILENCE)
            && Instant::now() < end
        {
            self.read(out, err, hear);
        }
        if let Some(mut stream) = self.out.take() {
            stream.finish(&mut |line| hear(Heard::Out(line)));
        }
        if let Some(mut stream) = self.err.take() {
            stream.finish(&mut |line| hear(Heard::Err(line)));
        }
    }

    /// Its two streams, as far as they are open.
    fn streams(&self) -> [Option<BorrowedFd<'_>>; 2] {
        [&self.out, &self.err].map(|stream| stream.as_ref().map(Stream::descriptor))
    }

    /// Reads once from the streams that have something; `true` if there may be more.
    fn read(&mut self, out: bool, err: bool, hear: &mut dyn FnMut(Heard<'_>)) -> bool {
        let out = out && Stream::read(&mut self.out, &mut |line| hear(Heard::Out(line)));
        let err = err && Stream::read(&mut self.err, &mut |line| hear(Heard::Err(line)));
        out || err
    }

    /// Passes our signals on to the child.
    fn obey(&mut self) {
        for signal in self.passed_on {
            if self.ear.heard(*signal) {
                self.send(*signal);
            }
        }
        if self.ear.heard(SIGINT) {
            if self.told.replace(Signal(SIGINT)).is_some() {
                // Somebody is in a hurry, and more so after TERM did not help.
                if self.kill_at.is_some() {
                    self.kill();
                } else {
                    self.term();
                }
            } else {
                self.term_at = Some(Instant::now() + CHECKPOINT);
                if !in_foreground() {
                    self.send(SIGINT);
                }
            }
        }
        if self.ear.heard(SIGTERM) {
            self.told = Some(Signal(SIGTERM));
            self.term();
        }
        let now = Instant::now();
        if self.term_at.is_some_and(|at| now >= at) {
            self.term();
        }
        if self.kill_at.is_some_and(|at| now >= at) {
            self.kill();
        }
    }

    /// Ends a child whose time is up: TERM, KILL, and then it is given up.
    fn hurry(&mut self) -> bool {
        if self.end.is_none_or(|end| Instant::now() < end) {
            return false;
        }
        self.end = Some(Instant::now() + PATIENCE);
        self.late += 1;
        match self.late {
            1 => self.send(SIGTERM),
            2 => self.send(SIGKILL),
            _ => return true,
        }
        false
    }

    fn term(&mut self) {
        self.term_at = None;
        let now = Instant::now();
        self.kill_at = Some(match self.kill_at {
            None => now + LAST,
            Some(at) => at.min(now + SOON),
        });
        self.send(SIGTERM);
    }

    /// One that waits for a disk dies later, and what a shell has started meanwhile is found then.
    fn kill(&mut self) {
        self.kill_at = Some(Instant::now() + SOON);
        self.send(SIGKILL);
    }

    /// Only while the child has not been waited for: its number is still its own.
    fn send(&self, signal: i32) {
        let Some(number) = Number::from_named_raw(signal) else {
            return;
        };
        let own = Pid::from_child(&self.child);
        let family = if self.shell {
            family(own.as_raw_nonzero().get())
        } else {
            vec![own.as_raw_nonzero().get()]
        };
        for process in family.into_iter().filter_map(Pid::from_raw) {
            // It may have ended just now.
            let _gone = kill_process(process, number);
        }
    }

    fn told(&self) -> Option<Signal> {
        [SIGTERM, SIGINT]
            .into_iter()
            .find(|signal| self.ear.heard(*signal))
            .map(Signal)
            .or(self.told)
    }
}

/// Are we the job in front of a terminal, so that its keys reach our children by themselves?
fn in_foreground() -> bool {
    std::fs::File::open("/dev/tty")
        .is_ok_and(|terminal| rustix::termios::tcgetpgrp(terminal) == Ok(getpgrp()))
}

#[cfg(test)]
mod tests;
