//! What of this machine an installation must not meet: another scheduler that starts backups, another
//! program of the name. It stops there, or says so.

use std::path::{Path, PathBuf};

use super::decide::Decided;
use super::rivals;
use super::schedulers::Scheduler;
use super::self_install::Task;
use crate::host::{Failure, Host};

/// Where packages put units: one of the same name is masked by ours.
const VENDOR: [&str; 3] = [
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// The host whose PATH is that of the login, with the files of the installation.
fn host<'a>(task: &'a Task<'_>) -> Host<'a> {
    task.host
}

/// Refuses where something else starts backups, too.
pub(super) fn starters(
    task: &Task<'_>,
    decided: &[Decided<'_>],
    scheduler: Option<Scheduler>,
) -> Result<(), Failure> {
    if scheduler.is_none() {
        return Ok(());
    }
    let own = decided.iter().map(|one| one.item.path.clone());
    let mut own: Vec<PathBuf> = own.collect();
    if scheduler == Some(Scheduler::Systemd) {
        for one in decided.iter().filter(|one| one.item.is_schedule()) {
            let name = one.item.path.file_name().unwrap_or_default();
            own.extend(VENDOR.iter().map(|folder| Path::new(folder).join(name)));
        }
    }
    let found = rivals::starters(&host(task), &own);
    let Some(first) = found.first() else {
        return Ok(());
    };
    if task.flags.force.is_on() {
        for starter in &found {
            task.note(&format!("backups are started twice: {starter}"));
        }
        return Ok(());
    }
    let words: Vec<String> = found.iter().map(ToString::to_string).collect();
    let mut removes: Vec<&str> = found.iter().map(|one| one.remove.as_str()).collect();
    removes.dedup();
    let words = format!(
        "something else starts backups already: {}",
        words.join("\n")
    );
    let help = format!(
        "remove it, then run this again: {}{}",
        removes.join("; "),
        if first.line.is_some() || found.len() > 1 {
            "; or leave both, with --force, if they back up different things"
        } else {
            "; or leave both, with --force"
        }
    );
    Err(Failure::new("borgmatic::install::rival", words)
        .help(help)
        .status(3))
}

/// Tells who finds another borgmatic than the installed one.
pub(super) fn shadows(task: &Task<'_>) {
    if task.setting.root.is_some() || task.flags.no_bin.is_on() {
        return;
    }
    let installed = task.setting.paths.program();
    for shadow in rivals::shadows(&host(task), &installed) {
        // Our lines for cron name the program, or their own PATH.
        if let Some(finds) = shadow.finds.filter(|_| shadow.who != "cron") {
            let words = format!(
                "{} finds {} first, not {}",
                shadow.who,
                finds.display(),
                installed.display()
            );
            task.note(&words);
        }
    }
}

/// What removes the program at this path.
pub(super) fn removal(task: &Task<'_>, path: &Path) -> String {
    let asks = task.setting.root.is_none();
    let programs = rivals::programs(&host(task), asks);
    let found = programs.iter().find(|program| program.path == path);
    found.and_then(rivals::Program::remove).unwrap_or_else(|| {
        "with what installed it (uv tool uninstall, pipx uninstall or pip uninstall borgmatic)"
            .into()
    })
}
