//! From what was decided to the list of changes, in an order in which nothing is ever half: all new
//! files are written beside their places first, the manifest comes last. It looks at the disk and
//! changes nothing.

mod back;
mod moves;

use std::ffi::OsString;
use std::path::PathBuf;

pub use back::uninstall;
use moves::Moves;

use super::change::Change;
use super::decide::{Decided, Doing};
use super::manifest::{Entry, Known, Manifest, What};
use super::paths::Paths;
use super::recipe::{Crontab, Kind, Recipe, Run, Step};
use super::schedulers::Managers;
use super::state::Disk;
use super::written;
use crate::host::files::Sort;
use crate::host::{Command, Failure};

/// What is looked at.
pub struct Ground<'a> {
    pub disk: &'a Disk<'a>,
    pub paths: &'a Paths,
    pub managers: &'a Managers,
    /// Does this question end with 0?
    pub asks: &'a dyn Fn(&Command) -> bool,
}

/// The changes, and what is tidied up when all are done: that it fails does no harm.
#[derive(Debug, Default)]
pub struct Changes {
    pub list: Vec<Change>,
    pub finish: Vec<Change>,
    /// Directories that are made for it.
    pub folders: Vec<PathBuf>,
}

impl Changes {
    fn append(&mut self, mut more: Self) {
        self.list.append(&mut more.list);
        self.finish.append(&mut more.finish);
        self.folders.append(&mut more.folders);
    }
}

/// An installation as it will be, and the way there. Empty where everything is as it should be.
pub fn install(
    recipe: &Recipe,
    decided: &[Decided<'_>],
    known: &Known,
    next: Manifest,
    ground: &Ground<'_>,
) -> Result<(Changes, Manifest), Failure> {
    let mut moves = Moves::new(ground);
    let kinds: Vec<Kind> = decided.iter().filter_map(Decided::changed).collect();
    moves.folders(recipe);
    for one in decided {
        moves.stage(one);
    }
    let old = known.last().and_then(|old| old.scheduler);
    let gone: Vec<_> = decided
        .iter()
        .filter(|one| one.doing == Doing::Remove)
        .collect();
    let mut of = decided.iter().filter(|one| one.item.step.is_some());
    for step in &recipe.steps {
        match step {
            Step::Run(run) => moves.tell(run, &kinds),
            _ => {
                if let Some(one) = of.next() {
                    moves.place(step, one)?;
                }
            }
        }
    }
    // Last: whoever is killed before it has two schedulers for a while, and never none.
    let is_due = |run: &Run| run.after.is_none_or(|kind| kinds.contains(&kind));
    let other = old.filter(|_| old != next.scheduler && !gone.is_empty());
    moves.removal(other, &gone, &is_due)?;
    // The manifest's own folder, and those above it that come with it.
    let own = moves.missing_above(&ground.paths.manifest);
    let mut manifest = written::manifest(decided, next, &moves.changes.folders, ground);
    // What a killed run had made is still ours to remove.
    manifest
        .folders
        .extend(known.folders().into_iter().cloned());
    manifest.folders.push(ground.paths.state().to_owned());
    manifest.folders.extend(own.iter().cloned());
    manifest.folders.sort_unstable();
    manifest.folders.dedup();
    let begun = written::begun(&manifest, known);
    let emptied = emptied(decided, known, ground);
    manifest.folders.retain(|folder| !emptied.contains(folder));
    let records = ground.disk.records(ground.paths, known)?;
    let is_new = known
        .manifest
        .as_ref()
        .is_none_or(|old| !old.is_like(&manifest))
        || !records.is_empty();
    for (path, _) in &records {
        let placed = ground.disk.files.placed(path).ok().flatten();
        if let Some(placed) = placed.filter(|placed| placed.sort == Sort::Directory) {
            moves.rights(path, placed.mode & !0o022, placed);
        }
    }
    if moves.changes.list.is_empty() && !is_new && known.begun.is_none() {
        return Ok((moves.changes, manifest));
    }
    let mut first = Moves::new(ground);
    first.begin(own, begun.bytes());
    let mut last = Moves::new(ground);
    last.write(&ground.paths.manifest, manifest.bytes(), 0o644);
    // What an uninstallation had moved beside its place when it was killed.
    let before = placed(known.entries()).map(Change::LetGo);
    let begun = Change::Remove(ground.paths.begun());
    let forgotten = back::forgotten(ground.paths);
    let emptied = emptied.into_iter();
    let emptied = emptied.map(|path| Change::NoFolder { path, mode: 0o755 });
    let finish = before.chain(emptied).chain([begun]).chain(forgotten);
    last.changes.finish.extend(finish);
    let mut all = first.changes;
    all.append(moves.changes);
    all.append(last.changes);
    Ok((all, manifest))
}

/// The directories that were made for what goes, and in which nothing else is; the inner ones first.
fn emptied(decided: &[Decided<'_>], known: &Known, ground: &Ground<'_>) -> Vec<PathBuf> {
    let goes = |one: &&Decided<'_>| matches!(one.doing, Doing::Remove | Doing::Forget);
    let paths = decided.iter().filter(goes).map(|one| one.item.path.clone());
    let mut gone: Vec<PathBuf> = paths.collect();
    let mut folders = known.folders();
    folders.sort_unstable_by(|one, other| other.cmp(one));
    let mut emptied = Vec::new();
    for folder in folders {
        let stays = |one: &Decided<'_>| one.item.path.starts_with(folder) && !goes(&one);
        let names = ground.disk.files.names(folder).unwrap_or_default();
        let is_of_gone = gone.iter().any(|path| path.starts_with(folder));
        let is_needed = decided.iter().any(stays) || ground.paths.state().starts_with(folder);
        let goes =
            |name: &OsString| gone.contains(&folder.join(of_killed(&name.to_string_lossy())));
        if is_of_gone && !is_needed && names.iter().all(goes) {
            gone.push(folder.clone());
            emptied.push(folder.clone());
        }
    }
    emptied
}

/// The file that a run which was killed has left this name beside; it is tidied up before.
fn of_killed(name: &str) -> &str {
    let left = name.strip_prefix('.').and_then(|rest| {
        [".self-install-new", ".self-install-old"]
            .iter()
            .find_map(|end| rest.strip_suffix(end))
    });
    left.unwrap_or(name)
}

/// Where these are, but for a crontab that a program keeps.
fn placed<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> impl Iterator<Item = PathBuf> {
    let entries = entries.into_iter();
    let files = entries.filter(|entry| entry.kind != What::Block(Crontab::Own));
    files.map(|entry| entry.path.clone())
}

/// What a run that was killed left beside the places of files.
pub fn tidy(known: &Known, paths: &Paths) -> Vec<Change> {
    let begun = known.begun.iter().flat_map(|begun| &begun.entries);
    let own = [paths.manifest.clone(), paths.begun()];
    let beside = placed(begun)
        .chain(own)
        .flat_map(|path| [Change::Unstage(path.clone()), Change::LetGo(path)]);
    let never_put = paths.state_and_above().map(|top| Change::UnstageFolders {
        top: top.to_owned(),
        file: paths.begun(),
    });
    beside.chain(never_put).collect()
}
