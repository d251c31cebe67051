//! Every diagnostic has a stable code, and `docs/diagnostics.md` explains it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::kept::tests;

const START: &str = "borgmatic::";

fn sources(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, texts);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// The codes that stand between these marks: `"borgmatic::yaml::tab"`.
fn codes(text: &str, mark: char) -> BTreeSet<String> {
    text.split(&format!("{mark}{START}"))
        .skip(1)
        .filter_map(|rest| rest.split(mark).next())
        .filter(|code| code.split("::").count() == 2)
        .map(|code| format!("{START}{code}"))
        .collect()
}

fn in_source() -> BTreeSet<String> {
    let mut texts = Vec::new();
    sources(&tests().join("../src"), &mut texts);
    let own = |text: &String| {
        let end = text.find("#[cfg(test)]\nmod").unwrap_or(text.len());
        codes(&text[..end], '"')
    };
    let found: BTreeSet<String> = texts.iter().flat_map(own).collect();
    assert!(found.len() > 50, "the codes were not found");
    found
}

fn in_document() -> BTreeSet<String> {
    codes(
        &fs::read_to_string(tests().join("../docs/diagnostics.md")).unwrap(),
        '`',
    )
}

#[test]
fn every_code_is_explained() {
    let (source, document) = (in_source(), in_document());
    let missing: Vec<_> = source.difference(&document).collect();
    assert!(
        missing.is_empty(),
        "not in docs/diagnostics.md: {missing:#?}"
    );
    let gone: Vec<_> = document.difference(&source).collect();
    assert!(gone.is_empty(), "nobody says this any more: {gone:#?}");
}

#[test]
fn a_code_names_its_room_and_what_is_wrong() {
    for code in in_source() {
        let plain = code.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b":-".contains(&byte)
        });
        assert!(plain, "{code}");
    }
}
