//! `--dry-run` changes nothing: no command that writes, no file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use borgmatic::host::Effect;

use crate::world::World;

/// Lines that would change much without `--dry-run`.
const LINES: [&str; 33] = [
    "",
    "--list --stats",
    "--progress",
    "create --comment x",
    "create --json",
    "prune --stats",
    "compact --cleanup-commits",
    "check --force",
    "check --repair",
    "check --progress --only extract",
    "repo-create -e repokey",
    "extract --archive latest",
    "extract --archive latest --progress",
    "config generate -d new.yaml",
    "export-tar --archive x --destination o.tar",
    "mount --repository one --mount-point /mnt",
    "mount --repository one --mount-point /mnt --foreground",
    "umount --mount-point /mnt",
    "delete --archive x --force",
    "delete --last 1",
    "delete --force",
    "repo-delete",
    "repo-delete --force --cache-only",
    "transfer --source-repository /x --progress",
    "break-lock",
    "key export --path key.txt",
    "key import",
    "key import --paper",
    "key change-passphrase",
    "recreate --archive x",
    "recreate -a x-*",
    "diff --archive x --second-archive y",
    "config bootstrap --repository /backup/one.borg --archive x --destination files",
];

/// Borg's own commands that change nothing, whatever their flags.
const READERS: [&str; 7] = [
    "--version",
    "list",
    "info",
    "repo-list",
    "repo-info",
    "check",
    "diff",
];

/// All files and when they changed, without the directory that lives as long as a run and the ledger
/// of runs, where dry ones are marked.
fn files(folder: &Path, below: &Path, all: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(below).unwrap().display().to_string();
        let meta = fs::metadata(&path).unwrap();
        if path.is_dir() {
            files(&path, below, all);
        }
        let above = "home/me/.local/state/borgmatic/runs.jsonl".starts_with(&name);
        if !name.starts_with("run") && !above {
            let time = if path.is_dir() {
                String::new()
            } else {
                format!("{:?}", meta.modified().unwrap())
            };
            all.insert(name, time);
        }
    }
}

fn tree(world: &World) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    files(&world.at("/"), &world.at("/"), &mut all);
    all
}

#[test]
fn nothing_that_writes_gets_through() {
    for borg in ["1.1.17", "1.4.5", "2.0.0b14"] {
        for line in LINES {
            let mut world = World::new();
            if line.starts_with("repo-create") {
                let absent = borgmatic::host::script::Answer::exit(2);
                world.stage.script.answer("--log-json --json", absent);
            }
            let mut world = {
                world = world.with_borg(borg);
                world
            };
            let before = tree(&world);
            world.line(&format!("borgmatic -n {line}"));
            assert_eq!(tree(&world), before, "{borg}: borgmatic -n {line}");
            for command in world.stage.script.commands() {
                let words: Vec<_> = command
                    .args
                    .iter()
                    .map(|arg| arg.to_string_lossy())
                    .collect();
                assert_eq!(command.effect, Effect::Reads, "{command}");
                let reads = READERS.contains(&&*words[0]) && !words.contains(&"--repair".into());
                let tells = ["--dry-run", "--stdout"].map(|flag| words.contains(&flag.into()));
                assert!(reads || tells.contains(&true), "{command}");
            }
        }
    }
}

#[test]
fn a_dry_run_of_what_can_be_tried_ends_well() {
    for line in LINES.iter().filter(|line| !line.contains("--repair")) {
        if line.starts_with("repo-create") {
            continue;
        }
        let mut world = World::new().with_borg("1.4.5");
        let ran = world.line(&format!("borgmatic -n {line}"));
        assert_eq!(ran.code, 0, "borgmatic -n {line}\n{}", ran.shown());
    }
}

#[test]
fn the_same_lines_do_write_without_it() {
    let mut world = World::new().with_borg("1.4.5");
    let before = tree(&world);
    let ran = world.line("borgmatic");
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert_ne!(tree(&world), before, "the times of the checks are kept");
    let writes = world
        .stage
        .script
        .commands()
        .iter()
        .filter(|command| command.effect == Effect::Writes)
        .count();
    assert_eq!(writes, 6, "create, prune and compact, in two repositories");
}
