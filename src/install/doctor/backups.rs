//! What the ledger tells: how old the last backups are, how the last runs went; and whether the clock
//! can be believed.

use std::time::Duration;

use super::{Finding, Visit};
use crate::actions::history::{Past, pasts};
use crate::ledger::Outcome;
use crate::option::age::brief;
use crate::option::{Age, Choice};

/// A day, and two hours for a run that takes its time.
pub(super) const USUAL: Age = Age(Duration::from_hours(26));

pub(super) fn look(visit: &Visit<'_>) -> Vec<Finding> {
    let host = &visit.host;
    let mut found = Vec::new();
    match pasts(visit.alone.loaded, host.files, host.env) {
        Ok(pasts) => {
            for past in &pasts {
                found.extend(age(visit, past));
                found.extend(last_run(past));
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
    let run = &past.history.newest_run;
    let bad = |outcome: &Outcome| matches!(outcome, Outcome::Failed | Outcome::Interrupted);
    let worst = run
        .iter()
        .find(|action| bad(&action.result))
        .or_else(|| run.iter().find(|action| action.result == Outcome::Warned))?;
    let about = format!("last run {}", past.unit.repository.shown_name());
    let mut words = format!("{} {}", worst.action, worst.result.word());
    if let Some(reason) = &worst.reason {
        words += &format!(": {reason}");
    }
    let cure = "see it: borgmatic status; run it again: borgmatic --verbosity 1";
    Some(if bad(&worst.result) {
        Finding::wrong(about, words).cure(cure)
    } else {
        Finding::look(about, words).cure(cure)
    })
}

fn clock(visit: &Visit<'_>, pasts: &[Past<'_>]) -> Finding {
    let now = visit.host.clock.now();
    let shown = now.strftime("%Y-%m-%d %H:%M %Z").to_string();
    let ahead = |past: &&Past<'_>| {
        let backup = past.history.backup();
        backup.is_some_and(|backup| backup.age(now.timestamp()).as_secs() < -60)
    };
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
