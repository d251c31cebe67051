//! `tests/invalid/`: one mistake a file, and exactly what a person sees.
//!
//! `config-NAME.yaml` is a configuration, shown by `config validate`; `cli-NAME.cmd` is a command line.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::kept::{Kept, files};
use crate::world::{GOOD, World};

/// What must never be seen, wherever the corpus hides it.
const SECRETS: [&str; 2] = ["hunter2", "s3cret"];

fn no_secret(name: &str, shown: &str) {
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{name} shows a secret:\n{shown}");
    }
}

#[test]
fn every_mistake_in_a_configuration_is_explained() {
    let cases = files("invalid", "config-", ".yaml");
    assert!(cases.len() >= 40, "the corpus was not found");
    let mut kept = Kept::default();
    for path in cases {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut world = World::new();
        world.write("/home/me/config.yaml", fs::read(&path).unwrap());
        let written = world.at("/home/me/config.yaml");
        fs::set_permissions(written, fs::Permissions::from_mode(0o644)).unwrap();
        let ran = world.run(&["config", "validate", "-c", "config.yaml"]);
        let shown = ran.shown();
        no_secret(&name, &shown);
        let fine = name.starts_with("config-fine-");
        assert_eq!(ran.code, u8::from(!fine), "{name}\n{shown}");
        assert!(shown.contains("borgmatic::"), "{name}\n{shown}");
        kept.same(&path.with_extension("txt"), &shown);
    }
    kept.end();
}

/// Files that the command lines speak of.
fn machine() -> World {
    let world = World::new();
    world.write("/home/me/good.yaml", GOOD);
    world.write(
        "/home/me/bad.yaml",
        GOOD.replace("keep_daily", "keep_dialy"),
    );
    world.write("/home/me/folder/a.yaml", GOOD);
    world.write("/home/me/folder.yaml/a.yaml", GOOD);
    world.write("/home/me/empty/readme.txt", "");
    world.write("/home/me/large.yaml", "");
    fs::File::options()
        .write(true)
        .open(world.at("/home/me/large.yaml"))
        .and_then(|file| file.set_len((64 << 20) + 1))
        .unwrap();
    std::os::unix::fs::symlink("loop.yaml", world.at("/home/me/loop.yaml")).unwrap();
    std::os::unix::fs::symlink("/dev/null", world.at("/home/me/device.yaml")).unwrap();
    world
}

#[test]
fn every_mistake_on_the_command_line_is_explained() {
    let cases = files("invalid", "cli-", ".cmd");
    assert!(cases.len() >= 30, "the corpus was not found");
    let mut kept = Kept::default();
    for path in cases {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let line = fs::read_to_string(&path).unwrap();
        let mut world = machine();
        if name == "cli-no-configuration" {
            fs::remove_dir_all(world.at("/etc")).unwrap();
        }
        let ran = world.line(line.trim_end());
        let shown = ran.shown();
        no_secret(&name, &shown);
        assert_eq!(ran.code, 1, "{name}\n{shown}");
        assert_eq!(world.commands(), [""; 0], "{name}: borg was asked");
        kept.same(&path.with_extension("txt"), &shown);
    }
    kept.end();
}
