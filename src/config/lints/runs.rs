//! Lints of what a run would do: archives that prune would keep or remove, checks that would run too often.

use super::{File, lint};
use crate::borg::archive::{is_all, timeless};
use crate::config::groups::CheckName;
use crate::config::{Config, Unit};
use crate::hooks::command::is_meant;
use crate::option::{Choice, Options};
use crate::text::Problems;

impl File<'_> {
    /// Does a run without actions do it, where this configuration holds?
    fn runs(&self, config: &Config, action: &str) -> bool {
        let skipped = config.run.skip_actions.items();
        self.config.run.default_actions.or(true)
            && !skipped.iter().any(|name| is_meant(name.word(), action))
    }

    pub(super) fn retention(&self, found: &mut Problems) {
        self.unlimited(found);
        for config in self.configs().filter(|config| self.runs(config, "prune")) {
            let limits = config.retention.limits();
            if let Some((first, _)) = limits.first() {
                if limits.iter().all(|(_, value)| value == "0") {
                    keeps_nothing(config, first, found);
                }
                prunes_others(config, found);
            }
        }
    }

    /// Repositories that a run would stop at, for borg does not prune without a limit.
    fn unlimited(&self, found: &mut Problems) {
        let lacks = |unit: &&Unit| {
            self.runs(&unit.config, "prune") && unit.config.retention.limits().is_empty()
        };
        let lacking: Vec<_> = self.units.iter().filter(lacks).collect();
        let (Some(first), Some(list)) = (lacking.first(), self.tree.get("repositories")) else {
            return;
        };
        let words = if lacking.len() == self.units.len() {
            "no keep_… option is set: a run would fail at prune".to_owned()
        } else {
            let name = first.repository.shown_name();
            format!("no keep_… option is set for `{name}`: a run would fail at prune there")
        };
        let place = first.repository.path.origin().unwrap_or(&list.origin);
        let problem = lint(
            "borgmatic::lint::no-retention",
            words,
            place,
            "archives of this repository",
        );
        found.add(problem.help(
            "say how many archives to keep, for example keep_daily: 7; to keep all of them, write skip_actions: [prune]",
        ));
    }

    pub(super) fn checks(&self, found: &mut Problems) {
        let is_remote = |unit: &&Unit| unit.repository.local_path().is_none();
        for unit in self.units.iter().filter(is_remote) {
            let config = &unit.config;
            if !self.runs(config, "check") || !self.runs(config, "create") {
                continue;
            }
            for check in config.checks.checks.items() {
                let name = check.name.get();
                let is_one = name.is_some_and(|name| *name != CheckName::Disabled);
                let always = check.frequency.get().is_none_or(|every| every.0.is_none());
                let (Some(place), true) = (check.name.origin(), is_one && always) else {
                    continue;
                };
                if check.only_run_on.is_set() {
                    continue;
                }
                let words = format!(
                    "each backup to {} would be followed by this check",
                    unit.repository.name()
                );
                let problem = lint(
                    "borgmatic::lint::checks-every-time",
                    words,
                    place,
                    "runs every time, over the network",
                );
                found.add(problem.help("say how often, for example frequency: 2 weeks"));
            }
        }
    }

    /// The configuration of the file, and those of repositories with options of their own.
    fn configs(&self) -> impl Iterator<Item = &Config> {
        std::iter::once(self.config).chain(self.units.iter().map(|unit| &*unit.config))
    }
}

/// `flag`: the first of the limits, which all are 0.
fn keeps_nothing(config: &Config, flag: &str, found: &mut Problems) {
    let option = flag.trim_start_matches('-').replace('-', "_");
    let Some(place) = config.place(&option) else {
        return;
    };
    let words = "no archive would be kept: each keep_… option is 0";
    let problem = lint("borgmatic::lint::keeps-nothing", words, place, "keeps none");
    found.add(
        problem.help(
            "keep some, for example keep_daily: 7; to never prune, write skip_actions: [prune]",
        ),
    );
}

fn prunes_others(config: &Config, found: &mut Problems) {
    let archive = &config.archive;
    let (chosen, option, example) = match archive.match_archives.text() {
        Some(chosen) => (chosen, "match_archives", "sh:{hostname}-*"),
        None => {
            let format = archive.archive_name_format.text();
            let format = format.unwrap_or("{hostname}");
            (format, "archive_name_format", "{hostname}-{now}")
        }
    };
    let Some(place) = config.place(option).filter(|_| matches_all(chosen)) else {
        return;
    };
    let words = "prune would remove archives of other machines, too";
    let label = "matches every archive in the repository";
    let problem = lint("borgmatic::lint::prunes-others", words, place, label);
    found.add(problem.help(format!(
        "name the machine, for example {option}: \"{example}\""
    )));
}

/// Does a pattern, or a name whose time changes, fit any archive?
fn matches_all(chosen: &str) -> bool {
    let pattern = timeless(chosen.strip_prefix("sh:").unwrap_or(chosen));
    let is_stars = !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*');
    is_stars || is_all(chosen) || chosen == "re:.+"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_fits_every_archive_matches_all() {
        for all in ["*", "sh:*", "re:.*", "{now}", "{now:%Y}*", "{pid}{utcnow}"] {
            assert!(matches_all(all), "{all}");
        }
        for some in [
            "",
            "{hostname}-{now}",
            "docs-{now}",
            "sh:{hostname}-*",
            "re:x.*",
        ] {
            assert!(!matches_all(some), "{some}");
        }
    }
}
