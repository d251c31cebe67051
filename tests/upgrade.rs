//! Old configurations, made up and from the world: the upgraded file loads to the same configuration,
//! has every comment, and a second upgrade changes nothing.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

#[path = "../fuzz/laws.rs"]
mod laws;

#[path = "upgrade/included.rs"]
mod included;
#[path = "upgrade/ini.rs"]
mod ini;
#[path = "upgrade/made.rs"]
mod made;

use std::fs;
use std::path::{Path, PathBuf};

use borgmatic::actions::config::upgrade::diff;
use borgmatic::config::upgrade::{Rewritten, rewrite};
use proptest::prelude::*;

use crate::made::old_file;

/// The laws that hold for every file, and that this one can be read.
fn check(old: &str) -> Rewritten {
    laws::upgraded(old).unwrap_or_else(|| panic!("it cannot be read: {old}"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upgrade")
}

/// With `UPDATE=1` the expected files are written anew.
#[test]
fn files_from_the_world_become_what_is_expected() {
    let mut count = 0;
    let mut names: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    for path in names {
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(stem) = name
            .strip_suffix(".yaml")
            .filter(|stem| !stem.contains(".new"))
        else {
            continue;
        };
        count += 1;
        let old = fs::read_to_string(&path).unwrap();
        let new = check(&old);
        let mut shown = diff(&format!("/{name}"), &old, &new.text);
        for left in &new.left {
            shown += &format!("left: line {}: {}: {}\n", left.line, left.rule.at, left.why);
        }
        for (ending, made) in [("new.yaml", &new.text), ("diff", &shown)] {
            let expected = folder().join(format!("{stem}.{ending}"));
            if std::env::var_os("UPDATE").is_some() {
                fs::write(&expected, made).unwrap();
            }
            let words = fs::read_to_string(&expected).unwrap_or_default();
            assert_eq!(made, &words, "{}", expected.display());
        }
    }
    assert!(count >= 8, "only {count} files");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_old_file_means_the_same_after_the_upgrade(old in old_file()) {
        let new = check(&old);
        for left in &new.left {
            // These mean something that nothing else means; all else is known how to rewrite.
            prop_assert!(
                ["prefix"].contains(&left.rule.at) || old.contains("commands:"),
                "{} stays ({}) in\n{}\nbecame\n{}", left.rule.at, left.why, old, new.text
            );
        }
    }

    #[test]
    fn any_text_is_upgraded_without_harm(
        old in "(location|hooks|checks|repositories|before_backup|path|name|[a-z]|: |- |\\[|\\]|\\{|\\}|\"|'|#| |&a|\\*a|!include x|<<|\n|\n    |\r|,){0,40}",
    ) {
        if let Ok(new) = rewrite("x", &old) {
            let again = rewrite("x", &new.text);
            prop_assert!(again.is_ok_and(|again| again.text == new.text));
        }
    }
}
