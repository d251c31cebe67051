//! Files that include others, variables and overrides: what they mean, and the exact words about what
//! is wrong with them.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may read files, and may fail"
)]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use borgmatic::actions;
use borgmatic::cli;
use borgmatic::config::is_secret;
use borgmatic::config::load::{Loaded, Wishes, load};
use borgmatic::host::{Env, Files};
use borgmatic::option::words;
use borgmatic::text::json::json;
use borgmatic::text::{Problem, Problems};
use miette::{GraphicalReportHandler, GraphicalTheme};
use proptest::prelude::*;
use tempfile::TempDir;

const KINDS: [&str; 6] = [
    "include-",
    "retain-",
    "omit-",
    "constants-",
    "environment-",
    "override-",
];

fn invalid() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid")
}

fn env() -> Env {
    Env {
        variables: [("HOME", "/root"), ("SEVEN", "7")]
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        cwd: "/".into(),
        home: "/root".into(),
        user: 0,
        ..Env::default()
    }
}

fn render<'p>(problems: impl Iterator<Item = &'p Problem>) -> String {
    let handler =
        GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(80);
    let mut text = String::new();
    for problem in problems {
        handler.render_report(&mut text, problem).unwrap();
        text.push('\n');
    }
    text
}

/// Loads a file below `root`. A first line `# borgmatic FLAGS` is its command line.
fn problems(root: &Path, name: &str) -> Problems {
    let text = fs::read(root.join(name)).unwrap();
    let first = String::from_utf8_lossy(&text);
    let first = first.lines().next().unwrap_or_default();
    let mut all = Problems::default();
    let mut wishes = Wishes::default();
    if let Some(line) = first.strip_prefix("# borgmatic ") {
        let args = words::split(&format!("borgmatic {line} create")).unwrap();
        let args: Vec<OsString> = args.into_iter().map(OsString::from).collect();
        match cli::split(&args, actions::ALL, is_secret) {
            Ok(Ok(invocation)) => {
                all.extend(invocation.notes);
                wishes = invocation.wishes;
            }
            Ok(Err(_)) => panic!("{name}: asks for words only"),
            Err(refused) => return refused.problems,
        }
    }
    let path = Path::new("/").join(name);
    all.extend(load(&path, &wishes, &Files::new(root), &env()).problems);
    all
}

