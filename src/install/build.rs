//! From what was decided to the list of changes, in an order in which nothing is ever half: all new
//! files are written beside their places first, the manifest comes last. It looks at the disk and
//! changes nothing.

use std::path::{Path, PathBuf};

use super::change::Change;
use super::crontab;
use super::decide::{Decided, Doing};
use super::manifest::{Entry, Known, Manifest, Origin, What};
use super::paths::Paths;
use super::recipe::{Crontab, Kind, Recipe, Run, Step};
use super::rivals;
use super::schedulers::{self, Managers};
use super::self_update;
use super::state::{Disk, State, crontab_path};
use super::written;
use crate::host::{Command, Failure};

/// What is looked at.
pub struct Ground<'a> {
    pub disk: &'a Disk<'a>,
    pub paths: &'a Paths,
    pub managers: &'a Managers,
    /// Does this question end with 0?
    pub asks: &'a dyn Fn(&Command) -> bool,
    /// User and group of what is made, as numbers.
    pub owner: &'a str,
}

/// The changes, and what is tidied up when all are done: that it fails does no harm.
#[derive(Debug, Default)]
pub struct Changes {
    pub list: Vec<Change>,
    pub finish: Vec<Change>,
    /// Directories that are made for it.
    pub folders: Vec<PathBuf>,
}

