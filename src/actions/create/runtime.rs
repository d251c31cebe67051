//! The directory that a run of create makes for itself and stores in the archive. It is held by a
//! lock for as long as the run lives. What killed runs left behind is cleared away; what has no lock
//! in it is another program's and stays.

use std::path::{Path, PathBuf};

use crate::actions::Context;
use crate::config::directories;
use crate::host::files::Held;
use crate::host::{Failure, Files, Level};

/// Before the random part of its name. borgmatic 2.1.10: the same.
const PREFIX: &str = "borgmatic-";
/// The file in it that is locked; beside what is stored.
const LOCK: &str = "lock";

pub(in crate::actions) struct Runtime {
    /// `…/borgmatic-RANDOM`: all of it goes at the end.
    top: PathBuf,
    /// `…/borgmatic-RANDOM/borgmatic`.
    pub(super) folder: PathBuf,
    /// The same as borg is given it, `…/borgmatic-RANDOM/./borgmatic`: from 1.4 on, borg stores what
    /// comes after the dot only.
    pub(super) stored: PathBuf,
    _held: Held,
}

impl Runtime {
    pub(in crate::actions) fn make(context: &Context<'_>) -> Result<Self, Failure> {
        let files = context.host.files;
        let base = directories::runtime(&context.config.run, context.host.env)?;
        files.make_dir(&base, 0o700)?;
        if !context.dry {
            for (path, error) in clear_away(files, &base) {
                let words = format!(
                    "{}, which an earlier run left behind, could not be removed: {error}",
                    path.display()
                );
                context.say(Level::Warning, &words);
            }
        }
        let (top, held) = held_scratch(files, &base)?;
        let folder = top.join("borgmatic");
        files.make_dir(&folder, 0o700)?;
        // `join` would drop the dot.
        let stored = PathBuf::from(format!("{}/./borgmatic", top.display()));
        Ok(Self {
            top,
            folder,
            stored,
            _held: held,
        })
    }

    pub(in crate::actions) fn remove(self, context: &Context<'_>) {
        if let Err(error) = context.host.files.remove_tree(&self.top) {
            context.say(
                Level::Warning,
                &format!("{} could not be removed: {error}", self.top.display()),
            );
        }
    }
}

/// A new directory, and its lock. Another run may clear it away before it is locked: then it was no
/// loss, and the next one is made.
fn held_scratch(files: &Files, base: &Path) -> Result<(PathBuf, Held), Failure> {
    loop {
        let top = files.scratch(base, PREFIX)?;
        let lock = top.join(LOCK);
        match files.hold(&lock) {
            Ok(Some(held)) => return Ok((top, held)),
            Ok(None) => {}
            Err(_) if !files.is_there(&top) => {}
            Err(error) => return Err(Failure::file("lock", &lock, &error)),
        }
    }
}

/// Removes the directories of runs that are dead, and returns those that cannot be removed.
fn clear_away(files: &Files, base: &Path) -> Vec<(PathBuf, std::io::Error)> {
    let names = files.names(base).unwrap_or_default();
    names
        .iter()
        .filter(|name| name.to_string_lossy().starts_with(PREFIX))
        .map(|name| base.join(name))
        .filter_map(|top| {
            let lock = top.join(LOCK);
            if !files.is_private_dir(&top) {
                return None;
            }
            let _held = files.hold_found(&lock).ok()??;
            let error = files.remove_tree(&top).err()?;
            Some((top, error))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{LOCK, clear_away, held_scratch};
    use crate::host::Files;

    #[test]
    fn only_the_directories_of_the_dead_are_cleared_away() {
        let base = tempfile::tempdir().unwrap();
        let files = Files::new("/");
        let dead = files.scratch(base.path(), "borgmatic-").unwrap();
        files
            .make_dir(&dead.join("borgmatic/bootstrap"), 0o700)
            .unwrap();
        files.touch(&dead.join(LOCK)).unwrap();
        let (living, _held) = held_scratch(&files, base.path()).unwrap();
        let original = files.scratch(base.path(), "borgmatic-").unwrap();
        let stranger = base.path().join("other-one");
        files.make_dir(&stranger, 0o700).unwrap();
        files.touch(&stranger.join(LOCK)).unwrap();

        assert!(clear_away(&files, base.path()).is_empty());
        assert!(!dead.exists());
        for kept in [living, original, stranger] {
            assert!(kept.exists(), "{}", kept.display());
        }
        assert!(clear_away(&files, Path::new("/nowhere")).is_empty());
    }

    #[test]
    fn many_runs_at_once_never_lose_their_directory() {
        let base = tempfile::tempdir().unwrap();
        let files = Files::new("/");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        assert!(clear_away(&files, base.path()).is_empty());
                        let (top, held) = held_scratch(&files, base.path()).unwrap();
                        clear_away(&files, base.path());
                        assert!(top.join(LOCK).exists());
                        files.remove_tree(&top).unwrap();
                        drop(held);
                    }
                });
            }
        });
        assert!(files.names(base.path()).unwrap().is_empty());
    }
}
