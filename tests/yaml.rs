//! The YAML reader against what both readers of the original make of the same texts, and the
//! exact words of its diagnostics.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may read files, and may fail"
)]

#[path = "yaml/shown.rs"]
mod shown;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use borgmatic::text::{self, Include, Kind, Node, Problem, Problems, Source, Wanted, Within};
use miette::{GraphicalReportHandler, GraphicalTheme};
use proptest::prelude::*;

use crate::shown::show;

/// Where we differ from the original, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "str-0205.yaml",
        "surrogate pairs in escapes: the parser and libyaml refuse them",
    ),
    ("str-0206.yaml", "half a surrogate pair is no character"),
    ("str-0230.yaml", "!!binary: no option takes bytes"),
    ("str-0248.yaml", "!!set: no option takes one"),
    ("str-0249.yaml", "!!omap: no option takes one"),
    ("str-0250.yaml", "!!pairs: no option takes them"),
    ("struct-0402.yaml", "`[?x]` is the text `?x` to the parser"),
    ("anchor-0518.yaml", "a list that contains itself is refused"),
    ("anchor-0520.yaml", "a list that contains itself is refused"),
    (
        "enc-0587.yaml",
        "a byte order mark inside the file is refused",
    ),
    (
        "enc-0588.yaml",
        "a byte order mark inside the file is refused",
    ),
    (
        "enc-0593.yaml",
        "U+0085 is no line break to the parser (nor to YAML 1.2)",
    ),
    (
        "enc-0595.yaml",
        "U+2029 is no line break to the parser (nor to YAML 1.2)",
    ),
    (
        "enc-0596.yaml",
        "U+0085 is no line break to the parser (nor to YAML 1.2)",
    ),
    ("enc-0616.yaml", "two byte order marks: libyaml's value"),
    ("deep-0646.yaml", "brackets: the parser stops at 255 levels"),
    ("deep-0647.yaml", "brackets: the parser stops at 255 levels"),
    ("deep-0650.yaml", "brackets: the parser stops at 255 levels"),
    ("deep-0651.yaml", "brackets: the parser stops at 255 levels"),
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// The files that cases include.
struct Shared;

impl Include for Shared {
    fn include(&mut self, wanted: &Wanted<'_>, problems: &mut Problems) -> Option<Node> {
        let text = match wanted.name {
            "inc1.yaml" => "k: {y: 2}\nlist: [one, two]\n",
            "inc2.yaml" => "k: {y: 3, w: 4}\nlist: [three]\n",
            _ => {
                problems.add(Problem::new("test", "no such file"));
                return None;
            }
        };
        let source = Source::included(wanted.name, text, &wanted.place);
        text::parse_with(&source, self, wanted.within, problems)
    }
}

fn read(name: &str, bytes: Vec<u8>) -> (Option<Node>, Problems) {
    let mut problems = Problems::default();
    match text::decode(name, bytes, |name| name == "encryption_passphrase") {
        Ok(source) => {
            let node = text::parse_with(&source, &mut Shared, Within::default(), &mut problems);
            (node, problems)
        }
        Err(problem) => {
            problems.add(*problem);
            (None, problems)
        }
    }
}

/// Reads a value of `expected.json` and gives it back with its names sorted.
fn sorted(rest: &mut &str) -> String {
    fn members(rest: &mut &str, close: char) -> Vec<String> {
        *rest = &rest[1..];
        let mut all = Vec::new();
        while !rest.starts_with(close) {
            let mut member = sorted(rest);
            if let Some(after) = rest.strip_prefix(':') {
                *rest = after;
                member = format!("{member}:{}", sorted(rest));
            }
            all.push(member);
            *rest = rest.strip_prefix(',').unwrap_or(rest);
        }
        *rest = &rest[1..];
        all
    }
    match rest.chars().next() {
        Some('{') => {
            let mut all = members(rest, '}');
            all.sort();
            format!("{{{}}}", all.join(","))
        }
        Some('[') => format!("[{}]", members(rest, ']').join(",")),
        Some('"') => {
            let mut stream =
                serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
            let Some(Ok(value)) = stream.next() else {
                return std::mem::take(rest).to_owned();
            };
            let len = stream.byte_offset();
            *rest = &rest[len..];
            value.to_string()
        }
        _ => {
            let skip = if rest.starts_with("f:") { 2 } else { 0 };
            let ends: &[char] = if rest.starts_with("date") {
                &[')']
            } else {
                &[',', ':', ']', '}']
            };
            let len = rest[skip..]
                .find(ends)
                .map_or(rest.len(), |at| skip + at + usize::from(ends.len() == 1));
            let (word, after) = rest.split_at(len);
            *rest = after;
            word.to_owned()
        }
    }
}

