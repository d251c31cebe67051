//! The interpreter of an outline: each file, each repository, each action, in order, and the command
//! hooks around them. From the outside in:
//!
//! 1. here: the hooks of everything, and between them the files;
//! 2. [`super::file`]: takes the turn of a configuration; runs its hooks, and between them its
//!    repositories, with retries; then the hooks for an error;
//! 3. [`super::repository`]: the hooks of a repository, and between them its actions, each with its
//!    hooks; tells the [`super::Observer`] how each action went.
//!
//! What runs once, after all files and before the last hooks, is called from [`walk`].

use std::path::Path;

use super::bracket::{around, suited};
use super::conditions::{Conditions, Due};
use super::file::end_badly;
use super::observe::Observer;
use super::repository::OnRepository;
use super::verdict::Verdict;
use crate::actions::{Act, Last, Run};
use crate::borg::{Known, locate};
use crate::config::{Config, directories};
use crate::hooks::command::run::umask;
use crate::hooks::command::{Around, Ending, Side, Surroundings, Variables};
use crate::host::{Failure, FailureKind, Host, Level};
use crate::plan::{FilePart, Outline, Share, UnitPart};

/// Carries an outline out.
pub fn walk(
    host: &Host<'_>,
    outline: &Outline<'_>,
    dry: bool,
    conditions: &Conditions,
    observer: &dyn Observer,
) -> Verdict {
    let known = Known::new(dry);
    let walk = Walk {
        host,
        outline,
        known: &known,
        observer,
        due: conditions.due(),
        dry,
    };
    let mut verdict = Verdict::default();
    let everything = &outline.around;
    let begun = walk.everything(&everything.before, Side::Before, None, &mut verdict);
    if begun {
        for part in &outline.files {
            if host.processes.stop().is_some() {
                break;
            }
            verdict.files.push(walk.file(part));
        }
    }
    // borgmatic 2.1.10: not after a signal.
    let ends = begun && host.processes.stop().is_none();
    if ends {
        walk.last(&mut verdict);
    }
    walk.answer(&mut verdict);
    if ends {
        let failed = verdict.files.iter().any(|file| !file.failures.is_empty())
            || !verdict.failures.is_empty();
        let ending = if failed { Ending::Fail } else { Ending::Finish };
        walk.everything(&everything.after, Side::After, Some(ending), &mut verdict);
    }
    verdict.stopped = host.processes.stop();
    verdict
}

pub(super) struct Walk<'a> {
    pub(super) host: &'a Host<'a>,
    pub(super) outline: &'a Outline<'a>,
    pub(super) known: &'a Known,
    pub(super) observer: &'a dyn Observer,
    /// Only what is due runs.
    pub(super) due: Option<&'a Due>,
    pub(super) dry: bool,
}

impl Walk<'_> {
    /// Runs hooks around everything; says whether they ended well. Here exit status 75 is an error
    /// too. borgmatic 2.1.10: the same.
    fn everything(
        &self,
        shares: &[Share<'_>],
        side: Side,
        ending: Option<Ending>,
        verdict: &mut Verdict,
    ) -> bool {
        // borgmatic 2.1.10: here the log of the run, whichever file names it.
        let mut files = self.outline.files.iter();
        let log = files.find_map(|file| file.config.logging.log_file.text());
        for share in shares {
            let path = &share.loaded.path;
            let scope = path.to_string_lossy();
            let hooks = ending.map_or_else(
                || share.hooks.clone(),
                |ending| suited(&share.hooks, ending),
            );
            let variables = named(path, log);
            let surroundings = self.surroundings(&scope, "everything", share.config, variables);
            if let Err(mut failure) = surroundings.run(self.host, &hooks, side) {
                if matches!(failure.kind, FailureKind::Soft) {
                    failure.kind = FailureKind::Refused;
                }
                self.host.bus.line(Level::Error, &scope, &failure.words);
                verdict.failures.push((scope.into_owned(), failure));
                return false;
            }
        }
        true
    }

    /// The actions that run once, after all files.
    fn last(&self, verdict: &mut Verdict) {
        let (Some(first), Some(last)) = (self.outline.files.first(), self.outline.files.last())
        else {
            return;
        };
        let named = first.config.borg.local_path.text();
        let found = locate::find(named, self.host.env, self.host.files);
        let program = found.map(|found| found.program);
        let last = Last {
            host: self.host,
            config: last.config,
            known: self.known,
            program: program.as_deref().ok().or(named).unwrap_or("borg"),
            dry: self.dry,
        };
        for act in &self.outline.last {
            let Run::Last(run) = act.entry.run else {
                continue;
            };
            let places: Vec<_> = self.outline.around_last(act).collect();
            let mut once = || run(&last, &act.flags).map(drop);
            if let Err(failure) = self.between(act, &places, &mut once)
                && let Some(failure) = end_badly(self.host, act.entry.info.name, failure)
            {
                let scope = act.entry.info.name.to_owned();
                verdict.failures.push((scope, failure.told()));
            }
        }
    }

    /// Hands out what was asked for, before the last hooks say something. borgmatic 2.1.10: the same.
    fn answer(&self, verdict: &mut Verdict) {
        let files = verdict.files.iter_mut();
        let answers: Vec<_> = files.flat_map(|file| file.answers.drain(..)).collect();
        if !answers.is_empty() {
            let document = serde_json::Value::Array(answers).to_string();
            self.host.bus.data(&document);
        }
    }

    /// Runs an action between its hooks of all repositories. borgmatic 2.1.10: all of them before it.
    fn between(
        &self,
        act: &Act,
        places: &[(&FilePart<'_>, &UnitPart<'_>, Around<'_>)],
        once: &mut dyn FnMut() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let [(file, part, hooks), rest @ ..] = places else {
            return once();
        };
        let on_repository = OnRepository {
            walk: self,
            host: self.host,
            file,
            part,
            attempt: 0,
        };
        let surroundings = on_repository.surroundings(act.entry.info.name);
        around(self.host, hooks, &surroundings, || {
            self.between(act, rest, once)
        })
    }

    pub(super) fn surroundings<'s>(
        &self,
        scope: &'s str,
        what: &'s str,
        config: &Config,
        variables: Variables,
    ) -> Surroundings<'s> {
        Surroundings {
            scope,
            what,
            cwd: directories::working(&config.source, self.host.env),
            // borgmatic 2.1.10: 0 counts as unset, for borg too.
            umask: config
                .borg
                .umask
                .get()
                .and_then(|digits| umask(*digits))
                .filter(|mask| *mask > 0),
            variables,
            dry: self.dry,
        }
    }
}

/// What all hooks of a file may name.
pub(super) fn variables(file: &Path, config: &Config) -> Variables {
    named(file, config.logging.log_file.text())
}

fn named(file: &Path, log: Option<&str>) -> Variables {
    Variables::default()
        .with("configuration_filename", file)
        .with("log_file", log.unwrap_or(""))
}
