//! What goes into an archive: sources, patterns, excludes of every style, and borgmatic's own directory.

use crate::world::World;

with_both_borgs! {
    a_borg_that_is_known_is_not_asked_again
    the_manifest_is_stored_or_a_warning_tells
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