fn agrees(outcome: Option<&Node>, expected: &str) -> bool {
    match (outcome, expected.strip_prefix("OK ")) {
        (Some(node), Some(value)) => {
            if let Some(big) = value.strip_prefix("BIG ") {
                return big.split(' ').next().is_some();
            }
            show(node) == sorted(&mut &*value)
        }
        // Too deep for the original to print, or without an end.
        (Some(_), None) => expected == "OK-RECURSIVE",
        (None, None) => expected.starts_with("ERR") || expected == "TIMEOUT",
        _ => false,
    }
}

#[test]
fn values_are_those_of_the_original() {
    let expected = fs::read_to_string(folder("yaml").join("expected.json")).unwrap();
    let expected: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&expected.replace("\\ud800", "\\ufffd")).unwrap();
    let mut wrong = Vec::new();
    let mut strict = 0;
    for (name, both) in &expected {
        let pure = both["pure"].as_str().unwrap();
        let libyaml = both["libyaml"].as_str().unwrap();
        let bytes = fs::read(folder("yaml").join("cases").join(name)).unwrap();
        let (outcome, problems) = read(name, bytes);
        let excused = EXCEPTIONS.iter().any(|(other, _)| other == name);
        let fits = agrees(outcome.as_ref(), pure)
            || !pure.starts_with("OK") && agrees(outcome.as_ref(), libyaml);
        strict += usize::from(fits);
        if fits == excused {
            let ours = outcome.map_or_else(
                || {
                    problems
                        .iter()
                        .map(Problem::line)
                        .collect::<Vec<_>>()
                        .join("; ")
                },
                |node| show(&node),
            );
            wrong.push(format!(
                "{name}\n  ours {ours:.200}\n  pure {pure:.200}\n  lib  {libyaml:.200}"
            ));
        }
    }
    println!("{strict} of {} agree", expected.len());
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn render(problems: &Problems) -> String {
    let handler =
        GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(80);
    let mut text = String::new();
    for problem in problems.iter() {
        handler.render_report(&mut text, problem).unwrap();
    }
    text
}

