//! What tests do inside a machine of their own: something to back up, a place for it, and waiting.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::machine::{CARRIED, Machine};
use crate::world::Outcome;

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
                 encryption_passcommand: cat /root/passphrase\nkeep_secondly: 1000\n{more}"
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

    /// The program as it installs itself.
    pub(crate) fn installs(&self, arguments: &[&str]) -> Outcome {
        self.carried(&[&["self-install", "--yes"], arguments].concat())
    }

    /// Every file and folder with its kind, mode, owner and content, but for what borg, a run, or a
    /// machine that runs keeps writing.
    pub(crate) fn tree(&self) -> Vec<String> {
        let script = format!(
            r"find / -xdev \( -path /var/log -o -path /var/tmp -o -path /root/.cache -o -path /root/.config/borg \
                -o -path /root/.local/state -o -path /var/lib/systemd/random-seed -o -path '{REPOSITORY}' \) -prune -o \
                -type f \( -path '/usr/local/*' -o ! -path '/usr/*' \) -exec sha256sum {{}} + , -printf '%p %y %m %U:%G %l\n'"
        );
        let seen = self.sh(&script).ends_with(0);
        let mut lines: Vec<String> = seen.out.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// Nothing but this was added to the tree, or taken from it.
    #[track_caller]
    pub(crate) fn is_as_before(&self, before: &[String], but: &[&str]) {
        let after = self.tree();
        let expected = |line: &&String| but.iter().any(|path| line.contains(path));
        let more = after.iter().filter(|line| !before.contains(line));
        let less = before.iter().filter(|line| !after.contains(line));
        let changes: Vec<_> = more.chain(less).filter(|line| !expected(line)).collect();
        assert!(changes.is_empty(), "{changes:#?}");
    }

    /// systemd knows of no unit of ours, and of no failure.
    #[track_caller]
    pub(crate) fn knows_no_units(&self) {
        for question in [
            "list-unit-files --no-legend 'borgmatic*'",
            "list-units --all --no-legend 'borgmatic*'",
            "list-units --failed --no-legend",
        ] {
            let answer = self.sh(&format!("systemctl {question} || true"));
            assert_eq!(answer.out, "", "systemctl {question}");
        }
    }

    /// Has systemd start a backup, and waits for its end.
    #[track_caller]
    pub(crate) fn backs_up_now(&self) {
        let start =
            "systemctl start borgmatic.service || { journalctl --unit borgmatic.service; false; }";
        self.sh(start).ends_with(0);
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
