//! Who is to start the backups: what was said, what was chosen before, what a person answers, or what
//! the machine has.

use super::flags::{Asked, usage};
use super::schedulers::Scheduler;
use super::self_install::Task;
use crate::host::{Failure, Level};

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
        Asked::By(scheduler) => {
            let words = format!(
                "there is no configuration that {} could start a backup of",
                scheduler.word()
            );
            Err(
                Failure::new("borgmatic::install::configuration", words).help(
                    "install the program alone, write a configuration, then run this again: \
                 borgmatic self-install --no-schedule; borgmatic config generate",
                ),
            )
        }
        Asked::Open if !has_configuration => {
            let words = "no configuration yet, so nobody starts backups: write one with borgmatic \
                         config generate, then run borgmatic self-install again";
            task.host.bus.line(Level::Warning, "", words);
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
