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
        self.stop.watch();
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
            wait([Some(ear.descriptor())], left);
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

    /// Not a test of its own: the process that the test below sends a signal to.
    #[test]
    #[ignore = "run by another test"]
    fn sleeper() {
        if std::env::var_os("SLEEPER").is_none() {
            return;
        }
        let clock = System::new(Stop::default());
        let start = Instant::now();
        println!("\nready");
        clock.sleep(Duration::from_secs(20));
        assert!(start.elapsed() < Duration::from_secs(10));
        let start = Instant::now();
        clock.sleep(Duration::from_secs(20));
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_sleep_ends_when_the_run_does() {
        use std::io::BufRead;
        let mut sleeper = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "--nocapture",
                "sys::clock::tests::sleeper",
            ])
            .env("SLEEPER", "yes")
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let said = std::io::BufReader::new(sleeper.stdout.take().unwrap());
        let mut lines = said.lines().map(Result::unwrap);
        lines.find(|line| line == "ready").unwrap();
        std::thread::sleep(Duration::from_millis(100));
        let number = rustix::process::Pid::from_child(&sleeper);
        rustix::process::kill_process(number, rustix::process::Signal::TERM).unwrap();
        let _rest = lines.count();
        assert!(sleeper.wait().unwrap().success());
    }
}
