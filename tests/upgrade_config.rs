//! `upgrade-config` as a person runs it.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use assert_cmd::Command;

const OLD: &str = "# mine\nlocation:\n    source_directories: [/home]\n    repositories:\n        - /mnt/backup  # local\nstorage:\n    encryption_passphrase: hunter2\n";
const NEW: &str = "# mine\nsource_directories: [/home]\nrepositories:\n    - path: /mnt/backup  # local\nencryption_passphrase: hunter2\n";

/// Runs the program in a folder, and gives its exit code and all that it says.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_borgmatic"))
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .env_remove("XDG_CONFIG_HOME")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    (
        output.status.code().unwrap(),
        said.replace(folder.to_str().unwrap(), "{dir}"),
    )
}

fn world() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.yaml"), OLD).unwrap();
    folder
}

#[test]
fn a_dry_run_shows_the_differences_without_secrets_and_changes_nothing() {
    for arguments in [
        &["upgrade-config", "-c", "config.yaml", "--dry-run"][..],
        &["upgrade-config", "--diff", "--config", "config.yaml"],
        &["config", "upgrade", "-n", "-c", "config.yaml"],
    ] {
        let folder = world();
        let (code, said) = run(folder.path(), arguments);
        assert_eq!(code, 0, "{said}");
        assert!(
            said.contains("+repositories:") && said.contains("-location:"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
        assert_eq!(
            fs::read_to_string(folder.path().join("config.yaml")).unwrap(),
            OLD
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_file_behind_a_link_is_replaced_and_kept() {
    let folder = world();
    let at = |name: &str| folder.path().join(name);
    fs::set_permissions(at("config.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::write(at("config.yaml.bak"), "mine").unwrap();
    symlink("config.yaml", at("link.yaml")).unwrap();
    let (code, said) = run(folder.path(), &["upgrade-config", "-c", "link.yaml"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("{dir}/config.yaml.bak1"), "{said}");
    assert!(at("link.yaml").is_symlink());
    assert_eq!(fs::read_to_string(at("config.yaml")).unwrap(), NEW);
    assert_eq!(fs::read_to_string(at("config.yaml.bak")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(at("config.yaml.bak1")).unwrap(), OLD);
    for name in ["config.yaml", "config.yaml.bak1"] {
        assert_eq!(
            fs::metadata(at(name)).unwrap().permissions().mode() & 0o777,
            0o640
        );
    }
    let (code, said) = run(folder.path(), &["upgrade-config", "-c", "link.yaml"]);
    assert_eq!(
        (code, said.as_str()),
        (0, "{dir}/link.yaml: nothing to upgrade\n")
    );
    assert!(!at("config.yaml.bak2").exists());
}

#[test]
fn names_of_one_file_stay_one_file() {
    use std::os::unix::fs::MetadataExt;
    let folder = world();
    let (one, two) = (
        folder.path().join("one.yaml"),
        folder.path().join("two.yaml"),
    );
    fs::write(&one, OLD).unwrap();
    fs::hard_link(&one, &two).unwrap();
    let (code, shown) = run(
        folder.path(),
        &["upgrade-config", "-c", "one.yaml", "-c", "two.yaml"],
    );
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("two.yaml: upgraded already"), "{shown}");
    assert!(
        fs::read_to_string(&two)
            .unwrap()
            .contains("\nsource_directories")
    );
    assert_eq!(
        fs::metadata(&one).unwrap().ino(),
        fs::metadata(&two).unwrap().ino()
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("one.yaml.bak")).unwrap(),
        OLD
    );
    assert!(!folder.path().join("two.yaml.bak").exists());
}

#[test]
fn all_files_of_a_directory_are_upgraded_and_what_stays_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    fs::write(home.join("a.yaml"), format!("{OLD}prefix: x-\n")).unwrap();
    fs::write(home.join("b.yaml"), "a: [\n").unwrap();
    let (code, said) = run(folder.path(), &["upgrade-config", "-c", ".", "--explain"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("a.yaml:6: `prefix` stays"), "{said}");
    assert!(
        said.contains("location, storage: Backups stay as they are"),
        "{said}"
    );
    assert!(
        said.contains("1 of 2 files could not be upgraded"),
        "{said}"
    );
    assert!(said.contains("borgmatic -c . config validate\n"), "{said}");

    let (code, said) = run(folder.path(), &["upgrade-config", "-c", "/dev/null"]);
    assert_eq!(code, 1, "{said}");
    assert!(!said.contains("config validate"), "{said}");
}

#[test]
fn the_name_of_a_file_does_not_steer_a_terminal_in_a_difference() {
    let folder = tempfile::tempdir().unwrap();
    let name = "a\u{1b}[31m.yaml";
    fs::write(folder.path().join(name), OLD).unwrap();
    let (code, said) = run(folder.path(), &["upgrade-config", "--diff", "-c", name]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("+++ b{dir}/a\\x1b[31m.yaml\n"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn files_of_borgmatic_1_0_become_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(
        at("config"),
        "[location]\nsource_directories: /home /etc\nrepository: u@h:r\n",
    )
    .unwrap();
    fs::write(at("excludes"), "*.pyc\n").unwrap();
    let arguments = [
        "upgrade-config",
        "-s",
        "config",
        "-e",
        "excludes",
        "-d",
        "config.yaml",
    ];
    let (code, said) = run(folder.path(), &arguments);
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        fs::read_to_string(at("config.yaml")).unwrap(),
        "source_directories:\n    - /home\n    - /etc\nrepositories:\n    - path: ssh://u@h/./r\nexclude_patterns:\n    - '*.pyc'\n"
    );
    let (code, said) = run(folder.path(), &arguments);
    assert_eq!(code, 1);
    assert!(said.contains("exists already"), "{said}");
    let (code, said) = run(folder.path(), &["-c", "config.yaml", "config", "validate"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn the_word_counts_only_at_the_front() {
    let folder = world();
    let (code, said) = run(folder.path(), &["prune", "upgrade-config"]);
    assert_eq!(code, 1);
    assert!(said.contains("counts only as the first word"), "{said}");
}

#[test]
fn files_that_include_each_other_are_written_all_or_none() {
    let folder = tempfile::tempdir().unwrap();
    // No copy can be kept beside the included file: its name would be too long.
    let included = format!("{}.yaml", "b".repeat(248));
    let texts = [
        (
            "a.yaml",
            format!("<<: !include {included}\nrepositories: [/r]\nretention:\n    keep_daily: 7\n"),
        ),
        (&*included, "retention:\n    keep_daily: 3\n".to_owned()),
        ("c.yaml", OLD.to_owned()),
    ];
    for (name, text) in &texts {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    for arguments in [
        &["upgrade-config", "-c", "a.yaml", "-c", "c.yaml"][..],
        &["config", "validate", "--fix", "-c", "a.yaml"],
    ] {
        let (code, said) = run(folder.path(), arguments);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("name too long"), "{said}");
        for (name, old) in &texts[..2] {
            assert_eq!(&text(name), old, "alone, keep_daily would be 3");
        }
        assert!(!folder.path().join("a.yaml.bak").exists());
    }
    assert_eq!(text("c.yaml"), NEW, "it belongs to no other");
}

#[test]
fn a_file_whose_include_is_lost_is_refused_with_the_reason() {
    let world = world();
    let path = world.path().join("config.yaml");
    let text = format!("{OLD}<<: !include lost.yaml\n");
    fs::write(&path, &text).unwrap();
    let (code, said) = run(world.path(), &["upgrade-config", "-c", "config.yaml"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("there is no file `lost.yaml`"), "{said}");
    assert!(!said.contains("stays"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}
