//! What is written down of an installation: the next manifest, from what was decided.

use std::path::PathBuf;

use super::build::Ground;
use super::decide::{Decided, Doing};
use super::manifest::{Entry, Known, Manifest, Origin, What};
use super::recipe::{Block, Step};
use super::state::State;
use crate::config::directories::hashed;

/// What will be written down.
pub(super) fn manifest(
    decided: &[Decided<'_>],
    next: Manifest,
    folders: &[PathBuf],
    ground: &Ground<'_>,
) -> Manifest {
    let entry = |one: &Decided<'_>| entry(one, ground);
    Manifest {
        entries: decided.iter().filter_map(entry).collect(),
        folders: folders.to_vec(),
        ..next
    }
}

fn entry(one: &Decided<'_>, ground: &Ground<'_>) -> Option<Entry> {
    let item = &one.item;
    let old = item.entry.as_ref();
    let (kind, bytes, mode) = match (item.step, old) {
        (Some(Step::Run(_) | Step::Folder { .. }), _) | (None, None) => return None,
        (Some(Step::File(file)), _) => (What::File(file.kind), &file.bytes[..], file.mode),
        (Some(Step::Link { to, .. }), _) => (
            What::Link(to.clone()),
            to.as_os_str().as_encoded_bytes(),
            0o777,
        ),
        (Some(Step::Block(Block { crontab, lines })), _) => {
            (What::Block(crontab.clone()), lines.as_bytes(), 0o600)
        }
        (None, Some(_)) => {
            // Wanted no more: what stays because it was edited is still known.
            return old.filter(|_| one.doing == Doing::Leave).cloned();
        }
    };
    let kept = one.doing == Doing::Keep;
    if let (true, Some(old)) = (kept, old) {
        return Some(Entry {
            kept,
            ..old.clone()
        });
    }
    let is_edited = kind.is_edited();
    let replaced = match item.state {
        State::Foreign(_) => true,
        _ => old.is_some_and(|old| old.origin == Origin::Replaced) || is_others(one, ground),
    };
    let backup = match &one.doing {
        Doing::Overwrite(copy) if matches!(item.state, State::Foreign(_)) => copy.clone(),
        _ => old.and_then(|old| old.backup.clone()),
    };
    Some(Entry {
        path: item.path.clone(),
        kind,
        sha256: hashed(bytes),
        mode,
        owner: ground.disk.owner.to_string(),
        template_version: env!("CARGO_PKG_VERSION").to_owned(),
        origin: if replaced {
            Origin::Replaced
        } else {
            Origin::Created
        },
        backup,
        text: is_edited.then(|| String::from_utf8_lossy(bytes).into_owned()),
        kept,
    })
}

/// A crontab that was there before our lines.
fn is_others(one: &Decided<'_>, ground: &Ground<'_>) -> bool {
    match one.item.step {
        Some(Step::Block(block)) if one.item.state == State::Absent => ground
            .disk
            .crontab(&block.crontab)
            .is_ok_and(|text| !text.is_empty()),
        _ => false,
    }
}

/// What a run is about to do, with what it takes away, and all that a killed one before it may have
/// left.
pub(super) fn begun(next: &Manifest, known: &Known) -> Manifest {
    let is_gone = |entry: &&&Entry| next.entry(&entry.path).is_none();
    let entries = known.entries();
    let more = entries.iter().filter(is_gone);
    let mut begun = next.clone();
    begun.entries.extend(more.map(|entry| (*entry).clone()));
    begun
}
