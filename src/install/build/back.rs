//! The way back: what was installed goes in the reverse of the order in which it came, and what was
//! there before comes again.

use std::path::{Path, PathBuf};

use super::moves::{Moves, is_ours};
use super::{Changes, Ground, placed};
use crate::host::Failure;
use crate::install::change::Change;
use crate::install::crontab;
use crate::install::decide::{Decided, Doing};
use crate::install::manifest::{Entry, Known, Manifest, Origin, What};
use crate::install::paths::Paths;
use crate::install::recipe::{Crontab, Kind, Run};
use crate::install::schedulers::{self, Scheduler};
use crate::install::self_update;

/// The way back to a machine without it. What stays is in the manifest that is left, if any.
pub fn uninstall(
    decided: &[Decided<'_>],
    known: &Known,
    ground: &Ground<'_>,
) -> Result<(Changes, Option<Manifest>), Failure> {
    let mut moves = Moves::new(ground);
    let scheduler = known.last().and_then(|old| old.scheduler);
    let gone: Vec<_> = decided
        .iter()
        .filter(|one| one.doing == Doing::Remove)
        .collect();
    moves.removal(scheduler, &gone, &|_| true)?;
    let stays = |entry: &&Entry| {
        decided
            .iter()
            .any(|one| one.item.path == entry.path && one.doing == Doing::Leave)
    };
    let left: Vec<Entry> = known.entries().into_iter().filter(stays).cloned().collect();
    let mut changes = moves.changes;
    let mut last = Moves::new(ground);
    let left = known
        .last()
        .filter(|_| !left.is_empty())
        .map(|old| Manifest {
            scheduler: None,
            entries: left,
            ..old.clone()
        });
    if let Some(left) = &left {
        last.write(&ground.paths.manifest, left.bytes(), 0o644);
    }
    changes.append(last.changes);
    for path in placed(known.entries()) {
        changes.finish.push(Change::Unstage(path.clone()));
        changes.finish.push(Change::LetGo(path));
    }
    for entry in known.entries() {
        let is_program =
            entry.kind == What::File(Kind::Program) && entry.path.ends_with("borgmatic");
        if is_program && gone.iter().any(|one| one.item.path == entry.path) {
            let previous = self_update::previous(&entry.path);
            changes.finish.push(Change::Remove(previous));
        }
    }
    let mut folders: Vec<PathBuf> = known.folders().into_iter().cloned().collect();
    let (paths, state) = (ground.paths, ground.paths.state());
    folders.push(state.to_owned());
    // What is inside goes first.
    folders.sort_unstable_by(|one, other| other.cmp(one));
    folders.dedup();
    let (above, others): (Vec<PathBuf>, Vec<_>) = folders
        .into_iter()
        .partition(|folder| state.starts_with(folder));
    let gone = |path| Change::NoFolder { path, mode: 0o755 };
    changes.finish.extend(others.into_iter().map(gone));
    let (manifest, begun) = (paths.manifest.clone(), paths.begun());
    let is_last = left.is_none();
    let note = if ground.disk.files.is_there(&manifest) {
        &manifest
    } else {
        &begun
    };
    for own in [&manifest, &begun] {
        changes.finish.push(Change::Unstage(own.clone()));
        changes.finish.push(Change::LetGo(own.clone()));
    }
    if is_last {
        // Until all is done, a run that is killed is still known of.
        let top = outermost(&above, state);
        changes.finish.push(Change::MoveOut {
            file: note.clone(),
            top,
        });
    }
    changes.finish.push(Change::Remove(begun.clone()));
    changes.finish.extend(above.into_iter().map(gone));
    changes.finish.extend(forgotten(paths));
    Ok((changes, left))
}

/// The outermost of directories that lie within each other without a gap, from this one upwards.
fn outermost(folders: &[PathBuf], from: &Path) -> PathBuf {
    let above = from.ancestors().skip(1);
    let ours = above.take_while(|folder| folders.iter().any(|own| own == folder));
    ours.last().unwrap_or(from).to_owned()
}

/// What an uninstallation that was killed at its very end left beside our directories.
pub(super) fn forgotten(paths: &Paths) -> impl Iterator<Item = Change> {
    paths
        .state_and_above()
        .map(|top| Change::LetGo(top.to_owned()))
}

impl Moves<'_> {
    /// Is anything of that so which the run is needed for?
    fn holds(&self, run: &Run) -> bool {
        run.unless.is_empty() || run.unless.iter().any(self.ground.asks)
    }

    /// Removes what was installed, in the reverse of the order in which it came.
    pub(super) fn removal(
        &mut self,
        scheduler: Option<Scheduler>,
        gone: &[&Decided<'_>],
        tells: &dyn Fn(&Run) -> bool,
    ) -> Result<(), Failure> {
        let Ground {
            managers, paths, ..
        } = self.ground;
        let (schedule, others): (Vec<&Decided<'_>>, Vec<_>) =
            gone.iter().partition(|one| one.item.is_schedule());
        let told = scheduler.filter(|_| managers.told);
        let around = told.map(|scheduler| schedulers::tell(scheduler, managers, paths));
        let (before, after) = around.unwrap_or_default();
        let undo = |run: &Run, moves: &mut Self| {
            if let (Some(undo), true) = (&run.undo, tells(run)) {
                moves.add(Change::Tell {
                    does: Some(undo.clone()),
                    undo: run.does.clone(),
                    // What was removed by hand, or never begun, cannot be ended.
                    may_fail: run.may_fail || schedule.is_empty() || !moves.holds(run),
                });
            }
        };
        after.iter().rev().for_each(|run| undo(run, self));
        for one in schedule.iter().rev() {
            self.remove(one)?;
        }
        before.iter().rev().for_each(|run| undo(run, self));
        for one in others.iter().rev() {
            self.remove(one)?;
        }
        Ok(())
    }

    fn remove(&mut self, one: &Decided<'_>) -> Result<(), Failure> {
        let (path, Some(entry)) = (&one.item.path, &one.item.entry) else {
            return Ok(());
        };
        if let What::Block(crontab) = &entry.kind {
            if let (Crontab::File(path), Origin::Created) = (crontab, entry.origin) {
                let old = self.ground.disk.crontab(crontab)?;
                let is_ours = |line: &str| is_ours(line, [entry.text.as_deref(), None]);
                if crontab::with(&old, None, &is_ours).is_ok_and(|new| new.is_empty()) {
                    self.take_away(path);
                    return Ok(());
                }
            }
            return self.crontab(crontab, None, entry.text.as_deref());
        }
        self.take_away(path);
        let files = self.ground.disk.files;
        let backup = entry
            .backup
            .as_ref()
            .filter(|_| entry.origin == Origin::Replaced);
        if let Some(backup) = backup.filter(|backup| files.is_there(backup)) {
            match files.read_link(backup) {
                Some(to) => {
                    // `systemctl disable` removes the folder of the last link.
                    let folder = path.parent().unwrap_or(path).to_owned();
                    self.add(Change::Folder {
                        path: folder,
                        mode: 0o755,
                    });
                    self.add(Change::StageLink {
                        path: path.clone(),
                        to,
                    });
                }
                None => {
                    let bytes = files
                        .read(backup, 1 << 30)
                        .map_err(|error| Failure::file("read", backup, &error))?;
                    let mode = files.mode(backup).unwrap_or(0o644);
                    self.add(Change::Stage {
                        path: path.clone(),
                        bytes,
                        mode,
                    });
                }
            }
            self.put(path, false);
            self.changes.finish.push(Change::Remove(backup.clone()));
        }
        Ok(())
    }
}
