//! What each action asks of borg, for each generation of borg: `commands/ACTION.txt`. Facts:
//! borgmatic 2.1.10, its table of what each action runs.

use std::fs;

use borgmatic::host::script::Answer;

use crate::kept::{Kept, tests};
use crate::world::World;

const BORGS: [&str; 4] = ["1.1.17", "1.2.4", "1.4.5", "2.0.0b14"];

/// Everything that changes a command line.
const RICH: &str = "\
source_directories:
    - /home/me/files
repositories:
    - path: backup.borg
      label: here
      encryption: keyfile
      append_only: true
      storage_quota: 5G
      make_parent_directories: true
working_directory: /home/me
patterns:
    - '- *.o'
exclude_patterns:
    - '*.pyc'
exclude_caches: true
exclude_if_present:
    - .nobackup
    - .skip
keep_exclude_tags: true
exclude_nodump: true
one_file_system: true
read_special: true
keep_within: 3H
keep_daily: 7
keep_weekly: 4
keep_13weekly: 2
compact_threshold: 0
archive_name_format: 'docs-{now}'
compression: zstd,10
chunker_params: 19,23,21,4095
checkpoint_interval: 900
checkpoint_volume: 5
upload_rate_limit: 100
upload_buffer_size: 160
numeric_ids: true
atime: false
ctime: false
birthtime: false
flags: false
files_changed: mtime
files_cache: mtime,size
remote_path: borg-there
umask: 77
lock_wait: 5
checks:
    - name: repository
    - name: archives
    - name: data
    - name: extract
check_last: 3
extra_borg_options:
    create: --extra create
    prune: --extra prune
    compact: --extra compact
    check: --extra check
    extract: --extra extract
    info: --extra info
    list: --extra list
    init: --extra init
    repo_list: --extra repo-list
    repo_info: --extra repo-info
    export_tar: --extra export-tar
    mount: --extra mount
    umount: --extra umount
    delete: --extra delete
    repo_delete: --extra repo-delete
    transfer: --extra transfer
    recreate: --extra recreate
    break_lock: --extra break-lock
    key_export: --extra key-export
    key_import: --extra key-import
    key_change_passphrase: --extra key-change-passphrase
";

const ATIME: &str = "\
source_directories: [/home/me/files]
repositories: [{path: /backup/one.borg}]
atime: true
numeric_ids: false
umask: 0
lock_wait: 0
checkpoint_interval: 0
match_archives: 'sh:docs-*'
prefix: 'old-'
checks: [{name: repository, max_duration: 60}, {name: data}]
skip_actions: [create]
";

