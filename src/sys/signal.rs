//! Signals as something to poll. Every waiting loop has an ear of its own, so that loops in several
//! threads all hear every signal.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::{SigId, flag, low_level};

use crate::host::Signal;

/// What all who wait share. Signals are ours from the first child on: before it there is nothing to
/// clean up, and they end the program as they end any other.
#[derive(Clone, Default)]
pub(super) struct Stop {
    /// The signal that told the whole program to end, or 0.
    number: Arc<AtomicUsize>,
    passed_on: Arc<OnceLock<Vec<i32>>>,
}

impl Stop {
    /// From now on INT and TERM are remembered, and no other signal of ours ends the program. Returns
    /// those that a running child gets too while the run goes on.
    pub(super) fn watch(&self) -> &[i32] {
        self.passed_on.get_or_init(|| {
            for (signal, number) in [(SIGINT, 2), (SIGTERM, 15)] {
                // Without a handler, the signal ends us at once.
                drop(flag::register_usize(
                    signal,
                    Arc::clone(&self.number),
                    number,
                ));
            }
            let mut passed_on = vec![SIGUSR1, SIGUSR2];
            // Under `nohup`, the children are to ignore it as we do.
            if !ignored(SIGHUP) {
                passed_on.push(SIGHUP);
            }
            let unread = Arc::new(AtomicBool::new(false));
            passed_on.retain(|signal| flag::register(*signal, Arc::clone(&unread)).is_ok());
            passed_on
        })
    }

    pub(super) fn signal(&self) -> Option<Signal> {
        match self.number.load(Ordering::SeqCst) {
            0 => None,
            number => i32::try_from(number).ok().map(Signal),
        }
    }
}

/// Did whoever started us ask to ignore this signal? Known on Linux only.
#[expect(
    clippy::disallowed_methods,
    reason = "this asks the kernel, not a disk"
)]
fn ignored(signal: i32) -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores(&status, signal))
}

fn ignores(status: &str, signal: i32) -> bool {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Hears some signals for as long as it lives.
pub(super) struct Ear {
    wake: UnixStream,
    arrived: Vec<(i32, Arc<AtomicBool>)>,
    hooks: Vec<SigId>,
}

impl Ear {
    pub(super) fn open(signals: &[i32]) -> io::Result<Self> {
        let (wake, bell) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        let mut ear = Self {
            wake,
            arrived: Vec::with_capacity(signals.len()),
            hooks: Vec::with_capacity(2 * signals.len()),
        };
        for &signal in signals {
            let mark = Arc::new(AtomicBool::new(false));
            // The mark first: who was woken finds it.
            ear.hooks.push(flag::register(signal, Arc::clone(&mark))?);
            ear.hooks
                .push(low_level::pipe::register(signal, bell.try_clone()?)?);
            ear.arrived.push((signal, mark));
        }
        Ok(ear)
    }

    /// Did this signal arrive since it was asked last?
    pub(super) fn heard(&self, signal: i32) -> bool {
        self.arrived
            .iter()
            .any(|(number, mark)| *number == signal && mark.swap(false, Ordering::SeqCst))
    }

    /// Readable when a signal arrives.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    /// Forgets the wake-ups so far; the marks stay.
    pub(super) fn quiet(&self) {
        let mut bytes = [0; 64];
        while matches!((&self.wake).read(&mut bytes), Ok(count) if count == bytes.len()) {}
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        for hook in self.hooks.drain(..) {
            low_level::unregister(hook);
        }
    }
}

/// Waits until one of the descriptors has something to say, and says which; `None` when the time is
/// over.
pub(super) fn wait<const N: usize>(
    descriptors: [Option<BorrowedFd<'_>>; N],
    longest: Duration,
) -> Option<[bool; N]> {
    let mut asked: Vec<_> = descriptors
        .into_iter()
        .flatten()
        .map(|descriptor| PollFd::from_borrowed_fd(descriptor, PollFlags::IN))
        .collect();
    let longest = Timespec::try_from(longest).ok();
    let all = match poll(&mut asked, longest.as_ref()) {
        Ok(0) => return None,
        Ok(_) => false,
        // An interruption by a signal: whoever looks knows better.
        Err(_) => true,
    };
    let mut ready = asked.iter().map(|one| all || !one.revents().is_empty());
    Some(descriptors.map(|one| one.is_some() && ready.next() == Some(true)))
}

/// Waits until any of the descriptors has something to say; `false` when the time is over.
pub(super) fn wait_for_any<'d>(
    descriptors: impl Iterator<Item = BorrowedFd<'d>>,
    longest: Duration,
) -> bool {
    let mut asked: Vec<_> = descriptors
        .map(|descriptor| PollFd::from_borrowed_fd(descriptor, PollFlags::IN))
        .collect();
    let longest = Timespec::try_from(longest).ok();
    !matches!(poll(&mut asked, longest.as_ref()), Ok(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_status() {
        let status = "Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert!(ignores(status, SIGHUP));
        assert!(!ignores(status, SIGINT));
        assert!(!ignores("", SIGHUP));
    }
}
