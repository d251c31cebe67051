//! Property lists for launchd of macOS: a daemon for the machine, an agent for a person. Pure. Facts:
//! launchd.plist(5).

mod intervals;
mod plist;
mod within;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use self::plist::Plist;
pub use self::within::begin;
use super::job::{Job, Reach};
use super::recipe::{File, Kind};
use crate::host::{Failure, Files};

/// The name that launchd knows the job by.
pub const LABEL: &str = "org.borgmatic";

/// Where programs are on macOS, with Homebrew's.
pub const PATH: &str =
    "/opt/homebrew/bin:/opt/local/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// The largest guarded file that is opened, in bytes.
const LARGEST: u64 = 256 << 20;

const SAMPLE: &str = include_str!("../../launchd/org.borgmatic.plist");

/// The property list, for this folder.
pub fn file(job: &Job, folder: &Path) -> Result<File, Failure> {
    Ok(File {
        path: path(folder),
        bytes: text(job)?.into_bytes(),
        mode: 0o644,
        kind: Kind::Agent,
    })
}

pub fn path(folder: &Path) -> PathBuf {
    folder.join(format!("{LABEL}.plist"))
}

/// The file that the output of runs is added to.
pub fn log(job: &Job) -> PathBuf {
    match job.reach {
        Reach::System => "/Library/Logs/borgmatic.log".into(),
        Reach::User => job.home.join("Library/Logs/borgmatic.log"),
    }
}

/// What a person should know about this job, a sentence each.
pub fn notes(job: &Job) -> Vec<String> {
    let program = job.program.display();
    let borg = job.borg.display();
    let mut notes = vec![format!(
        "macOS keeps mail, photos and other people's files from programs without Full Disk Access: \
         add {program} and {borg} in System Settings, Privacy & Security, Full Disk Access, and again \
         after each update; see whether it works with: launchctl kickstart {}",
        target(job)
    )];
    if job.reach == Reach::User {
        notes.push("an agent runs only while you are logged in; a daemon always: --system".into());
    }
    notes
}

/// The job as `launchctl` names it, for the one who is logged in.
fn target(job: &Job) -> String {
    match job.reach {
        Reach::System => format!("system/{LABEL}"),
        Reach::User => format!("gui/$(id -u)/{LABEL}"),
    }
}

/// May this program open what macOS guards? It tells of who started it: a terminal and a job of launchd
/// have rights of their own. `None`: none of the guarded files is there.
pub fn has_full_disk_access(home: &Path, files: &Files) -> Option<bool> {
    let guarded = [
        "Library/Application Support/com.apple.TCC/TCC.db",
        "Library/Safari/CloudTabs.db",
        // That of the machine: root's home has none.
        "/Library/Application Support/com.apple.TCC/TCC.db",
    ];
    guarded.iter().find_map(|path| {
        // It must really be opened: a question about its mode is answered all the same.
        match files.read(&home.join(path), LARGEST) {
            Ok(_) => Some(true),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Some(false),
            Err(_) => None,
        }
    })
}

fn text(job: &Job) -> Result<String, Failure> {
    let mut list = Plist::of(SAMPLE);
    list.head("Made by: borgmatic self-install. It is made anew by that.");
    // A run that was missed while the machine was off is made up for when the job is loaded.
    let schedule = job.schedule.to_string();
    let command = job.command(&["--verbosity", "1", "--if-due", &schedule]);
    list.set("ProgramArguments", &plist::array(&command));
    list.set("RunAtLoad", "<true/>");
    let log = log(job).to_string_lossy().into_owned();
    let variables = [("PATH", &*job.path(PATH)), (within::LOG, &log)];
    list.set("EnvironmentVariables", &plist::dictionary(&variables));
    list.set("StartCalendarInterval", &intervals::array(job)?);
    if let Some(account) = &job.account {
        list.set("UserName", &plist::string(account));
    }
    let log = plist::string(&log);
    list.set("StandardOutPath", &log);
    list.set("StandardErrorPath", &log);
    Ok(list.into_string())
}
