//! Which parts of the file system a sandbox closes, and which of them a run needs.

use std::path::{Path, PathBuf};

use super::text::{Text, word};
use crate::install::job::Job;
use crate::install::needs::{Need, Snapshot, Why};

/// What is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// `ProtectSystem=strict`: everything.
    All,
    /// `ProtectSystem=full`: programs and settings.
    System,
}

impl Closed {
    fn has(self, path: &Path) -> bool {
        let system = ["/usr", "/boot", "/efi", "/etc"];
        self == Self::All || system.iter().any(|closed| path.starts_with(closed))
    }
}

/// Opens what is written to.
pub(super) fn open(text: &mut Text, job: &Job, closed: Closed) {
    let mut all: Vec<Need<PathBuf>> = Vec::new();
    let mut add = |path: PathBuf, why: &Why| {
        let why = why.clone();
        all.push(Need { what: path, why });
    };
    let needs = &job.needs;
    for need in &needs.writes {
        add(need.what.clone(), &need.why);
    }
    match &job.account {
        // Its cache, its keys, its check times.
        Some(account) => add(job.home.clone(), &format!("--user-account: {account}")),
        None => {
            // What Borg 2 keeps is opened for others, too: a change to it needs no other unit.
            for need in needs.keeps.iter().chain(&needs.of_borg_2) {
                add(need.what.clone(), &need.why);
            }
        }
    }
    if let Some(why) = needs.snapshot(Snapshot::Lvm) {
        add("/etc/lvm".into(), why);
        add("/run".into(), why);
    }
    if let Some(why) = temporary(job).first() {
        add("/tmp".into(), why);
        add("/var/tmp".into(), why);
    }
    all.retain(|need| closed.has(&need.what) && need.what != Path::new("/"));
    let mut last: Option<Why> = None;
    for (index, need) in all.iter().enumerate() {
        let covers = |other: &Need<PathBuf>| need.what.starts_with(&other.what);
        let earlier = all[..index].iter().any(covers);
        let later = all[index + 1..]
            .iter()
            .any(|other| covers(other) && other.what != need.what);
        if earlier || later {
            continue;
        }
        let path = word(&format!("-{}", need.what.display()));
        let whys: &[&Why] = if last.as_ref() == Some(&need.why) {
            &[]
        } else {
            &[&need.why]
        };
        let after = if last.is_some() {
            "ReadWritePaths"
        } else {
            "ProtectSystem"
        };
        text.add(after, "ReadWritePaths", &path, whys);
        last = Some(need.why.clone());
    }
}

/// The option because of which files are written into the root directory itself.
pub(super) fn whole(job: &Job) -> Option<&Why> {
    let root = |need: &&Need<PathBuf>| need.what == Path::new("/");
    Some(&job.needs.writes.iter().find(root)?.why)
}

/// Options because of which the temporary files of the machine must be seen.
pub(super) fn temporary(job: &Job) -> Vec<Why> {
    let meets =
        |path: &Path, other: &str| path.starts_with(other) || Path::new(other).starts_with(path);
    let is_temporary = |need: &&Need<PathBuf>| {
        ["/tmp", "/var/tmp"]
            .iter()
            .any(|folder| meets(&need.what, folder))
    };
    let needs = job
        .needs
        .reads
        .iter()
        .chain(&job.needs.writes)
        .chain(&job.needs.keeps);
    needs
        .filter(is_temporary)
        .map(|need| need.why.clone())
        .collect()
}

/// Options because of which devices must be seen as files.
pub(super) fn devices(job: &Job) -> Vec<Why> {
    let below = |need: &&Need<PathBuf>| need.what.starts_with("/dev");
    job.needs
        .reads
        .iter()
        .filter(below)
        .map(|need| need.why.clone())
        .collect()
}