const ACTIONS: &[(&str, &[&str])] = &[
    (
        "create",
        &[
            "create",
            "create -n",
            "create -v1",
            "create -v2",
            "create -n -v1",
            "create -nv1",
            "create --list --stats",
            "create --list -n",
            "create --list -v2",
            "create --stats -n",
            "create --quick-stats",
            "create --progress",
            "create --progress --log-json",
            "create --json",
            "create --json -v2",
            "create --comment 'a word'",
            "create -c rich.yaml",
            "create -c rich.yaml -v2",
            "create -c atime.yaml --skip-actions '[]'",
        ],
    ),
    (
        "prune",
        &[
            "prune",
            "prune -n",
            "prune -v1",
            "prune -v2",
            "prune --list --stats",
            "prune --quick-stats",
            "prune --list --stats -n -v1",
            "prune -a 'sh:x-*'",
            "prune --from 2026-01-01",
            "prune -c rich.yaml",
            "prune -c atime.yaml",
        ],
    ),
    (
        "compact",
        &[
            "compact",
            "compact -n",
            "compact -v1",
            "compact -v2",
            "compact --progress --cleanup-commits --threshold 30",
            "compact --progress --log-json",
            "compact -c rich.yaml",
        ],
    ),
    (
        "check",
        &[
            "check",
            "check -n",
            "check -v1",
            "check -v2",
            "check --progress",
            "check --progress --log-json",
            "check --repair",
            "check --only data --only extract",
            "check --only extract -v2",
            "check --max-duration 60",
            "check --max-duration 60 --only repository",
            "check -a 're:x'",
            "check -c rich.yaml",
            "check -c atime.yaml",
        ],
    ),
    (
        "repo-create",
        &[
            "repo-create -e repokey",
            "init -e keyfile-blake2 -v1",
            "rcreate -e none -v2",
            "-I -e repokey -n",
            "repo-create -e repokey-aes-ocb --id-hash blake3 --key-location keyfile --source-repository /x --from-borg1 --copy-crypt-key",
            "repo-create -e repokey --append-only --storage-quota 1T --make-parent-dirs",
            "repo-create -c rich.yaml",
        ],
    ),
    (
        "repo-list",
        &[
            "repo-list",
            "repo-list -n",
            "rlist -v1",
            "repo-list -v2",
            "repo-list --json",
            "repo-list --short --format '{name}' --sort-by name --first 3 --last 2",
            "repo-list --deleted --newer 1d --newest 2d --older 3d --oldest 4d",
            "repo-list -P docs-",
            "repo-list -a '*'",
            "repo-list -c rich.yaml",
        ],
    ),
    (
        "list",
        &[
            "list",
            "list --json",
            "list --archive latest",
            "list --archive latest --json",
            "list --archive deadbeef --path home/me -v1",
            "list --archive x --format '{path}' --short -e '*.o' --exclude-from /e --pattern '+ x' --patterns-from /p",
            "list --archive x --pattern '- *.o' --find '- y'",
            "list --find letter --find sh:x --last 2 -v2",
            "list --archive x -c rich.yaml",
        ],
    ),
    (
        "repo-info",
        &[
            "repo-info",
            "rinfo -v1",
            "repo-info -v2",
            "repo-info --json -v2",
            "repo-info -n",
            "repo-info -c rich.yaml",
        ],
    ),
    (
        "info",
        &[
            "info",
            "info -v1",
            "info -v2 -n",
            "info --json",
            "info --json -a '*'",
            "info --archive latest",
            "info --archive deadbeef",
            "info -P docs-",
            "info --first 1 --last 2 --newer 1d --newest 2d --older 3d --oldest 4d --sort-by id",
            "info -c rich.yaml",
        ],
    ),
    (
        "extract",
        &[
            "extract --archive latest",
            "extract --archive x -n",
            "extract --archive x -v1",
            "extract --archive x -v2",
            "extract --archive x --progress",
            "extract --archive x --progress --log-json",
            "extract --archive x --path home/me --path etc --strip-components 2 --destination files",
            "extract --archive x --path a/b/c --strip-components all",
            "extract --archive deadbeef -c rich.yaml",
        ],
    ),
    (
        "export-tar",
        &[
            "export-tar --archive latest --destination out.tar",
            "export-tar --archive x --destination -",
            "export-tar --archive x --destination - --list -v2",
            "export-tar --archive x --destination o.tar.gz --tar-filter gzip --list --strip-components 2 --path home --path etc -v1",
            "export-tar --archive x --destination o.tar -n",
            "--export-tar --archive deadbeef --destination o.tar --files -c rich.yaml",
        ],
    ),
    (
        "mount",
        &[
            "mount --mount-point /mnt",
            "mount --archive latest --mount-point /mnt --path home/me",
            "-m --archive x --mount-point /mnt -v1",
            "--mount --archive deadbeef --mount-point /mnt -v2",
            "mount --mount-point /mnt --foreground --options allow_other,ro --first 2 --last 1",
            "mount --mount-point /mnt --newer 1d --newest 2d --older 3d --oldest 4d",
            "mount --mount-point /mnt -n",
            "mount --mount-point /mnt -c rich.yaml",
        ],
    ),
    (
        "umount",
        &[
            "umount --mount-point /mnt",
            "-u --mount-point /mnt -v1",
            "--umount --mount-point /mnt -v2",
            "umount --mount-point /mnt -n",
            "umount --mount-point /mnt -c rich.yaml",
            "mount umount --mount-point /mnt",
        ],
    ),
    (
        "delete",
        &[
            "delete --archive x",
            "delete --archive latest --list --stats",
            "delete --archive x -n -v1",
            "delete --archive deadbeef -v2",
            "delete -a 'sh:docs-*'",
            "delete --match-archives '*'",
            "delete --match-archives 're:.*'",
            "delete --match-archives 'sh:*'",
            "delete --first 2 --sort-by name",
            "delete --older 4d --newer 1d --newest 2d --oldest 3d",
            "delete --last 1 --force --force --cache-only --keep-security-info --save-space --checkpoint-interval 5",
            "delete",
            "delete --force",
            "delete --archive ''",
            "delete --archive 'docs-*'",
            "delete --archive re:docs",
            "delete --archive x --match-archives y",
            "delete --old 3d",
            "delete --arch x",
            "delete --archive x -c rich.yaml",
            "delete --archive x -c atime.yaml",
        ],
    ),
    (
        "repo-delete",
        &[
            "repo-delete",
            "rdelete -n",
            "repo-delete --force -v1",
            "repo-delete --force --force --force -v2",
            "repo-delete --cache-only --list",
            "repo-delete --keep-security-info",
            "repo-delete -c rich.yaml",
        ],
    ),
    (
        "transfer",
        &[
            "transfer --source-repository /x",
            "transfer --source-repository /x -n -v1",
            "transfer --source-repository /x --archive docs-1",
            "transfer --source-repository /x --archive latest",
            "transfer --source-repository /x --from-borg1 --upgrader From12To20 --progress -v2",
            "transfer --source-repository /x -a 'sh:a-*' --first 2",
            "transfer --source-repository /x --archive x -c atime.yaml",
            "transfer --source-repository /x -c atime.yaml",
            "transfer --source-repository /x -c rich.yaml",
        ],
    ),
    (
        "recreate",
        &[
            "recreate",
            "recreate --archive latest --list",
            "recreate --archive x --target y --comment 'a word' --timestamp 2026-01-31T12:00:00 -v1",
            "recreate --archive deadbeef -n --list -v2",
            "recreate -a 'sh:docs-*'",
            "recreate --match-archives '*'",
            "recreate --archive x.recreate",
            "recreate --target y",
            "recreate -c rich.yaml",
            "recreate --archive x -c atime.yaml",
        ],
    ),
    (
        "diff",
        &[
            "diff --archive x --second-archive latest",
            "diff --archive latest --second-archive deadbeef -v1",
            "diff --archive x --second-archive y -n -v2 --same-chunker-params --content-only",
            "diff --archive x --second-archive y --sort-by size --sort-by '>path' --only-patterns",
            "diff --archive x --second-archive y -c rich.yaml",
            "diff --archive x --second-archive y -c atime.yaml",
        ],
    ),
    (
        "break-lock",
        &[
            "break-lock",
            "break-lock -v1",
            "break-lock -v2",
            "break-lock -n",
            "break-lock -c rich.yaml",
        ],
    ),
    (
        "key export",
        &[
            "key export",
            "key export --path -",
            "key export --path key.txt --paper",
            "key export --path key.html --qr-html -v1",
            "key export --path key.txt -n",
            "key export --path files/letter.txt",
            "key export -c rich.yaml",
        ],
    ),
    (
        "key import",
        &[
            "key import",
            "key import --path -",
            "key import --path files/letter.txt -v1",
            "key import --paper",
            "key import --path files/letter.txt -n",
            "key import --path no-such-file",
            "key import -c rich.yaml",
        ],
    ),
    (
        "key change-passphrase",
        &[
            "key change-passphrase",
            "key change-passphrase -v2",
            "key change-passphrase -n",
            "key change-passphrase -c rich.yaml",
        ],
    ),
    (
        "borg",
        &[
            "borg list",
            "borg rlist",
            "borg key export",
            "borg -- debug info --x",
            "borg --archive latest list '::$ARCHIVE'",
            "-v1 borg list",
            "-v2 borg list -v2",
            "borg break-lock -c rich.yaml",
            "-c rich.yaml borg break-lock",
        ],
    ),
    (
        "bare",
        &[
            "",
            "-n",
            "-c rich.yaml",
            "-c atime.yaml",
            "--no-default-actions",
        ],
    ),
];

