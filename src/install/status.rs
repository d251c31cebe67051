//! How an installation stands: each file, the next run, the last one. Changes nothing.

use std::path::Path;

use serde_json::{Value, json};

use super::dropin;
use super::job::Reach;
use super::manifest::{Entry, What};
use super::recipe::{Kind, Recipe};
use super::schedulers::Scheduler;
use super::self_install::Task;
use super::show::word;
use super::state::Item;
use crate::actions::history::pasts;
use crate::actions::next_run::NextRun;
use crate::config::load::load;
use crate::host::Failure;
use crate::option::Schedule;

pub(super) fn show(task: &Task<'_>) -> Result<(), Failure> {
    let known = &task.setting.known;
    let Some(manifest) = known.last() else {
        if task.flags.json.is_on() {
            task.host
                .bus
                .data(&json!({ "installed": false }).to_string());
        } else {
            task.say("Nothing is installed here by this installer");
        }
        return Ok(());
    };
    let disk = task.disk(&Recipe::default());
    let mut items = Vec::new();
    for entry in known.entries() {
        items.push(disk.installed(entry, known)?);
    }
    let units = manifest.entries.iter().filter(|entry| is_unit(entry));
    let dropins: Vec<String> = units.flat_map(|entry| dropins(task, &entry.path)).collect();
    let next = next(task, manifest.scheduler);
    let runs = last_runs(task);
    if task.flags.json.is_on() {
        let files: Vec<Value> = items
            .iter()
            .map(|item| json!({ "path": item.path, "state": word(&item.state) }))
            .collect();
        let document = json!({
            "installed": true,
            "version": manifest.version,
            "scheduler": manifest.scheduler,
            "flags": manifest.flags,
            "files": files,
            "dropins": dropins,
            "schedule": manifest.scheduler.map(|_| planned(task).to_string()),
            "next_run": next.as_ref().map(|next| next.at.timestamp()),
            "next_run_by": next.as_ref().map(|next| &next.by),
            "next_run_unknown": manifest.scheduler.filter(|_| next.is_none()).map(|by| unknown(task, by)),
            "last_runs": runs.as_ref().ok(),
        });
        task.host.bus.data(&document.to_string());
        return Ok(());
    }
    let by = manifest.scheduler.map_or("nobody", Scheduler::word);
    task.say(&format!("borgmatic {}, started by {by}", manifest.version));
    table(task, &items);
    for path in dropins {
        task.say(&format!("  drop-in      {path}"));
    }
    if let Some(scheduler) = manifest.scheduler {
        let now = task.host.clock.now();
        let coming = next.map_or_else(
            || {
                format!(
                    "planned for {} ({})",
                    planned(task),
                    unknown(task, scheduler)
                )
            },
            |next| next.coming(&now),
        );
        task.say(&format!("next run: {coming}"));
    }
    match &runs {
        Ok(runs) => runs
            .iter()
            .for_each(|run| task.say(&format!("last run: {run}"))),
        Err(failure) => task.say(&format!("last run: not known ({})", failure.words)),
    }
    if known.begun.is_some() {
        let again = task.again("borgmatic");
        task.say(&format!("An installation was interrupted; end it: {again}"));
    }
    Ok(())
}

/// Man pages are one line where all of them stand the same.
fn table(task: &Task<'_>, items: &[Item<'_>]) {
    let is_manual = |item: &&Item<'_>| {
        let entry = item.entry.as_ref();
        entry.is_some_and(|entry| entry.kind == What::File(Kind::Manual))
    };
    let manuals: Vec<_> = items.iter().filter(is_manual).collect();
    let state = manuals.first().map(|item| word(&item.state));
    let alike = manuals.iter().all(|item| Some(word(&item.state)) == state);
    for item in items.iter().filter(|item| !alike || !is_manual(item)) {
        task.say(&format!(
            "  {:<12} {}",
            word(&item.state),
            item.path.display()
        ));
    }
    if let (Some(state), Some(first), true) = (state, manuals.first(), alike) {
        let folder = first.path.parent().unwrap_or(Path::new("/"));
        let count = manuals.len();
        task.say(&format!(
            "  {state:<12} {}: {count} man pages",
            folder.display()
        ));
    }
}

fn is_unit(entry: &Entry) -> bool {
    entry.kind == What::File(Kind::Unit)
}

/// What people wrote beside a unit: it may open the sandbox again.
pub(super) fn dropins(task: &Task<'_>, unit: &Path) -> Vec<String> {
    let folder = dropin::folder(unit);
    let names = task.setting.files.names(&folder).unwrap_or_default();
    let paths = names.iter().map(|name| folder.join(name));
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "conf"))
        .map(|path| path.display().to_string())
        .collect()
}

/// When the next backup is started, where that is known.
pub(super) fn next(task: &Task<'_>, scheduler: Option<Scheduler>) -> Option<NextRun> {
    // Below a root nothing runs.
    let is_here = scheduler.is_some() && task.setting.root.is_none();
    is_here.then(|| NextRun::find(&task.host)).flatten()
}

/// The schedule that was chosen.
fn planned(task: &Task<'_>) -> Schedule {
    task.flags.schedule.or(Schedule::default())
}

/// Why the time of the next run is not known.
fn unknown(task: &Task<'_>, scheduler: Scheduler) -> &'static str {
    let setting = task.setting;
    let reach = setting.managers.reach;
    match scheduler {
        _ if setting.root.is_some() => "below a root nothing runs",
        _ if reach == Reach::System && task.host.env.user != 0 => "root is told more",
        Scheduler::Systemd if !setting.managers.told => "systemd does not run here",
        Scheduler::Systemd if reach == Reach::User => {
            "systemd names no time, see: systemctl --user status borgmatic.timer"
        }
        Scheduler::Systemd => "systemd names no time, see: systemctl status borgmatic.timer",
        Scheduler::Cron => "the lines for cron name no certain time",
        Scheduler::Launchd => "launchd names no time",
    }
}

/// How the last run of each repository went, as the ledger tells.
fn last_runs(task: &Task<'_>) -> Result<Vec<String>, Failure> {
    let paths = super::prepare::paths(task);
    let one =
        |path: &std::path::PathBuf| load(path, task.alone.wishes, task.host.files, task.host.env);
    let loaded: Vec<_> = paths.iter().map(one).collect();
    let pasts = pasts(&loaded, task.host.files, task.host.env)?;
    let zone = task.host.clock.now().time_zone().clone();
    let line = |past: &crate::actions::history::Past<'_>| {
        let newest = past.history.newest()?;
        let when = newest.end.to_zoned(zone.clone());
        let name = past.unit.repository.name();
        Some(format!(
            "{name}: {} {}, {}",
            newest.action,
            newest.result.word(),
            when.strftime("%Y-%m-%d %H:%M")
        ))
    };
    Ok(pasts.iter().filter_map(line).collect())
}
