//! Children that stay beside us for a while, such as one that keeps the machine awake. They wait for
//! the end of their standard input, which comes with ours, be it by kill -9.
#![expect(clippy::disallowed_methods, reason = "graces are measured here")]

use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal as Number, kill_process_group};

use super::signal::wait;
use super::spawn;
use super::stream::Stream;
use crate::host::{Beside, Command, Failure, Streams};

/// How long one may take to end by itself.
const GRACE: Duration = Duration::from_secs(1);

/// How often we look whether it has ended.
const LOOK: Duration = Duration::from_millis(10);

struct Companion {
    child: Child,
    /// Held open: who writes to a closed pipe is killed.
    out: Option<Stream>,
    err: Option<Stream>,
}

/// Starts one, and waits until it says a line.
pub(super) fn start(command: &Command, longest: Duration) -> Result<Beside, Failure> {
    let mut child = spawn::start(&Command {
        streams: Streams::Beside,
        ..command.clone()
    })?;
    let mut companion = Companion {
        out: Stream::of(child.stdout.take()),
        err: Stream::of(child.stderr.take()),
        child,
    };
    let mut said = Vec::new();
    if companion.speaks(longest, &mut said) {
        return Ok(Box::new(companion));
    }
    let program = command.program.to_string_lossy();
    let words = match said.last() {
        Some(line) => format!("{program}: {line}"),
        None if companion.out.is_none() => format!("{program} ended at once"),
        None => format!("{program} did not answer for {} s", longest.as_secs()),
    };
    let mut failure = Failure::new("borgmatic::host::beside", words);
    failure.tail = said;
    Err(failure)
}

impl Companion {
    /// Does it say a line in time? Keeps its errors.
    fn speaks(&mut self, longest: Duration, said: &mut Vec<String>) -> bool {
        let end = Instant::now() + longest;
        let mut there = false;
        loop {
            let out = Stream::read(&mut self.out, &mut |_| there = true);
            let err = Stream::read(&mut self.err, &mut |line| {
                said.push(String::from_utf8_lossy(line).trim().to_owned());
            });
            if there || self.out.is_none() && !err {
                return there;
            }
            if out || err {
                continue;
            }
            let left = end.saturating_duration_since(Instant::now());
            let open = [&self.out, &self.err].map(|stream| stream.as_ref().map(Stream::descriptor));
            if left.is_zero() || wait(open, left).is_none() {
                return false;
            }
        }
    }
}

/// The end of its input tells it to end; what does not hear that is killed, with all it has started.
impl Drop for Companion {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let end = Instant::now() + GRACE;
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() >= end {
                let _gone = kill_process_group(Pid::from_child(&self.child), Number::KILL);
                let _ended = self.child.wait();
                return;
            }
            std::thread::sleep(LOOK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        Command::new("/bin/sh").args(["-c", script])
    }

    fn alive(process: &str) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{process}/stat"));
        status.is_ok_and(|status| !status.contains(") Z "))
    }

    #[test]
    fn one_lives_as_long_as_it_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("process");
        let script = format!("echo $$ > {}; echo there; exec cat", note.display());
        let held = start(&shell(&script), Duration::from_secs(20)).unwrap();
        let process = std::fs::read_to_string(note).unwrap();
        assert!(alive(process.trim()));
        drop(held);
        assert!(!alive(process.trim()));
    }

    #[test]
    fn one_that_does_not_hear_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("process");
        let script = format!("sleep 60 & echo $! > {}; echo there; wait", note.display());
        drop(start(&shell(&script), Duration::from_secs(20)).unwrap());
        let process = std::fs::read_to_string(note).unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        while alive(process.trim()) && Instant::now() < end {
            std::thread::sleep(LOOK);
        }
        assert!(!alive(process.trim()));
    }

    #[test]
    fn one_that_does_not_come_says_why() {
        let refused = |script: &str, longest| start(&shell(script), longest).err().unwrap().words;
        let long = Duration::from_secs(20);
        assert_eq!(refused("echo no bus >&2; exit 1", long), "/bin/sh: no bus");
        assert_eq!(refused("exit 1", long), "/bin/sh ended at once");
        let short = Duration::from_millis(50);
        assert!(refused("exec cat", short).contains("did not answer"));
        let none = start(&Command::new("/nowhere/program"), long)
            .err()
            .unwrap();
        assert!(none.words.contains("/nowhere/program"), "{}", none.words);
    }
}
