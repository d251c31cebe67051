//! One configuration file: its hooks, and between them its repositories. What fails in one repository
//! does not keep the others from their backup. Facts: borgmatic 2.1.10, `runtime.md` section 2.

use std::sync::{Mutex, PoisonError};

use super::bracket::around;
use super::observe::{Acted, Ended};
use super::queue::{self, Then, Try};
use super::repository::{Left, OnRepository};
use super::turn::Turn;
use super::verdict::FileVerdict;
use super::walk::{Walk, variables};
use crate::actions::unbuilt;
use crate::config::Unit;
use crate::hooks::command::{Side, words};
use crate::host::{Bus, Failure, FailureKind, Host, Level};
use crate::plan::FilePart;

impl Walk<'_> {
    pub(super) fn file(&self, file: &FilePart<'_>) -> FileVerdict {
        let path = file.loaded.path.to_string_lossy();
        let mut verdict = FileVerdict::of(&file.loaded.path);
        let bus = self.host.bus.about(&file.loaded.path, "");
        let host = Host {
            bus: &bus,
            ..*self.host
        };
        let turn = match Turn::take(&host, file, self.due, self.dry) {
            Ok(_) if !self.dry && self.is_done(&host, file) => return verdict,
            Ok(turn) => turn,
            Err(failure) if matches!(failure.kind, FailureKind::Soft) => {
                host.bus.line(Level::Info, &path, &failure.words);
                self.tell_of_none(file, Ended::NotDue(&failure.words));
                return verdict;
            }
            Err(failure) => {
                self.tell_of_none(file, Ended::Skipped(&failure.words));
                if let Some(failure) = end_badly(&host, &path, failure) {
                    verdict.failures.push((path.into_owned(), failure));
                }
                self.after_error(&host, file, None, &mut verdict);
                return verdict;
            }
        };
        let _begun = turn.is_held().then(|| self.observer.begin(file));
        self.between_hooks(&host, file, &path, verdict)
    }

    fn between_hooks(
        &self,
        host: &Host<'_>,
        file: &FilePart<'_>,
        path: &str,
        mut verdict: FileVerdict,
    ) -> FileVerdict {
        let variables = variables(&file.loaded.path, file.config);
        let hooks = self.surroundings(path, "the configuration", file.config, variables);
        let mut failed = None;
        let ended = around(host, &file.around, &hooks, || {
            failed = self.repositories(file, &mut verdict);
            match verdict.failures.last() {
                Some((_, failure)) => Err(failure.clone()),
                None => Ok(()),
            }
        });
        // What happened in a repository was said there.
        let is_new = verdict.failures.is_empty();
        if let Err(failure) = ended
            && is_new
            && let Some(failure) = end_badly(host, path, failure)
        {
            verdict.failures.push((path.to_owned(), failure));
        }
        if !verdict.failures.is_empty() {
            self.after_error(host, file, failed, &mut verdict);
            // borgmatic 2.1.10: half an answer is none.
            verdict.answers.clear();
        }
        verdict
    }

    /// Has somebody else done it meanwhile?
    fn is_done(&self, host: &Host<'_>, file: &FilePart<'_>) -> bool {
        self.due
            .is_some_and(|due| due.is_done(host, file, self.observer))
    }

    /// Tells that no action of a file is started.
    fn tell_of_none(&self, file: &FilePart<'_>, ended: Ended<'_>) {
        for unit in &file.units {
            for act in &unit.acts {
                let now = self.host.clock.now();
                let acted = Acted::not_started(now, file, unit, act, ended);
                self.observer.acted(&acted);
            }
        }
    }

    /// Returns the last repository that failed: in time, or in order where several work at once.
    fn repositories<'f>(&self, file: &FilePart<'f>, verdict: &mut FileVerdict) -> Option<&'f Unit> {
        let ended = Mutex::new(Vec::new());
        let locked = || ended.lock().unwrap_or_else(PoisonError::into_inner);
        queue::work(file.units.iter().map(Try::first), file.abreast, &|this| {
            let unit = this.part.unit;
            let name = unit.repository.name();
            let mut bus = self.host.bus.about(&file.loaded.path, name);
            if file.abreast > 1 {
                bus = bus.apart();
            }
            let host = Host {
                bus: &bus,
                ..*self.host
            };
            let mut left = Left::default();
            let failure = match self.attempt(&host, file, this, &mut left) {
                Ok(()) => None,
                Err((failure, can_help)) => {
                    let next = this
                        .next()
                        .filter(|_| can_help && !is_interrupted(&failure));
                    if let Some(next) = next {
                        say(&bus, Level::Warning, name, &failure);
                        bus.line(Level::Warning, name, &next.announce());
                        left.answers.clear();
                        locked().push((unit, left, None));
                        return Then::Again(next);
                    }
                    end_badly(&host, name, failure)
                }
            };
            let stops = failure.as_ref().is_some_and(is_interrupted);
            if failure.is_some() {
                left.answers.clear();
            }
            locked().push((unit, left, failure));
            if stops { Then::Stop } else { Then::Next }
        });
        let mut ended = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
        if file.abreast > 1 {
            let place = |unit| {
                file.units
                    .iter()
                    .position(|part| std::ptr::eq(part.unit, unit))
            };
            ended.sort_by_key(|(unit, ..)| place(*unit));
        }
        let mut failed = None;
        for (unit, left, failure) in ended {
            let named = |words| (unit.repository.name().to_owned(), words);
            verdict
                .warnings
                .extend(left.warnings.into_iter().map(named));
            verdict.answers.extend(left.answers);
            if let Some(failure) = failure {
                failed = Some(unit);
                let scope = unit.repository.name().to_owned();
                verdict.failures.push((scope, failure));
            }
        }
        failed
    }

    /// One try at a repository, and whether another one could help.
    fn attempt(
        &self,
        host: &Host<'_>,
        file: &FilePart<'_>,
        this: &Try<'_, '_>,
        left: &mut Left,
    ) -> Result<(), (Failure, bool)> {
        let config = &this.part.unit.config;
        this.part
            .running()
            .try_for_each(|act| unbuilt::refuse(config, act.name(), self.dry))
            .map_err(|failure| (failure, false))?;
        this.wait(host).map_err(|failure| (failure, false))?;
        let on_repository = OnRepository {
            walk: self,
            host,
            file,
            part: this.part,
            attempt: this.number,
        };
        on_repository.run(left).map_err(|failure| (failure, true))
    }

    /// The hooks for an error. borgmatic 2.1.10: once a file, with the last error; not after a signal.
    fn after_error(
        &self,
        host: &Host<'_>,
        file: &FilePart<'_>,
        failed: Option<&Unit>,
        verdict: &mut FileVerdict,
    ) {
        let Some((_, failure)) = verdict.failures.last() else {
            return;
        };
        if host.processes.stop().is_some() {
            return;
        }
        let path = file.loaded.path.to_string_lossy();
        let repository = failed.map(|unit| &unit.repository);
        let variables = variables(&file.loaded.path, file.config)
            .with("repository", repository.map_or("", |it| it.path()))
            .with(
                "repository_label",
                repository.and_then(|it| it.label.text()).unwrap_or(""),
            )
            // A command line is read by everybody on this machine.
            .with("error", host.bus.without_secrets(&words::error(failure)))
            .with("output", host.bus.without_secrets(&words::output(failure)));
        let hooks = self.surroundings(&path, "an error", file.config, variables);
        if let Err(failure) = hooks.run(host, &file.after_error, Side::Error)
            && let Some(failure) = end_badly(host, &path, failure)
        {
            verdict.failures.push((path.into_owned(), failure));
        }
    }
}

/// Says a failure that nobody tries again, and gives it back. One that only asks to leave out the rest
/// is none.
pub(super) fn end_badly(host: &Host<'_>, scope: &str, failure: Failure) -> Option<Failure> {
    if matches!(failure.kind, FailureKind::Soft) {
        let words = format!("{}: the rest is left out, as it asks", failure.words);
        host.bus.line(Level::Info, scope, &words);
        return None;
    }
    say(host.bus, Level::Error, scope, &failure);
    Some(failure)
}

fn say(bus: &Bus, level: Level, scope: &str, failure: &Failure) {
    bus.line(level, scope, &failure.words);
    for line in &failure.tail {
        bus.line(level, "", line);
    }
}

fn is_interrupted(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::Interrupted(_))
}
