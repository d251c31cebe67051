//! Runs a child together with those that feed it, in one loop. Where one fails, all are ended; so is
//! who waits at a FIFO for somebody who will not come.
#![expect(clippy::disallowed_methods, reason = "graces are measured here")]

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::process::Pid;
use signal_hook::consts::SIGCHLD;

use super::{Running, SOON, TICK, exit, trouble};
use crate::host::{Command, Exit, Failure, Fate, Fed, Feeder, Heard, Signal, Stopped, Streams};
use crate::sys::descent::{family, waits_at_fifo};
use crate::sys::signal::{Stop, wait_for_any};

/// How long a feeder may take for what it does after all was read.
const LINGER: Duration = Duration::from_secs(if cfg!(test) { 4 } else { 600 });
/// Who is seen waiting at a FIFO so often, a tick between, waits for nobody.
const LOOKS: u8 = 3;

type Hear<'h> = dyn FnMut(Option<usize>, Heard<'_>) + 'h;

/// See [`crate::host::Processes::run_fed`].
pub(super) fn run(
    stop: &Stop,
    command: &Command,
    feeders: &[Feeder],
    fails: &dyn Fn(Exit) -> bool,
    hear: &mut Hear<'_>,
) -> Result<Fed, Failure> {
    let mut group = Group {
        feeders: Vec::new(),
        fifos: feeders.iter().map(|feeder| feeder.fifo.clone()).collect(),
        reader: None,
        read_at: None,
    };
    let started = group.start(stop, command, feeders, hear);
    // Those that were started end, also where one could not be.
    if let Err(error) = group.listen(fails, hear) {
        group.all().for_each(|(_, member)| member.kill());
        return Err(trouble(command, &error));
    }
    if let Some(signal) = group.told() {
        return Err(Failure::interrupted(signal));
    }
    started?;
    let fates = group.feeders.iter().map(Member::fate).collect();
    match group.reader {
        Some(reader) => Ok(Fed {
            reader: reader.fate(),
            feeders: fates,
        }),
        None => Err(trouble(command, &io::ErrorKind::NotFound.into())),
    }
}

/// One of the children.
struct Member<'a> {
    running: Running<'a>,
    exit: Option<Exit>,
    stopped: Option<Stopped>,
    silent: bool,
    /// How often in a row it was seen waiting at a FIFO.
    waited: u8,
}

impl<'a> Member<'a> {
    fn of(running: Running<'a>) -> Self {
        Self {
            running,
            exit: None,
            stopped: None,
            silent: false,
            waited: 0,
        }
    }

    /// Passes signals on, and looks whether it has ended.
    fn step(&mut self, look: bool, hear: &mut dyn FnMut(Heard<'_>)) -> io::Result<()> {
        if self.exit.is_some() {
            return Ok(());
        }
        self.running.obey();
        self.running.hurry();
        if (self.running.ear.heard(SIGCHLD) || look)
            && let Some(status) = self.running.child.try_wait()?
        {
            self.exit = Some(exit(status));
            self.running.listen_on(hear);
        }
        Ok(())
    }

    fn stop(&mut self, why: Stopped) {
        if self.exit.is_none() && self.stopped.is_none() {
            self.stopped = Some(why);
            self.running.term();
        }
    }

    fn kill(&mut self) {
        if self.exit.is_none() {
            self.running.kill();
        }
    }

    /// Counts how often it was seen waiting at a FIFO; has it waited for too long?
    fn waits(&mut self) -> bool {
        let own = Pid::from_child(&self.running.child).as_raw_nonzero().get();
        let waits = family(own).into_iter().any(waits_at_fifo);
        self.waited = if waits { self.waited + 1 } else { 0 };
        self.waited >= LOOKS
    }

    fn is_bad(&self, fails: &dyn Fn(Exit) -> bool) -> bool {
        self.silent || self.stopped.is_some() || self.exit.is_some_and(fails)
    }

    fn fate(&self) -> Fate {
        Fate {
            exit: self.exit.unwrap_or(Exit::Code(-1)),
            stopped: self.stopped,
            silent: self.silent,
        }
    }
}

struct Group<'a> {
    feeders: Vec<Member<'a>>,
    fifos: Vec<PathBuf>,
    reader: Option<Member<'a>>,
    /// When the reader has ended.
    read_at: Option<Instant>,
}

impl<'a> Group<'a> {
    /// The feeders first: each waits at its FIFO.
    fn start(
        &mut self,
        stop: &'a Stop,
        command: &Command,
        feeders: &[Feeder],
        hear: &mut Hear<'_>,
    ) -> Result<(), Failure> {
        for (number, feeder) in feeders.iter().enumerate() {
            let mut child = feeder.child();
            // What it has started hears our signals, too.
            child.shell = true;
            child.streams = Streams::Heard;
            let running = Running::start(stop, &child, &mut |heard| hear(Some(number), heard))?;
            self.feeders.push(Member::of(running));
        }
        let running = Running::start(stop, command, &mut |heard| hear(None, heard))?;
        self.reader = Some(Member::of(running));
        Ok(())
    }

