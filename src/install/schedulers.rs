//! Who starts the backups, and what each of them needs: its files, and what it is told about them.
//! The texts come from a [`Job`]. Pure.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::job::{Job, Reach};
use super::launchd::LABEL;
use super::paths::{CRON, Paths};
use super::recipe::{Block, Crontab, Kind, Run, Step};
use super::systemd::{SERVICE, TIMER};
use super::{cron, launchd, systemd};
use crate::host::{Command, Failure};

/// Who starts the backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheduler {
    Systemd,
    Cron,
    Launchd,
}

/// What a machine has for schedulers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Managers {
    pub reach: Reach,
    /// Does the manager run, so that it is told of its files? Never below `--root`.
    pub told: bool,
    /// Effective user id: launchd's domain of a user has it in its name.
    pub user: u32,
    /// Where a line for cron goes; none: into `/etc/cron.d`.
    pub crontab: Option<Crontab>,
}

impl Scheduler {
    pub fn word(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Cron => "cron",
            Self::Launchd => "launchd",
        }
    }
}

/// The steps for a scheduler, in their order.
pub fn steps(
    scheduler: Scheduler,
    job: &Job,
    managers: &Managers,
    paths: &Paths,
) -> Result<Vec<Step>, Failure> {
    let private = |path: PathBuf| Step::Folder { path, mode: 0o700 };
    let folder = |path: &Path| Step::Folder {
        path: path.to_owned(),
        mode: 0o755,
    };
    let mut steps = Vec::new();
    match scheduler {
        Scheduler::Systemd => {
            steps.push(folder(&paths.units));
            steps.extend(systemd::folders(job).into_iter().map(private));
            let files = systemd::files(job, &paths.units)?;
            steps.extend(files.into_iter().map(Step::File));
            let (path, to) = systemd::enabling(&paths.units);
            steps.extend(path.parent().map(folder));
            steps.push(Step::Link { path, to });
        }
        Scheduler::Cron => match &managers.crontab {
            None => {
                steps.push(folder(Path::new(CRON)));
                steps.push(Step::File(cron::file(job, Path::new(CRON))?));
            }
            Some(crontab) => steps.push(Step::Block(Block {
                crontab: crontab.clone(),
                lines: cron::lines(job, form(crontab))?,
            })),
        },
        Scheduler::Launchd => {
            steps.push(folder(&paths.agents));
            steps.push(Step::File(launchd::file(job, &paths.agents)?));
        }
    }
    Ok(around(scheduler, managers, paths, steps))
}

/// What a person should know about what starts the backups, a sentence each.
pub fn notes(scheduler: Scheduler, job: &Job) -> Vec<String> {
    let mut notes = match scheduler {
        Scheduler::Systemd => return systemd::notes(job),
        Scheduler::Cron => cron::notes(cfg!(target_os = "macos")),
        Scheduler::Launchd => launchd::notes(job),
    };
    let how = "write the value into the configuration, or a default: ${NAME:-value}";
    notes.extend(job.lacks().iter().map(|lacks| format!("{lacks}: {how}")));
    notes
}

fn form(crontab: &Crontab) -> cron::Form {
    match crontab {
        Crontab::Own => cron::Form::User,
        Crontab::File(_) => cron::Form::Busybox,
    }
}

/// The same steps with what the manager is told before and after.
pub fn around(
    scheduler: Scheduler,
    managers: &Managers,
    paths: &Paths,
    mut steps: Vec<Step>,
) -> Vec<Step> {
    if managers.told {
        let (before, after) = tell(scheduler, managers, paths);
        steps.splice(0..0, before.into_iter().map(Step::from));
        steps.extend(after.into_iter().map(Step::from));
    }
    steps
}

/// What a manager is told before and after its files are there.
pub fn tell(scheduler: Scheduler, managers: &Managers, paths: &Paths) -> (Vec<Run>, Vec<Run>) {
    match scheduler {
        Scheduler::Cron => (Vec::new(), Vec::new()),
        Scheduler::Systemd => {
            let user = managers.reach == Reach::User;
            let systemctl = || Command::new("systemctl").when(user, ["--user"]);
            let reload = || systemctl().arg("daemon-reload");
            let asks = |question: &str| systemctl().args(["--quiet", question, TIMER]).reads();
            let forget = Run {
                undo: Some(Box::new(systemctl().args(["reset-failed", SERVICE, TIMER]))),
                after: Some(Kind::Unit),
                may_fail: true,
                ..Run::default()
            };
            let begin = Run {
                undo: Some(Box::new(reload())),
                after: Some(Kind::Unit),
                ..Run::default()
            };
            let renew = Run {
                does: Some(Box::new(reload())),
                after: Some(Kind::Unit),
                ..Run::default()
            };
            // The link is there by then: this is for the manager, and it takes back what an older
            // version did.
            let enable = Run {
                does: Some(Box::new(systemctl().args(["enable", "--now", TIMER]))),
                undo: Some(Box::new(systemctl().args(["disable", "--now", TIMER]))),
                unless: vec![asks("is-enabled"), asks("is-active")],
                ..Run::default()
            };
            // When a timer last elapsed, systemd keeps in a file.
            let clean = Run {
                undo: Some(Box::new(systemctl().args(["clean", "--what=state", TIMER]))),
                after: Some(Kind::Unit),
                may_fail: true,
                ..Run::default()
            };
            (vec![begin, forget], vec![renew, clean, enable])
        }
        Scheduler::Launchd => {
            let domain = match managers.reach {
                Reach::System => "system".to_owned(),
                Reach::User => format!("gui/{}", managers.user),
            };
            let target = format!("{domain}/{LABEL}");
            let bootout = || Command::new("launchctl").args(["bootout", &target]);
            let end = Run {
                does: Some(Box::new(bootout())),
                after: Some(Kind::Agent),
                may_fail: true,
                ..Run::default()
            };
            let begin = Run {
                does: Some(Box::new(
                    Command::new("launchctl")
                        .args(["bootstrap", &domain])
                        .arg(launchd::path(&paths.agents)),
                )),
                undo: Some(Box::new(bootout())),
                after: Some(Kind::Agent),
                unless: vec![Command::new("launchctl").args(["print", &target]).reads()],
                ..Run::default()
            };
            (Vec::new(), vec![end, begin])
        }
    }
}
