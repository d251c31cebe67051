//! The flags that choose among archives, shared by several actions.

use crate::borg::{Version, archive};
use crate::option::Opt;
use crate::options;
use crate::text::{Node, Problem, Problems};

options! {
    /// Which archives, by the start of their names.
    pub struct Prefix {
        /// Only archives whose names start with this. Deprecated: use --match-archives.
        prefix: String = "PREFIX", short = 'P', sets = "prefix";
    }
}

options! {
    /// Which archives, by their names.
    pub struct Match {
        /// Only archives of this name or pattern: sh:…, re:….
        match_archives: String = "PATTERN", short = 'a', aliases = &["glob-archives"], sets = "match_archives";
    }
}

options! {
    /// Which archives come first.
    pub struct Order {
        /// Order of the archives: comma-separated timestamp, name, id.
        sort_by: String = "KEYS";
    }
}

options! {
    /// Which archives, by their number.
    pub struct Ends {
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

impl Prefix {
    /// The flags that `--prefix` stands for.
    pub fn matching(&self, version: &Version) -> Option<Vec<String>> {
        self.prefix
            .text()
            .map(|prefix| archive::with_prefix(prefix, version))
    }
}

/// A flag of borg and its value, if it is given; that of a switch is empty.
pub type Flag<'a> = (&'static str, Option<&'a str>);

impl Order {
    pub fn flags(&self) -> [Flag<'_>; 1] {
        [("--sort-by", self.sort_by.text())]
    }
}

impl Ends {
    pub fn flags(&self) -> [Flag<'_>; 2] {
        [("--first", self.first.text()), ("--last", self.last.text())]
    }
}

impl Age {
    pub fn flags(&self) -> [Flag<'_>; 4] {
        [
            ("--oldest", self.oldest.text()),
            ("--newest", self.newest.text()),
            ("--older", self.older.text()),
            ("--newer", self.newer.text()),
        ]
    }
}

/// A flag without a value.
pub fn switch(flag: &'static str, on: &Opt<bool>) -> Flag<'static> {
    (flag, on.is_on().then_some(""))
}

/// The words of flags that are handed on to borg. borgmatic 2.1.10: in alphabetical order.
pub fn sorted(flags: &[&[Flag<'_>]]) -> Vec<String> {
    let mut given: Vec<_> = flags
        .iter()
        .copied()
        .flatten()
        .filter_map(|(flag, value)| Some([*flag, (*value)?]))
        .collect();
    given.sort_unstable();
    let words = given.into_iter().flatten();
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
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