    fn all(&mut self) -> impl Iterator<Item = (Option<usize>, &mut Member<'a>)> {
        let feeders = self.feeders.iter_mut().enumerate();
        feeders
            .map(|(number, feeder)| (Some(number), feeder))
            .chain(self.reader.iter_mut().map(|reader| (None, reader)))
    }

    /// Until all have ended.
    fn listen(&mut self, fails: &dyn Fn(Exit) -> bool, hear: &mut Hear<'_>) -> io::Result<()> {
        let (mut look, mut more) = (true, false);
        let mut next = Instant::now() + TICK;
        loop {
            for (number, member) in self.all() {
                member.step(look, &mut |heard| hear(number, heard))?;
            }
            if self.all().all(|(_, member)| member.exit.is_some()) {
                return Ok(());
            }
            if Instant::now() >= next {
                next = Instant::now() + TICK;
                self.look_at_fifos();
            }
            // At once: that look may have woken the reader, to go on without what it waited for.
            self.settle(fails);
            let ready = self.wait(if more { Duration::ZERO } else { TICK });
            look = !ready;
            more = false;
            for (number, member) in self.all() {
                member.running.ear.quiet();
                more |= member
                    .running
                    .read(true, true, &mut |heard| hear(number, heard));
            }
            if ready && !more {
                let reader = self.reader.as_ref();
                let out = reader.and_then(|reader| reader.running.out.as_ref());
                hear(None, Heard::Idle(out.map_or(b"", |out| out.unfinished())));
            }
        }
    }

    /// Where one has failed, the others end. After a signal each ends as that asks for.
    fn settle(&mut self, fails: &dyn Fn(Exit) -> bool) {
        if self.all().any(|(_, member)| member.running.told.is_some()) {
            return;
        }
        let any = |exit| exit != Exit::Code(0);
        let reader = self.reader.as_ref();
        let broken = reader.is_none_or(|reader| reader.is_bad(fails))
            || self.feeders.iter().any(|feeder| feeder.is_bad(&any));
        if broken {
            self.all().for_each(|(number, member)| {
                member.stop(Stopped::Other);
                if number.is_some() {
                    member.running.end_soon();
                }
            });
        } else if reader.is_some_and(|reader| reader.exit.is_some()) {
            let read_at = *self.read_at.get_or_insert_with(Instant::now);
            if read_at.elapsed() > LINGER {
                let feeders = self.feeders.iter_mut();
                feeders.for_each(|feeder| feeder.stop(Stopped::Late));
            }
        }
    }

    /// Finds who waits for somebody who has ended: the reader for a feeder that has written nothing,
    /// a feeder for the reader.
    fn look_at_fifos(&mut self) {
        let Some(reader) = &mut self.reader else {
            return;
        };
        if reader.exit.is_some() {
            for feeder in self.feeders.iter_mut().filter(|one| one.exit.is_none()) {
                if feeder.waits() {
                    feeder.stop(Stopped::Unread);
                }
            }
            return;
        }
        let ended = |feeder: &Member<'_>| feeder.exit.is_some() && !feeder.silent;
        if self.feeders.iter().any(ended) && reader.waits() {
            for (feeder, fifo) in self.feeders.iter_mut().zip(&self.fifos) {
                let nobody = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
                if !ended(feeder) {
                    continue;
                }
                // Where nobody reads, this fails. Who waits wakes up, and must not take the end of an
                // empty dump for the end of a dump: he is told before this is closed.
                if let Ok(_open) = rustix::fs::open(fifo, nobody, Mode::empty()) {
                    feeder.silent = true;
                    reader.stop(Stopped::Other);
                    return;
                }
            }
        }
    }

    /// Until something happens; `false` if nothing did.
    fn wait(&self, longest: Duration) -> bool {
        let now = Instant::now();
        let there = || {
            let all = self.feeders.iter().chain(&self.reader);
            all.filter(|member| member.exit.is_none())
                .map(|member| &member.running)
        };
        let ends = there().flat_map(|one| [one.term_at, one.kill_at, one.end]);
        let first = ends.flatten().min();
        let longest = first.map_or(longest, |end| {
            end.saturating_duration_since(now).min(longest)
        });
        let descriptors = there().flat_map(|one| {
            let [out, err] = one.streams();
            [Some(one.ear.descriptor()), out, err]
        });
        wait_for_any(descriptors.flatten(), longest)
    }

    /// The signal that ended the run.
    fn told(&mut self) -> Option<Signal> {
        self.all().find_map(|(_, member)| member.running.told())
    }
}

impl Running<'_> {
    /// Who was sent TERM, and is to be gone, gets KILL earlier.
    fn end_soon(&mut self) {
        let soon = Instant::now() + SOON;
        self.kill_at = self.kill_at.map(|at| at.min(soon));
    }
}
