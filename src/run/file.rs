//! One configuration file: its hooks, and between them its repositories. What fails in one repository
//! does not keep the others from their backup. Facts: borgmatic 2.1.10, `runtime.md` section 2.

use std::collections::VecDeque;

use super::bracket::around;
use super::queue::Try;
use super::repository::{Left, OnRepository};
use super::verdict::FileVerdict;
use super::walk::{Walk, variables};
use crate::actions::unbuilt;
use crate::config::Unit;
use crate::hooks::command::{Side, words};
use crate::host::{Failure, FailureKind, Level};
use crate::plan::FilePart;

impl Walk<'_> {
    pub(super) fn file(&self, file: &FilePart<'_>) -> FileVerdict {
        let path = file.loaded.path.to_string_lossy();
        let mut verdict = FileVerdict::of(&file.loaded.path);
        let variables = variables(&file.loaded.path, file.config);
        let hooks = self.surroundings(&path, "the configuration", file.config, variables);
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
            self.end_badly(&path, failure, &mut verdict);
        }
        if !verdict.failures.is_empty() {
            self.after_error(file, failed, &mut verdict);
            // borgmatic 2.1.10: half an answer is none.
            verdict.answers.clear();
        }
        verdict
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
                self.say(Level::Warning, scope, &failure);
                self.host.bus.line(Level::Warning, scope, &next.announce());
                queue.push_back(next);
                continue;
            }
            let count = verdict.failures.len();
            self.end_badly(scope, failure, verdict);
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
        let on_repository = OnRepository {
            walk: self,
            host: self.host,
            file,
            part: this.part,
            attempt: this.number,
        };
        on_repository.run(left).map_err(|failure| (failure, true))
    }

    /// Takes down a failure that nobody tries again. One that only asks to leave out the rest is none.
    fn end_badly(&self, scope: &str, failure: Failure, verdict: &mut FileVerdict) {
        if matches!(failure.kind, FailureKind::Soft) {
            let words = format!("{}: the rest is left out, as it asks", failure.words);
            return self.host.bus.line(Level::Info, scope, &words);
        }
        self.say(Level::Error, scope, &failure);
        verdict.failures.push((scope.to_owned(), failure));
    }

    fn say(&self, level: Level, scope: &str, failure: &Failure) {
        self.host.bus.line(level, scope, &failure.words);
        for line in &failure.tail {
            self.host.bus.line(level, "", line);
        }
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
            self.end_badly(&path, failure, verdict);
        }
    }
}
