//! The flags that choose among archives, shared by several actions.

use crate::borg::{Version, archive};
use crate::options;
use crate::text::{Node, Problem, Problems};

options! {
    /// Which archives.
    pub struct Select {
        /// Only archives whose names start with this. Deprecated: use --match-archives.
        prefix: String = "PREFIX", short = 'P';
        /// Only archives of this name or pattern: sh:…, re:….
        match_archives: String = "PATTERN", short = 'a', aliases = &["glob-archives"], sets = "match_archives";
        /// Order of the archives: comma-separated timestamp, name, id.
        sort_by: String = "KEYS";
        /// Only the first N archives.
        first: String = "N";
        /// Only the last N archives.
        last: String = "N";
    }
}

options! {
    /// Which archives, by age.
    pub struct Age {
        /// Only archives within this time from the oldest one (Borg 1.4, 2).
        oldest: String = "TIMESPAN";
        /// Only archives within this time from the newest one (Borg 1.4, 2).
        newest: String = "TIMESPAN";
        /// Only archives older than this (Borg 1.4, 2).
        older: String = "TIMESPAN";
        /// Only archives newer than this (Borg 1.4, 2).
        newer: String = "TIMESPAN";
    }
}

options! {
    /// Which repository.
    pub struct Where {
        /// Only the repository of this path or label; * and ? stand for anything.
        repository: String = "NAME";
    }
}

impl Select {
    /// The flags that `--prefix` stands for.
    pub fn by_prefix(&self, version: &Version) -> Option<Vec<String>> {
        self.prefix
            .text()
            .map(|prefix| archive::with_prefix(prefix, version))
    }
}

/// The flags of borg for the archives that were chosen; `--json` stands among them. borgmatic 2.1.10:
/// in alphabetical order.
pub fn chosen(select: &Select, age: &Age, json: bool) -> Vec<String> {
    let all = [
        ("--first", select.first.text()),
        ("--json", json.then_some("")),
        ("--last", select.last.text()),
        ("--newer", age.newer.text()),
        ("--newest", age.newest.text()),
        ("--older", age.older.text()),
        ("--oldest", age.oldest.text()),
    ];
    let words = all
        .into_iter()
        .filter_map(|(flag, value)| Some([flag, value?]));
    let words = words.flatten().filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// A problem when more than one of these flags is given.
pub fn only_one(node: &Node, names: &[&str], out: &mut Problems) {
    let given: Vec<_> = node
        .pairs()
        .iter()
        .filter(|(key, _)| key.as_text().is_some_and(|name| names.contains(&name)))
        .collect();
    if let [(first, _), (second, _), ..] = given.as_slice() {
        let all: Vec<_> = names
            .iter()
            .map(|name| format!("--{}", crate::option::flags::written(name)))
            .collect();
        out.add(
            Problem::new(
                "borgmatic::cli::conflict",
                format!("only one of {} can be used", all.join(", ")),
            )
            .on(first, "this one")
            .on(second, "and this one")
            .help("leave one of them out"),
        );
    }
}
