//! The time of the machine.
#![expect(clippy::disallowed_methods, reason = "this is the door to the clock")]

use std::time::{Duration, Instant};

use jiff::Zoned;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::signal::{Ear, Stop, wait};
use crate::host::Clock;

/// Longest sleep once the run was told to end: enough for a busy mount point, not for a retry.
const ENDING: Duration = Duration::from_secs(1);

pub struct System {
    stop: Stop,
}

impl System {
    pub(super) fn new(stop: Stop) -> Self {
        Self { stop }
    }
}

impl Clock for System {
    fn now(&self) -> Zoned {
        Zoned::now()
    }

    fn sleep(&self, time: Duration) {
        let Ok(ear) = Ear::open(&[SIGINT, SIGTERM]) else {
            return std::thread::sleep(time);
        };
        let time = match self.stop.signal() {
            Some(_) => time.min(ENDING),
            None => time,
        };
        let start = Instant::now();
        while let Some(left) = time.checked_sub(start.elapsed()) {
            if ear.heard(SIGINT) || ear.heard(SIGTERM) || left.is_zero() {
                return;
            }
            ear.quiet();
            wait(&[ear.descriptor()], left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_lasts_as_long_as_asked() {
        let clock = System::new(Stop::default());
        let start = Instant::now();
        clock.sleep(Duration::from_millis(60));
        assert!(start.elapsed() >= Duration::from_millis(60));
        clock.sleep(Duration::ZERO);
    }
}
