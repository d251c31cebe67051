//! The rules of the house: who may use whom, how large a room is, and which room holds which door.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up: a room may use those before it.
const ROOMS: [&str; 14] = [
    "text", "option", "host", "ledger", "borg", "hooks", "config", "actions", "plan", "run",
    "report", "cli", "install", "sys",
];

/// Joins the rooms; nobody uses them.
const ROOF: [&str; 5] = [
    "app.rs",
    "app/configs.rs",
    "app/logs.rs",
    "lib.rs",
    "main.rs",
];

const LONGEST: usize = 500;

struct File {
    /// Below `src`, with slashes.
    name: String,
    text: String,
}

impl File {
    fn room(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// Its lines, without comments and without the tests at its foot.
    fn code(&self) -> impl Iterator<Item = &str> {
        self.text
            .lines()
            .take_while(|line| *line != "#[cfg(test)]")
            .filter(|line| !line.trim_start().starts_with("//"))
    }

    fn mentions(&self, words: &[&str]) -> Option<String> {
        // `zfs::` is not `fs::`.
        let starts = |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let has = |line: &str, word| line.match_indices(word).any(|(at, _)| starts(&line[..at]));
        let of = |line: &str| words.iter().any(|word| has(line, *word));
        self.code()
            .find(|line| of(line))
            .map(|line| format!("{}: {}", self.name, line.trim()))
    }
}

fn files() -> Vec<File> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    let read = |path: &PathBuf| File {
        name: path
            .strip_prefix(&root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned(),
        text: fs::read_to_string(path).unwrap(),
    };
    let all: Vec<File> = found.iter().map(read).collect();
    assert!(all.len() > 50, "the source was not found");
    all
}

fn rank(room: &str) -> Option<usize> {
    ROOMS.iter().position(|own| *own == room)
}

fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn nothing_is_imported_from_above() {
    let mut wrong = Vec::new();
    for file in files()
        .iter()
        .filter(|file| !ROOF.contains(&file.name.as_str()))
    {
        let own = rank(file.room());
        let own = own.unwrap_or_else(|| panic!("{}: which floor is this room on?", file.name));
        for line in file.code() {
            for used in line.split("crate::").skip(1) {
                let room: String = used
                    .chars()
                    .take_while(char::is_ascii_alphanumeric)
                    .collect();
                let top = rank(&room).is_some_and(|rank| rank > own) || room == "app";
                if top {
                    wrong.push(format!("{}: {}", file.name, line.trim()));
                }
            }
        }
    }
    none(&wrong, "imports from above");
}

#[test]
fn rooms_are_small_and_have_a_purpose() {
    let mut wrong = Vec::new();
    for file in files() {
        let lines = file.text.lines().count();
        if lines > LONGEST {
            wrong.push(format!("{}: {lines} lines", file.name));
        }
        if !file.text.starts_with("//!") {
            wrong.push(format!("{}: no module head", file.name));
        }
        for word in ["util", "utils", "common", "helper", "helpers", "misc"] {
            let named = file.name.split(['/', '.']).any(|part| part == word);
            if named || file.text.contains(&format!("mod {word};")) {
                wrong.push(format!("{}: a room called {word}", file.name));
            }
        }
    }
    none(&wrong, "rooms");
}

/// What clippy cannot hold: which rooms may use which door.
#[test]
fn doors_are_where_they_belong() {
    let doors: [(&[&str], &[&str]); 6] = [
        (&["std::fs", "fs::"], &["host/files"]),
        (&["tempfile::"], &["host/files"]),
        (&["which::"], &["borg/locate.rs"]),
        (&["rustix::"], &["sys/", "host/files"]),
        (&["signal_hook::"], &["sys/"]),
        (&["unsafe "], &["sys/"]),
    ];
    let mut wrong = Vec::new();
    for file in &files() {
        for (words, homes) in doors {
            let at_home = homes.iter().any(|home| file.name.starts_with(home));
            let reads_only = file.room() == "sys" && words.contains(&"std::fs");
            // Tests may touch the world, also in files of their own.
            let tests = file.name.ends_with("/tests.rs") || file.name.contains("/tests/");
            if !at_home && !reads_only && !tests {
                wrong.extend(file.mentions(words));
            }
        }
    }
    none(&wrong, "doors in the wrong rooms");
}

#[test]
fn lower_rooms_do_not_act() {
    let mut wrong = Vec::new();
    for file in &files() {
        let forbidden: &[&str] = match file.room() {
            "text" | "option" | "plan" => &["Processes", "Clock", "Terminal", "Host<", "Files"],
            "config" => &["Processes", "Clock", "Terminal", "Host<"],
            "hooks" => &["crate::config", "crate::actions"],
            "report" | "sys" => &[
                "crate::borg",
                "crate::config",
                "crate::actions",
                "crate::plan",
            ],
            _ => continue,
        };
        wrong.extend(file.mentions(forbidden));
    }
    none(&wrong, "rooms that know too much");
}
