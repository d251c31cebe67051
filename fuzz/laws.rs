//! What holds for every file, however strange. The fuzz targets and `tests/fuzzed.rs` share it.

// Each of them uses a part.
#![allow(dead_code)]

use std::path::Path;
use std::sync::LazyLock;

use borgmatic::actions::config::template;
use borgmatic::config::is_secret;
use borgmatic::config::load::{Wishes, load};
use borgmatic::config::show;
use borgmatic::config::upgrade::{Rewritten, apply, ini, rewrite};
use borgmatic::host::{Env, Files};
use borgmatic::text::{self, Node, Problem, Problems, Source};
use miette::{GraphicalReportHandler, GraphicalTheme};

/// A folder that is the root of all that can be read.
static ROOT: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("d")).unwrap();
    std::fs::write(
        root.path().join("other.yaml"),
        "keep_daily: 1\nchecks: [{name: data}]\n",
    )
    .unwrap();
    root
});

fn env() -> Env {
    Env {
        variables: [("NAME".into(), "7".into())].into(),
        cwd: "/".into(),
        home: "/d".into(),
        user: 1000,
        ..Env::default()
    }
}

/// Loading ends, with a configuration or with reasons; each of them can be shown. What is shown of the
/// tree reads back to it.
pub(crate) fn of_loading(bytes: &[u8]) {
    let file = tempfile::NamedTempFile::with_suffix_in(".yaml", ROOT.path()).unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let path = Path::new("/").join(file.path().file_name().unwrap());
    let (files, env) = (Files::new(ROOT.path()), env());
    let mut is_yaml = true;
    for parsed in [true, false] {
        let wishes = Wishes {
            parsed,
            ..Wishes::default()
        };
        let loaded = load(&path, &wishes, &files, &env);
        problems(&loaded.problems);
        if parsed {
            is_yaml = !loaded.problems.has_errors();
        } else {
            assert_eq!(loaded.config.is_none(), loaded.problems.has_errors());
        }
        let Some(tree) = &loaded.tree else {
            assert!(loaded.problems.has_errors());
            continue;
        };
        places(tree);
        let shown = show::yaml(&loaded, show::Wanted::default()).join("\n") + "\n";
        // What could be saved of a broken file need not be one.
        let back = read(&shown).is_some_and(|read| read.means(tree));
        assert!(back || !is_yaml || has_a_list_as_key(tree), "{shown}");
        let document = show::document(std::iter::once(&loaded), show::Wanted::default());
        if let Err(error) = serde_json::from_str::<serde_json::Value>(&document) {
            // The reader's own limit.
            assert!(error.to_string().contains("recursion limit"), "{error}");
        }
    }
}

/// A problem says something, at places that exist, and can be drawn.
fn problems(all: &Problems) {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
    for problem in all.iter().take(50) {
        check(problem);
        let mut drawn = String::new();
        handler.render_report(&mut drawn, problem).unwrap();
        assert!(!drawn.contains('\u{1b}'), "{drawn:?}");
    }
}

fn check(problem: &Problem) {
    assert!(!problem.line().is_empty());
    for (origin, _) in &problem.labels {
        let inside = origin.source.text.get(origin.span.clone());
        assert!(inside.is_some(), "{problem:?}");
    }
}

fn places(node: &Node) {
    assert!(
        node.origin
            .source
            .text
            .get(node.origin.span.clone())
            .is_some()
    );
    node.items().iter().for_each(places);
    for (key, value) in node.pairs() {
        places(key);
        places(value);
    }
}

/// A list may be a key only where it is the only one; `<<` and loading add others.
fn has_a_list_as_key(node: &Node) -> bool {
    let within = |(key, value): &(Node, Node)| {
        matches!(key.kind, text::Kind::List(_)) || has_a_list_as_key(value)
    };
    node.items().iter().any(has_a_list_as_key) || node.pairs().iter().any(within)
}

fn read(text: &str) -> Option<Node> {
    text::parse(&Source::plain("x", text), &mut Problems::default())
}

/// What a text without includes loads to, in today's form.
fn meaning(text: &str) -> Option<Node> {
    let source = Source::new("x", text.trim_start_matches('\u{feff}'), is_secret);
    let mut ignored = Problems::default();
    let mut node = text::parse(&source, &mut ignored)?;
    apply(&mut node, &mut ignored);
    Some(node)
}

/// Lines that are comments, without their indentation.
fn comments(text: &str) -> Vec<&str> {
    text.lines()
        .map(str::trim)
        .filter(|line| line.starts_with('#'))
        .collect()
}

/// The upgraded file means the same, keeps every comment, and stays as it is the second time.
pub(crate) fn of_upgrading(text: &str) {
    upgraded(text);
    if let Ok(made) = ini::convert("x", text, None) {
        assert!(read(&made).is_some(), "{made}");
    }
}

/// The same laws; what became of it, unless it cannot be read.
pub(crate) fn upgraded(old: &str) -> Option<Rewritten> {
    let new = match rewrite("x", old) {
        Ok(new) => new,
        Err(reasons) => {
            problems(&reasons);
            return None;
        }
    };
    // What an include brings is not known here.
    if let Some(before) = meaning(old).filter(|_| !old.contains("!include")) {
        let after = meaning(&new.text);
        let same = after.is_some_and(|after| before.means(&after));
        assert!(same, "{old}\nbecame\n{}", new.text);
        // `config generate --source` writes the same values.
        let ways: &[bool] = if before.pairs().is_empty() || has_a_list_as_key(&before) {
            &[]
        } else {
            &[false, true]
        };
        for &short in ways {
            let filled = template::filled(&before, short);
            let same = meaning(&filled).is_some_and(|after| before.means(&after));
            assert!(same, "{old}\nbecame\n{filled}");
        }
    }
    let kept = comments(&new.text);
    for line in comments(old) {
        assert!(kept.contains(&line), "{line} is lost in\n{}", new.text);
    }
    let again = rewrite("x", &new.text);
    let again = again.unwrap_or_else(|_| panic!("{old}\nbecame\n{}", new.text));
    assert_eq!(again.text, new.text, "a second time");
    assert!(again.done.is_empty(), "{old}\nbecame\n{}", new.text);
    if new.done.is_empty() {
        assert_eq!(new.text, old);
    }
    Some(new)
}