fn world(borg: &str, action: &str) -> World {
    let world = World::new();
    if action == "repo-create" {
        // There is no repository yet.
        let absent = borgmatic::host::script::Answer::exit(2);
        world.stage.script.answer("--log-json --json", absent);
    }
    let one = "source_directories: [/home/me/files]\nrepositories: [{path: /backup/one.borg, label: one}]\nkeep_daily: 7\n";
    world.write("/etc/borgmatic/config.yaml", one);
    world.write("/home/me/rich.yaml", RICH);
    world.write("/home/me/atime.yaml", ATIME);
    world.with_borg(borg)
}

#[test]
fn every_action_asks_each_borg_for_what_it_understands() {
    let mut kept = Kept::default();
    for (action, lines) in ACTIONS {
        let mut text = String::new();
        for line in *lines {
            text += &format!("$ borgmatic {line}\n");
            let mut groups: Vec<(Vec<&str>, String)> = Vec::new();
            for borg in BORGS {
                let mut world = world(borg, action);
                let ran = world.line(&format!("borgmatic {line}"));
                let mut said = indented(&world.commands());
                if ran.code != 0 {
                    said += &format!("    {}\n", ran.err.trim().replace('\n', "\n    "));
                }
                match groups.iter_mut().find(|(_, other)| *other == said) {
                    Some((borgs, _)) => borgs.push(borg),
                    None => groups.push((vec![borg], said)),
                }
            }
            for (borgs, said) in groups {
                text += &format!("  {}\n{said}", borgs.join(", "));
            }
            text.push('\n');
        }
        kept.same(
            &tests().join(format!("program/commands/{}.txt", action.replace(' ', "-"))),
            &text,
        );
    }
    kept.end();
}

