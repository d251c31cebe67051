//! What is done to archives after the backup: delete, recreate, diff, export-tar; and to a repository.

use std::fs;
use std::process::Command;

use crate::terminal::Terminal;
use crate::world::{PASSPHRASE, World, outcome, passphrase_option};

with_both_borgs! {
    only_the_named_archive_is_deleted
    a_name_that_is_not_there_is_told
    what_is_not_mounted_is_told_so
    one_directory_shows_one_repository
    all_archives_are_deleted_and_the_repository_stays
    a_flag_that_is_misread_deletes_nothing
    borg_asks_before_a_repository_is_deleted
    recreate_leaves_out_what_is_excluded_by_now_and_nothing_else
    recreate_refuses_to_empty_the_archive_of_somebody_else
    recreate_makes_a_second_archive_with_a_comment
    what_an_interrupted_recreate_leaves_is_told_with_what_to_type
    two_archives_are_compared
    a_tar_file_holds_the_files
    a_lock_that_was_left_behind_is_removed
    a_key_is_exported_and_imported
    a_passphrase_is_changed_on_the_terminal
}

/// Three archives of this configuration.
fn backed_up(world: &World) {
    world.ready("archive_name_format: 'docs-{now:%H%M%S.%f}'\n");
    for text in ["one", "two", "three"] {
        world.write("source/changing.txt", text);
        world.ok(&["create"]);
    }
    assert_eq!(world.archives("repo.borg").len(), 3);
}

fn only_the_named_archive_is_deleted(world: &World) {
    backed_up(world);
    let before = world.archives("repo.borg");
    world.ok(&["delete", "--archive", &before[1], "--dry-run"]);
    assert_eq!(world.archives("repo.borg"), before);
    world
        .ok(&["delete", "--archive", &before[1], "--list", "--stats"])
        .says(&before[1]);
    assert_eq!(
        world.archives("repo.borg"),
        [before[0].clone(), before[2].clone()]
    );
    world.ok(&["delete", "--archive", "latest"]);
    assert_eq!(world.archives("repo.borg"), [before[0].clone()]);
}

fn a_name_that_is_not_there_is_told(world: &World) {
    backed_up(world);
    let mut words = world.borgmatic();
    words.args(["delete", "--archive", "docs-nothing"]);
    let (code, screen) = Terminal::run(&words, 100).ends();
    assert_eq!(code, Some(0), "{screen}");
    assert!(
        screen.contains("there is no archive docs-nothing"),
        "{screen}"
    );
    assert_eq!(world.archives("repo.borg").len(), 3);
    let there = world.archives("repo.borg").remove(0);
    let mut words = world.borgmatic();
    words.args(["delete", "--archive", &there]);
    let (code, screen) = Terminal::run(&words, 100).ends();
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains("there is no archive"), "{screen}");
    assert_eq!(world.archives("repo.borg").len(), 2);
}

fn what_is_not_mounted_is_told_so(world: &World) {
    world.ready("");
    world
        .fails(&["umount", "--mount-point", &world.text("out")])
        .says("nothing was unmounted");
}

fn one_directory_shows_one_repository(world: &World) {
    world.configure(&["one.borg", "two.borg"], &passphrase_option());
    world
        .fails(&["mount", "--mount-point", &world.text("out")])
        .says("`mount` works on one repository")
        .says("--repository");
}

fn all_archives_are_deleted_and_the_repository_stays(world: &World) {
    backed_up(world);
    world.ok(&["delete", "--first", "1"]);
    assert_eq!(world.archives("repo.borg").len(), 2);
    world.ok(&["delete", "--match-archives", "*"]);
    assert!(world.archives("repo.borg").is_empty());
    world.ok(&["create"]);
}

fn a_flag_that_is_misread_deletes_nothing(world: &World) {
    backed_up(world);
    for line in [
        &["delete", "--archive", ""][..],
        &["delete", "--archive", "docs-*"],
        &["delete", "--old", "1d"],
        &["delete", "--archive", "x", "--match-archives", "*"],
        &["delete", "--archvie", "x"],
        &["delete", "--repository", "another", "--archive", "latest"],
    ] {
        world.fails(line);
    }
    assert_eq!(world.archives("repo.borg").len(), 3);
}

fn borg_asks_before_a_repository_is_deleted(world: &World) {
    backed_up(world);
    let mut command = world.borgmatic();
    command.args(["repo-delete"]);
    let mut terminal = Terminal::run(&command, 80);
    terminal.sees("YES");
    terminal.type_in("NO\n");
    let (code, _) = terminal.ends();
    assert_eq!(code, Some(1));
    assert_eq!(world.archives("repo.borg").len(), 3);

    // Without a terminal nobody says yes.
    world.fails(&["delete"]);
    assert_eq!(world.archives("repo.borg").len(), 3);

    let mut terminal = Terminal::run(&command, 80);
    terminal.sees("YES");
    terminal.type_in("YES\n");
    let (code, seen) = terminal.ends();
    assert_eq!(code, Some(0), "{seen}");
    assert!(!world.path("repo.borg").exists());
}

