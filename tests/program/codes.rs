//! Every diagnostic has a stable code, which `borgmatic explain` and `docs/diagnostics.md` explain.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use borgmatic::actions::explain;
use borgmatic::config::lints;
use borgmatic::config::load::{Loaded, Wishes, load};

use crate::kept::tests;
use crate::world::World;

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

#[test]
fn explain_and_the_page_say_the_same() {
    let page = fs::read_to_string(tests().join("../docs/diagnostics.md")).unwrap();
    let rows = page.lines().filter_map(|line| {
        let (code, rest) = line.strip_prefix("| `borgmatic::")?.split_once("` | ")?;
        Some((
            format!("{START}{code}"),
            rest.strip_suffix(" |")?.to_owned(),
        ))
    });
    let rows: Vec<(String, String)> = rows.collect();
    let entries = explain::all();
    for entry in &entries {
        let row = rows.iter().find(|(code, _)| code == entry.code);
        let row = row.unwrap_or_else(|| panic!("not in docs/diagnostics.md: {}", entry.code));
        assert_eq!(row.1, entry.summary, "{}", entry.code);
        let (text, examples) = entry.text.split_once("\n\nbefore:\n\n    ").unwrap();
        assert!(
            text.len() > 40 && text.ends_with('.'),
            "{}: {text}",
            entry.code
        );
        assert!(examples.contains("\n\nafter:\n\n    "), "{}", entry.code);
    }
    for code in in_source() {
        let explained = entries.iter().any(|entry| entry.code == code);
        assert!(
            explained,
            "borgmatic explain {code}: write it into src/actions/explain/"
        );
    }
}

/// An example of `explain`, as a configuration that would be good without the mistake.
fn example(lines: &str) -> String {
    let mut text: String = lines
        .lines()
        .map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned() + "\n")
        .collect();
    text = text.replace('\u{241b}', "\u{1b}");
    let alone = text.contains("repositories:") || text.starts_with(['%', '{', '#']);
    if !alone {
        text.insert_str(0, "repositories:\n    - path: /mnt/good.borg\n");
    }
    text
}

#[test]
fn the_examples_are_what_they_say() {
    // What no file alone can show.
    let elsewhere = [
        "alias-bomb",
        "constant-size",
        "depth",
        "utf8",
        "empty",
        "none",
        "file",
        "age",
        "schedule",
        "two-logs",
        "log-file",
        "not-portable",
        "readable-secret",
        "source-missing",
        "not-yet",
        "unset-variable",
    ];
    let mut wrong = Vec::new();
    let mut tried = 0;
    for entry in explain::all() {
        let mut parts = entry.code.split("::").skip(1);
        let (room, name) = (parts.next().unwrap(), parts.next().unwrap());
        if !matches!(room, "yaml" | "config" | "lint")
            || elsewhere.contains(&name)
            || entry.code == "borgmatic::yaml::include"
        {
            continue;
        }
        tried += 1;
        let (_, examples) = entry.text.split_once("\n\nbefore:\n\n").unwrap();
        let (before, after) = examples.split_once("\n\nafter:\n\n").unwrap();
        let says = |lines: &str| {
            let world = World::new();
            let stage = &world.stage;
            world.write("/home/me/x.yaml", example(lines));
            world.write("/home/me/common.yaml", "source_directories:\n    - /home\n");
            world.write("/home/me/retention.yaml", "keep_daily: 7\n");
            let path = Path::new("/home/me/x.yaml");
            let loaded: Loaded = load(path, &Wishes::default(), &stage.files, &stage.env);
            let lints = lints::of(&loaded, &stage.files, &stage.env, &[]);
            let said = loaded.problems.iter().chain(lints.iter());
            said.map(|problem| problem.code).collect::<Vec<_>>()
        };
        let (bad, good) = (says(before), says(after));
        if !bad.contains(&entry.code) {
            wrong.push(format!("{} before: {bad:?}", entry.code));
        }
        let ours = good
            .iter()
            .any(|code| *code == entry.code || !code.contains("::lint::"));
        if ours {
            wrong.push(format!("{} after: {good:?}", entry.code));
        }
    }
    assert!(tried > 50, "{tried}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn explain_finds_a_code_by_its_end_and_the_nearest_to_a_slip() {
    let mut world = World::new();
    let whole = world.run(&["explain", "borgmatic::yaml::tab"]);
    assert_eq!(whole.code, 0);
    assert!(
        whole
            .out
            .starts_with("borgmatic::yaml::tab\n\nA tab indents"),
        "{}",
        whole.out
    );
    assert!(
        whole
            .out
            .contains("\nafter:\n\n    source_directories:\n        - /home\n"),
        "{}",
        whole.out
    );
    for word in ["yaml::tab", "tab"] {
        assert_eq!(world.run(&["explain", word]).out, whole.out);
    }
    // Two codes have that end.
    assert_eq!(
        world
            .run(&["explain", "none"])
            .out
            .matches("\nafter:\n")
            .count(),
        2
    );
    let near = world.run(&["explain", "unknwon-option"]);
    assert_eq!(near.code, 1);
    assert!(
        near.err.contains("did you mean unknown-option?"),
        "{}",
        near.err
    );
    let list = world.run(&["explain"]).out;
    for code in in_source() {
        assert!(list.contains(&format!("{code}\n    ")), "{code}");
    }
}
