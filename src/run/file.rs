//! One configuration file: its hooks, and between them its repositories. What fails in one repository
//! does not keep the others from their backup. Facts: borgmatic 2.1.10, `runtime.md` section 2.

use std::collections::VecDeque;

use super::bracket::around;
use super::observe::{Acted, Ended, Said};
use super::queue::Try;
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
        let bus = self.about(file, "");
        let host = Host {
            bus: &bus,
            ..*self.host
        };
        let turn = match Turn::take(&host, file, self.dry) {
            Ok(turn) => turn,
            Err(failure) => {
                self.tell_of_none(file, &failure);
                end_badly(&bus, &path, failure, &mut verdict);
                self.after_error(file, None, &mut verdict);
                return verdict;
            }
        };
        self.known_as().clone_from(&turn.known_as);
        let verdict = self.between_hooks(file, &path, verdict);
        self.known_as().take();
        verdict
    }

    fn between_hooks(
        &self,
        file: &FilePart<'_>,
        path: &str,
        mut verdict: FileVerdict,
    ) -> FileVerdict {
        let variables = variables(&file.loaded.path, file.config);
        let hooks = self.surroundings(path, "the configuration", file.config, variables);
        let mut failed = None;
        let ended = around(self.host, &file.around, &hooks, || {
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
        {
            end_badly(&self.about(file, ""), path, failure, &mut verdict);
        }
        if !verdict.failures.is_empty() {
            self.after_error(file, failed, &mut verdict);
            // borgmatic 2.1.10: half an answer is none.
            verdict.answers.clear();
        }
        verdict
    }

    /// Tells that no action of a file is started.
    fn tell_of_none(&self, file: &FilePart<'_>, failure: &Failure) {
        for unit in &file.units {
            for act in &unit.acts {
                let now = self.host.clock.now();
                self.observer.acted(&Acted {
                    file,
                    unit,
                    act,
                    attempt: 0,
                    start: now.clone(),
                    end: now,
                    ended: Ended::Skipped(&failure.words),
                    said: Said::default(),
                });
            }
        }
    }

    /// Returns the last repository that failed.
    fn repositories<'f>(&self, file: &FilePart<'f>, verdict: &mut FileVerdict) -> Option<&'f Unit> {
        let mut failed = None;
        let mut queue: VecDeque<Try<'_, 'f>> = file.units.iter().map(Try::first).collect();
        while let Some(this) = queue.pop_front() {
            let scope = this.part.unit.repository.name();
            let mut left = Left::default();
            let ended = self.attempt(file, &this, &mut left);
            let named = |words| (scope.to_owned(), words);
            verdict
                .warnings
                .extend(left.warnings.into_iter().map(named));
            let Err((failure, can_help)) = ended else {
                verdict.answers.extend(left.answers);
                continue;
            };
            let stops = matches!(failure.kind, FailureKind::Interrupted(_));
            if let Some(next) = this.next().filter(|_| can_help && !stops) {
                let bus = self.about(file, scope);
                say(&bus, Level::Warning, scope, &failure);
                bus.line(Level::Warning, scope, &next.announce());
                queue.push_back(next);
                continue;
            }
            let count = verdict.failures.len();
            end_badly(&self.about(file, scope), scope, failure, verdict);
            if verdict.failures.len() > count {
                failed = Some(this.part.unit);
            }
            if stops {
                break;
            }
        }
        failed
    }

    /// One try at a repository, and whether another one could help.
    fn attempt(
        &self,
        file: &FilePart<'_>,
        this: &Try<'_, '_>,
        left: &mut Left,
    ) -> Result<(), (Failure, bool)> {
        let config = &this.part.unit.config;
        this.part
            .acts
            .iter()
            .filter(|act| !act.skipped)
            .try_for_each(|act| unbuilt::refuse(config, act.name(), self.dry))
            .map_err(|failure| (failure, false))?;
        this.wait(self.host).map_err(|failure| (failure, false))?;
        let bus = self.about(file, this.part.unit.repository.name());
        let on_repository = OnRepository {
            walk: self,
            host: &Host {
                bus: &bus,
                ..*self.host
            },
            file,
            part: this.part,
            attempt: this.number,
        };
        on_repository.run(left).map_err(|failure| (failure, true))
    }

    /// The bus for what is said about a repository, or about the file as a whole.
    fn about(&self, file: &FilePart<'_>, repository: &str) -> Bus {
        self.host.bus.about(&file.loaded.path, repository)
    }

    /// The hooks for an error. borgmatic 2.1.10: once a file, with the last error; not after a signal.
    fn after_error(&self, file: &FilePart<'_>, failed: Option<&Unit>, verdict: &mut FileVerdict) {
        let Some((_, failure)) = verdict.failures.last() else {
            return;
        };
        if self.host.processes.stop().is_some() {
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
            .with("error", words::error(failure))
            .with("output", words::output(failure));
        let hooks = self.surroundings(&path, "an error", file.config, variables);
        if let Err(failure) = hooks.run(self.host, &file.after_error, Side::Error) {
            end_badly(&self.about(file, ""), &path, failure, verdict);
        }
    }
}

/// Takes down a failure that nobody tries again. One that only asks to leave out the rest is none.
fn end_badly(bus: &Bus, scope: &str, failure: Failure, verdict: &mut FileVerdict) {
    if matches!(failure.kind, FailureKind::Soft) {
        let words = format!("{}: the rest is left out, as it asks", failure.words);
        return bus.line(Level::Info, scope, &words);
    }
    say(bus, Level::Error, scope, &failure);
    verdict.failures.push((scope.to_owned(), failure));
}

pub(super) fn say(bus: &Bus, level: Level, scope: &str, failure: &Failure) {
    bus.line(level, scope, &failure.words);
    for line in &failure.tail {
        bus.line(level, "", line);
    }
}
