//! The laws of the fuzz targets over the files of all tests, as they are and mixed with one another.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

#[path = "../fuzz/laws.rs"]
mod laws;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The files that fuzzing starts from.
static CORPUS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folders = [
        "fuzz/corpus/load",
        "fuzz/corpus/upgrade",
        "tests/yaml/cases",
        "tests/invalid",
        "tests/upgrade",
    ];
    let mut all = Vec::new();
    for folder in folders {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut paths: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        all.extend(
            paths
                .iter()
                .filter(|path| path.is_file())
                .map(|path| fs::read(path).unwrap()),
        );
    }
    all.retain(|bytes| bytes.len() < 8_000);
    all
});

static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = include_str!("../fuzz/words.dict").lines();
    let words: Vec<String> = lines
        .filter_map(|line| Some(line.strip_prefix('"')?.strip_suffix('"')?.to_owned()))
        .collect();
    words
});

#[test]
fn the_laws_hold_for_the_files_that_fuzzing_starts_from() {
    assert!(CORPUS.len() > 700);
    for bytes in CORPUS.iter() {
        laws::of_loading(bytes);
        if let Ok(text) = std::str::from_utf8(bytes) {
            laws::of_upgrading(text);
        }
    }
}

/// One change of a file.
#[derive(Clone, Debug)]
enum Change {
    Cut(Index, usize),
    Put(Index, String),
    /// A line stands at another place, too.
    Copy(Index, Index),
    /// Lines of another file.
    Mix(Index, Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let odd = select(vec![
        "\n", "\t", "  ", " ", "\r\n", ":", "'", "\"", "[", "}", "é", "\0", "\u{feff}", "- ",
    ]);
    prop_oneof![
        (any::<Index>(), 1..40_usize).prop_map(|(at, count)| Change::Cut(at, count)),
        (any::<Index>(), odd).prop_map(|(at, text)| Change::Put(at, text.to_owned())),
        (any::<Index>(), any::<Index>())
            .prop_map(|(at, word)| Change::Put(at, word.get(WORDS.as_slice()).clone())),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Copy(from, to)),
        (any::<Index>(), any::<Index>(), any::<Index>())
            .prop_map(|(file, from, to)| Change::Mix(file, from, to)),
    ]
}

/// Where the line begins that a byte stands in.
fn line_start(bytes: &[u8], at: usize) -> usize {
    bytes[..at]
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |end| end + 1)
}

fn line(bytes: &[u8], at: usize) -> Vec<u8> {
    let start = line_start(bytes, at);
    let end = bytes[start..]
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(bytes.len(), |end| start + end + 1);
    bytes[start..end].to_vec()
}

fn changed(file: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for change in changes {
        let at = |index: &Index, bytes: &[u8]| index.index(bytes.len() + 1);
        match change {
            Change::Cut(index, count) => {
                let start = at(index, &bytes);
                let end = bytes.len().min(start + count);
                bytes.drain(start..end);
            }
            Change::Put(index, text) => {
                let start = at(index, &bytes);
                bytes.splice(start..start, text.bytes());
            }
            Change::Copy(from, to) => {
                let line = line(&bytes, at(from, &bytes));
                let start = line_start(&bytes, at(to, &bytes));
                bytes.splice(start..start, line);
            }
            Change::Mix(file, from, to) => {
                let other = file.get(CORPUS.as_slice());
                let line = line(other, at(from, other));
                let start = line_start(&bytes, at(to, &bytes));
                bytes.splice(start..start, line);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_laws_hold_for_mixed_files(file: Index, changes in prop::collection::vec(change(), 1..8)) {
        let file = file.get(CORPUS.as_slice());
        let bytes = changed(file, &changes);
        laws::of_loading(&bytes);
        laws::of_upgrading(&String::from_utf8_lossy(&bytes));
    }
}