/// The paths in an archive.
fn paths(world: &World, archive: &str) -> Vec<String> {
    let at = format!("{}::{archive}", world.text("repo.borg"));
    let listed = world.borg(&["list", "--short", &at]).ends_with(0);
    listed.out.lines().map(str::to_owned).collect()
}

fn recreate_leaves_out_what_is_excluded_by_now_and_nothing_else(world: &World) {
    world.ready("archive_name_format: 'docs-{now:%H%M%S.%f}'\n");
    world.write("source/big.iso", "much");
    world.write("globbed/gone/letter.txt", "Dear reader");
    let glob = format!(
        "--source-directories=[{}, {}/*]",
        world.text("source"),
        world.text("globbed")
    );
    world.ok(&["create", &glob]);
    // Another configuration's archive, in the same repository.
    let other = format!("{}::other-1", world.text("repo.borg"));
    world.write("elsewhere/kept.iso", "kept");
    world
        .borg(&["create", &other, &world.text("elsewhere")])
        .ends_with(0);
    fs::remove_dir_all(world.path("globbed/gone")).unwrap();

    let archive = world.archives("repo.borg").remove(0);
    let before = paths(world, &archive);
    let foreign = paths(world, "other-1");
    world.ok(&[
        "recreate",
        &glob,
        "--exclude-patterns",
        "['*.iso']",
        "--list",
    ]);
    let archives = world.archives("repo.borg");
    assert_eq!(archives, [archive.clone(), "other-1".into()]);
    let after = paths(world, &archive);
    let expected: Vec<_> = before
        .iter()
        .filter(|path| !path.ends_with("big.iso"))
        .collect();
    assert_eq!(after.iter().collect::<Vec<_>>(), expected);
    assert!(
        after
            .iter()
            .any(|path| path.ends_with("bootstrap/manifest.json")),
        "{after:?}"
    );
    assert!(
        after.iter().any(|path| path.ends_with("config.yaml")),
        "{after:?}"
    );
    assert!(
        after.iter().any(|path| path.ends_with("gone/letter.txt")),
        "{after:?}"
    );
    assert_eq!(paths(world, "other-1"), foreign);
    assert_eq!(fs::read_dir(world.path("tmp")).unwrap().count(), 0);
}

fn recreate_refuses_to_empty_the_archive_of_somebody_else(world: &World) {
    world.ready("");
    let other = format!("{}::other-1", world.text("repo.borg"));
    world.write("elsewhere/kept.txt", "kept");
    world
        .borg(&["create", &other, &world.text("elsewhere")])
        .ends_with(0);
    let before = paths(world, "other-1");
    for line in [
        &["recreate", "--archive", "other-1"][..],
        &["recreate", "--match-archives", "*"],
    ] {
        world.fails(line).says("would become empty");
        assert_eq!(paths(world, "other-1"), before);
    }
}

fn recreate_makes_a_second_archive_with_a_comment(world: &World) {
    world.ready("");
    world.ok(&["create"]);
    let line = [
        "recreate",
        "--archive",
        "latest",
        "--target",
        "copy",
        "--comment",
        "it's a word",
    ];
    world.ok(&[&line[..], &["--dry-run"]].concat());
    assert_eq!(world.archives("repo.borg").len(), 1);
    world.ok(&line);
    let at = format!("{}::copy", world.text("repo.borg"));
    let info = world.borg(&["info", "--json", &at]).ends_with(0).json();
    assert_eq!(info["archives"][0]["comment"], "it's a word");
    // It is there by now.
    let first = world.archives("repo.borg").remove(0);
    world
        .fails(&["recreate", "--archive", &first, "--target", "copy"])
        .says("there is an archive of that name already");
}

/// Borg killed between its two steps leaves NAME and NAME.recreate, both whole, as this `--target` does.
fn what_an_interrupted_recreate_leaves_is_told_with_what_to_type(world: &World) {
    world.ready("");
    world.ok(&["create"]);
    let name = world.archives("repo.borg").remove(0);
    let whole = paths(world, &name);
    let left = format!("{name}.recreate");
    let at = format!("{}::{name}", world.text("repo.borg"));
    world
        .borg(&["recreate", "--target", &left, "--comment", "x", &at])
        .ends_with(0);
    let line = ["recreate", "--archive", &name, "--comment", "y"];
    let delete = format!("--archive {left}");
    for line in [&line[..], &["recreate", "--match-archives", "*"]] {
        let told = world.fails(line).says("borgmatic delete --repository");
        told.says(&delete).says("is whole");
    }
    // Another name is free.
    let other = ["--target", "other", "--dry-run"];
    world.ok(&[&line[..], &other].concat());
    // Once it is the only one, it gets the name of the one that is gone.
    world.ok(&["delete", "--archive", &name]);
    let rename = format!("rename ::{left} {name}");
    world.fails(&["recreate", "--archive", &left]).says(&rename);
    let from = format!("::{left}");
    world.ok(&["borg", "rename", &from, &name]);
    assert_eq!(paths(world, &name), whole);
    world.ok(&line);
    assert_eq!(paths(world, &name), whole);
}

