//! Laws of the command line: no word is lost, no line is too strange.

use std::ffi::OsString;

use borgmatic::actions::Entry;
use borgmatic::cli::{self, globals::Globals};
use borgmatic::config::{Config, is_secret};
use borgmatic::install;
use borgmatic::option::flags::written;
use borgmatic::option::{Field, Groups, Options, Shape};
use borgmatic::text::Problems;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::world::World;

pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(11),
        ..ProptestConfig::default()
    }
}

fn fields(groups: Groups) -> impl Iterator<Item = &'static Field> {
    groups.iter().copied().flatten()
}

/// Every word that means something somewhere.
fn known_words() -> Vec<String> {
    let mut words: Vec<String> = fields(Globals::GROUPS)
        .chain(fields(Config::GROUPS))
        .chain(
            install::entries()
                .iter()
                .flat_map(|entry| fields(entry.groups)),
        )
        .flat_map(|field| {
            let long = std::iter::once(written(field.name));
            let aliases = field.aliases.iter().map(|alias| (*alias).to_owned());
            let short = field.short.map(|letter| format!("-{letter}"));
            long.chain(aliases)
                .map(|name| format!("--{name}"))
                .chain(short)
        })
        .collect();
    words.extend(install::entries().iter().flat_map(|entry| {
        let names = std::iter::once(entry.info.name).chain(entry.info.aliases.iter().copied());
        names.flat_map(|name| name.split(' ').map(str::to_owned))
    }));
    words.extend(
        [
            "config",
            "latest",
            "7",
            "-1",
            "one",
            "[a, b]",
            "{path: x}",
            "sh:x*",
            "",
            "-",
            "--",
            "=",
            "--=",
            "--no-color",
            "--repositories[0].label",
            "--repositories[9].path=x",
            "--checks[0]",
            "--bootstrap.store-config-files",
            "-v2",
            "-v9",
            "--verbosity=-2",
            "/etc/borgmatic/config.yaml",
            "bad.yaml",
            "é🎉",
            "--encryption-passphrase=x",
        ]
        .map(str::to_owned),
    );
    words
}

fn any_word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(known_words()),
        1 => "[a-z -]{0,8}",
        1 => "--[a-z-]{1,12}(=[a-z]{0,3})?",
        1 => "\\PC{0,6}",
    ]
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn no_command_line_is_too_strange(words in prop::collection::vec(any_word(), 0..8)) {
        let mut world = World::new().with_borg("1.4.5");
        world.write("/home/me/bad.yaml", "keep_dialy: 7\n");
        let ran = world.run(&words);
        let installs = |word: &String| install::ALL.iter().any(|entry| entry.is_called(word));
        let most = if words.iter().any(installs) { 10 } else { 1 };
        prop_assert!(ran.code <= most, "{:?}: {}", words, ran.shown());
        if ran.code == 1 {
            let quiet = words.iter().any(|word| word.contains("-2"));
            prop_assert!(quiet || !ran.err.is_empty(), "{:?} fails without a word", words);
        }
    }
}

/// Words that belong together and mean the same wherever they stand.
fn piece(entry: &'static Entry) -> impl Strategy<Value = Vec<String>> {
    let of = |field: &'static Field| {
        let flag = format!("--{}", written(field.name));
        match field.shape {
            Shape::Bool | Shape::List(Shape::Bool) => vec![flag],
            Shape::Int(..) => vec![flag, "7".to_owned()],
            Shape::Choice(words) | Shape::List(Shape::Choice(words)) => {
                vec![flag, words[0].to_owned()]
            }
            Shape::List(_) | Shape::Object(_) => vec![flag, "[]".to_owned()],
            _ => vec![flag, "x".to_owned()],
        }
    };
    let help = [
        "help",
        "all",
        "man_page",
        "version",
        "bash_completion",
        "fish_completion",
    ];
    let all: Vec<_> = fields(entry.groups)
        .chain(fields(Globals::GROUPS))
        // A flag of the action goes before an option of that name.
        .chain(
            fields(Config::GROUPS)
                .filter(|option| fields(entry.groups).all(|own| own.name != option.name)),
        )
        .filter(|field| !help.contains(&field.name) && !field.no_flag)
        .map(of)
        .collect();
    prop::sample::select(all)
}

fn acting() -> impl Strategy<Value = (&'static Entry, Vec<Vec<String>>)> {
    let entries: Vec<&'static Entry> = install::entries()
        .iter()
        // These take what follows.
        .filter(|entry| entry.rest().is_none())
        .collect();
    prop::sample::select(entries).prop_flat_map(|entry| {
        let pieces = prop::collection::vec(piece(entry), 0..5);
        (Just(entry), pieces)
    })
}

/// The words that problems point at, and the codes of the problems.
fn found(line: &[String]) -> (Vec<String>, Vec<&'static str>) {
    let words: Vec<OsString> = std::iter::once("borgmatic")
        .chain(line.iter().map(String::as_str))
        .map(OsString::from)
        .collect();
    let problems = match cli::split(&words, install::entries(), is_secret) {
        Ok(_) => Problems::default(),
        Err(refused) => refused.problems,
    };
    let labels = problems
        .iter()
        .flat_map(|problem| problem.labels.iter())
        .map(|(origin, _)| origin.text().to_owned())
        .collect();
    (
        labels,
        problems.iter().map(|problem| problem.code).collect(),
    )
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn every_word_is_taken_or_pointed_at(
        (entry, pieces) in acting(),
        at in 0usize..6,
        stranger in "(--)?zq[xz]{5,9}",
        first: bool,
    ) {
        let name = entry.info.name.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut line: Vec<Vec<String>> = pieces;
        line.insert(if first || entry.first { 0 } else { line.len() }, name);
        let (_, codes) = found(&line.concat());
        let lost = |code: &&str| ["borgmatic::cli::flag", "borgmatic::cli::action"].contains(code);
        prop_assert!(!codes.iter().any(lost), "{:?}: {:?}", line, codes);

        // Nothing goes before a word that counts only at the front.
        let at = at.max(usize::from(entry.first));
        line.insert(at.min(line.len()), vec![stranger.clone()]);
        let (labels, _) = found(&line.concat());
        prop_assert!(labels.contains(&stranger), "{:?} is lost in {:?}", stranger, line);
    }

    #[test]
    fn borg_gets_every_word_after_it(words in prop::collection::vec("[a-z:*$]{1,6}|--?[b-m]{1,6}", 1..6)) {
        let ours = |word: &String| ["--repository", "--archive", "--"].contains(&word.as_str());
        prop_assume!(!words.iter().any(ours) && words[0] != "-h");
        let mut world = World::new().with_borg("1.4.5");
        world.write("/etc/borgmatic/config.yaml", "repositories: [{path: /backup/one.borg}]\n");
        let line: Vec<String> = std::iter::once("borg".to_owned()).chain(words.clone()).collect();
        let ran = world.run(&line);
        prop_assert_eq!(ran.code, 0, "{}", ran.shown());
        let commands = world.stage.script.commands();
        let args: Vec<String> = commands
            .last()
            .unwrap()
            .args
            .iter()
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect();
        prop_assert_eq!(args, words);
    }
}
