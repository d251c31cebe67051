//! One move of an installation, what takes it back, and a list of moves that is carried out whole or
//! not at all. What a move does to the world is behind a function: tests stop it between any two.

use std::path::{Path, PathBuf};

use crate::host::files::{Owner, moved_out};
use crate::host::{Command, Failure};

#[derive(Clone, Debug)]
pub enum Change {
    Folder {
        path: PathBuf,
        mode: u32,
    },
    /// Removes a directory if it is empty.
    NoFolder {
        path: PathBuf,
        mode: u32,
    },
    /// A directory of ours that somebody has opened to others, or given away.
    Rights {
        path: PathBuf,
        new: Rights,
        old: Rights,
    },
    /// Writes beside a path what is to stand there.
    Stage {
        path: PathBuf,
        bytes: Vec<u8>,
        mode: u32,
    },
    StageLink {
        path: PathBuf,
        to: PathBuf,
    },
    Unstage(PathBuf),
    /// The same with directories that are missing, and one file in them.
    StageFolders {
        with: Folders,
        bytes: Vec<u8>,
    },
    PutFolders(Folders),
    /// Removes the file, and the directories that are empty then.
    NoFolders(Folders),
    UnstageFolders {
        top: PathBuf,
        file: PathBuf,
    },
    /// Moves a file out of its directories, beside the outermost.
    MoveOut {
        file: PathBuf,
        top: PathBuf,
    },
    /// Keeps beside a path what stands there, while it stays.
    SetAside(PathBuf),
    /// Puts in its place what was written beside it.
    Put {
        path: PathBuf,
        replaces: bool,
    },
    /// Moves what stands there beside its place.
    TakeAway(PathBuf),
    BringBack(PathBuf),
    LetGo(PathBuf),
    Remove(PathBuf),
    /// Gives what stands there a second name.
    Copy {
        path: PathBuf,
        copy: PathBuf,
    },
    /// The whole crontab of the user.
    Crontab {
        new: String,
        old: String,
    },
    /// Tells a service manager.
    Tell {
        does: Option<Box<Command>>,
        undo: Option<Box<Command>>,
        may_fail: bool,
    },
}

/// Who may do what with a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    pub mode: u32,
    pub owner: Owner,
}

/// Directories within each other, the outermost first, and a file in the innermost.
#[derive(Clone, Debug)]
pub struct Folders {
    pub folders: Vec<PathBuf>,
    pub file: PathBuf,
}

impl Folders {
    pub fn top(&self) -> &Path {
        self.folders.first().unwrap_or(&self.file)
    }
}

impl Change {
    /// What takes it back, also where it was done by half.
    fn undo(&self) -> Option<Self> {
        Some(match self {
            Self::Folder { path, mode } => Self::NoFolder {
                path: path.clone(),
                mode: *mode,
            },
            Self::NoFolder { path, mode } => Self::Folder {
                path: path.clone(),
                mode: *mode,
            },
            Self::Rights { path, new, old } => Self::Rights {
                path: path.clone(),
                new: *old,
                old: *new,
            },
            Self::Stage { path, .. } | Self::StageLink { path, .. } => Self::Unstage(path.clone()),
            Self::StageFolders { with, .. } => Self::UnstageFolders {
                top: with.top().to_owned(),
                file: with.file.clone(),
            },
            Self::PutFolders(with) => Self::NoFolders(with.clone()),
            Self::SetAside(path) => Self::LetGo(path.clone()),
            Self::Put {
                path,
                replaces: true,
            }
            | Self::TakeAway(path) => Self::BringBack(path.clone()),
            Self::Put {
                path,
                replaces: false,
            } => Self::Remove(path.clone()),
            Self::Copy { copy, .. } => Self::Remove(copy.clone()),
            Self::Crontab { new, old } => Self::Crontab {
                new: old.clone(),
                old: new.clone(),
            },
            Self::Tell { undo, may_fail, .. } => {
                let mut undo = undo.clone()?;
                // Also after a signal that ends the run.
                undo.anyway = true;
                Self::Tell {
                    does: Some(undo),
                    undo: None,
                    may_fail: *may_fail,
                }
            }
            Self::Unstage(_)
            | Self::UnstageFolders { .. }
            | Self::NoFolders(_)
            | Self::MoveOut { .. }
            | Self::BringBack(_)
            | Self::LetGo(_)
            | Self::Remove(_) => return None,
        })
    }
}