#[test]
fn what_is_wrong_is_shown_where_it_stands() {
    let mut wrong = Vec::new();
    let mut names: Vec<String> = fs::read_dir(invalid())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            Path::new(name).extension().is_some_and(|end| end == "yaml")
                && KINDS.iter().any(|kind| name.starts_with(kind))
        })
        .collect();
    names.sort();
    assert!(names.len() > 25);
    for name in names {
        let problems = problems(&invalid(), &name);
        assert!(problems.has_errors() || name.contains("override"), "{name}");
        let shown = render(problems.iter());
        assert!(!shown.contains("s3cret"), "{name}\n{shown}");
        let expected = invalid().join(&name).with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &shown).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != shown {
            wrong.push(format!("{name}\n{shown}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "changed (UPDATE=1 keeps it):\n{}",
        wrong.join("\n")
    );
}

/// A folder of files, removed at the end.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Only reads, includes and merges.
fn parsed(folder: &TempDir, name: &str) -> Loaded {
    let wishes = Wishes {
        parsed: true,
        ..Wishes::default()
    };
    load(
        &Path::new("/").join(name),
        &wishes,
        &Files::new(folder.path()),
        &env(),
    )
}

fn meant(files: &[(&str, &str)]) -> String {
    let loaded = parsed(&folder(files), "main.yaml");
    match &loaded.tree {
        Some(tree) => json(tree),
        None => render(loaded.problems.iter()),
    }
}

#[test]
fn the_working_directory_goes_before_the_including_files_own() {
    let files = [
        ("main.yaml", "a: !include sub/inner.yaml\n"),
        (
            "sub/inner.yaml",
            "b: !include x.yaml\nc: !include y.yaml\nd: !include ~/z.yaml\n",
        ),
        ("x.yaml", "top"),
        ("sub/x.yaml", "sub"),
        ("sub/y.yaml", "beside"),
        ("root/z.yaml", "home"),
    ];
    assert_eq!(
        meant(&files),
        r#"{"a": {"b": "top", "c": "beside", "d": "home"}}"#
    );
    let loaded = parsed(&folder(&files), "main.yaml");
    let read: Vec<_> = loaded
        .files
        .iter()
        .map(|path| path.to_str().unwrap())
        .collect();
    assert_eq!(
        read,
        [
            "/main.yaml",
            "/root/z.yaml",
            "/sub/inner.yaml",
            "/sub/y.yaml",
            "/x.yaml"
        ]
    );
}

#[test]
fn what_a_file_says_itself_comes_last() {
    let shared = (
        "shared.yaml",
        "s: theirs\nm: {x: 1, y: {z: 1}}\nl: [a, b, 1]\n",
    );
    let of = |main: &str| meant(&[("main.yaml", main), shared]);
    assert_eq!(
        of("<<: !include shared.yaml\ns: mine\nm: {y: {w: 2}}\nl: [c]\n"),
        r#"{"l": ["a", "b", 1, "c"], "m": {"x": 1, "y": {"w": 2, "z": 1}}, "s": "mine"}"#
    );
    assert_eq!(
        of("<<: !include shared.yaml\nm: !retain {q: 1}\nl: [!omit a, !omit '1', c]\n"),
        r#"{"l": ["b", "c"], "m": {"q": 1}, "s": "theirs"}"#
    );
    assert_eq!(
        of("o:\n  <<: !include shared.yaml\n  l: !retain []\n"),
        r#"{"o": {"l": [], "m": {"x": 1, "y": {"z": 1}}, "s": "theirs"}}"#
    );
}

#[test]
fn what_is_merged_above_goes_before_what_is_merged_below() {
    let files = [
        (
            "main.yaml",
            "<<: !include one.yaml\nx:\n  <<: !include two.yaml\n  l: [3]\n",
        ),
        ("one.yaml", "x: {l: [1], s: one}\n"),
        ("two.yaml", "{l: [2], s: two, t: two}\n"),
    ];
    assert_eq!(
        meant(&files),
        r#"{"x": {"l": [2, 1, 3], "s": "one", "t": "two"}}"#
    );
}

#[test]
fn a_pipe_is_not_waited_for_and_a_huge_file_not_read() {
    let folder = folder(&[
        ("pipe.yaml", "a: !include /pipe\n"),
        ("huge.yaml", "a: !include /huge\n"),
        ("main.yaml", "a: 1\n"),
    ]);
    rustix::fs::mknodat(
        rustix::fs::CWD,
        folder.path().join("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let huge = fs::File::create(folder.path().join("huge")).unwrap();
    huge.set_len((64 << 20) + 1).unwrap();
    for name in ["pipe", "huge"] {
        let loaded = parsed(&folder, &format!("{name}.yaml"));
        let codes: Vec<_> = loaded.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["borgmatic::config::include"], "{name}");
    }
}

#[test]
fn chains_and_bombs_of_includes_end() {
    let names: Vec<(String, String)> = (0..60)
        .map(|index| {
            (
                format!("{index}.yaml"),
                format!("a: !include {}.yaml\n", index + 1),
            )
        })
        .chain([("60.yaml".to_owned(), "1".to_owned())])
        .collect();
    let mut files: Vec<(&str, &str)> = names
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let bomb = "[!include b1, !include b1, !include b1, !include b1, !include b1, !include b1, !include b1]";
    let bombs: Vec<(String, String)> = (0..8)
        .map(|index| {
            (
                format!("b{index}"),
                bomb.replace("b1", &format!("b{}", index + 1)),
            )
        })
        .collect();
    files.extend(
        bombs
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str())),
    );
    files.push(("b8", "1"));
    let folder = folder(&files);
    for name in ["0.yaml", "b0"] {
        let loaded = parsed(&folder, name);
        assert!(loaded.tree.is_none());
        let problem = loaded.problems.iter().next().unwrap();
        assert_eq!(problem.code, "borgmatic::config::include");
        assert!(problem.words.starts_with("more than"), "{}", problem.words);
    }
}

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-e]", 0..5)
}

