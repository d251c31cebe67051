//! The life of a repository with a beta of Borg 2, where one could be built.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::world::{World, passphrase_option, skip};

#[test]
fn a_repository_lives_with_borg_2() {
    let Some(borg) = std::env::var_os("BORG_2").filter(|path| !path.is_empty()) else {
        return skip("there is no borg 2 here");
    };
    let world = World::new("1.4");
    std::fs::remove_file(world.path("bin/borg")).unwrap();
    symlink(PathBuf::from(borg), world.path("bin/borg")).unwrap();
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
