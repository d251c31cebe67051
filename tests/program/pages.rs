//! Pages that the program prints: help, the outline, the head of a generated file.

use std::path::Path;

use borgmatic::actions::{self, Act, config::template};
use borgmatic::cli;
use borgmatic::config::{is_secret, load};
use borgmatic::option::Options;
use borgmatic::plan::outline;

use crate::kept::{Kept, tests};
use crate::world::World;

#[test]
fn help_is_what_it_was() {
    let mut kept = Kept::default();
    let folder = tests().join("program/pages");
    let mut page = |words: &[&str], name: &str| {
        let ran = World::new().run(words);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{words:?}");
        for line in ran.out.lines() {
            assert!(line.chars().count() <= 80, "{words:?}: too wide: {line}");
        }
        kept.same(&folder.join(name), &ran.out);
    };
    page(&["--help"], "help.txt");
    page(&["--help", "--all"], "help-all.txt");
    page(&["config", "--help"], "config.txt");
    for entry in actions::ALL {
        let words: Vec<&str> = entry.info.name.split(' ').chain(["--help"]).collect();
        page(
            &words,
            &format!("{}.txt", entry.info.name.replace(' ', "-")),
        );
    }
    kept.end();
}

#[test]
fn help_tells_every_flag_of_an_action() {
    for entry in actions::ALL {
        let words: Vec<&str> = entry.info.name.split(' ').chain(["-h"]).collect();
        let out = World::new().run(&words).out;
        for field in entry.groups.iter().copied().flatten() {
            let flag = format!("--{}", borgmatic::option::flags::written(field.name));
            assert_eq!(out.contains(&flag), !field.no_flag, "{words:?} {flag}");
        }
    }
}

/// An option, a nested one, old names, one that several have, an action, a slip, a stranger.
#[test]
fn an_option_is_explained() {
    let words = [
        "keep_daily",
        "checks.data_tolerance_percentage",
        "repositories",
        "numeric_owner",
        "before_backup",
        "location",
        "hostname",
        "frequency",
        "create",
        "prune",
        "--keep-dialy",
        "xyzzy",
    ];
    let text: String = words
        .map(|word| {
            let shown = World::new().run(&["explain", word]).shown();
            format!("$ borgmatic explain {word}\n{shown}\n")
        })
        .concat();
    let mut kept = Kept::default();
    kept.same(&tests().join("program/pages/options.txt"), &text);
    kept.end();
}

#[test]
fn help_of_the_whole_is_two_screens() {
    let mut world = World::new();
    world.looks = true;
    let shown = world.run(&["--help"]).out;
    let lines: Vec<_> = shown.lines().collect();
    assert!(lines.len() <= 80, "{} lines", lines.len());
    for entry in borgmatic::install::entries() {
        let line = format!("  {} ", entry.info.name);
        let line = lines.iter().find(|it| it.starts_with(&line));
        let line = line.unwrap_or_else(|| panic!("{}", entry.info.name));
        assert!(
            line.ends_with(entry.info.about),
            "more than one line: {line}"
        );
    }
    assert!(shown.contains("--verbosity <N>") && !shown.contains("--keep-daily"));
    assert!(shown.ends_with("of all options\n"), "{shown}");
}

/// The original's `--help` names every flag, and scripts look for one there.
#[test]
fn help_that_a_program_reads_names_every_flag() {
    let read = World::new().run(&["--help"]).out;
    let all = World::new().run(&["--help", "--all"]).out;
    let names: Vec<_> = read.split_whitespace().collect();
    for (name, _) in borgmatic::option::flags::every(borgmatic::config::Config::GROUPS) {
        let flag = format!("--{name}");
        // Elements of lists of plain values are written like the first option of others.
        assert!(
            name.ends_with(']') || names.contains(&flag.as_str()),
            "{flag}"
        );
        assert!(name.ends_with(']') || all.contains(&flag), "{flag}");
    }
    assert!(names.contains(&"--override") && names.contains(&"--bash-completion"));
    assert!(read.lines().count() < 300);
    assert!(all.contains("Number of days to keep an archive of"));
}

#[test]
fn help_of_an_action_fits_one_screen() {
    for entry in actions::ALL {
        let words: Vec<&str> = entry.info.name.split(' ').chain(["--help"]).collect();
        let lines = World::new().run(&words).out.lines().count();
        assert!(lines <= 40, "{words:?}: {lines} lines");
    }
    let all = World::new().run(&["create", "--help", "--all"]).out;
    let (own, rest) = all.split_once("Flags of every run:").unwrap();
    assert!(own.contains("--comment") && !own.contains("--keep-daily"));
    assert!(rest.contains("--config") && rest.contains("--keep-daily"));
}

#[test]
fn the_version_is_the_number_alone() {
    let ran = World::new().run(&["--version"]);
    assert_eq!(ran.out, format!("{}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn a_generated_file_begins_with_how_to_read_it() {
    let text = template::text();
    let head: Vec<&str> = text.lines().take(24).collect();
    let mut kept = Kept::default();
    let path = tests().join("program/pages/generated-head.txt");
    kept.same(&path, &(head.join("\n") + "\n"));
    kept.end();
}

#[test]
fn a_bare_run_shows_help_only_where_no_file_acts_by_default() {
    let off = format!("{}default_actions: false\n", crate::world::GOOD);
    let mut world = World::new();
    world.write("/etc/borgmatic/config.yaml", &off);
    let ran = world.run(&[""; 0]);
    assert!(ran.out.contains("Usage: borgmatic"), "{}", ran.shown());
    assert_eq!(ran.code, 0);

    let mut world = World::new().with_borg("1.4.5");
    world.write("/etc/borgmatic.d/off.yaml", &off);
    let ran = world.run(&[""; 0]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(
        world
            .commands()
            .iter()
            .any(|line| line.contains("borg create"))
    );
}

fn acts(words: &[&str]) -> Vec<Act> {
    let words: Vec<_> = std::iter::once(&"borgmatic")
        .chain(words)
        .map(Into::into)
        .collect();
    match cli::split(&words, actions::ALL, is_secret) {
        Ok(Ok(invocation)) => invocation.acts,
        _ => panic!("{words:?}"),
    }
}

#[test]
fn an_outline_reads_as_what_will_be_done() {
    let world = World::new();
    world.write(
        "/etc/borgmatic/other.yaml",
        "repositories:\n    - path: /backup/three.borg\n      skip_actions: [prune, compact]\n",
    );
    let loaded: Vec<_> = ["/etc/borgmatic/config.yaml", "/etc/borgmatic/other.yaml"]
        .map(|path| {
            let wishes = load::Wishes::default();
            load::load(
                Path::new(path),
                &wishes,
                &world.stage.files,
                &world.stage.env,
            )
        })
        .into();
    let shown = |words: &[&str]| {
        let acts = acts(words);
        match outline(&loaded, &acts, Path::new("/home/me")) {
            Ok(outline) => outline.to_string(),
            Err(failure) => failure.to_string(),
        }
    };
    let lines: [&[&str]; 4] = [
        &[],
        &["list", "--repository", "t*"],
        &["prune", "create"],
        &["info", "--repository", "tow"],
    ];
    let text: String = lines
        .iter()
        .flat_map(|words| {
            let line = format!("$ borgmatic {}\n", words.join(" "));
            [line, shown(words), "\n".to_owned()]
        })
        .collect();
    let mut kept = Kept::default();
    kept.same(&tests().join("program/pages/outline.txt"), &text);
    kept.end();
}
