//! Programs that the user chose: which are known, and what is known of the others.

use std::path::Path;

use super::{Needs, Place, Right, Snapshot, add, tell, visit};
use crate::option::words::split;
use crate::text::Node;

/// Programs that an option may name without a change of what is needed.
const KNOWN: [&str; 35] = [
    "borg",
    "btrfs",
    "cat",
    "echo",
    "findmnt",
    "head",
    "influx",
    "keepassxc-cli",
    "lsblk",
    "lvcreate",
    "lvremove",
    "lvs",
    "mariadb",
    "mariadb-dump",
    "mongodump",
    "mongorestore",
    "mount",
    "mysql",
    "mysqldump",
    "op",
    "pg_dump",
    "pg_dumpall",
    "pg_restore",
    "printf",
    "psql",
    "secret-tool",
    "slapadd",
    "slapcat",
    "sqlite3",
    "ssh",
    "systemd-creds",
    "tail",
    "umount",
    "xxh64sum",
    "zfs",
];

/// Words of a shell command, and what the program of that name needs.
const NEEDED: [(&[&str], &[Right]); 9] = [
    (
        &["sudo", "doas", "pkexec"],
        &[Right::Setuid, Right::Accounts],
    ),
    (&["su"], &[Right::Setuid, Right::Accounts]),
    (&["runuser", "setpriv"], &[Right::Accounts]),
    (&["mount", "umount"], &[Right::Mounts]),
    (
        &[
            "cryptsetup",
            "losetup",
            "zfs",
            "zpool",
            "btrfs",
            "lvcreate",
            "lvremove",
            "vgchange",
        ],
        &[Right::Mounts, Right::Devices],
    ),
    (
        &["podman", "nsenter", "unshare", "bwrap", "lxc", "incus"],
        &[Right::Namespaces, Right::Mounts],
    ),
    (
        &["hdparm", "smartctl", "udisksctl", "eject"],
        &[Right::Devices],
    ),
    (&["ping", "ping6", "fping"], &[Right::Pings]),
    (&["chown", "chgrp", "install", "rsync"], &[Right::Owners]),
];

/// The largest script that is looked into, in bytes.
const LARGEST: u64 = 1 << 20;

pub(super) fn find(tree: &Node, place: Place<'_>, needs: &mut Needs) {
    for (name, snapshot) in [
        ("zfs", Snapshot::Zfs),
        ("btrfs", Snapshot::Btrfs),
        ("lvm", Snapshot::Lvm),
    ] {
        if tree.get(name).is_some() {
            add(&mut needs.snapshots, snapshot, name);
        }
    }
    let mut found: Vec<(String, String)> = Vec::new();
    visit(tree, "", &mut |option, text| {
        found.push((option.to_owned(), text.to_owned()));
    });
    for (option, text) in &found {
        match option.rsplit('.').next().unwrap_or_default() {
            "run" if option == "commands.run" => hook(option, text, place, needs),
            "ssh_command" => ssh(option, text, place, needs),
            name if is_program(name) && !is_known(text) => hook(option, text, place, needs),
            _ => {}
        }
    }
}

/// The name of the program that a command line starts.
fn program(text: &str) -> Option<String> {
    let words = split(text).ok()?;
    let assigns = |word: &&String| word.contains('=') && !word.contains('/');
    let first = words.iter().find(|word| !assigns(word))?;
    let name = Path::new(first).file_name()?;
    Some(name.to_string_lossy().into_owned())
}

/// Does an option of this name say which program to run?
fn is_program(name: &str) -> bool {
    name.ends_with("_command") || name == "encryption_passcommand"
}

fn is_known(text: &str) -> bool {
    program(text).is_some_and(|name| KNOWN.contains(&name.as_str()))
}

/// A command of the user's own. Its words may be secret: only its program is told.
fn hook(option: &str, text: &str, place: Place<'_>, needs: &mut Needs) {
    let why = match program(text) {
        Some(name) => format!("{option}: {name}"),
        None => option.to_owned(),
    };
    tell(&mut needs.programs, why.clone());
    tell(&mut needs.network_perhaps, why);
    let script = split(text).unwrap_or_default();
    let mut texts = vec![text.to_owned()];
    for word in script.iter().filter(|word| word.starts_with('/')).take(8) {
        let bytes = place
            .files
            .read(Path::new(word), LARGEST)
            .unwrap_or_default();
        if bytes.starts_with(b"#!") {
            texts.push(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    let used = |name: &str| texts.iter().any(|text| mentions(text, name));
    for (names, rights) in NEEDED {
        for name in names.iter().filter(|name| used(name)) {
            for right in rights {
                add(&mut needs.rights, *right, format!("{option}: {name}"));
            }
        }
    }
}

/// Is it a word of a shell command?
fn mentions(text: &str, name: &str) -> bool {
    let parts = text.split(|letter: char| letter.is_whitespace() || ";|&()`'\"$=".contains(letter));
    parts
        .filter_map(|word| word.rsplit('/').next())
        .any(|word| word == name)
}

/// How a remote repository is reached.
fn ssh(option: &str, text: &str, place: Place<'_>, needs: &mut Needs) {
    if !is_known(text) {
        hook(option, text, place, needs);
    }
    let words = split(text).unwrap_or_default();
    let home = &place.env.home;
    for pair in words.windows(2) {
        if pair[0] == "-i" {
            let path = home.join(pair[1].strip_prefix("~/").unwrap_or(&pair[1]));
            add(&mut needs.reads, path, format!("{option}: -i {}", pair[1]));
        }
    }
    let setting = |name: &str| {
        let found = words.iter().find_map(|word| {
            let (own, value) = word.trim_start_matches("-o").split_once('=')?;
            own.eq_ignore_ascii_case(name).then_some(value)
        });
        found.map(str::to_owned)
    };
    // New host keys are added to the list.
    if matches!(
        setting("StrictHostKeyChecking").as_deref(),
        Some("accept-new" | "no")
    ) {
        let list = setting("UserKnownHostsFile").unwrap_or_else(|| "~/.ssh/known_hosts".into());
        let path = home.join(list.strip_prefix("~/").unwrap_or(&list));
        let why = format!("{option}: StrictHostKeyChecking");
        needs.write_file(&path, why);
    }
}
