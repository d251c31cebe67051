//! systemd's own judgement of units before they are in their places: `systemd-analyze`, over copies.

use std::path::Path;

use super::job::Reach;
use super::programs::says;
use super::recipe::{File, Kind, Step};
use super::self_install::Task;
use super::systemd::{self, SERVICE, TIMER};
use crate::host::{Command, Exit, Failure, Heard, Level};

/// Refuses units that systemd does not understand, and says how exposed the service is. Nothing is said
/// where systemd's tools are not there.
pub(super) fn judge(task: &Task<'_>, steps: &[Step]) -> Result<(), Failure> {
    let units: Vec<&File> = steps.iter().filter_map(unit).collect();
    if units.is_empty() || !task.setting.managers.told {
        return Ok(());
    }
    let files = task.alone.host.files;
    let folder = files.scratch(Path::new("/tmp"), "borgmatic-")?;
    let judged = copies(task, &units, &folder).and_then(|()| verify(task, &folder));
    if judged.is_ok() {
        score(task, &folder);
    }
    // What is left over is in the machine's directory for that.
    files.remove_tree(&folder).ok();
    judged
}

fn unit(step: &Step) -> Option<&File> {
    match step {
        Step::File(file) if file.kind == Kind::Unit => Some(file),
        _ => None,
    }
}

/// The program that they start is not in its place yet: the running one stands for it.
fn copies(task: &Task<'_>, units: &[&File], folder: &Path) -> Result<(), Failure> {
    let files = task.alone.host.files;
    let own = files.own_path().unwrap_or_default();
    let program = systemd::word(&own.to_string_lossy());
    for unit in units {
        let text = String::from_utf8_lossy(&unit.bytes);
        let line = |line: &str| match line.strip_prefix("ExecStart=") {
            Some(_) => format!("ExecStart={program}\n"),
            None => format!("{line}\n"),
        };
        let text: String = text.lines().map(line).collect();
        let name = unit.path.file_name().unwrap_or_default();
        files.write_whole(&folder.join(name), text.as_bytes(), 0o600)?;
    }
    Ok(())
}

fn verify(task: &Task<'_>, folder: &Path) -> Result<(), Failure> {
    let user = task.setting.managers.reach == Reach::User;
    let question = Command::new("systemd-analyze")
        .when(user, ["--user"])
        .args(["--man=no", "verify"])
        .args([SERVICE, TIMER].map(|name| folder.join(name)))
        .reads();
    let mut said = Vec::new();
    let exit = task.alone.host.processes.run(&question, &mut |heard| {
        if let Heard::Out(line) | Heard::Err(line) = heard {
            said.push(String::from_utf8_lossy(line).into_owned());
        }
    });
    if !matches!(exit, Ok(Exit::Code(_))) {
        return Ok(());
    }
    // It tells of other units of the machine, too.
    said.retain(|line| line.contains(SERVICE) || line.contains(TIMER));
    if said.is_empty() {
        return Ok(());
    }
    let words = "this systemd does not understand the units that would be installed";
    let mut failure = Failure::new("borgmatic::install::unit", words)
        .help("install with --sandbox off, or with --cron; and please report what is shown above");
    failure.tail = said;
    Err(failure)
}

/// From 0 to 10; lower is better.
fn score(task: &Task<'_>, folder: &Path) {
    let question = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager"])
        .arg(folder.join(SERVICE))
        .reads();
    let told = says(task.alone.host, &question).unwrap_or_default();
    let level = told.lines().find_map(|line| {
        let (_, rest) = line.split_once("Overall exposure level for ")?;
        rest.split_once(": ")?.1.split(' ').next()
    });
    if let Some(level) = level {
        let words =
            format!("systemd-analyze security gives the service {level} of 10; less is better");
        task.host.bus.line(Level::Answer, "", &words);
    }
}
