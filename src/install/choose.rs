//! Who is to start the backups: what was said, what was chosen before, what a person answers, or what
//! the machine has.

use super::flags::{Asked, usage};
use super::schedulers::Scheduler;
use super::self_install::Task;
use super::unconfigured;
use crate::host::Failure;

/// `None`: nobody. Without a configuration there is nothing to start.
pub(super) fn scheduler(
    task: &Task<'_>,
    has_configuration: bool,
    asks: bool,
) -> Result<Option<Scheduler>, Failure> {
    let setting = task.setting;
    match task.flags.asked() {
        Asked::Nobody => Ok(None),
        Asked::By(scheduler) if has_configuration => possible(task, scheduler).map(Some),
        Asked::By(scheduler) => Err(unconfigured::refusal(task, scheduler)),
        Asked::Open if !has_configuration => {
            task.note(&unconfigured::not_yet(task));
            Ok(None)
        }
        Asked::Open => {
            let before = setting.known.last().and_then(|last| last.scheduler);
            if let Some(before) = before {
                return Ok(Some(before));
            }
            let quiet = !asks || task.flags.yes.is_on();
            match (!quiet).then(|| ask(task)).flatten() {
                Some(answer) => answer,
                None => Ok(Some(setting.detected)),
            }
        }
    }
}

/// Is it a scheduler of this system?
fn possible(task: &Task<'_>, scheduler: Scheduler) -> Result<Scheduler, Failure> {
    let is_mac = cfg!(target_os = "macos");
    let fits = match scheduler {
        Scheduler::Launchd => is_mac,
        Scheduler::Systemd => !is_mac,
        Scheduler::Cron => true,
    };
    if fits || task.setting.root.is_some() {
        return Ok(scheduler);
    }
    let words = format!("this system has no {}", scheduler.word());
    let help = format!(
        "leave the choice out, or use --{}",
        task.setting.detected.word()
    );
    Err(usage(words, help))
}

/// Asks at the terminal; `None`: nobody is there.
fn ask(task: &Task<'_>) -> Option<Result<Option<Scheduler>, Failure>> {
    let usual = task.setting.detected.word();
    let question =
        format!("What is to start the backups? systemd, cron, launchd or none [{usual}]: ");
    let answer = task.host.terminal.ask(&question)?;
    Some(match answer.trim() {
        _ if answer.is_empty() => {
            let words = "nobody answered, so that nothing was changed";
            Err(usage(
                words,
                "say it with a flag: --systemd, --cron or --no-schedule",
            ))
        }
        "" => Ok(Some(task.setting.detected)),
        "systemd" => possible(task, Scheduler::Systemd).map(Some),
        "cron" => Ok(Some(Scheduler::Cron)),
        "launchd" => possible(task, Scheduler::Launchd).map(Some),
        "none" | "no" => Ok(None),
        other => {
            let words = format!("`{other}` is no answer to that");
            Err(usage(
                words,
                "say it with a flag: --systemd, --cron or --no-schedule",
            ))
        }
    })
}
