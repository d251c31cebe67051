//! An installation for people and programs: as differences, as a list, as JSON. Pure.

use std::collections::HashSet;

use serde_json::{Value, json};
use similar::TextDiff;

use super::change::Change;
use super::decide::{Decided, Doing};
use super::manifest::What;
use super::recipe::{Kind, Step};
use super::state::State;

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
fn commands(changes: &[Change]) -> impl Iterator<Item = String> {
    changes.iter().filter_map(|change| match change {
        Change::Tell {
            does: Some(command),
            ..
        } => Some(command.to_string()),
        _ => None,
    })
}

/// One line for each thing that changes.
pub fn list(decided: &[Decided<'_>], changes: &[Change]) -> Vec<String> {
    let mut lines: Vec<String> = folders(changes).collect();
    for one in decided {
        let path = one.item.path.display();
        let Some(verb) = verb(&one.doing) else {
            continue;
        };
        if matches!(one.item.step, Some(Step::Folder { .. })) {
            continue;
        }
        let more = match (one.item.step, &one.doing) {
            (_, Doing::Remove | Doing::Leave) | (Some(Step::Block(_)), _) => String::new(),
            (Some(Step::File(file)), _) => {
                format!(" (mode {:04o}, {})", file.mode, size(file.bytes.len()))
            }
            (Some(Step::Link { to, .. }), _) => format!(" -> {}", to.display()),
            _ => String::new(),
        };
        lines.push(format!("{verb} {path}{more}"));
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
    lines.extend(commands(changes).map(|command| format!("run {command}")));
    lines
}

fn folders(changes: &[Change]) -> impl Iterator<Item = String> {
    let made = changes.iter().flat_map(|change| match change {
        Change::Folder { path, .. } => std::slice::from_ref(path),
        Change::PutFolders(with) => &with.folders,
        _ => &[],
    });
    let mut seen = HashSet::new();
    made.filter(move |path| seen.insert(*path))
        .map(|path| format!("make the directory {}", path.display()))
}

/// «10.2 MB»
fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

/// What changes, as `patch` reads it; what nobody reads line by line is one line.
pub fn diff(decided: &[Decided<'_>], changes: &[Change]) -> String {
    let mut text = String::new();
    let mut manuals = Vec::new();
    let mut line = |words: String| text += &format!("{words}\n");
    folders(changes).for_each(&mut line);
    for one in decided {
        let Some(verb) = verb(&one.doing) else {
            continue;
        };
        let path = one.item.path.display().to_string();
        match whole(one) {
            Some(new) => {
                let old = one.item.now.as_deref();
                let new = Some(&*new).filter(|new| !new.is_empty());
                line(unified(&path, old, new).trim_end().to_owned());
            }
            None if matches!(one.item.step, Some(Step::Folder { .. })) => {}
            None if is_manual(one) => manuals.push(one),
            None => list(std::slice::from_ref(one), &[])
                .into_iter()
                .for_each(&mut line),
        }
        if let Doing::Conflict(why) = &one.doing {
            line(format!("{verb} about {path}: {why}"));
        }
        if let Doing::Dropin { path, text } = &one.doing {
            let path = path.join("90-local.conf").display().to_string();
            line(unified(&path, None, Some(text)).trim_end().to_owned());
        }
    }
    for doing in [Doing::Create, Doing::Update, Doing::Remove] {
        let count = manuals.iter().filter(|one| one.doing == doing).count();
        if let (Some(verb), true) = (verb(&doing), count > 0) {
            line(format!("{verb} {count} man pages"));
        }
    }
    commands(changes).for_each(|command| line(format!("run {command}")));
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
pub fn json(decided: &[Decided<'_>], changes: &[Change]) -> Value {
    let row = |one: &Decided<'_>| {
        let item = &one.item;
        let mut row = json!({
            "path": item.path,
            "kind": kind(one),
            "state": word(&item.state),
            "do": verb(&one.doing).unwrap_or("nothing"),
        });
        let map = row.as_object_mut()?;
        if let Some(Step::File(file)) = item.step {
            map.insert("mode".into(), format!("{:04o}", file.mode).into());
        }
        if let Some(Step::Link { to, .. }) = item.step {
            map.insert("to".into(), to.to_string_lossy().into());
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
    json!({
        "up_to_date": changes.is_empty() && !conflict,
        "steps": steps,
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
