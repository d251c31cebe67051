//! The repositories of a file, as they wait for their turn. One that failed goes behind the others,
//! as often as `retries` says, and waits. Several may be at work at once.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::host::{Failure, Host, Level};
use crate::plan::UnitPart;

/// A repository in the queue.
pub(super) struct Try<'a, 'f> {
    pub(super) part: &'a UnitPart<'f>,
    /// 0 is the first.
    pub(super) number: u32,
}

impl<'a, 'f> Try<'a, 'f> {
    pub(super) fn first(part: &'a UnitPart<'f>) -> Self {
        Self { part, number: 0 }
    }

    /// The next try, if there is one left.
    pub(super) fn next(&self) -> Option<Self> {
        (self.number < self.most()).then_some(Self {
            part: self.part,
            number: self.number + 1,
        })
    }

    pub(super) fn announce(&self) -> String {
        format!(
            "Trying again later: retry {} of {}",
            self.number,
            self.most()
        )
    }

    /// Waits before a retry: longer each time. borgmatic 2.1.10: the number of the retry times
    /// `retry_wait`, in seconds.
    pub(super) fn wait(&self, host: &Host<'_>) -> Result<(), Failure> {
        let config = &self.part.unit.config;
        let seconds = u64::from(config.run.retry_wait.or(0)) * u64::from(self.number);
        if seconds > 0 {
            let words = format!("Waiting {seconds} s before the retry");
            host.bus
                .line(Level::Warning, self.part.unit.repository.name(), &words);
            host.bus.flush();
            host.clock.sleep(Duration::from_secs(seconds));
        }
        host.processes
            .stop()
            .map_or(Ok(()), |signal| Err(Failure::interrupted(signal)))
    }

    fn most(&self) -> u32 {
        self.part.unit.config.run.retries.or(0)
    }
}

/// What comes after a try.
pub(super) enum Then<'a, 'f> {
    /// The next repository.
    Next,
    /// The same one, later.
    Again(Try<'a, 'f>),
    /// Nothing more at all.
    Stop,
}

/// Works on all tries, so many at once, until none is left.
pub(super) fn work<'a, 'f>(
    tries: impl Iterator<Item = Try<'a, 'f>>,
    abreast: usize,
    one: &(dyn Fn(&Try<'a, 'f>) -> Then<'a, 'f> + Sync),
) {
    let queue = Queue {
        state: Mutex::new(State {
            waiting: tries.collect(),
            busy: 0,
        }),
        changed: Condvar::new(),
    };
    thread::scope(|scope| {
        for _ in 1..abreast {
            scope.spawn(|| queue.serve(one));
        }
        queue.serve(one);
    });
}

struct Queue<'a, 'f> {
    state: Mutex<State<'a, 'f>>,
    changed: Condvar,
}

struct State<'a, 'f> {
    waiting: VecDeque<Try<'a, 'f>>,
    /// How many are at work. Each may come back.
    busy: usize,
}

impl<'a, 'f> Queue<'a, 'f> {
    fn serve(&self, one: &(dyn Fn(&Try<'a, 'f>) -> Then<'a, 'f> + Sync)) {
        while let Some(this) = self.take() {
            let done = Done(self);
            let then = one(&this);
            let mut state = self.state();
            match then {
                Then::Next => {}
                Then::Again(next) => state.waiting.push_back(next),
                Then::Stop => state.waiting.clear(),
            }
            drop(state);
            drop(done);
        }
    }

    fn take(&self) -> Option<Try<'a, 'f>> {
        let mut state = self.state();
        loop {
            if let Some(this) = state.waiting.pop_front() {
                state.busy += 1;
                return Some(this);
            }
            if state.busy == 0 {
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&self) -> MutexGuard<'_, State<'a, 'f>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// At its end one less is at work, whatever happened.
struct Done<'q, 'a, 'f>(&'q Queue<'a, 'f>);

impl Drop for Done<'_, '_, '_> {
    fn drop(&mut self) {
        self.0.state().busy -= 1;
        self.0.changed.notify_all();
    }
}
