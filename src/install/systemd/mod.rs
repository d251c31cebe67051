//! The units of systemd: what a configuration needs is opened in the strictest unit, line by line, each
//! with the option that asks for it. Pure.

mod paths;
mod sandbox;
mod service;
mod text;
mod timer;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::job::{Job, Reach, Sandbox};
use super::needs::Right;
use super::recipe::{File, Kind};
use crate::host::Failure;
use crate::host::files::lexical;

pub use service::sample;
pub(super) use text::word;

pub const SERVICE: &str = "borgmatic.service";
pub const TIMER: &str = "borgmatic.timer";

/// Where systemd looks for what is started with the timers of the machine.
const WANTS: &str = "timers.target.wants";

/// The link that `systemctl enable` makes of the timer, below this folder of units, and where it points.
pub fn enabling(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join(WANTS).join(TIMER), folder.join(TIMER))
}

/// Is it such a link?
pub fn is_enabling(link: &Path) -> bool {
    link.ends_with(Path::new(WANTS).join(TIMER))
}

/// Both units, for this folder.
pub fn files(job: &Job, folder: &Path) -> Result<Vec<File>, Failure> {
    let unit = |name, text: String| File {
        path: folder.join(name),
        bytes: text.into_bytes(),
        mode: 0o644,
        kind: Kind::Unit,
    };
    Ok(vec![
        unit(SERVICE, service::text(job)?),
        unit(TIMER, timer::text(job)?),
    ])
}

/// Directories that have to be there before a run: within the sandbox, nobody can make them.
fn kept(job: &Job) -> Vec<PathBuf> {
    if job.account.is_some() || job.reach == Reach::User || !Profile::of(job).is_strict() {
        return Vec::new();
    }
    let of_borg_2 = job.needs.of_borg_2.iter().filter(|_| job.borg_2);
    let all = job.needs.keeps.iter().chain(of_borg_2);
    let mut kept: Vec<PathBuf> = all.map(|need| lexical(&need.what)).collect();
    let mut seen = HashSet::new();
    kept.retain(|path| seen.insert(path.clone()));
    kept
}

/// Those of them that an installation makes. Those above one come before it.
pub fn folders(job: &Job) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    // The next start of the machine empties these.
    let stays = |path: &PathBuf| {
        let passing = ["/run", "/var/run", "/dev", "/tmp"];
        !passing.iter().any(|folder| path.starts_with(folder))
    };
    for what in kept(job).into_iter().filter(stays) {
        let above = what.ancestors();
        let own: Vec<&Path> = above
            .take_while(|path| path.starts_with(&job.home) && **path != job.home || **path == what)
            .collect();
        for path in own.into_iter().rev().map(Path::to_owned) {
            if !folders.contains(&path) {
                folders.push(path);
            }
        }
    }
    folders
}

/// What a person should know about these units, a sentence each.
pub fn notes(job: &Job) -> Vec<String> {
    let mut notes = Vec::new();
    if job.reach == Reach::User {
        notes.push(
            "the timer runs only while you are logged in; to run it always: loginctl enable-linger"
                .into(),
        );
        for need in &job.needs.credentials {
            let (name, why) = (&need.what.name, &need.why);
            notes.push(format!(
                "{why}: systemd hands the credential {name} to units of the system only; a user's \
                 unit decrypts it itself"
            ));
        }
    }
    let user = if job.reach == Reach::User {
        " --user"
    } else {
        ""
    };
    notes.extend(job.lacks().iter().map(|lacks| {
        format!(
            "{lacks}: systemctl{user} edit {SERVICE}, and write there [Service] and, below it, \
             EnvironmentFile=FILE, a file with lines NAME=value that only you can read"
        )
    }));
    match Profile::of(job) {
        Profile::Compat(whys) if job.sandbox == Sandbox::Auto => {
            notes.push(format!(
                "the sandbox is a wide one, because of {}",
                whys.join(", ")
            ));
        }
        Profile::Off(whys) if job.sandbox == Sandbox::Auto && job.reach == Reach::System => {
            notes.push(format!(
                "there is no sandbox, because of {}",
                whys.join(", ")
            ));
        }
        _ => {}
    }
    notes
}

/// How closed a unit is, and the options that keep it from being closed further.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Profile {
    Strict,
    Compat(Vec<String>),
    Off(Vec<String>),
}

impl Profile {
    fn of(job: &Job) -> Self {
        let needs = &job.needs;
        if job.reach == Reach::User {
            return Self::Off(vec!["--user".into()]);
        }
        // What no sandbox of these can allow.
        let mut hopeless: Vec<String> = needs
            .right(Right::Namespaces)
            .cloned()
            .into_iter()
            .collect();
        if job.account.is_some() {
            // systemd.exec(5): filters of a unit with another user mean NoNewPrivileges=yes.
            hopeless.extend(needs.right(Right::Setuid).cloned());
        }
        match job.sandbox {
            Sandbox::Auto if !hopeless.is_empty() => Self::Off(hopeless),
            Sandbox::Auto if needs.programs.is_empty() => Self::Strict,
            Sandbox::Auto => Self::Compat(needs.programs.clone()),
            Sandbox::Strict => Self::Strict,
            Sandbox::Compat => Self::Compat(vec!["--sandbox compat".into()]),
            Sandbox::Off => Self::Off(vec!["--sandbox off".into()]),
        }
    }

    fn is_strict(&self) -> bool {
        matches!(self, Self::Strict)
    }
}
