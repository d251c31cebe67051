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
    world.ok(&["create", "--stats"]);
    world.write("source/later.txt", "later\n");
    world.ok(&["create"]);
}

/// What borgmatic lists of each archive of a repository: its name, its id.
fn all(world: &World, of_each: &str) -> Vec<String> {
    let list = ["repo-list", "--json", "--match-archives", "*"];
    let document = world.ok(&list).json();
    let archives = document[0]["archives"].as_array().unwrap();
    let told = |archive: &serde_json::Value| archive[of_each].as_str().unwrap().to_owned();
    archives.iter().map(told).collect()
}

/// A new world whose borg is a beta of Borg 2, with this repository.
fn world_of_borg_2(repository: &str) -> Option<World> {
    let world = World::new("1.4");
    if !upgrade(&world) {
        return None;
    }
    world.configure(&[repository], &options());
    world.ok(&["repo-create", "--encryption", "aes256-ocb"]);
    Some(world)
}

/// Archives within one second stay, too.
fn options() -> String {
    format!("{}keep_secondly: 100\n", passphrase_option())
}

/// The passphrase of the other repository goes to borg in the environment.
fn transferred(world: &World, words: &[&str]) -> Outcome {
    let mut command = world.borgmatic();
    outcome(command.args(words).env("BORG_OTHER_PASSPHRASE", PASSPHRASE))
}

/// Makes a repository that archives of the old one can be copied to.
fn repository_like(world: &World, old: &str, more: &[&str]) {
    let mut words = vec!["repo-create", "--encryption", "aes256-ocb"];
    words.extend(["--source-repository", old]);
    words.extend(more);
    transferred(world, &words).ends_with(0);
}

#[test]
fn archives_are_copied_between_repositories_of_borg_2() {
    let Some(world) = world_of_borg_2("old.borg") else {
        return;
    };
    backed_up_twice(&world);
    let before = all(&world, "name");
    world.configure(&["new.borg"], &options());
    let old = world.text("old.borg");
    repository_like(&world, &old, &[]);
    transferred(
        &world,
        &["transfer", "--source-repository", &old, "--dry-run"],
    )
    .ends_with(0);
    assert!(all(&world, "name").is_empty());
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
    assert_eq!(all(&world, "name").len(), 1);
    transferred(&world, &["transfer", "--source-repository", &old]).ends_with(0);
    let mut after = all(&world, "name");
    after.sort();
    let mut expected = before.clone();
    expected.sort();
    assert_eq!(after, expected);
    world.comes_back("latest");
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
        "{}borg_base_directory: {}\n",
        options(),
        // Borg 2 trusts nothing that Borg 1 remembers of the same path.
        world.text("base-2")
    );
    world.configure(&["new.borg"], &more);
    repository_like(&world, &old, &["--from-borg1"]);
    let words = [
        "transfer",
        "--source-repository",
        &old,
        "--from-borg1",
        "--upgrader",
        "From12To20",
    ];
    transferred(&world, &words).ends_with(0);
    let mut after = all(&world, "name");
    after.sort();
    assert_eq!(after, before);
    world.comes_back(&before[1]);
}

#[test]
fn a_repository_lives_with_borg_2() {
    let Some(world) = world_of_borg_2("repo.borg") else {
        return;
    };
    backed_up_twice(&world);
    let archives = all(&world, "id");
    assert_eq!(archives.len(), 2);
    let first = &archives[0];
    // A bare star would be a name.
    for every in [["-a", "*"], ["--archive-name-format", "{now}"]] {
        let told = world.ok(&["info", "--json", every[0], every[1]]).json();
        assert_eq!(told[0]["archives"].as_array().unwrap().len(), 2, "{told}");
    }
    world
        .ok(&["info", "-a", "nothing"])
        .says("No archive matches");
    world.ok(&["prune", "--list"]);
    world.ok(&["list", "--archive", "latest"]).says("later.txt");
    world
        .ok(&["list", "--archive", first])
        .never_says("later.txt");
    world
        .ok(&["diff", "--archive", first, "--second-archive", "latest"])
        .says("later.txt");
    world.comes_back("latest");
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
    let oldest = all(&world, "id").remove(0);
    world.ok(&["delete", "--archive", &oldest, "--list"]);
    assert_eq!(all(&world, "id").len(), 1);
    world.ok(&["check", "--only", "repository", "--force"]);
    world.ok(&["compact"]);
    world.ok(&["repo-info"]);
    world.ok(&["repo-delete", "--force"]);
    assert!(!world.path("repo.borg/config").exists());
}

#[test]
fn a_repository_that_is_not_there_is_made_as_told() {
    let world = World::new("1.4");
    if !upgrade(&world) {
        return;
    }
    world.configure(&["repo.borg"], &options());
    world
        .fails(&["create"])
        .says("repo-create --repository")
        .says("--encryption aes256-ocb");
}
