//! All problems of all files, each once, grouped by the file that they are in.

use std::collections::HashSet;

use super::fix;
use crate::actions::Alone;
use crate::config::Loaded;
use crate::host::{Failure, Level};
use crate::text::{Problem, Problems, Severity, counted};

pub(super) struct Report<'a> {
    pub(super) groups: Vec<Group<'a>>,
    pub(super) errors: usize,
    /// Old forms count.
    pub(super) warnings: usize,
    /// The configuration files, and how many of them cannot be used.
    files: Vec<String>,
    bad: usize,
    /// How many `--fix` would mend, and how many more with `--unsafe-fixes`.
    mendable: (usize, usize),
}

/// The problems in one text.
pub(super) struct Group<'a> {
    pub(super) name: String,
    pub(super) problems: Vec<&'a Problem>,
}

impl Group<'_> {
    fn errors(&self) -> usize {
        let is_error = |problem: &&&Problem| problem.severity == Severity::Error;
        self.problems.iter().filter(is_error).count()
    }
}

impl<'a> Report<'a> {
    /// `further`: what was found besides loading.
    pub(super) fn of(loaded: &'a [Loaded], further: impl Iterator<Item = &'a Problems>) -> Self {
        let mut groups: Vec<Group<'a>> = Vec::new();
        let mut told: HashSet<(usize, String)> = HashSet::new();
        let mut add = |name: String, problem: &'a Problem| {
            let at = groups.iter().position(|group| group.name == name);
            let at = at.unwrap_or_else(|| {
                let problems = Vec::new();
                groups.push(Group { name, problems });
                groups.len() - 1
            });
            // What several files include is wrong once.
            if told.insert((at, problem.line())) {
                groups[at].problems.push(problem);
            }
        };
        for one in loaded {
            for problem in one.problems.iter() {
                let name = problem.source_name().map(str::to_owned);
                let name = name.unwrap_or_else(|| one.path.to_string_lossy().into_owned());
                add(name, problem);
            }
        }
        for problem in further.flat_map(Problems::iter) {
            add(
                problem.source_name().unwrap_or_default().to_owned(),
                problem,
            );
        }
        for group in &mut groups {
            group.problems.sort_by_key(|problem| {
                let (origin, _) = problem.labels.first()?;
                Some(origin.span.start)
            });
        }
        let mendable = |guesses: bool| {
            let all = groups.iter().flat_map(|group| &group.problems);
            all.filter(|problem| fix::mends(problem, loaded, guesses))
                .count()
        };
        let sure = mendable(false);
        let mendable = (sure, mendable(true) - sure);
        let errors = groups.iter().map(Group::errors).sum();
        let all: usize = groups.iter().map(|group| group.problems.len()).sum();
        Self {
            errors,
            warnings: all - errors,
            groups,
            mendable,
            bad: loaded.iter().filter(|one| one.config.is_none()).count(),
            files: loaded
                .iter()
                .map(|one| one.path.to_string_lossy().into_owned())
                .collect(),
        }
    }

    /// Draws them for people.
    pub(super) fn draw(&self, alone: &Alone<'_>) {
        for group in &self.groups {
            if self.groups.len() > 1 {
                let errors = group.errors();
                let count = both(errors, group.problems.len() - errors);
                let level = if errors > 0 {
                    Level::Error
                } else {
                    Level::Warning
                };
                let words = format!("{}: {count}", group.name);
                alone.host.bus.line(level, "", &words);
                alone.host.bus.line(level, "", "");
            }
            for problem in group.problems.iter().take(Problems::DRAWN) {
                alone.host.bus.problem(problem);
            }
            let more = group.problems.len().saturating_sub(Problems::DRAWN);
            if more > 0 {
                let words = format!("{}: {}", group.name, counted(more, "more problem"));
                alone.host.bus.line(Level::Error, "", &words);
            }
        }
    }

    /// «2 errors and 1 warning», and in how many files.
    pub(super) fn count(&self) -> String {
        let count = both(self.errors, self.warnings);
        match self.groups.len() {
            0 | 1 => count,
            files => format!("{count} in {files} files"),
        }
    }

    /// A failure where a file cannot be used, or something asked for is not so.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        if self.bad == 0 && self.errors == 0 {
            return Ok(());
        }
        let words = match (self.files.as_slice(), self.bad) {
            (_, 0) => "not all is as it should be".to_owned(),
            ([one], _) => format!("{one} cannot be used"),
            (all, bad) => format!("{bad} of {} configuration files cannot be used", all.len()),
        };
        let words = format!("{words}: {}", self.count());
        let failure = Failure::new("borgmatic::validate::bad", words);
        let first = self.groups.iter().flat_map(|group| &group.problems);
        let mut errors = first.filter(|problem| problem.severity == Severity::Error);
        Err(match errors.next() {
            Some(problem) => {
                let code = problem.code.trim_start_matches("borgmatic::");
                let mut help = format!("more about the first: borgmatic explain {code}");
                if let Some(mend) = self.mend() {
                    help += &format!("\n{mend}");
                }
                failure.help(help)
            }
            None => failure,
        })
    }

    /// What to type to have mistakes mended.
    fn mend(&self) -> Option<String> {
        let fix = "borgmatic config validate --fix";
        match self.mendable {
            (0, 0) => None,
            (sure, 0) => Some(format!("to mend {}: {fix}", counted(sure, "mistake"))),
            (0, guesses) => Some(format!(
                "to mend {} by a guess: {fix} --unsafe-fixes",
                counted(guesses, "mistake")
            )),
            (sure, guesses) => Some(format!(
                "to mend {}: {fix}; and {guesses} more by a guess: --unsafe-fixes, too",
                counted(sure, "mistake")
            )),
        }
    }
}

fn both(errors: usize, warnings: usize) -> String {
    let all = [(errors, "error"), (warnings, "warning")];
    let there = all.iter().filter(|(count, _)| *count > 0);
    let told: Vec<_> = there.map(|(count, word)| counted(*count, word)).collect();
    told.join(" and ")
}
