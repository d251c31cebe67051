//! What goes into an archive: sources, patterns, excludes of every style, and borgmatic's own directory.

use crate::world::World;

with_both_borgs! {
    a_borg_that_is_known_is_not_asked_again
    the_manifest_is_stored_or_a_warning_tells
    excludes_of_every_style_leave_out_what_they_say
    nothing_is_passed_over_silently
}

/// The lines of a run that start borg, without what stands before the program's name.
fn borgs(world: &World, arguments: &[&str]) -> Vec<String> {
    let ran = world.ok(&[arguments, &["--verbosity", "2"]].concat());
    let all = format!("{}{}", ran.out, ran.err);
    let starts = all
        .lines()
        .filter_map(|line| line.split_once("BORG_EXIT_CODES=*** "));
    starts.map(|(_, command)| command.to_owned()).collect()
}

fn a_borg_that_is_known_is_not_asked_again(world: &World) {
    world.ready("");
    let asked = |commands: &[String]| {
        let has = |words: &str| commands.iter().any(|command| command.contains(words));
        (has("borg --version"), has("--dry-run --list"))
    };
    assert_eq!(asked(&borgs(world, &["create"])), (false, true));
    let commands = borgs(world, &["create"]);
    assert_eq!(asked(&commands), (false, false), "{commands:#?}");
    assert_eq!(commands.len(), 1, "{commands:#?}");
    // After a failure everything is asked anew.
    world.fails(&["list", "--archive", "none"]);
    assert_eq!(asked(&borgs(world, &["create"])), (true, true));
    assert_eq!(asked(&borgs(world, &["create"])), (false, false));
    // What an exclude might hit is asked each time.
    world.configure(
        &["repo.borg"],
        &format!(
            "{}exclude_if_present: [manifest.json]\n",
            crate::world::passphrase_option()
        ),
    );
    assert_eq!(asked(&borgs(world, &["create"])), (false, true));
}

/// Whatever is excluded: either the archive can be bootstrapped, or it is said that it cannot.
fn the_manifest_is_stored_or_a_warning_tells(world: &World) {
    const WARNING: &str = "The excludes leave out";
    world.ready("");
    world.ok(&["create"]);
    let everything = [
        "exclude_patterns: ['*/borgmatic/*', '*']",
        "exclude_patterns: ['re:.*', 'sh:**']",
        "exclude_patterns: ['pp:/', 'pf:/', 'fm:*/manifest.json']",
        "patterns: ['P re', '! .*']",
        "patterns: ['P pf', '- bootstrap/manifest.json', '! re:borgmatic']",
        "patterns: ['P fm', '- *', '! */bootstrap/*']",
        "exclude_if_present: [manifest.json]",
        "exclude_if_present: ['./manifest.json']",
        "exclude_if_present: [.nobackup]\nkeep_exclude_tags: true",
        "exclude_if_present: ['/etc/passwd']",
        "exclude_caches: true\none_file_system: true\nexclude_nodump: true",
        "extra_borg_options: {create: \"--exclude '*/bootstrap/*'\"}",
    ];
    for (number, excludes) in everything.iter().enumerate() {
        let more = format!(
            "{}archive_name_format: 'x{number}'\n",
            crate::world::passphrase_option()
        );
        world.configure(&["repo.borg"], &format!("{more}{excludes}\n"));
        let ran = world.ok(&["create"]);
        let warned = ran.err.contains(WARNING);
        let archive = format!("{}::x{number}", world.text("repo.borg"));
        let names = world.borg(&["list", "--short", &archive]).ends_with(0).out;
        let stored = names
            .lines()
            .any(|name| name.ends_with("bootstrap/manifest.json"));
        assert_eq!(stored, !warned, "{excludes}\n{names}\n{}", ran.err);
    }
}

/// The paths below `source` in an archive that is made with these options, as borg lists them.
fn stored(world: &World, archive: &str, options: &str) -> Vec<String> {
    let source = world.text("source");
    let text = format!(
        "{options}\nrepositories:\n    - path: {}\n{}archive_name_format: '{archive}'\n",
        world.text("repo.borg"),
        crate::world::passphrase_option()
    );
    world.write(
        "config/borgmatic/config.yaml",
        &text.replace("SOURCE", &source),
    );
    world.ok(&["create"]);
    let place = format!("{}::{archive}", world.text("repo.borg"));
    let names = world.borg(&["list", "--short", &place]).ends_with(0).out;
    let below = format!("{}/", source.trim_start_matches('/'));
    let below = names.lines().filter_map(|name| name.strip_prefix(&below));
    let mut below: Vec<String> = below.map(str::to_owned).collect();
    below.sort();
    below
}

const SOURCE: &str = "source_directories: [SOURCE]\n";

