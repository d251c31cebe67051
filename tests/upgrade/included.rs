//! Made-up old configurations in several files: what is upgraded together still means the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use borgmatic::config::load::{Wishes, load};
use borgmatic::config::upgrade::files::{Planned, plan};
use borgmatic::host::{Env, Files};
use borgmatic::text::{Node, Problem};
use proptest::prelude::*;

use crate::made::{SECTIONS, old_file};

/// The files of one configuration, the main one under [`MAIN`].
type Texts = BTreeMap<String, String>;

const MAIN: &str = "main.yaml";

/// The sections that `moved` has a bit for stand in files of their own.
fn taken_apart(old: &str, moved: u8) -> Texts {
    let mut texts = Texts::new();
    let mut main = String::new();
    let mut lines = old.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let section = SECTIONS.iter().enumerate().find(|(index, name)| {
            let rest = line
                .strip_prefix(**name)
                .and_then(|rest| rest.strip_prefix(':'));
            let alone =
                rest.is_some_and(|rest| rest.trim().is_empty() || rest.trim().starts_with('#'));
            alone && moved & (1 << index) != 0
        });
        let within = |line: &&str| line.starts_with(' ') || line.trim().is_empty();
        let Some((_, name)) =
            section.filter(|_| lines.peek().is_some_and(|next| next.starts_with(' ')))
        else {
            main += line;
            continue;
        };
        let mut inside = String::new();
        let step = lines
            .peek()
            .map_or(0, |next| next.len() - next.trim_start().len());
        while let Some(line) = lines.next_if(within) {
            inside += line
                .get(step..)
                .filter(|_| line.starts_with(' '))
                .unwrap_or(line);
        }
        main += &line.replacen(':', &format!(": !include {name}.yaml"), 1);
        texts.insert(format!("{name}.yaml"), inside);
    }
    texts.insert(MAIN.into(), main);
    texts
}

/// Sections in files of their own, and a whole old file that is merged in.
fn old_files() -> impl Strategy<Value = Texts> {
    (
        old_file(),
        any::<u8>(),
        prop::option::of(old_file()),
        any::<bool>(),
    )
        .prop_map(|(main, moved, other, below)| {
            let mut texts = taken_apart(&main, moved);
            if let Some(other) = other {
                let main = texts.get_mut(MAIN).unwrap();
                if below && !main.ends_with('\n') {
                    main.push('\n');
                }
                let at = if below {
                    main.len()
                } else {
                    main.find('\n').unwrap() + 1
                };
                let end = if main.contains('\r') { "\r\n" } else { "\n" };
                main.insert_str(at, &format!("<<: !include other.yaml{end}"));
                texts.insert("other.yaml".into(), other);
            }
            texts
        })
}

fn env(folder: &Path) -> Env {
    Env {
        cwd: folder.to_owned(),
        home: "/d".into(),
        ..Env::default()
    }
}

fn planned(folder: &Path) -> Vec<Planned> {
    plan(
        &[folder.join(MAIN)],
        &std::collections::HashMap::default(),
        &Files::new("/"),
        &env(folder),
    )
}

/// What the files load to, where nothing contradicts.
fn meaning(folder: &Path) -> Result<Node, Vec<String>> {
    let loaded = load(
        &folder.join(MAIN),
        &Wishes::default(),
        &Files::new("/"),
        &env(folder),
    );
    let errors: Vec<_> = loaded.problems.errors().map(Problem::line).collect();
    loaded.tree.filter(|_| errors.is_empty()).ok_or(errors)
}

fn comments(texts: &[(PathBuf, String)]) -> Vec<&str> {
    let lines = texts.iter().flat_map(|(_, text)| text.lines());
    lines
        .map(str::trim)
        .filter(|line| line.starts_with('#'))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn files_that_include_others_mean_the_same_after_the_upgrade(texts in old_files()) {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        for (name, text) in &texts {
            fs::write(folder.join(name), text).unwrap();
        }
        let before = meaning(&folder);
        let plans = planned(&folder);
        prop_assert_eq!(plans.len(), texts.len(), "{:?}", before);
        let old: Vec<_> = plans.iter().map(|one| (one.path.clone(), one.old.clone())).collect();
        for one in &plans {
            if let Some(text) = one.new_text() {
                fs::write(&one.path, text).unwrap();
            }
        }
        let new: Vec<_> = plans.iter().map(|one| (one.path.clone(), fs::read_to_string(&one.path).unwrap())).collect();
        let after = meaning(&folder);
        let same = match (&before, &after) {
            (Ok(before), Ok(after)) => before.means(after),
            (Err(_), Err(_)) => true,
            _ => false,
        };
        prop_assert!(same, "{old:#?}\n{:?}\nbecame\n{new:#?}\n{:?}", before.err(), after.err());
        let kept = comments(&new);
        for line in comments(&old) {
            prop_assert!(kept.contains(&line), "{line} is lost in {new:#?}");
        }
        let again = planned(&folder);
        prop_assert!(again.iter().all(|one| one.new_text().is_none()), "a second time: {new:#?}");
    }
}
