//! `config generate --source`: a new file with the values of an old one.

use std::fs;

use borgmatic::text::{Node, Problems, Source, parse};

use crate::kept::{Kept, tests};
use crate::world::World;

const OLD: &str = "\
# Mine.
location:
    source_directories: [/a, /b]
    repositories: [x.borg]
storage:
    encryption_passphrase: 'a: #b'
    archive_name_format: '{hostname}-${NAME}'
hooks:
    before_backup: ['echo \"hi\"']
    healthchecks: https://hc.example/1
";

fn read(text: &str) -> Node {
    parse(&Source::plain("x", text), &mut Problems::default()).unwrap()
}

/// The texts that are compared: `generate/NAME.txt`.
fn kept(name: &str, text: &str) {
    let mut kept = Kept::default();
    kept.same(&tests().join(format!("program/generate/{name}.txt")), text);
    kept.end();
}

fn lines(text: &str) -> String {
    let on = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with('#');
    text.lines().filter(on).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_new_file_has_the_values_of_the_old_one() {
    let mut world = World::new();
    world.write("/home/me/old.yaml", OLD);
    let ran = world.run(&["config", "generate", "-s", "old.yaml", "-d", "new.yaml"]);

    let new = fs::read_to_string(world.at("/home/me/new.yaml")).unwrap();
    kept("values", &(ran.shown() + &lines(&new) + "\n"));
    assert!(new.contains("\n# keep_daily: 7\n"), "{new}");
    let ran = world.run(&["config", "validate", "-c", "new.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
}

#[test]
fn a_folder_of_files_has_the_values_too() {
    let mut world = World::new();
    world.write("/home/me/old.yaml", OLD);
    let ran = world.run(&[
        "config", "generate", "--split", "-s", "old.yaml", "-d", "all",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let text = |name: &str| fs::read_to_string(world.at(&format!("/home/me/all/{name}"))).unwrap();
    assert_eq!(
        lines(&text("source_directories.yaml")),
        "source_directories:\n    - /a\n    - /b"
    );
    assert_eq!(lines(&text("keep_daily.yaml")), "");
    let listed: serde_json::Value = serde_json::from_str(&text("options.json")).unwrap();
    let names = listed["option_names"].as_array().unwrap();
    assert!(
        names
            .iter()
            .all(|name| !text(&format!("{}.yaml", name.as_str().unwrap())).is_empty())
    );
}

#[test]
fn a_short_file_has_nothing_but_the_values() {
    let mut world = World::new();
    world.write(
        "/home/me/old.yaml",
        "keep_daily: 3\nrepositories:\n    - path: r\n",
    );
    world.run(&[
        "config",
        "generate",
        "--minimal",
        "-s",
        "old.yaml",
        "-d",
        "new.yaml",
    ]);
    let new = fs::read_to_string(world.at("/home/me/new.yaml")).unwrap();
    assert!(
        read(&new).means(&read("keep_daily: 3\nrepositories: [{path: r}]\n")),
        "{new}"
    );
    assert!(
        new.contains("# Number of days") && new.lines().count() < 15,
        "{new}"
    );
}

#[test]
fn what_is_no_option_is_not_lost_and_is_told() {
    let mut world = World::new();
    world.write(
        "/home/me/old.yaml",
        "repositories: [{path: r}]\nkeep_dialy: 7\n",
    );
    let one = world.run(&["config", "generate", "-s", "old.yaml", "-d", "new.yaml"]);
    let two = world.run(&[
        "config", "generate", "--split", "-s", "old.yaml", "-d", "all",
    ]);
    let new = fs::read_to_string(world.at("/home/me/new.yaml")).unwrap();
    assert!(new.ends_with("\nkeep_dialy: 7\n"), "{new}");
    kept("no-option", &(one.shown() + &two.shown()));
    assert!(!world.at("/home/me/all").exists());
}

#[test]
fn a_source_that_cannot_be_read_makes_no_file() {
    let mut world = World::new();
    for (name, text) in [
        ("tab.yaml", "a:\n\tb: 1\n"),
        ("list.yaml", "- a\n"),
        ("empty.yaml", ""),
    ] {
        world.write(&format!("/home/me/{name}"), text);
    }
    let mut shown = String::new();
    for name in ["tab.yaml", "list.yaml", "empty.yaml", "none.yaml"] {
        let ran = world.run(&["config", "generate", "-s", name, "-d", "new.yaml"]);
        assert_eq!(ran.code, 1, "{}", ran.shown());
        shown += &ran.shown();
        assert!(!world.at("/home/me/new.yaml").exists(), "{name}");
    }
    kept("bad", &shown);
}

#[test]
fn an_editor_is_told_of_the_schema_where_it_is_installed() {
    for minimal in [&[][..], &["--minimal"]] {
        let generate = |world: &mut World| {
            let words = [&["config", "generate", "-d", "new.yaml"], minimal].concat();
            let ran = world.run(&words);
            assert_eq!(ran.code, 0, "{}", ran.shown());
            fs::read_to_string(world.at("/home/me/new.yaml")).unwrap()
        };
        let plain = generate(&mut World::new());
        assert!(!plain.contains("yaml-language-server"), "{plain}");
        // The one that `self-install` puts there goes before the system's.
        for prefix in ["/home/me/.local", "/usr/local", "/usr"] {
            let mut world = World::new();
            let path = format!("{prefix}/share/borgmatic/borgmatic.schema.json");
            world.write("/usr/share/borgmatic/borgmatic.schema.json", "{}");
            world.write(&path, "{}");
            assert_eq!(
                generate(&mut world),
                format!("# yaml-language-server: $schema=file://{path}\n{plain}")
            );
        }
    }
}

#[test]
fn a_folder_of_files_is_never_the_short_one() {
    let mut world = World::new();
    let ran = world.run(&["config", "generate", "--split", "--minimal", "-d", "all"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("--minimal"), "{}", ran.err);
    assert!(!world.at("/home/me/all").exists());
}
