//! What else on this machine starts backups, and which other programs are called borgmatic: an
//! installation stops where one of them is in the way, and says how to remove it. Reads files below
//! the root of the host; only who owns a file is asked of programs. It removes nothing.

mod agents;
mod cron;
mod mention;
mod owners;
mod programs;
mod shadows;
mod units;

use std::fmt;
use std::path::PathBuf;

pub(super) use mention::is_in as mentions;
pub use owners::Owner;
pub use programs::{MARK, Program, Sort, programs, sort};
pub use shadows::{Shadow, others_on_path, shadows};

use crate::host::Host;

/// Something that starts backups by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starter {
    pub kind: Starts,
    /// The file that says so.
    pub place: PathBuf,
    /// Its line there, where the file is a table. The line itself may hold a passphrase.
    pub line: Option<usize>,
    /// The one command that stops it.
    pub remove: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Starts {
    /// A timer of systemd, or a service that starts with the machine.
    Unit(String),
    /// A line for cron.
    Line,
    /// The crontab of a user.
    Crontab(String),
    /// A script that cron or anacron runs every day, or so.
    Script,
    /// A job of launchd.
    Agent(String),
}

impl fmt::Display for Starter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.display();
        match &self.kind {
            Starts::Unit(name) => write!(f, "systemd starts {name} ({place})")?,
            Starts::Line => write!(f, "cron starts borgmatic: {place}")?,
            Starts::Crontab(user) => write!(f, "cron starts borgmatic for {user}: {place}")?,
            Starts::Script => write!(f, "cron runs a script with borgmatic in it: {place}")?,
            Starts::Agent(label) => write!(f, "launchd starts {label} ({place})")?,
        }
        match self.line {
            Some(line) => write!(f, ", line {line}"),
            None => Ok(()),
        }
    }
}

/// Everything that starts backups, but for what lies at these places: they are our own.
pub fn starters(host: &Host<'_>, own: &[PathBuf]) -> Vec<Starter> {
    let mut found = units::find(host);
    found.extend(cron::find(host));
    found.extend(agents::find(host));
    found.retain(|starter| !own.contains(&starter.place));
    found
}

/// A machine of files, for the tests of this room.
#[cfg(test)]
mod testing {
    use std::fmt::Write;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::Starter;
    use crate::host::script::Stage;

    /// A root with these files, seen by root.
    pub(super) fn stage(tree: &[(&str, &str)]) -> (tempfile::TempDir, Stage) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in tree {
            let at = folder.path().join(path);
            std::fs::create_dir_all(at.parent().unwrap()).unwrap();
            std::fs::write(&at, text).unwrap();
            std::fs::set_permissions(&at, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mut stage = Stage::new(folder.path());
        stage.env.homes.insert("ann".into(), "/home/ann".into());
        (folder, stage)
    }

    pub(super) fn link(root: &Path, path: &str, to: &str) {
        let at = root.join(path);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(to, at).unwrap();
    }

    pub(super) fn shown(found: &[Starter]) -> String {
        found.iter().fold(String::new(), |mut text, starter| {
            write!(text, "{starter}\n  {}\n", starter.remove).unwrap();
            text
        })
    }
}
