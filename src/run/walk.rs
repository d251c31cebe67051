//! The interpreter of an outline: each file, each repository, each action, in order. What fails in
//! one repository does not keep the others from their backup.

use std::collections::VecDeque;
use std::path::Path;

use super::queue::Try;
use super::verdict::{FileVerdict, Verdict};
use crate::actions::{Answer, Context, Run, unbuilt};
use crate::borg::{Borg, Known, Repository};
use crate::config::directories;
use crate::host::{Failure, FailureKind, Host, Level};
use crate::plan::{FilePart, Outline, UnitPart};

/// Carries an outline out.
pub fn walk(host: &Host<'_>, outline: &Outline<'_>, dry: bool) -> Verdict {
    let known = Known::new(dry);
    let walk = Walk {
        host,
        outline,
        known: &known,
        dry,
    };
    let mut verdict = Verdict::default();
    for part in &outline.files {
        verdict.files.push(walk.file(part));
        verdict.stopped = host.processes.stop();
        if verdict.stopped.is_some() {
            break;
        }
    }
    verdict
}

struct Walk<'a> {
    host: &'a Host<'a>,
    outline: &'a Outline<'a>,
    known: &'a Known,
    dry: bool,
}

impl Walk<'_> {
    fn file(&self, file: &FilePart<'_>) -> FileVerdict {
        let path = &file.loaded.path;
        let mut verdict = FileVerdict {
            path: path.clone(),
            failures: Vec::new(),
            warnings: Vec::new(),
            answers: Vec::new(),
        };
        let mut queue: VecDeque<Try<'_>> = file.units.iter().map(Try::first).collect();
        while let Some(this) = queue.pop_front() {
            let (part, scope) = (this.part, this.part.unit.repository.name());
            let ready = part.acts.iter().try_for_each(|act| {
                unbuilt::refuse(&part.unit.config, act.entry.info.name, self.dry)
            });
            let can_help = ready.is_ok();
            let mut warnings = Vec::new();
            let ended = ready.and_then(|()| {
                this.wait(self.host)?;
                self.repository(file, part, &mut warnings)
            });
            verdict
                .warnings
                .extend(warnings.into_iter().map(|words| (scope.to_owned(), words)));
            let failure = match ended {
                Ok(answers) => {
                    verdict.answers.extend(answers);
                    continue;
                }
                Err(failure) => failure,
            };
            let next = this
                .next()
                .filter(|_| can_help && !matches!(failure.kind, FailureKind::Interrupted(_)));
            let level = if next.is_some() {
                Level::Warning
            } else {
                Level::Error
            };
            self.host.bus.line(level, scope, &failure.words);
            failure
                .tail
                .iter()
                .for_each(|line| self.host.bus.line(level, "", line));
            if let Some(next) = next {
                let words = next.announce();
                self.host.bus.line(level, scope, &words);
                queue.push_back(next);
                continue;
            }
            let stops = matches!(failure.kind, FailureKind::Interrupted(_));
            verdict.failures.push((scope.to_owned(), failure));
            if stops {
                break;
            }
        }
        if !verdict.failures.is_empty() {
            // borgmatic 2.1.10: half an answer is none.
            verdict.answers.clear();
        }
        verdict
    }

    fn repository(
        &self,
        file: &FilePart<'_>,
        part: &UnitPart<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<serde_json::Value>, Failure> {
        let host = self.host;
        let (config, repository) = (&part.unit.config, &part.unit.repository);
        let cwd = directories::working(&config.source, host.env);
        if let Some(cwd) = cwd.as_ref().filter(|cwd| !host.files.is_dir(cwd)) {
            let words = format!("the working directory {} does not exist", cwd.display());
            return Err(Failure::new("borgmatic::run::working-directory", words)
                .help("correct the option working_directory"));
        }
        refuse_file(host, repository, cwd.as_deref())?;
        let state = directories::state(&config.run, host.env);
        let scope = repository.name();
        let borg = Borg::ready(host, self.known, &config.borg, cwd, &state, scope)?;
        let context = Context {
            host,
            borg: &borg,
            config,
            repository,
            file: &file.loaded.path,
            files: &self.outline.read,
            dry: self.dry,
        };
        let mut answers = Vec::new();
        let ended = part.acts.iter().try_for_each(|act| {
            let Run::OnRepository(run) = act.entry.run else {
                return Ok(());
            };
            if let Answer::Json(document) = run(&context, &act.flags)? {
                answers.push(document);
            }
            host.processes
                .stop()
                .map_or(Ok(()), |signal| Err(Failure::interrupted(signal)))
        });
        warnings.extend(borg.warnings());
        ended.map(|()| answers)
    }
}

/// A local repository is a directory. Borg's own words for a file in its place do not say so.
fn refuse_file(
    host: &Host<'_>,
    repository: &Repository,
    cwd: Option<&Path>,
) -> Result<(), Failure> {
    let path = cwd.unwrap_or(&host.env.cwd).join(repository.path());
    if !repository.is_local() || !host.files.exists(&path) || host.files.is_dir(&path) {
        return Ok(());
    }
    let words = format!(
        "the repository {} is a file, not a directory",
        path.display()
    );
    Err(Failure::new("borgmatic::run::repository", words)
        .help("correct the path of the repository, or move the file away"))
}
