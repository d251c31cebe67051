//! From nothing to restored files, as the how-to page goes.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use crate::world::{World, passphrase_option};

with_both_borgs! {
    a_whole_life_from_generate_to_restored_files
    prune_keeps_what_was_asked
    a_run_killed_in_the_middle_of_a_backup_does_not_hinder_the_next
}

fn a_whole_life_from_generate_to_restored_files(world: &World) {
    let config = world.text("config/borgmatic/config.yaml");
    fs::remove_dir(world.path("config/borgmatic")).unwrap();
    world
        .ok(&["config", "generate", "--destination", &config])
        .says(&config);
    edit_the_generated_configuration(world, &config);
    world.ok(&["config", "validate"]).says("valid");

    strange_files(world);
    world.ok(&["repo-create", "--encryption", "repokey"]);
    world.ok(&[]);
    world.write("source/later.txt", "written between two backups\n");
    fs::remove_file(world.path("source/plain.txt")).unwrap();
    world.ok(&["--verbosity", "1", "--files"]).says("later.txt");

    let listed = world.ok(&["repo-list", "--json"]).json();
    assert_eq!(
        listed[0]["archives"].as_array().unwrap().len(),
        2,
        "{listed}"
    );
    world
        .ok(&["list", "--archive", "latest"])
        .says("later.txt")
        .never_says("plain.txt");

    world.comes_back("latest");
    the_kinds_of_the_files_came_back(world);
}

/// The generated file's own lines, changed as a person would change them.
fn edit_the_generated_configuration(world: &World, config: &str) {
    let generated = fs::read_to_string(config).unwrap();
    let mut skipping_example_items = false;
    let mut lines = Vec::new();
    for line in generated.lines() {
        let example = line.starts_with("    ") && skipping_example_items;
        skipping_example_items &= line.starts_with("    ") || line.is_empty();
        if example {
            continue;
        }
        match line {
            "source_directories:" => lines.push(format!("{line}\n    - {}", world.text("source"))),
            "repositories:" => lines.push(format!(
                "{line}\n    - path: {}\n      label: local",
                world.text("repo.borg")
            )),
            "keep_daily: 7" => lines.push("keep_secondly: 1000".to_owned()),
            _ if line.starts_with("# encryption_passphrase:") => lines.push(passphrase_option()),
            _ => lines.push(line.to_owned()),
        }
        skipping_example_items |= line == "source_directories:" || line == "repositories:";
    }
    world.write("config/borgmatic/config.yaml", &lines.join("\n"));
}

fn strange_files(world: &World) {
    for (name, content) in [
        ("with space.txt", "a"),
        ("quote'and\"double.txt", "b"),
        ("new\nline.txt", "c"),
        ("räksmörgås-日本.txt", "d"),
        ("empty", ""),
        ("sub dir/ leading and trailing ", "e"),
        ("-dash", "f"),
        ("star*{brace}$dollar\\backslash", "g"),
    ] {
        world.write(&format!("source/{name}"), content);
    }
    fs::write(
        world.path("source/binary"),
        (0..=255).cycle().take(300_000).collect::<Vec<u8>>(),
    )
    .unwrap();
    symlink("with space.txt", world.path("source/link")).unwrap();
    symlink("nowhere", world.path("source/dangling")).unwrap();
    fs::hard_link(
        world.path("source/binary"),
        world.path("source/second name"),
    )
    .unwrap();
    fs::set_permissions(
        world.path("source/empty"),
        fs::Permissions::from_mode(0o4711),
    )
    .unwrap();
    fs::create_dir(world.path("source/nothing in here")).unwrap();
}

fn the_kinds_of_the_files_came_back(world: &World) {
    let back = |name: &str| {
        fs::symlink_metadata(format!(
            "{}{}",
            world.text("out"),
            world.text(&format!("source/{name}"))
        ))
        .unwrap()
    };
    assert_eq!(back("empty").permissions().mode() & 0o7777, 0o4711);
    assert_eq!(back("binary").ino(), back("second name").ino());
    assert!(back("dangling").is_symlink());
    assert!(back("nothing in here").is_dir());
}

fn prune_keeps_what_was_asked(world: &World) {
    world.ready("");
    for _ in 0..3 {
        world.ok(&["create"]);
        // `keep_secondly` keeps one of each second.
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    let before = world.archives("repo.borg");
    assert_eq!(before.len(), 3);

    world.configure(
        &["repo.borg"],
        &format!("{}keep_secondly: 2\n", passphrase_option()),
    );
    world.ok(&["prune", "--dry-run"]);
    assert_eq!(world.archives("repo.borg"), before);
    world.ok(&["prune", "--list", "--stats"]).says(&before[0]);
    assert_eq!(world.archives("repo.borg"), before[1..]);
    world.ok(&["compact"]);
}

fn a_run_killed_in_the_middle_of_a_backup_does_not_hinder_the_next(world: &World) {
    // Borg 1.2 may take a moment to see that the lock of its cache is a dead one's.
    world.ready("read_special: true\nlock_wait: 20\n");
    // Borg reads the pipe and waits, in mid-backup, for as long as nobody writes to it.
    rustix::fs::mknodat(
        rustix::fs::CWD,
        world.path("source/waiting"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    let mut child = world
        .borgmatic()
        .arg("create")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let lock = world.path("repo.borg/lock.exclusive");
    for _ in 0..300 {
        if lock.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert!(lock.exists(), "borg never began");
    child.kill().unwrap();
    child.wait().unwrap();
    // The kernel tells the orphaned borg to end; it gives its lock back.
    borg_has_ended(world);
    fs::remove_file(world.path("source/waiting")).unwrap();

    world.ok(&["create"]);
    assert_eq!(world.archives("repo.borg").len(), 1);
    world.ok(&["check", "--force"]);
}

/// Waits until no borg works on this world's repository.
fn borg_has_ended(world: &World) {
    let here = world.text("repo.borg");
    let works = || {
        fs::read_dir("/proc").unwrap().flatten().any(|entry| {
            let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(&here)
        })
    };
    for _ in 0..300 {
        if !works() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("borg goes on without borgmatic");
}