/// An installation as it will be, and the way there. Empty where everything is as it should be.
pub fn install(
    recipe: &Recipe,
    decided: &[Decided<'_>],
    known: &Known,
    next: Manifest,
    ground: &Ground<'_>,
) -> Result<(Changes, Manifest), Failure> {
    let mut build = Building::new(ground);
    let kinds: Vec<Kind> = decided.iter().filter_map(Decided::changed).collect();
    build.folders(recipe, known);
    for one in decided {
        build.stage(one);
    }
    let old = known.last().and_then(|old| old.scheduler);
    let gone: Vec<_> = decided
        .iter()
        .filter(|one| one.doing == Doing::Remove)
        .collect();
    let is_due = |run: &Run| run.after.is_none_or(|kind| kinds.contains(&kind));
    let other = old.filter(|_| old != next.scheduler && !gone.is_empty());
    build.removal(other, &gone, &is_due)?;
    let mut of = decided.iter().filter(|one| one.item.step.is_some());
    for step in &recipe.steps {
        match step {
            Step::Run(run) => build.tell(run, &kinds),
            _ => {
                if let Some(one) = of.next() {
                    build.place(step, one)?;
                }
            }
        }
    }
    let mut manifest = written::manifest(decided, next, &build.changes.folders, ground);
    // Made by a killed run, perhaps, that could not write it down yet.
    manifest.folders.push(ground.paths.state().to_owned());
    manifest.folders.sort_unstable();
    manifest.folders.dedup();
    let is_new = known
        .manifest
        .as_ref()
        .is_none_or(|old| !old.is_like(&manifest));
    if build.changes.list.is_empty() && !is_new && known.begun.is_none() {
        return Ok((build.changes, manifest));
    }
    let mut changes = build.changes;
    let begun = written::begun(&manifest, known);
    let mut first = Building::new(ground);
    first.ancestors(&ground.paths.manifest, 0o755);
    // The manifest's own folder is made before it can be told of.
    let own = std::mem::take(&mut first.changes.folders);
    first.write(&ground.paths.begun(), begun.bytes(), 0o644);
    manifest.folders.extend(own);
    manifest.folders.sort_unstable();
    manifest.folders.dedup();
    let mut last = Building::new(ground);
    last.write(&ground.paths.manifest, manifest.bytes(), 0o644);
    last.changes
        .finish
        .push(Change::Remove(ground.paths.begun()));
    let mut all = first.changes;
    for more in [&mut changes, &mut last.changes] {
        all.list.append(&mut more.list);
        all.finish.append(&mut more.finish);
    }
    Ok((all, manifest))
}

/// The way back to a machine without it. What stays is in the manifest that is left, if any.
pub fn uninstall(
    decided: &[Decided<'_>],
    known: &Known,
    ground: &Ground<'_>,
) -> Result<(Changes, Option<Manifest>), Failure> {
    let mut build = Building::new(ground);
    let scheduler = known.last().and_then(|old| old.scheduler);
    let gone: Vec<_> = decided
        .iter()
        .filter(|one| one.doing == Doing::Remove)
        .collect();
    build.removal(scheduler, &gone, &|_| true)?;
    let stays = |entry: &&Entry| {
        decided
            .iter()
            .any(|one| one.item.path == entry.path && one.doing == Doing::Leave)
    };
    let left: Vec<Entry> = known.entries().into_iter().filter(stays).cloned().collect();
    let mut changes = build.changes;
    let mut last = Building::new(ground);
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
    changes.list.append(&mut last.changes.list);
    changes.finish.append(&mut last.changes.finish);
    for entry in known.entries() {
        if !matches!(entry.kind, What::Block(Crontab::Own)) {
            changes.finish.push(Change::Unstage(entry.path.clone()));
            changes.finish.push(Change::LetGo(entry.path.clone()));
        }
        let is_program =
            entry.kind == What::File(Kind::Program) && entry.path.ends_with("borgmatic");
        if is_program && gone.iter().any(|one| one.item.path == entry.path) {
            let previous = self_update::previous(&entry.path);
            changes.finish.push(Change::Remove(previous));
        }
    }
    // Until here a run that is killed is still known of.
    let mut folders: Vec<PathBuf> = known.folders().into_iter().cloned().collect();
    let state = ground.paths.state();
    folders.push(state.to_owned());
    // What is inside goes first.
    folders.sort_unstable_by(|one, other| other.cmp(one));
    folders.dedup();
    let (above, others): (Vec<PathBuf>, Vec<_>) = folders
        .into_iter()
        .partition(|folder| state.starts_with(folder));
    let gone = |path| Change::NoFolder { path, mode: 0o755 };
    changes.finish.extend(others.into_iter().map(gone));
    if left.is_none() {
        changes
            .finish
            .push(Change::Unstage(ground.paths.manifest.clone()));
        changes
            .finish
            .push(Change::LetGo(ground.paths.manifest.clone()));
        changes
            .finish
            .push(Change::Remove(ground.paths.manifest.clone()));
    }
    changes.finish.push(Change::Unstage(ground.paths.begun()));
    changes.finish.push(Change::LetGo(ground.paths.begun()));
    changes.finish.push(Change::Remove(ground.paths.begun()));
    changes.finish.extend(above.into_iter().map(gone));
    Ok((changes, left))
}

/// What a run that was killed left beside the places of files.
pub fn tidy(known: &Known, paths: &Paths) -> Vec<Change> {
    let Some(begun) = &known.begun else {
        return Vec::new();
    };
    let entries = begun
        .entries
        .iter()
        .filter(|entry| !matches!(entry.kind, What::Block(Crontab::Own)));
    let own = [paths.manifest.clone(), paths.begun()];
    entries
        .map(|entry| entry.path.clone())
        .chain(own)
        .flat_map(|path| [Change::Unstage(path.clone()), Change::LetGo(path)])
        .collect()
}

/// Is a line between our marks ours: in one of these texts of ours, or one that starts backups?
fn is_ours(line: &str, texts: [Option<&str>; 2]) -> bool {
    let mut own = texts.into_iter().flatten().flat_map(str::lines);
    line.trim().is_empty() || own.any(|own| own == line) || rivals::mentions(line)
}

struct Building<'a> {
    ground: &'a Ground<'a>,
    changes: Changes,
}

impl<'a> Building<'a> {
    fn new(ground: &'a Ground<'a>) -> Self {
        Self {
            ground,
            changes: Changes::default(),
        }
    }

    fn add(&mut self, change: Change) {
        self.changes.list.push(change);
    }

    fn is_there(&self, path: &Path) -> bool {
        self.ground.disk.files.is_there(path)
    }

    /// The directories that are missing above a path, and those of the recipe.
    fn folders(&mut self, recipe: &Recipe, known: &Known) {
        for step in &recipe.steps {
            if let Step::Folder { path, mode } = step {
                self.ancestors(&path.join("x"), *mode);
            }
        }
        // What a killed run had made is still ours to remove.
        for path in known.folders() {
            if !self.changes.folders.contains(path) {
                self.changes.folders.push(path.clone());
            }
        }
    }

    fn ancestors(&mut self, path: &Path, mode: u32) {
        let mut above: Vec<_> = path.ancestors().skip(1).collect();
        above.reverse();
        for folder in above {
            let known = self.changes.folders.iter().any(|made| made == folder);
            if !known && !self.is_there(folder) {
                self.changes.folders.push(folder.to_owned());
                self.add(Change::Folder {
                    path: folder.to_owned(),
                    mode,
                });
            }
        }
    }

    /// Writes what is to be put in its place.
    fn stage(&mut self, one: &Decided<'_>) {
        let path = one.item.path.clone();
        if !one.doing.writes() {
            return;
        }
        match one.item.step {
            Some(Step::File(file)) => self.add(Change::Stage {
                path,
                bytes: file.bytes.clone(),
                mode: file.mode,
            }),
            Some(Step::Link { to, .. }) => self.add(Change::StageLink {
                path,
                to: to.clone(),
            }),
            _ => {}
        }
    }

    /// Puts one thing in its place.
    fn place(&mut self, step: &Step, one: &Decided<'_>) -> Result<(), Failure> {
        let path = &one.item.path;
        if !one.doing.writes() {
            return Ok(());
        }
        match step {
            Step::Block(block) => {
                if let Doing::Overwrite(Some(copy)) = &one.doing {
                    let old = self.ground.disk.crontab(&block.crontab)?;
                    self.write(copy, old.into_bytes(), 0o600);
                }
                return self.crontab(&block.crontab, Some(&block.lines), one.item.written());
            }
            Step::Folder { .. } | Step::Run(_) => return Ok(()),
            Step::File(_) | Step::Link { .. } => {}
        }
        match &one.doing {
            Doing::Overwrite(Some(copy)) => {
                let (path, copy) = (path.clone(), copy.clone());
                self.add(Change::Copy { path, copy });
            }
            Doing::Dropin { path: folder, text } if !text.is_empty() => {
                self.ancestors(&folder.join("x"), 0o755);
                let free = (90..1000)
                    .map(|number| folder.join(format!("{number}-local.conf")))
                    .find(|path| !self.is_there(path));
                if let Some(path) = free {
                    self.write(&path, text.clone().into_bytes(), 0o644);
                }
            }
            _ => {}
        }
        self.put(path, one.item.state != State::Absent);
        Ok(())
    }

    fn put(&mut self, path: &Path, replaces: bool) {
        if replaces {
            self.add(Change::SetAside(path.to_owned()));
            self.changes.finish.push(Change::LetGo(path.to_owned()));
        }
        self.add(Change::Put {
            path: path.to_owned(),
            replaces,
        });
    }

    fn write(&mut self, path: &Path, bytes: Vec<u8>, mode: u32) {
        self.add(Change::Stage {
            path: path.to_owned(),
            bytes,
            mode,
        });
        self.put(path, self.is_there(path));
    }

    fn take_away(&mut self, path: &Path) {
        if self.is_there(path) {
            self.add(Change::TakeAway(path.to_owned()));
            self.changes.finish.push(Change::LetGo(path.to_owned()));
        }
    }

    fn crontab(
        &mut self,
        crontab: &Crontab,
        lines: Option<&str>,
        written: Option<&str>,
    ) -> Result<(), Failure> {
        let old = self.ground.disk.crontab(crontab)?;
        if crontab::is_kept_by_others(&old) {
            let path = crontab_path(crontab);
            let words = format!("{}: it says DO NOT EDIT", path.display());
            return Err(Failure::new("borgmatic::install::crontab", words)
                .help(
                    "a program keeps it: give that one the lines, which --cron --dry-run shows; or \
                     take the mark out; or use --systemd",
                )
                .status(3));
        }
        // Damage was told of when it was compared.
        let new = crontab::with(&old, lines, &|line| is_ours(line, [written, lines]))
            .unwrap_or_else(|_| old.clone());
        match crontab {
            Crontab::Own => self.add(Change::Crontab { new, old }),
            Crontab::File(path) => {
                self.ancestors(path, 0o755);
                let mode = self.ground.disk.files.mode(path).unwrap_or(0o600);
                self.write(path, new.into_bytes(), mode);
            }
        }
        Ok(())
    }

    fn tell(&mut self, run: &Run, changed: &[Kind]) {
        let is_due = run.after.is_some_and(|kind| changed.contains(&kind));
        if is_due
            || run
                .unless
                .iter()
                .any(|question| !(self.ground.asks)(question))
        {
            self.add(Change::Tell {
                does: run.does.clone(),
                undo: run.undo.clone(),
                may_fail: run.may_fail,
            });
        }
    }

    /// Is anything of that so which the run is needed for?
    fn holds(&self, run: &Run) -> bool {
        run.unless.is_empty() || run.unless.iter().any(self.ground.asks)
    }

    /// Removes what was installed, in the reverse of the order in which it came.
    fn removal(
        &mut self,
        scheduler: Option<schedulers::Scheduler>,
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
        let undo = |run: &Run, build: &mut Self| {
            if let (Some(undo), true) = (&run.undo, tells(run)) {
                build.add(Change::Tell {
                    does: Some(undo.clone()),
                    undo: run.does.clone(),
                    // What was removed by hand, or never begun, cannot be ended.
                    may_fail: run.may_fail || schedule.is_empty() || !build.holds(run),
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
                Some(to) => self.add(Change::StageLink {
                    path: path.clone(),
                    to,
                }),
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
