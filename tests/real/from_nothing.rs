//! Files come back without extracting all of them, and configuration files on a machine that has none.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::world::{PASSPHRASE, World, outcome, skip};

with_both_borgs! {
    an_archive_is_mounted_and_unmounted
    the_whole_repository_is_mounted
    configuration_files_come_back
    archives_of_several_kinds_are_told_apart
}

/// Can this borg mount here? Says why not.
fn can_mount(world: &World) -> bool {
    if !Path::new("/dev/fuse").exists() {
        skip("there is no /dev/fuse");
        return false;
    }
    let repository = world.text("repo.borg");
    fs::create_dir_all(world.path("try")).unwrap();
    let tried = world.borg(&["mount", &repository, &world.text("try")]);
    if tried.code == Some(0) {
        world.borg(&["umount", &world.text("try")]).ends_with(0);
        return true;
    }
    skip(&format!("borg cannot mount here: {}", tried.err.trim()));
    false
}

fn an_archive_is_mounted_and_unmounted(world: &World) {
    world.ready("");
    world.ok(&["create"]);
    if !can_mount(world) {
        return;
    }
    fs::create_dir(world.path("mnt")).unwrap();
    let (at, empty) = (world.text("mnt"), || {
        fs::read_dir(world.path("mnt")).unwrap().count() == 0
    });
    world.ok(&[
        "mount",
        "--archive",
        "latest",
        "--mount-point",
        &at,
        "--dry-run",
    ]);
    assert!(empty());
    world.ok(&["mount", "--archive", "latest", "--mount-point", &at]);
    let same = {
        let back = format!("{at}{}", world.text("source"));
        outcome(Command::new("diff").args(["-r", &world.text("source"), &back]))
    };
    world.ok(&["umount", "--mount-point", &at, "--dry-run"]);
    assert!(!empty());
    world.ok(&["umount", "--mount-point", &at]);
    same.ends_with(0);
    assert!(empty());

    let wanted = world.text("source/plain.txt");
    let line = [
        "-m",
        "--archive",
        "latest",
        "--mount-point",
        &at,
        "--path",
        wanted.trim_start_matches('/'),
    ];
    world.ok(&line);
    let there = fs::read_to_string(format!("{at}{wanted}"));
    let only = !fs::exists(format!("{at}{}", world.text("config"))).unwrap();
    world.ok(&["-u", "--mount-point", &at]);
    assert_eq!(there.unwrap(), "plain\n");
    assert!(only);
}

fn the_whole_repository_is_mounted(world: &World) {
    world.ready("");
    world.ok(&["create"]);
    world.ok(&["create"]);
    if !can_mount(world) {
        return;
    }
    fs::create_dir(world.path("mnt")).unwrap();
    let at = world.text("mnt");
    let names = |world: &World| {
        let entries = fs::read_dir(world.path("mnt")).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    world.ok(&["mount", "--mount-point", &at]);
    let all = names(world);
    world.ok(&["umount", "--mount-point", &at]);
    assert_eq!(all, world.archives("repo.borg"));
    world.ok(&["mount", "--mount-point", &at, "--last", "1"]);
    let last = names(world);
    world.ok(&["umount", "--mount-point", &at]);
    assert_eq!(last, all[1..]);
}

fn configuration_files_come_back(world: &World) {
    world.write("config/borgmatic/shared.yaml", "keep_daily: 7\n");
    world.ready("<<: !include ./shared.yaml\n");
    // With dots: borg stores only what stands behind `/./`.
    world.ok(&["--config", "./config/borgmatic/config.yaml", "create"]);
    let text = fs::read_to_string(world.path("config/borgmatic/config.yaml")).unwrap();
    let repository = world.text("repo.borg");
    // Another machine: no configuration, no cache, the repository at another place.
    fs::rename(world.path("repo.borg"), world.path("moved.borg")).unwrap();
    let moved = world.text("moved.borg");
    for name in ["config", "cache", "home", "state"] {
        fs::remove_dir_all(world.path(name)).unwrap();
        fs::create_dir(world.path(name)).unwrap();
    }
    let bootstrap = |more: &[&str]| {
        let mut command = world.borgmatic();
        command
            .env("BORG_PASSPHRASE", PASSPHRASE)
            .args(["config", "bootstrap", "--repository", &moved])
            .args(more);
        outcome(&mut command)
    };
    let out = world.text("out");
    bootstrap(&["--destination", &out, "--dry-run"]).ends_with(0);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
    bootstrap(&["--destination", &out]).ends_with(0);
    let back = format!("{out}{}", world.text("config/borgmatic"));
    assert_eq!(
        fs::read_to_string(format!("{back}/config.yaml")).unwrap(),
        text
    );
    assert_eq!(
        fs::read_to_string(format!("{back}/shared.yaml")).unwrap(),
        "keep_daily: 7\n"
    );

    // To their own places, and what is there is kept.
    world.write("config/borgmatic/config.yaml", "mine\n");
    bootstrap(&[]).ends_with(0).says("config.yaml.bak");
    assert_eq!(
        fs::read_to_string(world.path("config/borgmatic/config.yaml")).unwrap(),
        text
    );
    let kept = fs::read_to_string(world.path("config/borgmatic/config.yaml.bak")).unwrap();
    assert_eq!(kept, "mine\n");
    fs::rename(world.path("moved.borg"), &repository).unwrap();
    let mut command = world.borgmatic();
    command.env("BORG_RELOCATED_REPO_ACCESS_IS_OK", "yes");
    outcome(command.arg("create")).ends_with(0);

    let mut command = world.borgmatic();
    command.env("BORG_PASSPHRASE", "wrong").args([
        "config",
        "bootstrap",
        "--repository",
        &repository,
    ]);
    outcome(&mut command)
        .ends_with(1)
        .says("the passphrase is wrong");
}

fn archives_of_several_kinds_are_told_apart(world: &World) {
    world.ready("");
    world.ok(&["create"]);
    world.ok(&["create", "--archive-name-format", "other-{now}"]);
    let repository = world.text("repo.borg");
    let bootstrap = |more: &[&str]| {
        let mut command = world.borgmatic();
        command
            .env("BORG_PASSPHRASE", PASSPHRASE)
            .args(["config", "bootstrap", "--repository", &repository])
            .args(["--destination", &world.text("out")])
            .args(more);
        outcome(&mut command)
    };
    let second = world.archives("repo.borg").remove(1);
    bootstrap(&[]).ends_with(1).says("--archive").says(&second);
    bootstrap(&["--archive", &second, "--strip-components", "all"]).ends_with(0);
    assert!(world.path("out/config.yaml").exists());

    let plain = format!("{repository}::by-hand");
    world
        .borg(&["create", &plain, &world.text("source")])
        .ends_with(0);
    bootstrap(&["--archive", "by-hand"])
        .ends_with(1)
        .says("no list of configuration files");
}
