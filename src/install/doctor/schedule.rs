//! Does anything start backups, is it as it was installed, and when is the next one?

use super::{Finding, Visit};
use crate::actions::Alone;
use crate::host::{Bus, Failure, Host};
use crate::install::flags::Flags;
use crate::install::job::Reach;
use crate::install::rivals::{self, Sort, Starter};
use crate::install::self_install::Task;
use crate::install::setting::Setting;
use crate::install::state::State;
use crate::install::{Scheduler, crond, show, status};

const ABOUT: &str = "schedule";

pub(super) fn look(visit: &Visit<'_>) -> Vec<Finding> {
    match installed(visit) {
        Ok(found) => found,
        Err(failure) => vec![Finding::failed(ABOUT, &failure)],
    }
}

fn installed(visit: &Visit<'_>) -> Result<Vec<Finding>, Failure> {
    // What the installer says while it plans is not asked for here.
    let silent = Bus::default();
    let host = Host {
        bus: &silent,
        ..visit.host
    };
    let alone = Alone {
        host: &host,
        loaded: visit.alone.loaded,
        configs: &[],
        wishes: visit.alone.wishes,
        dry: true,
    };
    let setting = Setting::read(&host, &Flags::default(), &[])?;
    let own = setting.known.entries().into_iter();
    let own: Vec<_> = own.map(|entry| entry.path.clone()).collect();
    let others = rivals::starters(&host, &own);
    let Some(manifest) = &setting.known.manifest else {
        return Ok(foreign(visit, &others));
    };
    let task = Task::new(&alone, &setting);
    let mut found = vec![match manifest.scheduler {
        None => nobody(visit),
        Some(scheduler) => {
            in_sync(&task, scheduler).unwrap_or_else(|failure| Finding::failed(ABOUT, &failure))
        }
    }];
    if manifest.scheduler == Some(Scheduler::Cron)
        && let Some(cure) = crond::cure(&host)
    {
        found.push(Finding::wrong(ABOUT, crond::NONE).cure(cure));
    }
    if let Some(next) = status::next(&task, manifest.scheduler) {
        found.push(Finding::good("next run", next.coming(&host.clock.now())));
    }
    if manifest.scheduler.is_some() {
        found.extend(others.iter().map(|other| {
            Finding::look(ABOUT, format!("something else does the same: {other}"))
                .cure(format!("if it is not needed any more: {}", other.remove))
        }));
    } else {
        found.extend(
            foreign(visit, &others)
                .into_iter()
                .filter(|_| !others.is_empty()),
        );
    }
    found.extend(shadowed(&task));
    Ok(found)
}

/// What somebody else set up.
fn foreign(visit: &Visit<'_>, others: &[Starter]) -> Vec<Finding> {
    if others.is_empty() {
        return vec![nobody(visit)];
    }
    let mut found: Vec<_> = others
        .iter()
        .map(|other| Finding::good(ABOUT, other.to_string()))
        .collect();
    if others.len() > 1 {
        found.push(
            Finding::look(
                ABOUT,
                format!("backups are started from {} places", others.len()),
            )
            .cure(format!(
                "leave one; this stops the last: {}",
                others[others.len() - 1].remove
            )),
        );
    }
    found
}

fn nobody(visit: &Visit<'_>) -> Finding {
    let install = visit.command("self-install");
    let words = "nothing starts backups by itself, as far as this user sees";
    Finding::look(ABOUT, words).cure(if visit.host.env.user == 0 {
        format!("sudo {install}")
    } else {
        format!("{install} --user; or for the whole machine: sudo {install}")
    })
}

/// Is everything as it would be installed now?
fn in_sync(task: &Task<'_>, scheduler: Scheduler) -> Result<Finding, Failure> {
    task.compared(|decided, changes| {
        let open: Vec<_> = decided.iter().filter(|one| !one.is_settled()).collect();
        let word = scheduler.word();
        let sudo = match task.setting.managers.reach {
            Reach::System => "sudo ",
            Reach::User => "",
        };
        let cure = format!(
            "see: borgmatic self-install --check; put it right: {sudo}borgmatic self-install"
        );
        let Some(first) = open.first() else {
            return match show::commands(&changes.list).next() {
                None => Finding::good(
                    ABOUT,
                    format!("{word} starts backups, and all is as it was installed"),
                ),
                Some(missing) => {
                    Finding::wrong(ABOUT, format!("{word} was not told: {missing}")).cure(cure)
                }
            };
        };
        let path = first.item.path.display();
        let words = format!("{path}: {}", show::word(&first.item.state));
        let words = match open.len() {
            1 => words,
            count => format!("{words}, and {} more", count - 1),
        };
        let is_gone = open
            .iter()
            .any(|one| one.item.is_schedule() && one.item.state == State::Absent);
        if is_gone {
            Finding::wrong(ABOUT, words).cure(cure)
        } else {
            Finding::look(ABOUT, words).cure(cure)
        }
    })
}

/// Another borgmatic that is found before the installed one.
fn shadowed(task: &Task<'_>) -> Vec<Finding> {
    let installed = task.setting.paths.program();
    let others = rivals::programs(&task.host, true);
    rivals::shadows(task.alone.host, &installed)
        .into_iter()
        .filter_map(|shadow| {
            let path = shadow.finds?;
            let other = others.iter().find(|other| other.path == path)?;
            let ours = other.sort == Sort::Ours;
            let words = format!(
                "{} finds {} ({}) and not {}",
                shadow.who,
                path.display(),
                if ours {
                    "another copy of this program"
                } else {
                    other.sort.words()
                },
                installed.display()
            );
            let finding = Finding::look("program", words);
            Some(match other.remove() {
                Some(remove) => finding.cure(format!("if it is not needed any more: {remove}")),
                None => finding,
            })
        })
        .collect()
}
