//! Lints of what a run would do: archives that prune would keep or remove, checks that would run too often.

use super::{File, lint};
use crate::config::groups::{CheckName, Checks};
use crate::config::{Config, Unit};
use crate::option::Options;
use crate::text::{Node, Origin, Problems};

impl File<'_> {
    /// Does a run without actions do it?
    fn runs(&self, action: &str) -> bool {
        let skipped = self.items("skip_actions").iter();
        self.config.run.default_actions.or(true)
            && !skipped.filter_map(Node::as_text).any(|name| name == action)
    }

    pub(super) fn retention(&self, found: &mut Problems) {
        if !self.runs("prune") {
            return;
        }
        self.unlimited(found);
        for config in self.configs() {
            let limits = config.retention.limits();
            let Some((first, _)) = limits.first() else {
                continue;
            };
            let option = first.trim_start_matches('-').replace('-', "_");
            let Some(place) = self.place(config, &option) else {
                continue;
            };
            if limits.iter().all(|(_, value)| value == "0") {
                let words = "no archive would be kept: each keep_… option is 0";
                let problem = lint(
                    "borgmatic::lint::keeps-nothing",
                    words,
                    &place,
                    "keeps none",
                );
                found.add(problem.help(
                    "keep some, for example keep_daily: 7; to never prune, write skip_actions: [prune]",
                ));
            }
            let (chosen, option) = match config.archive.match_archives.text() {
                Some(chosen) => (chosen, "match_archives"),
                None => (
                    config
                        .archive
                        .archive_name_format
                        .text()
                        .unwrap_or("{hostname}"),
                    "archive_name_format",
                ),
            };
            let Some(place) = self.place(config, option) else {
                continue;
            };
            if matches_all(chosen) {
                let words = "prune would remove archives of other machines, too";
                let label = "matches every archive in the repository";
                let problem = lint("borgmatic::lint::prunes-others", words, &place, label);
                found.add(problem.help(format!(
                    "name the machine, for example {option}: \"{}\"",
                    if option == "match_archives" {
                        "sh:{hostname}-*"
                    } else {
                        "{hostname}-{now}"
                    }
                )));
            }
        }
    }

    /// Repositories that a run would stop at, for borg does not prune without a limit.
    fn unlimited(&self, found: &mut Problems) {
        let lacks = |unit: &&Unit| unit.config.retention.limits().is_empty();
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
        let mut entries = self.units.iter().zip(list.items());
        let entry = entries.find(|(unit, _)| std::ptr::eq(*unit, *first));
        let place = entry.and_then(|(_, entry)| entry.get("path"));
        let place = place.map_or(&list.origin, |path| &path.origin);
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
        if !self.runs("check") || !self.runs("create") {
            return;
        }
        for unit in self.units.iter().filter(|unit| !unit.repository.is_local()) {
            let checks: &Checks = &unit.config.checks;
            for (check, node) in checks.checks.items().iter().zip(self.items("checks")) {
                let always = check.frequency.get().is_none_or(|every| every.0.is_none());
                let named = check
                    .name
                    .get()
                    .filter(|name| **name != CheckName::Disabled);
                if named.is_none() || !always || check.only_run_on.is_set() {
                    continue;
                }
                let words = format!(
                    "each backup to {} would be followed by this check",
                    unit.repository.name()
                );
                let place = node.get("name").map_or(&node.origin, |name| &name.origin);
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

    /// Where an option of a configuration stands.
    fn place(&self, config: &Config, option: &str) -> Option<Origin> {
        let place = config.place(option);
        place
            .or_else(|| Some(&self.tree.get(option)?.origin))
            .cloned()
    }
}

/// Does a pattern, or a name whose time changes, fit any archive?
fn matches_all(chosen: &str) -> bool {
    if matches!(chosen, "re:.*" | "re:.+") {
        return true;
    }
    let mut rest = chosen.strip_prefix("sh:").unwrap_or(chosen);
    let mut any = false;
    while !rest.is_empty() {
        let changing = ["{now", "{utcnow", "{pid"]
            .iter()
            .find(|start| rest.starts_with(**start))
            .and_then(|_| rest.find('}'));
        rest = match changing {
            Some(end) => &rest[end + 1..],
            None => match rest.strip_prefix('*') {
                Some(after) => after,
                None => return false,
            },
        };
        any = true;
    }
    any
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
