//! Which files of the sample are not as they were stored, and is that too many?

use std::collections::HashMap;

use super::hash::Now;
use super::tally::{Source, percent};
use crate::actions::Context;
use crate::borg::listed::Entry;
use crate::host::{Failure, Level};

/// No more files than that are named.
const TOLD: usize = 1000;

/// What the archive has of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stored {
    Hash(String),
    Link(String),
    /// One more name of a file that is stored under another one: borg has no hash of it.
    OtherName,
}

#[derive(Debug)]
pub(super) struct Verdict {
    /// The sample by the names that an archive has.
    places: HashMap<String, usize>,
    paths: Vec<String>,
    there: Vec<Option<Stored>>,
    here: Vec<Now>,
}

impl Verdict {
    pub(super) fn of(sample: &[Source]) -> Self {
        let named = sample.iter().enumerate();
        Self {
            places: named
                .map(|(at, source)| (source.name.clone(), at))
                .collect(),
            paths: sample.iter().map(|source| source.path.clone()).collect(),
            there: vec![None; sample.len()],
            here: Vec::new(),
        }
    }

    /// An entry of the archive.
    pub(super) fn there(&mut self, entry: &Entry<'_>) {
        let Some(at) = self.places.get(entry.path.trim_start_matches('/')) else {
            return;
        };
        self.there[*at] = Some(match entry.leads_to() {
            Some(target) if entry.is_link() => Stored::Link(target.to_owned()),
            Some(_) => Stored::OtherName,
            None => Stored::Hash(entry.xxh64.clone().into_owned()),
        });
    }

    /// The files of the source, in the order of the sample.
    pub(super) fn here(&mut self, now: Vec<Now>) {
        self.here = now;
    }

    /// The paths that are not as they were stored, and why.
    fn failing(&self) -> Vec<(&str, String)> {
        let why = |at: usize| match (self.here.get(at), &self.there[at]) {
            (_, Some(Stored::OtherName)) => None,
            (_, None) => Some("it is not in the archive".to_owned()),
            (Some(Now::Hash(now)), Some(Stored::Hash(stored))) => {
                (now != stored).then(|| "its content differs".to_owned())
            }
            (Some(Now::Link(now)), Some(Stored::Link(stored))) => {
                (now != stored).then(|| format!("it leads to {now}, in the archive to {stored}"))
            }
            (Some(Now::Lost(why)), _) => Some(why.clone()),
            (Some(Now::Link(_)), _) => Some("it is a link, in the archive a file".to_owned()),
            (_, Some(Stored::Link(_))) => Some("it is a file, in the archive a link".to_owned()),
            (None, _) => Some("it was not read".to_owned()),
        };
        let paths = self.paths.iter().enumerate();
        paths
            .filter_map(|(at, path)| Some((path.as_str(), why(at)?)))
            .collect()
    }

    /// Names the files that fail, and whether they are too many. borgmatic 2.1.10: their part of all
    /// files of the source is what is tolerated, not that of the sample.
    pub(super) fn tell(
        &self,
        context: &Context<'_>,
        sources: usize,
        difference: f64,
        tolerance: f64,
    ) -> Result<(), Failure> {
        let failing = self.failing();
        let part = percent(failing.len(), sources);
        let level = if part > tolerance {
            Level::Warning
        } else {
            Level::Info
        };
        for (path, why) in failing.iter().take(TOLD) {
            context.say(level, &format!("{path}: {why}"));
        }
        if failing.len() > TOLD {
            context.say(level, &format!("… and {} more", failing.len() - TOLD));
        }
        let is_other = |stored: &&Option<Stored>| **stored == Some(Stored::OtherName);
        let others = self.there.iter().filter(is_other).count();
        if others > 0 {
            let words = format!("{others} of them are hard links, which borg cannot hash");
            context.say(Level::Info, &words);
        }
        let counts = format!("{} of {} compared files", failing.len(), self.paths.len());
        if part > tolerance {
            let words = format!(
                "{counts} are not as they were stored: {part:.2} % of {sources} files, and data_tolerance_percentage is {tolerance}"
            );
            return Err(Failure::new("borgmatic::check::spot-data", words)
                .help("files that changed since the last backup count too: make a backup, then check again. What differs still is damaged, on this machine or in the repository"));
        }
        let words = format!(
            "Spot check passed: the numbers of files differ by {difference:.2} %, {counts} differ"
        );
        context.say(Level::Info, &words);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_has_its_reason() {
        let names = [
            "same", "differs", "new", "link", "moved", "gone", "other", "swapped",
        ];
        let source = |name: &&str| Source {
            path: format!("/{name}"),
            name: (*name).to_owned(),
        };
        let mut verdict = Verdict::of(&names.iter().map(source).collect::<Vec<_>>());
        for line in [
            r#"{"type": "-", "path": "same", "xxh64": "1"}"#,
            r#"{"type": "-", "path": "differs", "xxh64": "1"}"#,
            r#"{"type": "l", "path": "link", "linktarget": "a"}"#,
            r#"{"type": "l", "path": "moved", "linktarget": "a"}"#,
            r#"{"type": "-", "path": "gone", "xxh64": "1"}"#,
            r#"{"type": "-", "path": "other", "linktarget": "same", "xxh64": ""}"#,
            r#"{"type": "l", "path": "swapped", "linktarget": "same"}"#,
            r#"{"type": "-", "path": "somebody", "xxh64": "1"}"#,
        ] {
            verdict.there(&Entry::read(line).unwrap());
        }
        let hash = |text: &str| Now::Hash(text.into());
        let link = |text: &str| Now::Link(text.into());
        let lost = Now::Lost("it is gone".into());
        verdict.here(vec![
            hash("1"),
            hash("2"),
            hash("3"),
            link("a"),
            link("b"),
            lost,
            hash("1"),
            hash("1"),
        ]);
        let told = verdict.failing();
        let told: Vec<_> = told
            .iter()
            .map(|(path, why)| format!("{path}: {why}"))
            .collect();
        assert_eq!(
            told,
            [
                "/differs: its content differs",
                "/new: it is not in the archive",
                "/moved: it leads to b, in the archive to a",
                "/gone: it is gone",
                "/swapped: it is a file, in the archive a link",
            ]
        );
    }
}
