//! Lints of places: sources that are not there, repositories that lie in a source or are listed twice.

use std::path::PathBuf;

use super::{File, lint};
use crate::borg::pattern::is_glob;
use crate::borg::remote::local;
use crate::config::find::expand;
use crate::host::files::lexical;
use crate::text::{Node, Origin, Problems};

impl File<'_> {
    /// A path of the file as an absolute one. `None`: it is not known before the run.
    fn path(&self, written: &str) -> Option<PathBuf> {
        if written.contains(['$', '{']) {
            return None;
        }
        let working = self.config.source.working_directory.text().unwrap_or("");
        let base = self.env.cwd.join(expand(working, self.env));
        Some(lexical(&base.join(expand(written, self.env))))
    }

    pub(super) fn sources(&self, found: &mut Problems) {
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

    pub(super) fn repositories(&self, found: &mut Problems) {
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
            let path = local(written).and_then(|path| self.path(path));
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
}
