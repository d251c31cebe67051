//! An installation for people and programs: as differences, as a list, as JSON. Pure.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};
use similar::TextDiff;

use super::change::Change;
use super::decide::{Decided, Doing};
use super::manifest::What;
use super::recipe::{File, Kind, Step};
use super::state::State;
use crate::host::files::Owner;

/// What is done, in a word.
fn verb(doing: &Doing) -> Option<&'static str> {
    Some(match doing {
        Doing::Create => "create",
        Doing::Update => "update",
        Doing::Overwrite(_) => "overwrite",
        Doing::Dropin { .. } => "move edits of",
        Doing::Remove => "remove",
        Doing::Leave => "leave",
        Doing::Conflict(_) => "decide",
        Doing::Nothing | Doing::Keep | Doing::Forget => return None,
    })
}

/// «62 files and links»: those that are done so. Installing and removing count the same things.
pub fn count(decided: &[Decided<'_>], done: impl Fn(&Doing) -> bool) -> String {
    let counted = decided.iter().filter(|one| one.is_counted());
    match counted.filter(|one| done(&one.doing)).count() {
        1 => "1 file or link".into(),
        count => format!("{count} files and links"),
    }
}

/// The commands that are part of it.
pub fn commands(changes: &[Change]) -> impl Iterator<Item = String> {
    changes.iter().filter_map(|change| match change {
        Change::Tell {
            does: Some(command),
            ..
        } => Some(command.to_string()),
        _ => None,
    })
}

/// One line for each thing that changes, with the mode of each file and whom it will belong to.
pub fn list(decided: &[Decided<'_>], changes: &[Change], owner: Owner) -> Vec<String> {
    let mut lines: Vec<String> = folders(changes, owner).collect();
    for one in decided {
        lines.extend(line(one, changes, owner));
        match &one.doing {
            Doing::Overwrite(Some(copy)) => {
                lines.push(format!("keep a copy as {}", copy.display()));
            }
            Doing::Dropin { path, .. } => {
                lines.push(format!("write a drop-in in {}", path.display()));
            }
            _ => {}
        }
    }
    lines.extend(records(decided, changes, owner));
    lines.extend(commands(changes).map(|command| format!("run {command}")));
    lines
}

fn line(one: &Decided<'_>, changes: &[Change], owner: Owner) -> Option<String> {
    let (path, verb) = (one.item.path.display(), verb(&one.doing)?);
    let more = match (one.item.step, &one.doing) {
        (Some(Step::Folder { .. }), _) => return None,
        (_, Doing::Remove | Doing::Leave) => String::new(),
        (Some(Step::File(file)), _) => {
            let size = size(file.bytes.len() as u64);
            format!(" (mode {:04o}, owner {owner}, {size})", file.mode)
        }
        (Some(Step::Link { to, .. }), _) => format!(" -> {} (owner {owner})", to.display()),
        (Some(Step::Block(_)), _) => staged(changes)
            .find(|(path, _)| *path == one.item.path)
            .map(|(_, mode)| rights(mode, owner))
            .unwrap_or_default(),
        _ => String::new(),
    };
    Some(format!("{verb} {path}{more}"))
}

/// The files that are written, with their modes.
fn staged(changes: &[Change]) -> impl Iterator<Item = (&Path, u32)> {
    changes.iter().filter_map(|change| match change {
        Change::Stage { path, mode, .. } => Some((path.as_path(), *mode)),
        _ => None,
    })
}

/// What is written beside that about which was decided: the manifest, drop-ins, copies of crontabs.
/// The note of what is begun goes again.
fn beside<'c>(
    decided: &[Decided<'_>],
    changes: &'c [Change],
) -> impl Iterator<Item = (&'c Path, u32)> {
    let decided: HashSet<&Path> = decided.iter().map(|one| one.item.path.as_path()).collect();
    let is_note = |path: &Path| {
        path.as_os_str()
            .as_encoded_bytes()
            .ends_with(b".begun.json")
    };
    staged(changes).filter(move |(path, _)| !decided.contains(path) && !is_note(path))
}

fn records(
    decided: &[Decided<'_>],
    changes: &[Change],
    owner: Owner,
) -> impl Iterator<Item = String> {
    beside(decided, changes)
        .map(move |(path, mode)| format!("write {}{}", path.display(), rights(mode, owner)))
}

fn rights(mode: u32, owner: Owner) -> String {
    format!(" (mode {mode:04o}, owner {owner})")
}

fn folders(changes: &[Change], owner: Owner) -> impl Iterator<Item = String> {
    let made = changes.iter().flat_map(|change| match change {
        Change::Folder { path, mode } => vec![("make", path, *mode)],
        Change::Rights { path, new, .. } => vec![("put right", path, new.mode)],
        Change::PutFolders(with) => {
            let folders = with.folders.iter();
            folders.map(|path| ("make", path, 0o755)).collect()
        }
        _ => Vec::new(),
    });
    let mut seen = HashSet::new();
    made.filter(move |(_, path, _)| seen.insert(*path))
        .map(move |(verb, path, mode)| {
            let path = path.display();
            format!("{verb} the directory {path}{}", rights(mode, owner))
        })
}

/// «10.2 MB»
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

/// What changes, as `patch` reads it; what nobody reads line by line is one line.
pub fn diff(decided: &[Decided<'_>], changes: &[Change], owner: Owner) -> String {
    let mut text = String::new();
    let mut manuals = Vec::new();
    let mut add = |words: String| text += &format!("{words}\n");
    folders(changes, owner).for_each(&mut add);
    for one in decided {
        let Some(verb) = verb(&one.doing) else {
            continue;
        };
        let path = one.item.path.display().to_string();
        match whole(one) {
            Some(new) => {
                let old = one.item.now.as_deref();
                let new = Some(&*new).filter(|new| !new.is_empty());
                line(one, changes, owner).into_iter().for_each(&mut add);
                add(unified(&path, old, new).trim_end().to_owned());
            }
            None if matches!(one.item.step, Some(Step::Folder { .. })) => {}
            None if is_manual(one) => manuals.push(one),
            None => list(std::slice::from_ref(one), &[], owner)
                .into_iter()
                .for_each(&mut add),
        }
        if let Doing::Conflict(why) = &one.doing {
            add(format!("{verb} about {path}: {why}"));
        }
        if let Doing::Dropin { path, text } = &one.doing {
            let path = path.join("90-local.conf").display().to_string();
            add(unified(&path, None, Some(text)).trim_end().to_owned());
        }
    }
    for doing in [Doing::Create, Doing::Update, Doing::Remove] {
        let of: Vec<_> = manuals.iter().filter(|one| one.doing == doing).collect();
        let (Some(first), Some(verb)) = (of.first(), verb(&doing)) else {
            continue;
        };
        let folder = first.item.path.parent().unwrap_or(&first.item.path);
        let more = match first.item.step {
            Some(Step::File(file)) => rights(file.mode, owner),
            _ => String::new(),
        };
        let (count, folder) = (of.len(), folder.display());
        add(format!("{verb} {count} man pages in {folder}{more}"));
    }
    records(decided, changes, owner).for_each(&mut add);
    commands(changes).for_each(|command| add(format!("run {command}")));
    text
}

fn is_manual(one: &Decided<'_>) -> bool {
    let of = |kind: Kind| kind == Kind::Manual;
    let usual = matches!(one.doing, Doing::Create | Doing::Update | Doing::Remove);
    usual
        && match (one.item.step, &one.item.entry) {
            (Some(Step::File(file)), _) => of(file.kind),
            (None, Some(entry)) => matches!(entry.kind, What::File(kind) if of(kind)),
            _ => false,
        }
}

/// The new text of what people read; empty where it goes.
fn whole(one: &Decided<'_>) -> Option<String> {
    let goes = one.doing == Doing::Remove;
    match (one.item.step, &one.item.entry) {
        (Some(Step::File(file)), _) if file.kind.is_edited() => {
            Some(String::from_utf8_lossy(&file.bytes).into_owned())
        }
        (Some(Step::Block(block)), _) => Some(block.lines.clone()),
        (None, Some(entry)) if goes && entry.kind.is_edited() => Some(String::new()),
        _ => None,
    }
}

/// Two texts, one of which may not be there.
pub fn unified(path: &str, old: Option<&str>, new: Option<&str>) -> String {
    let name = |side: &str, text: Option<&str>| match text {
        Some(_) if path.starts_with('/') => format!("{side}{path}"),
        Some(_) => format!("{side}/{path}"),
        None => "/dev/null".to_owned(),
    };
    let (before, after) = (name("a", old), name("b", new));
    TextDiff::from_lines(old.unwrap_or_default(), new.unwrap_or_default())
        .unified_diff()
        .header(&before, &after)
        .to_string()
}

/// The same for programs.
pub fn json(decided: &[Decided<'_>], changes: &[Change], owner: Owner) -> Value {
    let row = |one: &Decided<'_>| {
        let item = &one.item;
        let mut row = json!({
            "path": item.path,
            "kind": kind(one),
            "state": word(&item.state),
            "do": verb(&one.doing).unwrap_or("nothing"),
        });
        let map = row.as_object_mut()?;
        let of_block = || staged(changes).find(|(path, _)| *path == item.path);
        let mode = match item.step {
            Some(Step::File(File { mode, .. }) | Step::Folder { mode, .. }) => Some(*mode),
            Some(Step::Block(_)) => of_block().map(|(_, mode)| mode),
            _ => None,
        };
        if let Some(mode) = mode {
            map.insert("mode".into(), format!("{mode:04o}").into());
        }
        if let Some(Step::Link { to, .. }) = item.step {
            map.insert("to".into(), to.to_string_lossy().into());
        }
        if item.step.is_some() {
            map.insert("owner".into(), owner.to_string().into());
        }
        match &one.doing {
            Doing::Conflict(why) => {
                map.insert("why".into(), why.as_str().into());
            }
            Doing::Overwrite(Some(copy)) => {
                map.insert("backup".into(), copy.to_string_lossy().into());
            }
            _ => {}
        }
        Some(row)
    };
    let steps: Vec<Value> = decided.iter().filter_map(row).collect();
    let conflict = decided
        .iter()
        .any(|one| matches!(one.doing, Doing::Conflict(_)));
    let record = |(path, mode): (&Path, u32)| json!({"path": path, "mode": format!("{mode:04o}"), "owner": owner.to_string()});
    let records: Vec<Value> = beside(decided, changes).map(record).collect();
    json!({
        "up_to_date": changes.is_empty() && !conflict,
        "steps": steps,
        "records": records,
        "commands": commands(changes).collect::<Vec<_>>(),
    })
}

fn kind(one: &Decided<'_>) -> Value {
    let named = |kind: Kind| serde_json::to_value(kind).unwrap_or_default();
    match (one.item.step, &one.item.entry) {
        (Some(Step::File(file)), _) => named(file.kind),
        (Some(Step::Folder { .. }), _) => "folder".into(),
        (Some(Step::Link { .. }), _) => "link".into(),
        (Some(Step::Block(_)), _) => "block".into(),
        (_, Some(entry)) => match &entry.kind {
            What::File(kind) => named(*kind),
            What::Link(_) => "link".into(),
            What::Block(_) => "block".into(),
        },
        _ => Value::Null,
    }
}

/// How something stands, in a word.
pub fn word(state: &State) -> &'static str {
    match state {
        State::Absent => "missing",
        State::Same => "ok",
        State::Mode(_) => "other mode",
        State::Owner(_) => "other owner",
        State::Outdated => "outdated",
        State::Edited => "edited",
        State::Kept => "kept",
        State::Foreign(_) => "foreign",
    }
}
