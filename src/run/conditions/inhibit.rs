//! `--inhibit sleep`: the machine stays awake while the run goes on. A child that this system has
//! for it holds the lock, and ends when we do.

use std::time::Duration;

use crate::host::{Beside, Command, Host, Level};

/// How long the child may take to get the lock.
const LONGEST: Duration = Duration::from_secs(5);

/// Says that the lock is held, and ends with its standard input.
const STAY: &str = "echo held; exec cat >/dev/null";

/// Holds the machine awake, or warns that nobody does.
pub(super) fn hold(host: &Host<'_>) -> Option<Beside> {
    let held = host.processes.beside(&command(), LONGEST);
    held.map_err(|failure| {
        let words = format!(
            "the machine may go to sleep during this run: {}",
            failure.words
        );
        host.bus.line(Level::Warning, "", &words);
    })
    .ok()
}

fn command() -> Command {
    let awake = if cfg!(target_os = "macos") {
        Command::new("/usr/bin/caffeinate").args(["-i", "-s"])
    } else {
        Command::new("systemd-inhibit").args([
            "--what=sleep:shutdown",
            "--mode=block",
            "--who=borgmatic",
            "--why=a backup is running",
        ])
    };
    awake.args(["/bin/sh", "-c", STAY])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::script::{Answer, Stage};

    #[test]
    fn who_cannot_be_kept_awake_is_told() {
        let stage = Stage::new("/");
        stage.script.answer("inhibit", Answer::fine().once());
        stage.script.answer("inhibit", Answer::exit(1).once());
        stage.script.answer("inhibit", Answer::missing());
        assert!(hold(&stage.host()).is_some());
        assert!(hold(&stage.host()).is_none());
        assert!(hold(&stage.host()).is_none());
        insta::assert_snapshot!(stage.notes.text(), @r"
        Warning the machine may go to sleep during this run: ended with exit status 1
        Warning the machine may go to sleep during this run: the program systemd-inhibit was not found
        ");
    }
}
