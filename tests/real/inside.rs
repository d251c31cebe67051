//! What tests do inside a machine of their own: something to back up, a place for it, and waiting.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::machine::{CARRIED, Machine};

/// A path that is no word for a shell or for a unit.
pub(crate) const REPOSITORY: &str = "/srv/backups/my machine.borg";

impl Machine {
    /// The program where it is when it has been installed by hand.
    pub(crate) fn put_in_place(&self) {
        let link = format!("ln -s {CARRIED} /usr/local/bin/borgmatic");
        self.sh(&link).ends_with(0);
    }

    /// A file of this project, into a folder inside.
    pub(crate) fn copy(&self, name: &str, into: &str) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let inside = format!("{into}/{}", from.file_name().unwrap().display());
        self.write(&inside, &fs::read_to_string(from).unwrap());
    }

    /// Something to back up, an encrypted repository for it, and the configuration, with these options too.
    pub(crate) fn ready(&self, more: &str) {
        self.write("/srv/data/plain.txt", "plain\n");
        self.write("/root/passphrase", "from a file\n");
        self.configure(more);
        self.sh("chmod 600 /root/passphrase && mkdir /srv/backups")
            .ends_with(0);
        self.carried(&["repo-create", "--encryption", "repokey"])
            .ends_with(0);
    }

    /// The usual configuration file.
    pub(crate) fn configure(&self, more: &str) {
        self.write(
            "/etc/borgmatic/config.yaml",
            &format!(
                "source_directories:\n    - /srv/data\nrepositories:\n    - path: {REPOSITORY}\n\
                 encryption_passcommand: cat /root/passphrase\nkeep_daily: 7\n{more}"
            ),
        );
    }

    /// The names of the archives, as borg itself tells them.
    pub(crate) fn archives(&self) -> Vec<String> {
        let listed = self.sh(&list()).ends_with(0);
        listed.out.lines().map(str::to_owned).collect()
    }

    /// Waits for one more archive than there were.
    #[track_caller]
    pub(crate) fn backs_up_again(&self, within: Duration, before: usize) {
        self.comes(within, &format!("[ $({} | wc -l) -gt {before} ]", list()));
    }

    /// Waits until a script succeeds inside.
    #[track_caller]
    pub(crate) fn comes(&self, within: Duration, script: &str) {
        let until = Instant::now() + within;
        while self.sh(script).code != Some(0) {
            assert!(
                Instant::now() < until,
                "not within {within:?}: {script}\n{}",
                self.sh("journalctl --no-pager --lines 60").out
            );
            sleep(Duration::from_millis(250));
        }
    }
}

/// A script that lists the archives.
fn list() -> String {
    format!(
        "BORG_PASSCOMMAND='cat /root/passphrase' borg list --short --bypass-lock '{REPOSITORY}'"
    )
}
