//! The tables of flags: names and words. What holds for options is in `tests/table.rs`.

use std::collections::HashSet;
use std::fs;

use borgmatic::cli::globals::Globals;
use borgmatic::config::Config;
use borgmatic::option::flags::written;
use borgmatic::option::{Field, Groups, Options, Shape};
use borgmatic::run::Conditions;
use borgmatic::{actions, install};

use crate::world::World;

fn fields(groups: Groups) -> impl Iterator<Item = &'static Field> {
    groups.iter().copied().flatten()
}

/// The tables of flags: whose they are, and their groups.
fn tables() -> Vec<(&'static str, Groups)> {
    let mut all = vec![("globals", Globals::GROUPS)];
    all.extend(
        install::entries()
            .iter()
            .map(|entry| (entry.info.name, entry.groups)),
    );
    assert!(all.len() > 10);
    all
}

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_name_stands_once_in_its_table() {
    let mut wrong = Vec::new();
    for (table, groups) in tables() {
        let mut seen = HashSet::new();
        for field in fields(groups) {
            let aliases = field.aliases.iter().map(|alias| (*alias).to_owned());
            for name in std::iter::once(written(field.name)).chain(aliases) {
                if !seen.insert(name.clone()) {
                    wrong.push(format!("{table}: {name} twice"));
                }
            }
        }
    }
    none(&wrong);
}

#[test]
fn every_flag_is_explained_in_a_sentence() {
    let mut wrong = Vec::new();
    for (table, groups) in tables() {
        for field in fields(groups) {
            let about = field.about();
            let place = format!("{table}: {}", field.name);
            if !about.ends_with('.') {
                wrong.push(format!("{place}: no full stop: {about}"));
            }
            if about.len() > 400 {
                wrong.push(format!("{place}: a page, not a sentence"));
            }
            if !about.starts_with(char::is_uppercase) {
                wrong.push(format!("{place}: starts small: {about}"));
            }
        }
    }
    none(&wrong);
}

#[test]
fn no_flag_of_an_action_means_two_things() {
    let mut wrong = Vec::new();
    let globals: HashSet<String> = fields(Globals::GROUPS)
        .map(|field| written(field.name))
        .collect();
    for entry in install::entries() {
        let mut letters: Vec<char> = fields(Globals::GROUPS)
            .chain(fields(Config::GROUPS))
            .filter_map(|field| field.short)
            .collect();
        for field in fields(entry.groups) {
            // What the installer writes into a scheduler's file has the same name.
            let passed_on =
                entry.first && Conditions::FIELDS.iter().any(|it| it.name == field.name);
            if globals.contains(&written(field.name)) && !passed_on {
                wrong.push(format!("{} --{}", entry.info.name, written(field.name)));
            }
            if let Some(letter) = field.short {
                if letters.contains(&letter) {
                    wrong.push(format!("{} -{letter}", entry.info.name));
                }
                letters.push(letter);
            }
        }
    }
    none(&wrong);
}

#[test]
fn actions_have_names_of_their_own() {
    let mut seen = HashSet::new();
    for entry in install::entries() {
        for name in std::iter::once(&entry.info.name).chain(entry.info.aliases) {
            assert!(seen.insert(*name), "{name} twice");
        }
    }
    for name in actions::DEFAULT {
        assert!(actions::named(name).is_some(), "{name}");
    }
}

#[test]
fn a_flag_that_sets_an_option_names_one_that_exists() {
    for entry in install::entries() {
        for field in fields(entry.groups).filter(|field| !field.sets.is_empty()) {
            let target = fields(Config::GROUPS).find(|option| option.name == field.sets);
            let target = target.unwrap_or_else(|| panic!("{}", field.sets));
            if let (Shape::Choice(words), false) = (target.shape, field.sets_to.is_empty()) {
                assert!(words.contains(&field.sets_to), "{}", field.sets_to);
            }
        }
    }
}

#[test]
fn what_is_generated_is_valid() {
    let mut world = World::new();
    let ran = world.run(&["config", "generate", "-d", "new.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let written = fs::read_to_string(world.at("/home/me/new.yaml")).unwrap();
    assert!(written.contains("\nrepositories:\n"), "{written}");
    // Its sources are examples.
    let allow = ["--allow", "source-missing"];
    let ran = world.run(&["config", "validate", "-c", "new.yaml", allow[0], allow[1]]);
    assert_eq!(
        (ran.out.as_str(), ran.err.as_str()),
        ("/home/me/new.yaml is valid\n", "")
    );
}
