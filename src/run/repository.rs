//! One repository: its hooks, and between them its actions, each between hooks of its own. The first
//! that fails is the last.

use std::path::Path;

use super::bracket::around;
use super::observe::{Acted, Ended, Said};
use super::walk::{Walk, variables};
use crate::actions::{Answer, Context, Run};
use crate::borg::{Borg, Repository};
use crate::config::directories;
use crate::hooks::command::Surroundings;
use crate::host::{Failure, FailureKind, Host};
use crate::plan::{ActPart, FilePart, UnitPart};

const NOT_WANTED: &str = "skip_actions names it";

/// What a repository leaves behind, whether or not it ended well.
#[derive(Default)]
pub(super) struct Left {
    pub(super) answers: Vec<serde_json::Value>,
    /// Exits of borg that were warnings.
    pub(super) warnings: Vec<String>,
    /// How many actions were told of.
    reached: usize,
    /// An action is known to be the one that failed.
    blamed: bool,
}

pub(super) struct OnRepository<'a> {
    pub(super) walk: &'a Walk<'a>,
    pub(super) host: &'a Host<'a>,
    pub(super) file: &'a FilePart<'a>,
    pub(super) part: &'a UnitPart<'a>,
    pub(super) attempt: u32,
}

impl OnRepository<'_> {
    pub(super) fn run(&self, left: &mut Left) -> Result<(), Failure> {
        let ended = self.prepare(left);
        if let Err(failure) = &ended {
            self.tell_of_the_rest(left, failure);
        }
        ended
    }

    fn prepare(&self, left: &mut Left) -> Result<(), Failure> {
        let host = self.host;
        let (config, repository) = (&self.part.unit.config, &self.part.unit.repository);
        let cwd = directories::working(&config.source, host.env);
        if let Some(cwd) = cwd.as_ref().filter(|cwd| !host.files.is_dir(cwd)) {
            let words = format!("the working directory {} does not exist", cwd.display());
            return Err(Failure::new("borgmatic::run::working-directory", words)
                .help("correct the option working_directory"));
        }
        let hooks = self.surroundings("the repository");
        if self.part.acts.is_empty() {
            // What runs once, after all files, is not for borg to be asked about here.
            return around(host, &self.part.around, &hooks, || Ok(()));
        }
        let state = directories::state(&config.run, host.env);
        let (known, scope) = (self.walk.known, repository.name());
        let borg = Borg::ready(host, known, &config.borg, cwd, &state, scope)?;
        let ended = around(host, &self.part.around, &hooks, || {
            self.actions(&borg, left)
        });
        left.warnings
            .extend(borg.warnings().into_iter().map(|warned| warned.words));
        ended
    }

    fn actions(&self, borg: &Borg<'_>, left: &mut Left) -> Result<(), Failure> {
        for (number, act) in self.part.acts.iter().enumerate() {
            if act.skipped {
                self.tell_skipped(act, NOT_WANTED);
            }
            let (false, Run::OnRepository(run)) = (act.skipped, act.act.entry.run) else {
                left.reached += 1;
                continue;
            };
            let hooks = self.surroundings(act.name());
            let bus = self.host.bus.during(act.name());
            let host = &Host {
                bus: &bus,
                ..*self.host
            };
            let ended = around(host, &act.around, &hooks, || {
                let start = host.clock.now();
                let warned = borg.warnings().len();
                let ended = self.one(host, borg, act, run);
                left.reached += 1;
                let told = match &ended {
                    Ok(answer) => Ended::Done(answer),
                    Err(failure) => Ended::Failed(failure),
                };
                let said = Said {
                    warnings: &borg.warnings()[warned..],
                    made: borg.made(),
                };
                self.tell(act, start, told, said);
                if let Answer::Json(document) = ended? {
                    left.answers.push(document);
                }
                Ok(())
            });
            left.blamed = ended.is_err() && left.reached > number;
            ended?;
            if let Some(signal) = self.host.processes.stop() {
                return Err(Failure::interrupted(signal));
            }
        }
        Ok(())
    }

    fn one(
        &self,
        host: &Host<'_>,
        borg: &Borg<'_>,
        act: &ActPart<'_>,
        run: fn(&Context<'_>, &crate::text::Node) -> Result<Answer, Failure>,
    ) -> Result<Answer, Failure> {
        let (config, repository) = (&self.part.unit.config, &self.part.unit.repository);
        refuse_file(host, repository, borg.cwd.as_deref())?;
        borg.unlock(host, self.walk.known)?;
        let context = Context {
            host,
            borg,
            config,
            repository,
            file: &self.file.loaded.path,
            files: &self.walk.outline.read,
            dry: self.walk.dry,
        };
        run(&context, &act.act.flags)
    }

    pub(super) fn surroundings<'s>(&'s self, what: &'s str) -> Surroundings<'s> {
        let unit = self.part.unit;
        let all = &self.file.config.repositories.repositories;
        let paths: Vec<_> = all.items().iter().map(Repository::path).collect();
        let variables = variables(&self.file.loaded.path, &unit.config)
            .with("repository", unit.repository.path())
            .with("repository_label", unit.repository.label.or(String::new()))
            .with("repositories", paths.join(","));
        self.walk
            .surroundings(unit.repository.name(), what, &unit.config, variables)
    }

    fn tell(&self, act: &ActPart<'_>, start: jiff::Zoned, ended: Ended<'_>, said: Said<'_>) {
        self.walk.observer.acted(&Acted {
            file: self.file,
            unit: self.part,
            act,
            attempt: self.attempt,
            start,
            end: self.host.clock.now(),
            ended,
            said,
        });
    }

    fn tell_skipped(&self, act: &ActPart<'_>, why: &str) {
        self.tell(
            act,
            self.host.clock.now(),
            Ended::Skipped(why),
            Said::default(),
        );
    }

    /// The action that did not come about fails with its repository; those after it are skipped.
    fn tell_of_the_rest(&self, left: &mut Left, failure: &Failure) {
        for act in self.part.acts.iter().skip(left.reached) {
            if act.skipped {
                self.tell_skipped(act, NOT_WANTED);
            } else if matches!(failure.kind, FailureKind::Soft) {
                self.tell_skipped(act, "a command hook asked for it, with exit status 75");
            } else if left.blamed {
                self.tell_skipped(act, "something before it failed");
            } else {
                left.blamed = true;
                let now = self.host.clock.now();
                self.tell(act, now, Ended::Failed(failure), Said::default());
            }
        }
    }
}

/// A local repository is a directory. Borg's own words for a file in its place do not say so.
fn refuse_file(
    host: &Host<'_>,
    repository: &Repository,
    cwd: Option<&Path>,
) -> Result<(), Failure> {
    let Some(path) = repository.local_path() else {
        return Ok(());
    };
    let path = cwd.unwrap_or(&host.env.cwd).join(path);
    if !host.files.exists(&path) || host.files.is_dir(&path) {
        return Ok(());
    }
    let words = format!(
        "the repository {} is a file, not a directory",
        path.display()
    );
    Err(Failure::new("borgmatic::run::repository", words)
        .help("correct the path of the repository, or move the file away"))
}