/// A mapping of lists, mappings and words, in which a name always has the same kind of value.
fn mapping() -> impl Strategy<Value = String> {
    let inner = (prop::option::of("[a-e]"), prop::option::of(words()));
    (
        prop::option::of("[a-e]"),
        prop::option::of(words()),
        prop::option::of(inner),
    )
        .prop_map(|(word, list, inner)| {
            let lines = |word: Option<String>, list: Option<Vec<String>>| {
                let word = word.map(|word| format!("w: {word}"));
                let list = list.map(|list| format!("l: [{}]", list.join(", ")));
                word.into_iter().chain(list).collect::<Vec<_>>().join(", ")
            };
            let inner = inner.map(|(word, list)| format!("m: {{{}}}", lines(word, list)));
            let own = lines(word, list);
            let all: Vec<String> = Some(own)
                .filter(|own| !own.is_empty())
                .into_iter()
                .chain(inner)
                .collect();
            format!("{{{}}}\n", all.join(", "))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_included_value_is_the_value(text in mapping()) {
        let included = meant(&[("main.yaml", "a: !include x.yaml\n"), ("x.yaml", &text)]);
        let written = meant(&[("main.yaml", &format!("a: {text}"))]);
        prop_assert_eq!(included, written);
    }

    #[test]
    fn a_merge_alone_is_the_file(text in mapping()) {
        let merged = meant(&[("main.yaml", "<<: !include x.yaml\n"), ("x.yaml", &text)]);
        prop_assert_eq!(merged, meant(&[("main.yaml", &text)]));
    }

    #[test]
    fn merging_is_associative(one in mapping(), two in mapping(), three in mapping()) {
        let files = [("1", one.as_str()), ("2", two.as_str()), ("3", three.as_str())];
        let with = |extra: &[(&str, &str)]| {
            let mut all = files.to_vec();
            all.extend_from_slice(extra);
            meant(&all)
        };
        let flat = with(&[("main.yaml", "<<: !include ['1', '2', '3']\n")]);
        let left = with(&[("main.yaml", "<<: !include [12, '3']\n"), ("12", "<<: !include ['1', '2']\n")]);
        let right = with(&[("main.yaml", "<<: !include ['1', 23]\n"), ("23", "<<: !include ['2', '3']\n")]);
        prop_assert_eq!(&flat, &left);
        prop_assert_eq!(&flat, &right);
    }

    #[test]
    fn retained_values_are_their_own(theirs in words(), mine in words()) {
        let shared = format!("l: [{}]\n", theirs.join(", "));
        let main = format!("<<: !include x.yaml\nl: !retain [{}]\n", mine.join(", "));
        let merged = meant(&[("main.yaml", &main), ("x.yaml", &shared)]);
        prop_assert_eq!(merged, meant(&[("main.yaml", &format!("l: [{}]\n", mine.join(", ")))]));
    }

    #[test]
    fn omitted_elements_are_gone(theirs in words(), gone in "[a-e]") {
        let shared = format!("l: [{}]\n", theirs.join(", "));
        let main = format!("<<: !include x.yaml\nl: [!omit {gone}]\n");
        let merged = meant(&[("main.yaml", &main), ("x.yaml", &shared)]);
        let left: Vec<_> = theirs.into_iter().filter(|word| *word != gone).collect();
        prop_assert_eq!(merged, meant(&[("main.yaml", &format!("l: [{}]\n", left.join(", ")))]));
    }
}
