//! What is allowed, and seldom meant: looked for where somebody asks (`config validate`), never on a
//! run. Each can be allowed by its name, on the command line or by a comment in the file.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use super::find::expand;
use super::groups::{CheckName, Checks};
use super::{Config, Loaded, Unit, is_secret};
use crate::borg::pattern::is_glob;
use crate::host::{Env, Failure, Files};
use crate::text::near::nearest;
use crate::text::{Kind, Node, Origin, Problem, Problems};

/// The last part of each code: `borgmatic::lint::NAME`.
pub const NAMES: [&str; 8] = [
    "source-missing",
    "repository-in-source",
    "keeps-nothing",
    "readable-secret",
    "checks-every-time",
    "prunes-others",
    "repository-twice",
    "secret-cut",
];

/// The name in what a person writes: `keeps-nothing` or its whole code.
fn name(written: &str) -> &str {
    written.rsplit("::").next().unwrap_or(written)
}

/// Refuses names that no lint has.
pub fn known(allowed: &[String]) -> Result<(), Failure> {
    let unknown = allowed
        .iter()
        .find(|written| !NAMES.contains(&name(written)));
    let Some(written) = unknown else {
        return Ok(());
    };
    let help = match nearest(name(written), NAMES) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are: {}", NAMES.join(", ")),
    };
    let words = format!("--allow {written}: there is no such lint");
    Err(Failure::new("borgmatic::cli::value", words).help(help))
}

/// The lints of a file that can be used, without those that are allowed.
pub fn of(loaded: &Loaded, files: &Files, env: &Env, allowed: &[String]) -> Problems {
    let mut found = Problems::default();
    if let (Some(config), Some(tree)) = (&loaded.config, &loaded.tree) {
        let file = File {
            config,
            tree,
            units: &loaded.units,
            files,
            env,
        };
        file.sources(&mut found);
        file.repositories(&mut found);
        file.retention(&mut found);
        file.checks(&mut found);
        secrets(tree, files, &mut found);
    }
    let mut kept = Problems::default();
    kept.extend_new(found.into_iter().filter(|problem| {
        let lint = name(problem.code);
        !allowed.iter().any(|written| name(written) == lint) && !by_comment(problem, lint)
    }));
    kept
}

/// `# borgmatic: allow NAME` on the line, above it, or above the first option for the whole file.
fn by_comment(problem: &Problem, lint: &str) -> bool {
    let Some((origin, _)) = problem.labels.first() else {
        return false;
    };
    let allows = |line: &str| {
        let words = line
            .split_once("# borgmatic: allow ")
            .map(|(_, names)| names);
        words.is_some_and(|names| {
            let mut names = names.split([' ', ',']).map(str::trim);
            names.any(|written| name(written) == lint)
        })
    };
    let lines: Vec<&str> = origin.source.text.lines().collect();
    let here = origin.line() - 1;
    let above = (0..here).rev();
    let above = above.take_while(|&line| lines[line].trim_start().starts_with('#'));
    let head = (0..lines.len()).take_while(|&line| {
        let words = lines[line].trim();
        words.is_empty() || words.starts_with('#') || words == "---"
    });
    let mut places = above.chain(head).chain([here]);
    places.any(|line| lines.get(line).is_some_and(|line| allows(line)))
}

fn lint(code: &'static str, words: impl Into<String>, place: &Origin, label: &str) -> Problem {
    Problem::new(code, words).at(place, label).warning()
}

struct File<'a> {
    config: &'a Config,
    tree: &'a Node,
    units: &'a [Unit],
    files: &'a Files,
    env: &'a Env,
}