fn indented(lines: &[String]) -> String {
    lines.iter().flat_map(|line| ["    ", line, "\n"]).collect()
}

#[test]
fn every_action_has_a_transcript() {
    for entry in borgmatic::install::entries()
        .iter()
        .filter(|entry| !entry.is_alone() && !entry.is_outline())
    {
        let name = entry.info.name;
        let known = ACTIONS.iter().any(|(own, _)| *own == name);
        assert_ne!(known, borgmatic::actions::LATER.contains(&name), "{name}");
    }
    let folder = tests().join("program/commands");
    assert_eq!(fs::read_dir(folder).unwrap().count(), ACTIONS.len());
}

#[test]
fn the_surroundings_of_borg_are_those_of_the_options() {
    let mut world = World::new().with_borg("1.4.5");
    world.write(
        "/etc/borgmatic/config.yaml",
        "repositories: [{path: ssh://me@host/./one.borg}]\n\
         ssh_command: ssh -p 2222\narchive_hostname: a\nborg_base_directory: /b\nborg_files_cache_ttl: 9\n\
         relocated_repo_access_is_ok: false\ncheck_i_know_what_i_am_doing: true\ntemporary_directory: /t\n\
         working_directory: /home/me\nencryption_passphrase: hunter2\n",
    );
    let ran = world.run(&["repo-info"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let commands = world.stage.script.commands();
    let asked = commands.last().unwrap();
    let mut env: Vec<String> = asked
        .env
        .iter()
        .map(|(name, value)| format!("{name} {:?}", value.as_deref().unwrap_or("-".as_ref())))
        .collect();
    env.sort();
    let mut kept = Kept::default();
    let path = tests().join("program/pages/surroundings.txt");
    kept.same(
        &path,
        &(env.join(
            "
",
        ) + "
"),
    );
    kept.end();
    assert_eq!(asked.cwd.as_deref(), Some("/home/me".as_ref()));
    let (variable, secret) = asked.secret.as_ref().unwrap();
    assert_eq!(
        (*variable, secret.reveal()),
        ("BORG_PASSPHRASE_FD", "hunter2")
    );
    // The question for the version needs no secret.
    assert!(commands[0].secret.is_none());
}

/// Who waits at a terminal is told that nothing came; programs get what the original says.
#[test]
fn a_search_that_finds_nothing_says_so_on_a_terminal() {
    let lines: [(&[&str], &str); 4] = [
        (&["list", "--find", "zzz"], "Nothing was found"),
        (
            &["list", "--archive", "me-1", "--path", "zzz"],
            "Nothing to list in archive me-1",
        ),
        (&["repo-list", "-a", "*"], "There is no archive in it"),
        (&["list", "-a", "*"], "There is no archive in it"),
    ];
    for (words, wanted) in lines {
        for looks in [true, false] {
            let mut world = World::new();
            world.looks = looks;
            world
                .stage
                .script
                .answer("--version", Answer::fine().out("borg 1.4.0"))
                .answer("--short", Answer::fine().out("me-1"))
                .answer("", Answer::fine());
            let ran = world.run(&[words, &["--repository", "one", "--no-color"]].concat());
            assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
            assert_eq!(ran.err.contains(wanted), looks, "{words:?}: {}", ran.err);
        }
    }
}
