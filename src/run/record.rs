//! Writes each action down in the ledger as it ends, so that a run that is killed has told what it
//! did. A ledger that cannot be written is a warning, once.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::observe::{Acted, Ended, Observer};
use crate::actions::{Answer, history};
use crate::borg::Made;
use crate::host::{Failure, FailureKind, Host, Level};
use crate::ledger::{Action, Begun, Ledger, Outcome, Plan, Planned, Record};
use crate::plan::FilePart;

pub struct Recorder<'a> {
    host: &'a Host<'a>,
    /// The name of the run.
    run: String,
    dry: bool,
    /// Ledgers that could not be written.
    lost: Mutex<HashSet<Ledger>>,
}

impl<'a> Recorder<'a> {
    pub fn new(host: &'a Host<'a>, dry: bool) -> Self {
        let now = host.clock.now().timestamp().as_millisecond();
        Self {
            host,
            run: format!("{now}-{}", host.env.process),
            dry,
            lost: Mutex::default(),
        }
    }

    /// What is to run in the repositories of a file, by the ledger that will hear of it.
    fn plans(&self, file: &FilePart<'_>) -> Vec<(Ledger, Plan)> {
        let host = self.host;
        let mut plans: Vec<(Ledger, Plan)> = Vec::new();
        for part in file
            .units
            .iter()
            .filter(|part| part.running().next().is_some())
        {
            let repository = &part.unit.repository;
            let key = history::key(&file.loaded.path, repository, host.files, host.env);
            let planned = Planned {
                repository: key.repository,
                label: repository.label.text().map(str::to_owned),
                actions: part.running().map(|act| act.name().to_owned()).collect(),
            };
            let ledger = history::ledger(&part.unit.config.run, host.env);
            match plans.iter_mut().find(|(known, _)| *known == ledger) {
                Some((_, plan)) => plan.repositories.push(planned),
                None => plans.push((
                    ledger,
                    Plan {
                        run: self.run.clone(),
                        configuration: key.configuration,
                        since: host.clock.now().timestamp(),
                        repositories: vec![planned],
                    },
                )),
            }
        }
        plans
    }

    /// A ledger could not be written.
    fn lose(&self, ledger: Ledger, scope: &str, failure: &Failure) {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        if lost.insert(ledger) {
            let words = format!(
                "{}; status and due will not know of this run",
                failure.words
            );
            self.host.bus.line(Level::Warning, scope, &words);
        }
    }

    fn action(&self, acted: &Acted<'_>) -> Action {
        let host = self.host;
        let repository = &acted.unit.unit.repository;
        let key = history::key(&acted.file.loaded.path, repository, host.files, host.env);
        let made = made(acted);
        let (result, code, reason) = outcome(acted);
        Action {
            run: self.run.clone(),
            configuration: key.configuration,
            repository: key.repository,
            label: repository.label.text().map(str::to_owned),
            action: acted.act.name().to_owned(),
            start: acted.start.timestamp(),
            end: acted.end.timestamp(),
            result,
            code,
            reason,
            dry: self.dry,
            not_due: matches!(acted.ended, Ended::NotDue(_)),
            archive: made.archive,
            sizes: made.sizes,
        }
    }
}

impl Observer for Recorder<'_> {
    fn begin(&self, file: &FilePart<'_>) -> Vec<Begun> {
        let host = self.host;
        let name = history::mark_name(file.loaded, host.files, host.env);
        let begun = self.plans(file).into_iter().filter_map(|(ledger, plan)| {
            let begun = ledger.begin(host, &name, plan);
            begun.unwrap_or_else(|failure| {
                self.lose(ledger, &file.loaded.path.to_string_lossy(), &failure);
                None
            })
        });
        begun.collect()
    }

    fn acted(&self, acted: &Acted<'_>) {
        let unit = acted.unit.unit;
        let ledger = history::ledger(&unit.config.run, self.host.env);
        let record = Record::Action(self.action(acted));
        if let Err(failure) = ledger.append(self.host, &[record]) {
            self.lose(ledger, unit.repository.name(), &failure);
        }
    }
}

/// The archive that create made in this run.
fn made(acted: &Acted<'_>) -> Made {
    if acted.act.name() != "create" {
        return Made::default();
    }
    match acted.ended {
        Ended::Done(Answer::Json(document)) => Made::read(document),
        Ended::Done(Answer::Done) => acted.said.made.clone(),
        _ => Made::default(),
    }
}

fn outcome(acted: &Acted<'_>) -> (Outcome, Option<i32>, Option<String>) {
    match (&acted.ended, acted.said.warnings.last()) {
        (Ended::Done(_), None) => (Outcome::Done, Some(0), None),
        (Ended::Done(_), Some(warning)) => (
            Outcome::Warned,
            Some(warning.exit.status()),
            Some(warning.words.clone()),
        ),
        (Ended::Failed(failure), _) => failed(failure),
        (Ended::Skipped(why) | Ended::NotDue(why), _) => {
            (Outcome::Skipped, None, Some((*why).to_owned()))
        }
    }
}

fn failed(failure: &Failure) -> (Outcome, Option<i32>, Option<String>) {
    let reason = Some(failure.words.clone());
    match failure.kind {
        FailureKind::Interrupted(signal) => (Outcome::Interrupted, Some(signal.status()), reason),
        FailureKind::Command(exit) => (Outcome::Failed, Some(exit.status()), reason),
        _ => (Outcome::Failed, None, reason),
    }
}
