//! What a run is about to do in the repositories of a configuration: a file in `locks/` beside the
//! ledger, held by `flock` while the run lives, and gone when it ends. One that nobody holds was left
//! by a run that was killed, or whose machine stopped: what it could not write down is told for it.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::record::{Action, Outcome, Record, Sizes};
use crate::host::files::Held;
use crate::host::{Files, Host};

const VERSION: u32 = 1;

/// Locks of other kinds may lie beside.
const ENDING: &str = ".run";

/// Larger marks are none of ours.
const MOST: u64 = 1 << 20;

/// Who reads a mark holds it for a moment.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(2);

const REASON: &str = "the run was killed, or its machine stopped";

/// What is begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// As in [`Action`].
    pub run: String,
    pub configuration: String,
    pub since: Timestamp,
    pub repositories: Vec<Planned>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// As in [`Action`].
    pub repository: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// In order.
    pub actions: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Mark {
    v: u32,
    #[serde(flatten)]
    plan: Plan,
}

/// A run that has begun, until this is dropped.
#[derive(Debug)]
pub struct Begun(Option<Held>);

impl Drop for Begun {
    fn drop(&mut self) {
        if let Some(held) = self.0.take() {
            held.remove();
        }
    }
}

impl Begun {
    /// Holds the mark of a run in a directory, as `name`; with the plan of one that was killed, whose
    /// mark was there. `None` where another run of this name lives, or no mark can be made.
    pub(super) fn hold(host: &Host<'_>, folder: &Path, name: &str) -> Option<(Self, Option<Plan>)> {
        host.files.make_dir(folder, 0o700).ok()?;
        let path = folder.join(format!("{name}{ENDING}"));
        let held = (0..TRIES).find_map(|_| {
            let held = host.files.hold(&path).ok()?;
            if held.is_none() {
                host.clock.sleep(PAUSE);
            }
            held
        })?;
        let dead = left(host.files, &path);
        Some((Self(Some(held)), dead))
    }

    /// A plan that cannot be written tells nothing, and does no harm.
    pub(super) fn note(&self, plan: Plan) {
        let mark = Mark { v: VERSION, plan };
        if let (Some(held), Ok(bytes)) = (&self.0, serde_json::to_vec(&mark)) {
            held.note(&bytes).ok();
        }
    }

    /// Lets go of the mark, which stays as it is.
    pub(super) fn leave(mut self) {
        self.0 = None;
    }
}

/// The plan in a mark that we hold.
fn left(files: &Files, path: &Path) -> Option<Plan> {
    let (bytes, is_whole) = files.tail(path, MOST).ok()?;
    let mark: Mark = serde_json::from_slice(&bytes).ok().filter(|_| is_whole)?;
    (mark.v == VERSION).then_some(mark.plan)
}

/// The plans of runs that were killed, and of which no run since has told.
pub(super) fn killed(files: &Files, folder: &Path) -> Vec<Plan> {
    let names = files.names(folder).unwrap_or_default();
    let is_mark = |name: &&OsString| name.as_encoded_bytes().ends_with(ENDING.as_bytes());
    let marks = names.iter().filter(is_mark);
    let dead = marks.map(|name| folder.join(name)).filter_map(|path| {
        let _held = files.hold_found(&path).ok()??;
        left(files, &path)
    });
    dead.collect()
}

/// What a killed run did not write down: in each repository the first action that has no line.
pub(super) fn lost(plan: &Plan, records: &[Record]) -> Vec<Record> {
    let of_run = records.iter().filter_map(|record| match record {
        Record::Action(action)
            if action.run == plan.run && action.configuration == plan.configuration =>
        {
            Some(action)
        }
        _ => None,
    });
    let told: Vec<&Action> = of_run.collect();
    let lost = plan.repositories.iter().filter_map(|planned| {
        let repository = planned.repository.as_str();
        let lines = told.iter().filter(|line| line.repository == repository);
        // Somebody has written down its end meanwhile.
        if lines.clone().any(|line| line.was_killed()) {
            return None;
        }
        let mut actions = planned.actions.iter();
        let action = actions.find(|action| lines.clone().all(|line| line.action != **action))?;
        Some(Record::Action(Action {
            run: plan.run.clone(),
            configuration: plan.configuration.clone(),
            repository: planned.repository.clone(),
            label: planned.label.clone(),
            action: action.clone(),
            start: plan.since,
            end: plan.since,
            result: Outcome::Interrupted,
            code: None,
            reason: Some(REASON.to_owned()),
            dry: false,
            not_due: false,
            archive: None,
            sizes: Sizes::default(),
        }))
    });
    lost.collect()
}
