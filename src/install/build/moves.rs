//! The moves that changes are made of, each in its order: made beside its place, then put there; what
//! was there is kept until the end.

use std::path::{Path, PathBuf};

use super::{Changes, Ground};
use crate::host::Failure;
use crate::host::files::{Owner, Placed};
use crate::install::change::{Change, Folders, Rights};
use crate::install::crontab;
use crate::install::decide::{Decided, Doing};
use crate::install::recipe::{Crontab, Kind, Recipe, Run, Step};
use crate::install::rivals;
use crate::install::state::{State, crontab_path};

/// Is a line between our marks ours: in one of these texts of ours, or one that starts backups?
pub(super) fn is_ours(line: &str, texts: [Option<&str>; 2]) -> bool {
    let mut own = texts.into_iter().flatten().flat_map(str::lines);
    line.trim().is_empty() || own.any(|own| own == line) || rivals::mentions(line)
}

/// A list of changes that grows.
pub(super) struct Moves<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) changes: Changes,
}

impl<'a> Moves<'a> {
    pub(super) fn new(ground: &'a Ground<'a>) -> Self {
        Self {
            ground,
            changes: Changes::default(),
        }
    }

    pub(super) fn add(&mut self, change: Change) {
        self.changes.list.push(change);
    }

    fn is_there(&self, path: &Path) -> bool {
        self.ground.disk.files.is_there(path)
    }

    /// The directories of a recipe, and those that are missing above them.
    pub(super) fn folders(&mut self, recipe: &Recipe) {
        for step in &recipe.steps {
            if let Step::Folder { path, mode } = step {
                self.ancestors(&path.join("x"), *mode);
            }
        }
    }

    fn ancestors(&mut self, path: &Path, mode: u32) {
        for folder in self.missing_above(path) {
            if !self.changes.folders.contains(&folder) {
                self.changes.folders.push(folder.clone());
                self.add(Change::Folder { path: folder, mode });
            }
        }
    }

    /// The directories that are missing above a path, the outermost first.
    pub(super) fn missing_above(&self, path: &Path) -> Vec<PathBuf> {
        let above = path.ancestors().skip(1);
        let missing = above.take_while(|folder| !self.is_there(folder));
        let mut missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        missing.reverse();
        missing
    }

    /// Writes down what is begun. Where its folder is missing, both come in one move: what is killed
    /// before it has done nothing.
    pub(super) fn begin(&mut self, folders: Vec<PathBuf>, bytes: Vec<u8>) {
        let file = self.ground.paths.begun();
        if folders.is_empty() {
            return self.write(&file, bytes, 0o644);
        }
        let with = Folders { folders, file };
        self.add(Change::StageFolders {
            with: with.clone(),
            bytes,
        });
        self.add(Change::PutFolders(with));
    }

    /// Writes what is to be put in its place.
    pub(super) fn stage(&mut self, one: &Decided<'_>) {
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
    pub(super) fn place(&mut self, step: &Step, one: &Decided<'_>) -> Result<(), Failure> {
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
            Step::Folder { mode, .. } => {
                if let (Doing::Update, Some(placed)) = (&one.doing, one.item.placed) {
                    self.rights(path, *mode, placed);
                }
                return Ok(());
            }
            Step::Run(_) => return Ok(()),
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

    /// Takes a directory back into our hands.
    pub(super) fn rights(&mut self, path: &Path, mode: u32, placed: Placed) {
        let owner = Owner {
            user: self.ground.disk.owner.user,
            ..placed.owner
        };
        self.add(Change::Rights {
            path: path.to_owned(),
            new: Rights { mode, owner },
            old: Rights {
                mode: placed.mode,
                owner: placed.owner,
            },
        });
    }

    pub(super) fn put(&mut self, path: &Path, replaces: bool) {
        if replaces {
            self.add(Change::SetAside(path.to_owned()));
            self.changes.finish.push(Change::LetGo(path.to_owned()));
        }
        self.add(Change::Put {
            path: path.to_owned(),
            replaces,
        });
    }

    pub(super) fn write(&mut self, path: &Path, bytes: Vec<u8>, mode: u32) {
        self.add(Change::Stage {
            path: path.to_owned(),
            bytes,
            mode,
        });
        self.put(path, self.is_there(path));
    }

    pub(super) fn take_away(&mut self, path: &Path) {
        if self.is_there(path) {
            self.add(Change::TakeAway(path.to_owned()));
            self.changes.finish.push(Change::LetGo(path.to_owned()));
        }
    }

    pub(super) fn crontab(
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

    pub(super) fn tell(&mut self, run: &Run, changed: &[Kind]) {
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
}