impl File<'_> {
    fn items(&self, name: &str) -> &[Node] {
        self.tree.get(name).map_or(&[], Node::items)
    }

    /// A path of the file as an absolute one. `None`: it is not known before the run.
    fn path(&self, written: &str) -> Option<PathBuf> {
        if written.contains(['$', '{']) {
            return None;
        }
        let working = self.config.source.working_directory.text().unwrap_or("");
        let base = self.env.cwd.join(expand(working, self.env));
        Some(lexical(&base.join(expand(written, self.env))))
    }

    fn sources(&self, found: &mut Problems) {
        if !self.config.source.source_directories_must_exist.or(true) {
            return;
        }
        for item in self.items("source_directories") {
            let Some(written) = item.as_text() else {
                continue;
            };
            let Some(path) = self.path(written).filter(|_| !is_glob(written)) else {
                continue;
            };
            if !self.files.exists(&path) {
                let words = format!("the source `{written}` does not exist");
                let problem = lint(
                    "borgmatic::lint::source-missing",
                    words,
                    &item.origin,
                    "not there now",
                );
                found.add(problem.help(
                    "correct the path; or, if it may be absent, set source_directories_must_exist: false",
                ));
            }
        }
    }

    fn repositories(&self, found: &mut Problems) {
        let excluded: Vec<PathBuf> = self
            .items("exclude_patterns")
            .iter()
            .filter_map(Node::as_text)
            .filter_map(|pattern| self.path(pattern.strip_prefix("pp:").unwrap_or(pattern)))
            .collect();
        let mut seen: Vec<(String, &Origin)> = Vec::new();
        for entry in self.items("repositories") {
            let Some(node) = entry.get("path") else {
                continue;
            };
            let written = node.as_text().unwrap_or_default();
            let written = written.strip_prefix("file://").unwrap_or(written);
            let path = self.path(written).filter(|_| !written.contains(':'));
            let key = path.as_ref().map_or_else(
                || written.trim_end_matches('/').to_owned(),
                |path| path.to_string_lossy().into_owned(),
            );
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == key) {
                let words = "a repository is listed twice";
                let problem = lint(
                    "borgmatic::lint::repository-twice",
                    words,
                    &node.origin,
                    "again",
                );
                found.add(
                    problem
                        .at(first, "first")
                        .help("remove one entry: each run would back up to it twice"),
                );
            }
            seen.push((key, &node.origin));
            let Some(path) = path else { continue };
            if excluded.iter().any(|excluded| path.starts_with(excluded)) {
                continue;
            }
            let around = self.items("source_directories").iter().find(|source| {
                let source = source.as_text().and_then(|written| self.path(written));
                source.is_some_and(|source| path.starts_with(source))
            });
            if let Some(source) = around {
                let words = format!(
                    "the repository lies in the source `{}`",
                    source.origin.text()
                );
                let problem = lint(
                    "borgmatic::lint::repository-in-source",
                    words,
                    &node.origin,
                    "would be backed up into itself",
                );
                found.add(problem.on(source, "backed up").help(format!(
                    "exclude it:\nexclude_patterns:\n    - {}",
                    path.display()
                )));
            }
        }
    }

    /// Does a run without actions do it?
    fn runs(&self, action: &str) -> bool {
        let skipped = self.items("skip_actions").iter();
        !skipped.filter_map(Node::as_text).any(|name| name == action)
    }

    fn retention(&self, found: &mut Problems) {
        if !self.runs("prune") {
            return;
        }
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

    fn checks(&self, found: &mut Problems) {
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
        std::iter::once(self.config).chain(self.units.iter().map(|unit| &unit.config))
    }

    /// Where an option of a configuration stands.
    fn place(&self, config: &Config, option: &str) -> Option<Origin> {
        let place = crate::option::Options::place(config, option);
        place
            .or_else(|| Some(&self.tree.get(option)?.origin))
            .cloned()
    }
}

/// A path without `.` and `..`, by its words alone.
fn lexical(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
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

/// Files that others may read, and values that a comment cuts short.
fn secrets(tree: &Node, files: &Files, found: &mut Problems) {
    let mut told = HashSet::new();
    let mut open = vec![tree];
    while let Some(node) = open.pop() {
        open.extend(node.items());
        for (key, value) in node.pairs() {
            open.push(value);
            let is_one = key.as_text().is_some_and(is_secret);
            let (true, Kind::Text(text)) = (is_one, &value.kind) else {
                continue;
            };
            if text.starts_with(['$', '{']) {
                continue;
            }
            cut(key, value, found);
            let file = &value.origin.source.name;
            let Some(mode) = files.mode(Path::new(file)) else {
                continue;
            };
            if mode & 0o004 != 0 && told.insert(file) {
                let words = "a file with a secret can be read by every user";
                let problem = lint(
                    "borgmatic::lint::readable-secret",
                    words,
                    &key.origin,
                    "a secret",
                );
                let quoted = crate::option::words::quote(file);
                found.add(problem.help(format!("take the right away: chmod o-r {quoted}")));
            }
        }
    }
}

/// `encryption_passphrase: my # pass`
fn cut(key: &Node, value: &Node, found: &mut Problems) {
    let text = &value.origin.source.text;
    let Some(rest) = text.get(value.origin.span.end..) else {
        return;
    };
    let line = rest.lines().next().unwrap_or_default();
    let quoted = value.origin.text().starts_with(['"', '\'', '|', '>']);
    if !quoted && line.trim_start().starts_with('#') && line.starts_with([' ', '\t']) {
        let name = key.as_text().unwrap_or_default();
        let words = format!("`{name}` ends before the `#`: what follows is a comment");
        let problem = lint(
            "borgmatic::lint::secret-cut",
            words,
            &key.origin,
            "this option",
        );
        found.add(problem.help(
            "if the `#` belongs to it, put the value in quotes; if not, move the comment to the line above",
        ));
    }
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

    #[test]
    fn dots_of_a_path_are_followed() {
        assert_eq!(lexical(Path::new("/a/./b/../c")), Path::new("/a/c"));
    }
}
