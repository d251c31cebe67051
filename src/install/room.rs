//! Is there room for what is to be written? Asked for each file system before the first write: new files
//! are written beside the old ones, which stay until all is done.

use std::path::PathBuf;

use super::change::Change;
use super::paths::Paths;
use super::show::size;
use crate::host::{Failure, Files};
use crate::option::words::quote;

/// File systems give room in pieces of so much, at most as a rule. In bytes.
const PIECE: u64 = 4096;

/// What goes to one file system.
#[derive(Debug, PartialEq, Eq)]
struct Need {
    device: u64,
    /// Where it is asked about.
    folder: PathBuf,
    bytes: u64,
    has_program: bool,
}

/// Refuses where less is free than is needed; where that cannot be told, nothing is refused.
pub(super) fn room<'c>(
    files: &Files,
    paths: &Paths,
    changes: impl Iterator<Item = &'c Change>,
) -> Result<(), Failure> {
    for need in needs(files, paths, changes) {
        let free = files.free(&need.folder);
        let Some(free) = free.filter(|free| *free < need.bytes) else {
            continue;
        };
        let folder = need.folder.to_string_lossy();
        let words = format!(
            "there is no room at {folder}: {} are needed, {} are free; nothing was changed",
            size(need.bytes),
            size(free)
        );
        let way = if need.has_program {
            ", or put the program elsewhere: --bin-dir DIR"
        } else {
            ""
        };
        let help = format!("make room there, see: df -h {}{way}", quote(&folder));
        return Err(Failure::new("borgmatic::install::room", words).help(help));
    }
    Ok(())
}

fn needs<'c>(files: &Files, paths: &Paths, changes: impl Iterator<Item = &'c Change>) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    for change in changes {
        let (path, bytes) = match change {
            Change::Stage { path, bytes, .. } => (path, bytes.len() as u64),
            Change::StageFolders { with, bytes } => (&with.file, bytes.len() as u64),
            Change::Folder { path, .. } | Change::StageLink { path, .. } => (path, 0),
            _ => continue,
        };
        let there = path.ancestors().skip(1).find(|path| files.is_dir(path));
        // The directory itself, also where a link leads to it.
        let folder = there.map(|folder| files.real(folder).unwrap_or_else(|| folder.to_owned()));
        let Some((folder, device)) = folder.and_then(|it| Some((it.clone(), files.device(&it)?)))
        else {
            continue;
        };
        let bytes = (bytes / PIECE + 1) * PIECE;
        let has_program = *path == paths.program();
        match needs.iter_mut().find(|need| need.device == device) {
            Some(need) => {
                need.bytes += bytes;
                need.has_program |= has_program;
            }
            None => needs.push(Need {
                device,
                folder,
                bytes,
                has_program,
            }),
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Env;
    use crate::install::job::Reach;

    #[test]
    fn what_goes_to_one_file_system_is_added_up() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("usr/local/bin")).unwrap();
        let files = Files::new(folder.path());
        let paths = Paths::of(Reach::System, &Env::default());
        let stage = |path: PathBuf, size: usize| Change::Stage {
            path,
            bytes: vec![0; size],
            mode: 0o644,
        };
        let changes = [
            stage("/etc/systemd/system/borgmatic.timer".into(), 1),
            stage(paths.program(), 10_000),
            Change::LetGo(paths.program()),
        ];
        let need = Need {
            device: files.device(&paths.bin).unwrap(),
            folder: "/".into(),
            bytes: PIECE + 3 * PIECE,
            has_program: true,
        };
        assert_eq!(needs(&files, &paths, changes.iter()), [need]);
        room(&files, &paths, changes.iter()).unwrap();
    }
}