impl Change {
    /// What this has kept of one of these paths.
    fn copy_of(&self, lost: &[&Path]) -> Option<PathBuf> {
        match self {
            Self::SetAside(path) if lost.contains(&path.as_path()) => Some(moved_out(path)),
            Self::Copy { path, copy } if lost.contains(&path.as_path()) => Some(copy.clone()),
            // That of a crontab is written as a file of its own.
            Self::Put { path, .. } if !lost.is_empty() && is_copy(path) => Some(path.clone()),
            _ => None,
        }
    }
}

fn is_copy(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().contains(".bak-")
}

/// Why a list was not carried out, and what could not be taken back.
#[derive(Debug)]
pub struct Undone {
    pub cause: Failure,
    pub left: Vec<Failure>,
}

/// Carries out a list of changes. Where one fails, or where `stopped` says why to stop, all before it
/// are taken back, the last first.
pub fn carry_out(
    changes: &[Change],
    act: &mut dyn FnMut(&Change) -> Result<(), Failure>,
    stopped: &dyn Fn() -> Option<Failure>,
) -> Result<(), Box<Undone>> {
    let mut journal = Vec::new();
    for change in changes {
        let mut failed = stopped();
        if failed.is_none() {
            failed = act(change).err();
            // A copy that failed may be somebody's older one.
            if failed.is_none() || !matches!(change, Change::Copy { .. }) {
                journal.extend(change.undo().map(|undo| (change, undo)));
            }
        }
        if let Some(cause) = failed {
            let left = take_back(&journal, act);
            return Err(Box::new(Undone { cause, left }));
        }
    }
    Ok(())
}

/// Takes back what was done, the last first; says what could not be. Where something does not come
/// back, no copy of it goes: it may be the only one.
fn take_back(
    journal: &[(&Change, Change)],
    act: &mut dyn FnMut(&Change) -> Result<(), Failure>,
) -> Vec<Failure> {
    let (mut left, mut lost) = (Vec::new(), Vec::new());
    for (change, undo) in journal.iter().rev() {
        if let Some(copy) = change.copy_of(&lost) {
            let words = format!("a copy is kept: {}", copy.display());
            left.push(Failure::new("borgmatic::install::copy", words));
            continue;
        }
        let Err(failure) = act(undo) else { continue };
        left.push(failure);
        match undo {
            Change::BringBack(path) => lost.push(path.as_path()),
            Change::Crontab { .. } => lost.push(Path::new("crontab")),
            _ => {}
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &str, replaces: bool) -> Change {
        let path = path.into();
        Change::Put { path, replaces }
    }

    /// What is done after the last of these fails, while nothing comes back to `/unit` or the crontab.
    fn taken_back(changes: &[Change]) -> (Vec<String>, Vec<String>) {
        let mut done = Vec::new();
        let mut failing = false;
        let mut act = |change: &Change| {
            let is_last = matches!(change, Change::Tell { .. });
            let is_back = matches!(change, Change::BringBack(_) | Change::Crontab { .. });
            if is_last || failing && is_back {
                failing = true;
                return Err(Failure::new("borgmatic::host::file", "no"));
            }
            if failing {
                done.push(format!("{change:?}"));
            }
            Ok(())
        };
        let fails = Change::Tell {
            does: None,
            undo: None,
            may_fail: false,
        };
        let all = [changes, &[fails]].concat();
        let undone = carry_out(&all, &mut act, &|| None).unwrap_err();
        let left = undone.left.into_iter().map(|failure| failure.words);
        (done, left.collect())
    }

    #[test]
    fn what_does_not_come_back_keeps_its_copies() {
        let copy = |path: &str| Change::Copy {
            path: path.into(),
            copy: format!("{path}.bak-1").into(),
        };
        let aside = |path: &str| Change::SetAside(path.into());
        let (done, left) = taken_back(&[copy("/unit"), aside("/unit"), put("/unit", true)]);
        assert!(done.is_empty(), "{done:?}");
        let kept = [
            "no",
            "a copy is kept: /.unit.self-install-old",
            "a copy is kept: /unit.bak-1",
        ];
        assert_eq!(left, kept);

        let crontab = Change::Crontab {
            new: "new".into(),
            old: "old".into(),
        };
        let before = [
            put("/var/crontab.bak-1", false),
            put("/new", false),
            crontab,
        ];
        let (done, left) = taken_back(&before);
        assert_eq!(done, [r#"Remove("/new")"#]);
        assert_eq!(left, ["no", "a copy is kept: /var/crontab.bak-1"]);
    }
}
