//! Lints of secrets: files that others may read, and values that a comment cuts short.

use std::collections::HashSet;
use std::path::Path;

use super::{File, lint};
use crate::config::{Config, is_secret};
use crate::option::Options;
use crate::option::shape::field;
use crate::text::{Kind, Node, Problems};

/// The passphrase in the short sample of `config generate`.
pub const EXAMPLE: &str = "\"change me\"";

impl File<'_> {
    pub(super) fn secrets(&self, found: &mut Problems) {
        let mut told = HashSet::new();
        let mut open = vec![self.tree];
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
                example(key, value, found);
                let file = &value.origin.source.name;
                let Some(mode) = self.files.mode(Path::new(file)) else {
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

/// The passphrase of a sample, left as it is there: everybody knows it.
fn example(key: &Node, value: &Node, found: &mut Problems) {
    let name = "encryption_passphrase";
    let samples = [
        EXAMPLE,
        field(Config::GROUPS, name).map_or("", |it| it.example),
    ];
    if key.as_text() == Some(name) && samples.contains(&value.origin.text()) {
        let words =
            format!("`{name}` is the example of `config generate`, which everybody can read");
        let code = "borgmatic::lint::secret-example";
        let problem = lint(code, words, &key.origin, "this option");
        found.add(problem.help("write a passphrase of your own; for a repository that is made already, first: borgmatic key change-passphrase"));
    }
}
