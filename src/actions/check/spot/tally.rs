//! Counts the files of both sides, and draws the sample, while their names come in. Pure.
//!
//! For each file of either side it keeps eight bytes, and the name of those that may come into the
//! sample: memory grows with the sample, not with the names.

use std::hash::{BuildHasher, RandomState};

/// So many names are kept whatever the share: of a smaller source all differences can be named.
const ALL_OF: usize = 50_000;

/// How many names of files that are on one side only are told.
const TOLD: usize = 10;

/// A file of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// As borg says it.
    pub(super) path: String,
    /// As an archive has it.
    pub(super) name: String,
}

/// The files of one side. Names are turned into numbers that are random anew in each run, the same on
/// both sides. The lowest of them are the sample.
pub(super) struct Tally<T> {
    random: RandomState,
    below: u64,
    keys: Vec<u64>,
    kept: Vec<(u64, T)>,
}

impl Tally<Source> {
    /// `percent` of the files are to be in the sample.
    pub(super) fn new(percent: f64) -> Self {
        Self::keeping(RandomState::new(), percent)
    }

    /// The other side of it; so many percent of the names are kept, too.
    pub(super) fn beside(&self, percent: f64) -> Tally<String> {
        Tally::keeping(self.random.clone(), percent)
    }
}

impl<T> Tally<T> {
    fn keeping(random: RandomState, percent: f64) -> Self {
        Self {
            random,
            // A tenth more than what is needed: chance never takes so much away.
            below: share(u64::MAX, percent * 1.1),
            keys: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// A file, by the name that an archive has, and what is kept of it if it may be needed.
    pub(super) fn add(&mut self, name: &str, kept: impl FnOnce() -> T) {
        let key = self.random.hash_one(name);
        self.keys.push(key);
        if self.keys.len() <= ALL_OF || key < self.below {
            self.kept.push((key, kept()));
        }
    }
}

/// Both sides, when all files have come.
pub(super) struct Counted {
    /// Sorted, each once.
    sources: Vec<u64>,
    kept: Vec<(u64, Source)>,
    /// Sorted.
    stored: Vec<u64>,
    kept_stored: Vec<(u64, String)>,
}

impl Counted {
    /// A path of the source that was named twice, below two sources, counts once.
    pub(super) fn of(mut source: Tally<Source>, mut stored: Tally<String>) -> Self {
        source.keys.sort_unstable();
        source.keys.dedup();
        source.kept.sort_unstable_by_key(|(key, _)| *key);
        source.kept.dedup_by_key(|(key, _)| *key);
        stored.keys.sort_unstable();
        Self {
            sources: source.keys,
            kept: source.kept,
            stored: stored.keys,
            kept_stored: stored.kept,
        }
    }

    /// Files of the source.
    pub(super) fn sources(&self) -> usize {
        self.sources.len()
    }

    /// Files of the archive.
    pub(super) fn stored(&self) -> usize {
        self.stored.len()
    }

    /// By how many percent of the source the numbers differ.
    pub(super) fn difference(&self) -> f64 {
        percent(self.sources().abs_diff(self.stored()), self.sources())
    }

    /// Some of the files that are on one side only.
    pub(super) fn differences(&self) -> Vec<String> {
        let is_missing = |keys: &[u64], key: &u64| keys.binary_search(key).is_err();
        let here = self
            .kept
            .iter()
            .filter(|(key, _)| is_missing(&self.stored, key));
        let here = here.map(|(_, source)| format!("only here: {}", source.path));
        let stored = self
            .kept_stored
            .iter()
            .filter(|(key, _)| is_missing(&self.sources, key));
        let stored = stored.map(|(_, name)| format!("only in the archive: {name}"));
        here.take(TOLD).chain(stored.take(TOLD)).collect()
    }

    /// At least one file, else so many percent of all, drawn by chance.
    pub(super) fn sample(self, percent: f64) -> Vec<Source> {
        let wanted = share(self.sources.len() as u64, percent).max(1);
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        let kept = self.kept.into_iter().take(wanted);
        kept.map(|(_, source)| source).collect()
    }
}

/// So many percent of a number, rounded down; never more than all.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a share of a count need not be exact, and is neither negative nor larger than it"
)]
fn share(all: u64, percent: f64) -> u64 {
    (all as f64 * (percent.clamp(0.0, 100.0) / 100.0)) as u64
}

/// A part of all, in percent.
#[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
pub(super) fn percent(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64 * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(number: usize) -> Source {
        Source {
            path: format!("/home/{number}"),
            name: format!("home/{number}"),
        }
    }

    fn counted(count: usize, percent: f64, stored: &[&str]) -> Counted {
        let mut tally = Tally::new(percent);
        let mut beside = tally.beside(1.0);
        for source in (0..count).map(source) {
            tally.add(&source.name.clone(), || source);
        }
        for name in stored {
            beside.add(name, || (*name).to_owned());
        }
        Counted::of(tally, beside)
    }

    #[test]
    fn the_sample_has_its_size_and_no_file_twice() {
        for (count, percent, size) in [
            (200_000, 25.0, 50_000),
            (1000, 1.0, 10),
            (3, 1.0, 1),
            (7, 150.0, 7),
        ] {
            let mut names: Vec<_> = counted(count, percent, &[])
                .sample(percent)
                .into_iter()
                .map(|source| source.name)
                .collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), size, "{count} {percent}");
        }
        assert_ne!(
            counted(1000, 10.0, &[]).sample(10.0),
            counted(1000, 10.0, &[]).sample(10.0)
        );
    }

    #[test]
    fn only_the_sample_is_kept_of_a_large_source() {
        let mut tally = Tally::new(1.0);
        let mut beside = tally.beside(1.0);
        for number in 0..1_000_000 {
            tally.add(&number.to_string(), || source(number));
            beside.add(&number.to_string(), || number.to_string());
        }
        assert!(tally.kept.len() < ALL_OF + 20_000);
        assert!(beside.kept.len() < ALL_OF + 20_000);
        assert_eq!(Counted::of(tally, beside).sample(1.0).len(), 10_000);
    }

    #[test]
    fn both_sides_are_counted_and_compared() {
        let counted = counted(4, 100.0, &["home/0", "home/1", "other"]);
        assert_eq!((counted.sources(), counted.stored()), (4, 3));
        assert!((counted.difference() - 25.0).abs() < 1e-9);
        let mut told = counted.differences();
        told.sort();
        assert_eq!(
            told,
            [
                "only here: /home/2",
                "only here: /home/3",
                "only in the archive: other"
            ]
        );
    }

    #[test]
    fn a_path_below_two_sources_counts_once() {
        let mut tally = Tally::new(100.0);
        tally.add("a", || source(1));
        tally.add("a", || source(1));
        let beside = tally.beside(1.0);
        let counted = Counted::of(tally, beside);
        assert_eq!(counted.sources(), 1);
        assert_eq!(counted.sample(100.0).len(), 1);
    }
}
