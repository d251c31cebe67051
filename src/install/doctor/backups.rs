//! What the ledger tells: how old the last backups are, how the last runs went; and whether the clock
//! can be believed.

use std::time::Duration;

use super::{Finding, Report, Visit, repository};
use crate::actions::history::{Past, pasts};
use crate::option::Choice;
use crate::option::age::brief;

/// `before`: what was found so far. A repository that does not work comes before its backups.
pub(super) fn look(visit: &Visit<'_>, before: &Report) -> Vec<Finding> {
    let host = &visit.host;
    let mut found = Vec::new();
    match pasts(visit.alone.loaded, host.files, host.env) {
        Ok(pasts) => {
            for past in &pasts {
                let broken = before.is_wrong(&repository::about(past.unit));
                let about_it = age(visit, past).into_iter().chain(last_run(past));
                found.extend(about_it.map(|finding| {
                    if broken {
                        finding.after("first mend the repository, as told above")
                    } else {
                        finding
                    }
                }));
            }
            found.push(clock(visit, &pasts));
        }
        Err(failure) => found.push(Finding::failed("backups", &failure)),
    }
    found
}

fn age(visit: &Visit<'_>, past: &Past<'_>) -> Option<Finding> {
    let skipped = past.unit.config.run.skip_actions.items();
    if skipped.iter().any(|action| action.word() == "create") {
        return None;
    }
    let name = past.unit.repository.shown_name();
    let about = format!("last backup {name}");
    let cure = "back up now: borgmatic create";
    let Some(backup) = past.history.backup() else {
        return Some(Finding::wrong(about, "this user's runs know of none").cure(cure));
    };
    let now = visit.host.clock.now().timestamp();
    let age = Duration::try_from(backup.age(now)).ok()?;
    let words = format!("{} old", brief(age));
    Some(if age > visit.most.0 {
        Finding::wrong(
            about,
            format!("{words}, and at most {} is meant", visit.most),
        )
        .cure(cure)
    } else {
        Finding::good(about, words)
    })
}

fn last_run(past: &Past<'_>) -> Option<Finding> {
    let worst = past.history.trouble()?;
    let about = format!("last run {}", past.unit.repository.shown_name());
    let cure = "see it: borgmatic status; run it again: borgmatic --verbosity 1";
    Some(if worst.result.is_failure() {
        Finding::wrong(about, worst.told()).cure(cure)
    } else {
        Finding::look(about, worst.told()).cure(cure)
    })
}

fn clock(visit: &Visit<'_>, pasts: &[Past<'_>]) -> Finding {
    let now = visit.host.clock.now();
    let shown = now.strftime("%Y-%m-%d %H:%M %Z").to_string();
    let ahead = |past: &&Past<'_>| past.ahead(now.timestamp()).is_some();
    let cure = "set the clock, and let it be kept: sudo timedatectl set-ntp true";
    if let Some(past) = pasts.iter().find(ahead) {
        let name = past.unit.repository.shown_name();
        let words = format!("{shown}, but the last backup of {name} is dated later");
        return Finding::wrong("clock", words).cure(cure);
    }
    // The year of this program's first release.
    if now.year() < 2026 {
        return Finding::wrong("clock", format!("{shown} is long past")).cure(cure);
    }
    Finding::good("clock", shown)
}
