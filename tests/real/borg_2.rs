//! The life of a repository with a beta of Borg 2, where one could be built.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::world::{Outcome, PASSPHRASE, World, outcome, passphrase_option, skip};

/// From now on, `borg` is a beta of Borg 2; says whether there is one.
fn upgrade(world: &World) -> bool {
    let Some(borg) = std::env::var_os("BORG_2").filter(|path| !path.is_empty()) else {
        skip("there is no borg 2 here");
        return false;
    };
    std::fs::remove_file(world.path("bin/borg")).unwrap();
    symlink(PathBuf::from(borg), world.path("bin/borg")).unwrap();
    true
}

/// Two archives of the configured repository.
fn backed_up_twice(world: &World) {
    world.ok(&["create"]);
    world.write("source/later.txt", "later\n");
    world.ok(&["create"]);
}

/// The names of the archives of a repository, as borgmatic lists them.
fn names(world: &World) -> Vec<String> {
    let document = world
        .ok(&["repo-list", "--json", "--match-archives", "*"])
        .json();
    let archives = document[0]["archives"].as_array().unwrap();
    let name = |archive: &serde_json::Value| archive["name"].as_str().unwrap().to_owned();
    archives.iter().map(name).collect()
}

/// The passphrase of the other repository goes to borg in the environment.
fn transferred(world: &World, words: &[&str]) -> Outcome {
    let mut command = world.borgmatic();
    outcome(command.args(words).env("BORG_OTHER_PASSPHRASE", PASSPHRASE))
}

#[test]
fn archives_are_copied_between_repositories_of_borg_2() {
    let world = World::new("1.4");
    if !upgrade(&world) {
        return;
    }
    let more = format!("{}keep_secondly: 100\n", passphrase_option());
    world.configure(&["old.borg"], &more);
    world.ok(&["repo-create", "--encryption", "aes256-ocb"]);
    backed_up_twice(&world);
    let before = names(&world);
    world.configure(&["new.borg"], &more);
    let old = world.text("old.borg");
    let create = [
        "repo-create",
        "--encryption",
        "aes256-ocb",
        "--source-repository",
        &old,
    ];
    transferred(&world, &create).ends_with(0);
    transferred(
        &world,
        &["transfer", "--source-repository", &old, "--dry-run"],
    )
    .ends_with(0);
    assert!(names(&world).is_empty());
    transferred(
        &world,
        &[
            "transfer",
            "--source-repository",
            &old,
            "--archive",
            "latest",
        ],
    )
    .ends_with(0);
    assert_eq!(names(&world).len(), 1);
    transferred(&world, &["transfer", "--source-repository", &old]).ends_with(0);
    let mut after = names(&world);
    after.sort();
    let mut expected = before.clone();
    expected.sort();
    assert_eq!(after, expected);
    let out = world.text("out");
    world.ok(&["extract", "--archive", "latest", "--destination", &out]);
    world.came_back("out");
    // Without the other passphrase nothing comes.
    world.fails(&["transfer", "--source-repository", &old]);
}

#[test]
fn archives_of_borg_1_are_copied_to_borg_2() {
    let world = World::new("1.4");
    world.ready("");
    backed_up_twice(&world);
    let before = world.archives("repo.borg");
    if !upgrade(&world) {
        return;
    }
    let old = world.text("repo.borg");
    let more = format!(
        "{}keep_secondly: 100\nborg_base_directory: {}\n",
        passphrase_option(),
        // Borg 2 trusts nothing that Borg 1 remembers of the same path.
        world.text("base-2")
    );
    world.configure(&["new.borg"], &more);
    let create = [
        "repo-create",
        "--encryption",
        "aes256-ocb",
        "--source-repository",
        &old,
        "--from-borg1",
    ];
    transferred(&world, &create).ends_with(0);
    let words = [
        "transfer",
        "--source-repository",
        &old,
        "--from-borg1",
        "--upgrader",
        "From12To20",
    ];
    transferred(&world, &words).ends_with(0);
    let mut after = names(&world);
    after.sort();
    assert_eq!(after, before);
    let out = world.text("out");
    world.ok(&["extract", "--archive", &before[1], "--destination", &out]);
    world.came_back("out");
}

#[test]
fn a_repository_lives_with_borg_2() {
    let world = World::new("1.4");
    if !upgrade(&world) {
        return;
    }
    let more = format!("{}keep_secondly: 100\n", passphrase_option());
    world.configure(&["repo.borg"], &more);
    world.ok(&["repo-create", "--encryption", "aes256-ocb"]);
    world.ok(&["create", "--stats"]);
    world.write("source/later.txt", "later\n");
    world.ok(&["create"]);
    let archives = |world: &World| {
        let document = world.ok(&["repo-list", "--json"]).json();
        document[0]["archives"].as_array().unwrap().clone()
    };
    let all = archives(&world);
    assert_eq!(all.len(), 2);
    let first = all[0]["id"].as_str().unwrap();
    world.ok(&["prune", "--list"]);
    world.ok(&["list", "--archive", "latest"]).says("later.txt");
    world
        .ok(&["list", "--archive", first])
        .never_says("later.txt");
    world
        .ok(&["diff", "--archive", first, "--second-archive", "latest"])
        .says("later.txt");
    let out = world.text("out");
    world.ok(&["extract", "--archive", "latest", "--destination", &out]);
    world.came_back("out");
    let tar = world.text("out/all.tar");
    world.ok(&["export-tar", "--archive", "latest", "--destination", &tar]);
    world.ok(&["break-lock"]);
    world.ok(&["key", "export"]).says("BORG");
    world.ok(&[
        "recreate",
        "--archive",
        "latest",
        "--exclude-patterns",
        "['*/later.txt']",
    ]);
    world
        .ok(&["list", "--archive", "latest"])
        .never_says("later.txt")
        .says("config.yaml");
    let oldest = archives(&world)[0]["id"].as_str().unwrap().to_owned();
    world.ok(&["delete", "--archive", &oldest, "--list"]);
    assert_eq!(archives(&world).len(), 1);
    world.ok(&["check", "--only", "repository", "--force"]);
    world.ok(&["compact"]);
    world.ok(&["repo-info"]);
    world.ok(&["repo-delete", "--force"]);
    assert!(!world.path("repo.borg/config").exists());
}