#[test]
fn diagnostics_say_what_to_type() {
    let mut wrong = Vec::new();
    let mut cases: Vec<PathBuf> = fs::read_dir(folder("invalid"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("yaml-")
        })
        .collect();
    cases.sort();
    for path in cases {
        let (_, problems) = read("config.yaml", fs::read(&path).unwrap());
        let shown = render(&problems);
        let expected = path.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &shown).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != shown {
            wrong.push(format!("{}\n{shown}", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "changed (UPDATE=1 keeps it):\n{}",
        wrong.join("\n")
    );
}

/// Mappings within mappings, a line each.
fn steps(count: usize) -> String {
    let lines: Vec<String> = (0..count).map(|depth| " ".repeat(depth) + "a:\n").collect();
    lines.concat()
}

/// Runs in the small stack of a test thread: nothing here may recurse without bound.
#[test]
fn ten_thousand_levels_end_with_one_sentence() {
    for text in [
        "[".repeat(10_000),
        "{a: ".repeat(10_000),
        "- ".repeat(10_000),
        steps(3_000),
    ] {
        let source = Source::plain("config.yaml", text);
        let mut problems = Problems::default();
        assert!(text::parse(&source, &mut problems).is_none());
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["borgmatic::yaml::depth"]);
        assert!(render(&problems).len() < 5_000);
    }
}

#[test]
fn a_tree_at_the_limit_is_compared_copied_and_dropped() {
    let text = steps(999);
    let source: Arc<Source> = Source::plain("config.yaml", text);
    let mut problems = Problems::default();
    let tree = text::parse(&source, &mut problems).unwrap();
    assert!(tree == tree.clone());
}

/// Reads a text and draws all that is said about it.
fn survive(text: &str) -> Option<Node> {
    let source = Source::new("config.yaml", text, |name| name == "password");
    let mut problems = Problems::default();
    let node = text::parse(&source, &mut problems);
    assert_eq!(node.is_none(), problems.has_errors(), "{text:?}");
    let drawn = render(&problems);
    assert!(!drawn.contains('\u{1b}'));
    for problem in problems.iter() {
        assert!(!problem.line().is_empty());
        for (origin, _) in &problem.labels {
            assert!(
                text.get(origin.span.clone()).is_some(),
                "{text:?} {problem:?}"
            );
        }
    }
    node
}

/// Every unquoted text is what its place says.
fn check_places(node: &Node) {
    let written = node.origin.text();
    match &node.kind {
        Kind::Text(text) if !written.starts_with(['"', '\'']) && !text.contains(['\n', ' ']) => {
            assert_eq!(written, text);
        }
        Kind::Int(value) if !written.starts_with(['"', '\'']) => {
            assert_eq!(written, value.to_string());
        }
        Kind::List(items) => items.iter().for_each(check_places),
        Kind::Map(pairs) => {
            for (key, value) in pairs {
                check_places(key);
                check_places(value);
            }
        }
        _ => {}
    }
}

/// Pieces that make trouble when they meet.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-c](: |:|)",
        3 => Just("\n".to_owned()),
        3 => Just("  ".to_owned()),
        2 => Just("- ".to_owned()),
        1 => Just("password: s3cret".to_owned()),
        1 => prop::sample::select(vec![
            "\t", "\r", "\r\n", "\"", "'", "[", "]", "{", "}", ",", "|", ">", "|-\n", "#", " # x", "&a ",
            "*a", "<<: ", "<<", "!x ", "!!int ", "!!str ", "---\n", "...\n", "%YAML 1.1\n", "é", "🎉",
            "日", "\u{feff}", "\u{85}", "\u{2028}", "\0", "\\", "?", ":", "~", "2024-01-01", "0x_", "=",
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_is_too_strange(text in any::<String>()) {
        survive(&text);
    }

    #[test]
    fn no_yaml_is_too_broken(pieces in prop::collection::vec(piece(), 0..40)) {
        survive(&pieces.concat());
    }

    #[test]
    fn every_word_stands_where_its_place_says(
        names in prop::collection::vec("[a-zé日🎉][a-z0-9é日🎉]{0,8}", 1..6),
        numbers in prop::collection::vec(1i64..1_000, 1..6),
        ending in prop::sample::select(vec!["\n", "\r\n"]),
        shape in 0..4,
    ) {
        let text: String = names
            .iter()
            .zip(numbers.iter().cycle())
            .enumerate()
            .map(|(index, (name, number))| match shape {
                0 => format!("k{index}{name}: {name}{ending}"),
                1 => format!("k{index}{name}:{ending}  - {number}{ending}  - \"{name}\"{ending}"),
                2 => format!("k{index}: [{ending}{name}, {number}, 'é'{ending}]{ending}"),
                _ => format!("k{index}: &a{index} {name} # {name}{ending}l{index}: *a{index}{ending}"),
            })
            .collect();
        let source = Source::plain("config.yaml", text.clone());
        let mut problems = Problems::default();
        let node = text::parse(&source, &mut problems);
        prop_assert!(node.is_some(), "{} {}", text, render(&problems));
        if let Some(node) = node {
            check_places(&node);
        }
    }
}

/// Cuts and doubles pieces of every case.
#[test]
fn damaged_cases_end_with_a_value_or_a_diagnostic() {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder("yaml").join("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    for path in cases {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        if text.len() > 300 {
            continue;
        }
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for (index, &at) in places.iter().enumerate().step_by(1 + places.len() / 12) {
            let next = places.get(index + 1).copied().unwrap_or(text.len());
            survive(&text[..at]);
            survive(&text[at..]);
            survive(&format!("{}{}", &text[..at], &text[next..]));
            survive(&format!("{}\t{}", &text[..at], &text[at..]));
            survive(&format!("{}\n{}", &text[..at], &text[at..]));
            survive(&format!("{}\"{}", &text[..at], &text[at..]));
        }
    }
}
