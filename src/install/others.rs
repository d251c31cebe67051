//! What of this machine an installation must not meet: another scheduler that starts backups, another
//! program of the name. It stops there, or says so.

use std::path::{Path, PathBuf};

use super::change::Change;
use super::decide::Decided;
use super::programs::tell;
use super::rivals;
use super::schedulers::Scheduler;
use super::self_install::Task;
use super::systemd;
use crate::host::{Command, Failure};

/// Where packages put units: one of the same name is masked by ours.
const VENDOR: [&str; 3] = [
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// Refuses where something else starts backups, too.
pub(super) fn starters(
    task: &Task<'_>,
    decided: &[Decided<'_>],
    scheduler: Option<Scheduler>,
) -> Result<(), Failure> {
    if scheduler.is_none() {
        return Ok(());
    }
    // A crontab has lines of others beside ours, which are told by their marks.
    let files = decided.iter().filter(|one| !one.item.is_block());
    let mut own: Vec<PathBuf> = files.map(|one| one.item.path.clone()).collect();
    if scheduler == Some(Scheduler::Systemd) {
        for one in decided.iter().filter(|one| one.item.is_schedule()) {
            let name = one.item.path.file_name().unwrap_or_default();
            own.extend(VENDOR.iter().map(|folder| Path::new(folder).join(name)));
        }
    }
    let found = rivals::starters(&task.host, &own);
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

/// Tells who finds another borgmatic than the installed one, or none.
pub(super) fn shadows(task: &Task<'_>, is_new: bool) {
    if task.setting.root.is_some() || task.stays() {
        return;
    }
    let installed = task.setting.paths.program();
    let folder = task.setting.paths.bin.display();
    // The PATH of this login is not the scheduler's.
    let host = task.alone.host;
    let shadows = rivals::shadows(host, &installed);
    for shadow in &shadows {
        let finds = shadow.finds.as_ref().map(|path| path.display());
        let words = match (shadow.who, finds) {
            // Our lines for cron name the program, or their own PATH.
            ("cron", _) => continue,
            (who, Some(finds)) => format!("{who} finds {finds} first, not {}", installed.display()),
            ("sudo", None) if host.env.user != 0 => continue,
            ("sudo", None) => format!(
                "sudo does not look into {folder}: type sudo {}, or add it to secure_path: sudo visudo",
                installed.display()
            ),
            (who, None) => format!(
                "{who} does not look into {folder}: add it to PATH, for example in ~/.profile: \
                 PATH=\"{folder}:$PATH\""
            ),
        };
        task.note(&words);
    }
    let is_found = shadows.iter().all(|shadow| shadow.who != "this login");
    let later = rivals::others_on_path(host, &installed);
    if let (true, true, Some(other)) = (is_new, is_found, later.first()) {
        let other = other.display();
        task.note(&format!(
            "a shell that has run {other} remembers it: type hash -r there"
        ));
    }
}

/// What removes the program at this path.
pub(super) fn removal(task: &Task<'_>, path: &Path) -> String {
    let asks = task.setting.root.is_none();
    let programs = rivals::programs(&task.host, asks);
    let found = programs.iter().find(|program| program.path == path);
    found.and_then(rivals::Program::remove).unwrap_or_else(|| {
        "with what installed it (uv tool uninstall, pipx uninstall or pip uninstall borgmatic)"
            .into()
    })
}

/// The unit of a package whose place a unit of this path takes.
pub(super) fn masked(task: &Task<'_>, unit: &Path) -> Option<PathBuf> {
    let name = unit.file_name().filter(|_| !systemd::is_enabling(unit))?;
    let mut places = VENDOR.iter().map(|folder| Path::new(folder).join(name));
    places.find(|path| task.setting.files.is_file(path))
}

/// Does the running program belong to a package? Its place is then the package manager's.
pub(super) fn is_packaged(task: &Task<'_>) -> bool {
    let host = task.alone.host;
    let own = host.files.own_path().unwrap_or_default();
    let is_vendors = own.starts_with("/usr") && !own.starts_with("/usr/local");
    if task.setting.root.is_some() || !is_vendors {
        return false;
    }
    let programs = rivals::programs(host, true);
    let found = programs.iter().find(|program| program.real == own);
    let Some(owner) = found.and_then(|program| program.owner.as_ref()) else {
        return false;
    };
    let words = format!(
        "{} belongs to {}, and stays where it is",
        own.display(),
        owner.words
    );
    task.note(&words);
    true
}

/// Gives new files the labels of SELinux, where it runs: without them, systemd may not start a program.
pub(super) fn relabel(task: &Task<'_>, changes: &[Change]) {
    let runs = Path::new("/sys/fs/selinux/enforce");
    if task.setting.root.is_some() || !task.setting.files.exists(runs) {
        return;
    }
    let put = changes.iter().filter_map(|change| match change {
        Change::Put { path, .. } => Some(path),
        _ => None,
    });
    let command = Command::new("restorecon").args(put);
    if let Err(failure) = tell(&task.host, &command) {
        task.host.bus.failure(crate::host::Level::Warning, &failure);
    }
}
