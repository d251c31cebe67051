//! Single actions and their flags.

use std::fs;

use serde_json::Value;

use crate::world::{World, passphrase_option};

with_both_borgs! {
    json_of_every_action_that_has_it_is_what_borg_says
    a_dry_run_changes_nothing
    borg_itself_runs_with_the_repository_and_the_passphrase
    two_configuration_files_are_both_backed_up
    one_archive_of_two_is_extracted_and_only_the_path_that_was_asked_for
}

fn json_of_every_action_that_has_it_is_what_borg_says(world: &World) {
    world.ready("");
    let created = world.ok(&["create", "--json"]).json();
    let name = created[0]["archive"]["name"].as_str().unwrap();
    assert_eq!(world.archives("repo.borg"), [name]);

    for arguments in [
        &["repo-list", "--json"][..],
        &["info", "--json"],
        &["repo-info", "--json"],
    ] {
        let document = world.ok(arguments).json();
        let location = document[0]["repository"]["location"].as_str().unwrap();
        assert_eq!(location, world.text("repo.borg"), "{arguments:?}");
    }
    // The original says a line of its own before borg's lines.
    let listed = world.ok(&["list", "--archive", "latest", "--json"]);
    let mut entries = listed
        .out
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert!(
        entries.any(|entry| entry["path"]
            .as_str()
            .unwrap_or_default()
            .ends_with("source/plain.txt")),
        "{}",
        listed.out
    );
}

fn a_dry_run_changes_nothing(world: &World) {
    world.configure(&["repo.borg"], &passphrase_option());
    world.ok(&["--dry-run", "repo-create", "--encryption", "repokey"]);
    assert!(!world.path("repo.borg").exists());

    world.ready("");
    world.ok(&["--dry-run"]);
    world.ok(&["create", "--dry-run", "--list"]);
    assert!(world.archives("repo.borg").is_empty());

    world.ok(&["create"]);
    world.ok(&[
        "--dry-run",
        "extract",
        "--archive",
        "latest",
        "--destination",
        &world.text("out"),
    ]);
    assert_eq!(fs::read_dir(world.path("out")).unwrap().count(), 0);
}

fn borg_itself_runs_with_the_repository_and_the_passphrase(world: &World) {
    world.ready("");
    world.ok(&["create"]);
    let name = &world.archives("repo.borg")[0];
    world.ok(&["borg", "list"]).says(name);
    world.ok(&["borg", "list", "--last", "1", "::"]).says(name);
    world
        .fails(&["borg", "list", "::no-such-archive"])
        .says("no-such-archive");
}

fn two_configuration_files_are_both_backed_up(world: &World) {
    for name in ["one", "two"] {
        let text = format!(
            "source_directories:\n    - {}\nrepositories:\n    - path: {}\n{}",
            world.text("source"),
            world.text(name),
            passphrase_option()
        );
        world.write(&format!("conf.d/{name}.yaml"), &text);
    }
    let directory = world.text("conf.d");
    world.ok(&[
        "--config",
        &directory,
        "repo-create",
        "--encryption",
        "repokey",
    ]);
    world.ok(&["--config", &directory, "create"]);
    world.ok(&[
        "--config",
        &world.text("conf.d/one.yaml"),
        "--config",
        &world.text("conf.d/two.yaml"),
        "create",
    ]);
    assert_eq!(world.archives("one").len(), 2);
    assert_eq!(world.archives("two").len(), 2);
}

fn one_archive_of_two_is_extracted_and_only_the_path_that_was_asked_for(world: &World) {
    world.ready("");
    world.write("source/deep/file.txt", "old");
    world.ok(&["create"]);
    world.write("source/deep/file.txt", "new");
    world.ok(&["create"]);

    let first = &world.archives("repo.borg")[0];
    let wanted = world.text("source/deep");
    world.ok(&[
        "extract",
        "--archive",
        first,
        "--path",
        &wanted,
        "--destination",
        &world.text("out"),
    ]);
    let out = format!("{}{}", world.text("out"), world.text("source"));
    assert_eq!(
        fs::read_to_string(format!("{out}/deep/file.txt")).unwrap(),
        "old"
    );
    assert!(!fs::exists(format!("{out}/plain.txt")).unwrap());
    world
        .fails(&["extract", "--archive", "no-such-archive"])
        .says("no-such-archive");
}