fn two_archives_are_compared(world: &World) {
    backed_up(world);
    let archives = world.archives("repo.borg");
    let line = [
        "diff",
        "--archive",
        &archives[0],
        "--second-archive",
        "latest",
    ];
    world.ok(&line).says("changing.txt");
    let patterns = [
        "--only-patterns",
        "--exclude-patterns",
        "['*/changing.txt']",
    ];
    world
        .ok(&[&line[..], &patterns].concat())
        .never_says("changing.txt");
    world.ok(&[
        &line[..],
        &["--content-only", "--same-chunker-params", "-n"],
    ]
    .concat());
}

fn a_tar_file_holds_the_files(world: &World) {
    world.ready("");
    world.ok(&["create"]);
    let tar = world.text("out/all.tar.gz");
    world.ok(&[
        "export-tar",
        "--archive",
        "latest",
        "--destination",
        &tar,
        "-n",
    ]);
    assert!(!world.path("out/all.tar.gz").exists());
    let line = [
        "export-tar",
        "--archive",
        "latest",
        "--tar-filter",
        "gzip",
        "--list",
    ];
    world
        .ok(&[&line[..], &["--destination", &tar]].concat())
        .says("plain.txt");
    outcome(Command::new("tar").args(["-xzf", &tar, "-C", &world.text("out")])).ends_with(0);
    world.came_back();
    let streamed = world
        .ok(&["export-tar", "--archive", "latest", "--destination", "-"])
        .says("plain.txt");
    assert!(streamed.out.contains("ustar"));
}

fn a_lock_that_was_left_behind_is_removed(world: &World) {
    world.ready("lock_wait: 1\n");
    // The lock of a borg of another machine, which nobody can ask whether it still runs.
    fs::create_dir_all(world.path("repo.borg/lock.exclusive")).unwrap();
    fs::write(world.path("repo.borg/lock.exclusive/elsewhere@1.1-0"), "").unwrap();
    world.fails(&["create"]).says("break-lock");
    world.ok(&["break-lock", "--dry-run"]);
    world.fails(&["create"]);
    world.ok(&["break-lock"]);
    world.ok(&["create"]);
}

fn a_key_is_exported_and_imported(world: &World) {
    world.ready("");
    world.ok(&["key", "export"]).says("BORG_KEY");
    let path = world.text("out/key.txt");
    world.ok(&["key", "export", "--path", &path]);
    let key = fs::read_to_string(&path).unwrap();
    assert!(key.starts_with("BORG_KEY"));
    world
        .fails(&["key", "export", "--path", &path])
        .says("is there already");
    assert_eq!(fs::read_to_string(&path).unwrap(), key);
    world
        .ok(&["key", "export", "--paper"])
        .says("borg key import --paper");

    // The repository loses its key, and gets it back: from the file, then from standard input.
    let config = fs::read_to_string(world.path("repo.borg/config")).unwrap();
    let without = config.split("key = ").next().unwrap();
    fs::write(world.path("repo.borg/config"), without).unwrap();
    world.fails(&["create"]);
    world.ok(&["key", "import", "--path", &path]);
    world.ok(&["create"]);
    fs::write(world.path("repo.borg/config"), without).unwrap();
    let mut command = world.borgmatic();
    command
        .args(["key", "import"])
        .stdin(fs::File::open(&path).unwrap());
    outcome(&mut command).ends_with(0);
    world.ok(&["create"]);
    world
        .fails(&["key", "import", "--path", "no-such-file"])
        .says("no-such-file");
}

fn a_passphrase_is_changed_on_the_terminal(world: &World) {
    world.ready("");
    let mut command = world.borgmatic();
    command.args(["key", "change-passphrase"]);
    let mut terminal = Terminal::run(&command, 80);
    terminal.sees("passphrase");
    terminal.type_in(&format!("{PASSPHRASE}\n"));
    terminal.sees("new passphrase");
    terminal.type_in("another one\n");
    terminal.sees("passphrase again");
    terminal.type_in("another one\n");
    // It asks whether to show it.
    terminal.sees("[yN]");
    terminal.type_in("n\n");
    let (code, seen) = terminal.ends();
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("encryption_passphrase"), "{seen}");
    world.fails(&["create"]).says("the passphrase is wrong");
    world.configure(&["repo.borg"], "encryption_passphrase: another one\n");
    world.ok(&["create"]);
    assert!(passphrase_option().contains(PASSPHRASE));
}