/// Options, and what they leave out.
const EXCLUDES: [(&str, &str, &[&str]); 11] = [
    (
        "exclude_patterns: ['*.tmp']",
        SOURCE,
        &["a/x.tmp", "b/x.tmp"],
    ),
    (
        "exclude_patterns: ['sh:**/deep']",
        SOURCE,
        &["b/deep", "b/deep/z.txt"],
    ),
    (
        "exclude_patterns: ['re:[xy]\\.t']",
        SOURCE,
        &["a/x.tmp", "a/y.txt", "b/x.tmp"],
    ),
    (
        "exclude_patterns: ['pp:SOURCE/b']",
        SOURCE,
        &["b", "b/deep", "b/deep/z.txt", "b/x.tmp"],
    ),
    (
        "exclude_patterns: ['pf:SOURCE/a/y.txt']",
        SOURCE,
        &["a/y.txt"],
    ),
    (
        "patterns: ['+ SOURCE/b/deep', '! SOURCE/b/x.tmp', '- SOURCE/a']",
        SOURCE,
        &["a", "a/x.tmp", "a/y.txt", "b/x.tmp"],
    ),
    (
        "patterns: ['- re:x\\.tmp', 'P re', '+ y\\.txt$', '- deep', 'P pp', '+ deep', '! SOURCE/no']",
        SOURCE,
        &[
            "a/x.tmp",
            "b/x.tmp",
            "b/deep",
            "b/deep/z.txt",
            "no",
            "no/.nobackup",
            "no/file",
        ],
    ),
    (
        "exclude_if_present: [.nobackup]\nexclude_caches: true",
        SOURCE,
        &[
            "ca",
            "ca/CACHEDIR.TAG",
            "ca/file",
            "no",
            "no/.nobackup",
            "no/file",
        ],
    ),
    (
        "exclude_if_present: [.nobackup]\nkeep_exclude_tags: true",
        SOURCE,
        &["no/file"],
    ),
    (
        "exclude_from: [EX]\nworking_directory: WORK",
        SOURCE,
        &["a/x.tmp", "b/x.tmp", "b/deep", "b/deep/z.txt"],
    ),
    (
        "patterns_from: [patterns]\nworking_directory: WORK",
        "",
        &["a/x.tmp", "b/x.tmp"],
    ),
];

fn excludes_of_every_style_leave_out_what_they_say(world: &World) {
    world.ready("");
    for name in [
        "a/x.tmp",
        "a/y.txt",
        "b/x.tmp",
        "b/deep/z.txt",
        "ca/CACHEDIR.TAG",
        "ca/file",
        "no/.nobackup",
        "no/file",
    ] {
        world.write(
            &format!("source/{name}"),
            "Signature: 8a477f597d28d172789f06886806bc55",
        );
    }
    let all = [
        "a",
        "a/x.tmp",
        "a/y.txt",
        "b",
        "b/deep",
        "b/deep/z.txt",
        "b/x.tmp",
        "ca",
        "ca/CACHEDIR.TAG",
        "ca/file",
        "no",
        "no/.nobackup",
        "no/file",
        "plain.txt",
    ];
    world.write(
        "excludes",
        "\u{feff}*.tmp\n# a comment\n\n   sh:**/deep/**  \n",
    );
    world.write(
        "patterns",
        &format!("\u{feff}R {}\nP fm\n- *.tmp\n", world.text("source")),
    );
    for (number, (options, source, missing)) in EXCLUDES.iter().enumerate() {
        let options = format!("{source}{options}")
            .replace("WORK", &world.text("."))
            .replace("EX", "excludes");
        let found = stored(world, &format!("x{number}"), &options);
        let expected: Vec<&str> = all
            .into_iter()
            .filter(|name| !missing.contains(name))
            .collect();
        assert_eq!(found, expected, "{options}");
    }
}

/// What borg would pass over without a word.
fn nothing_is_passed_over_silently(world: &World) {
    world.ready("");
    for name in [
        "source/-/dash",
        "source/run/deep/file",
        "elsewhere/file",
        "source/re:x/styled",
    ] {
        world.write(name, name);
    }
    let work = world.text("source");
    let dash = format!("working_directory: {work}\nsource_directories: ['-']");
    world.configure(&["repo.borg"], "");
    assert_eq!(relative(world, "dash", &dash), ["-", "-/dash"]);
    let styled = format!("working_directory: {work}\npatterns: ['R re:x']");
    assert_eq!(relative(world, "styled", &styled), ["re:x", "re:x/styled"]);

    // A directory that holds the runtime directory, below another one whose excludes stop before it.
    let more =
        "user_runtime_directory: SOURCE/run/deep\nsource_directories: [SOURCE, SOURCE/run/deep]\n";
    for (archive, excludes) in [
        ("pf", "exclude_patterns: ['pf:SOURCE/run']"),
        ("tag", "exclude_if_present: [.nobackup]"),
    ] {
        world.write("source/run/.nobackup", "");
        let found = stored(world, archive, &format!("{more}{excludes}"));
        assert!(
            found.contains(&"run/deep/file".to_owned()),
            "{archive}: {found:?}"
        );
    }

    std::os::unix::fs::symlink(world.path("elsewhere"), world.path("link")).unwrap();
    let options = format!("source_directories: [{}/]", world.text("link"));
    let text = format!(
        "{options}\nrepositories:\n    - path: {}\n{}",
        world.text("repo.borg"),
        crate::world::passphrase_option()
    );
    world.write("config/borgmatic/config.yaml", &text);
    world.ok(&["create"]).says("is a symbolic link");
    let both = text.replace(
        "directories: [",
        &format!("directories: [{}, ", world.text("elsewhere")),
    );
    world.write("config/borgmatic/config.yaml", &both);
    world.ok(&["create"]).never_says("is a symbolic link");
    let odd = text
        .replace("link/]", "source/run\\u00a0\"]")
        .replace("[/", "[\"/");
    world.write("config/borgmatic/config.yaml", &odd);
    world.fails(&["create"]).says("starts or ends with a space");
}

/// All relative paths of an archive that is made with these options.
fn relative(world: &World, archive: &str, options: &str) -> Vec<String> {
    stored(world, archive, options);
    let place = format!("{}::{archive}", world.text("repo.borg"));
    let names = world.borg(&["list", "--short", &place]).ends_with(0).out;
    let own = |name: &&str| name.starts_with('-') || name.starts_with("re:");
    let mut names: Vec<String> = names.lines().filter(own).map(str::to_owned).collect();
    names.sort();
    names
}
