//! Directories that come and go with what is put in them. Of those that are missing around a file, all
//! come in one move, with the file in them.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::placed::{beside, failed, gone, sync_folder, write_new};
use super::{Files, Owner};
use crate::host::outcome::Failure;

/// Where a file is that was moved out of this directory.
pub fn moved_out(folder: &Path) -> PathBuf {
    beside(folder, "old")
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl Files {
    /// Makes one directory, whose parent is there.
    pub fn make_folder(&self, path: &Path, mode: u32) -> Result<(), Failure> {
        let failed = failed("make the directory", path);
        let at = self.at(path);
        match fs::create_dir(&at) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            made => made.map_err(&failed)?,
        }
        // Whatever the umask is.
        fs::set_permissions(&at, fs::Permissions::from_mode(mode)).map_err(failed)
    }

    /// Gives a directory this mode and this owner; a link is not followed.
    pub fn set_rights(&self, path: &Path, mode: u32, owner: Owner) -> Result<(), Failure> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let set = || -> io::Result<()> {
            let open = rustix::fs::open(self.at(path), flags, Mode::empty())?;
            let folder = fs::File::from(open);
            let meta = folder.metadata()?;
            if (meta.uid(), meta.gid()) != (owner.user, owner.group) {
                std::os::unix::fs::fchown(&folder, Some(owner.user), Some(owner.group))?;
            }
            folder.set_permissions(fs::Permissions::from_mode(mode))
        };
        set().map_err(failed("put right", path))
    }

    /// Removes a directory if nothing is in it; was it removed? A link to one, which somebody made, stays.
    pub fn remove_folder(&self, path: &Path) -> Result<bool, Failure> {
        match fs::remove_dir(self.at(path)) {
            Ok(()) => Ok(true),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::DirectoryNotEmpty
                        | io::ErrorKind::NotFound
                        | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err(Failure::file("remove the directory", path, &error)),
        }
    }

    /// Makes a directory beside its place, with those that lead to a file, and the file.
    pub fn stage_folders(&self, top: &Path, file: &Path, bytes: &[u8]) -> Result<(), Failure> {
        self.unstage_folders(top, file)?;
        let failed = failed("write", file);
        let path = self.staged_within(top, file);
        for folder in self.staged_folders(top, file).iter().rev() {
            fs::create_dir(folder)
                .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o755)))
                .map_err(&failed)?;
        }
        write_new(&path, bytes, 0o644)
            .and_then(|()| sync_folder(&path))
            .map_err(failed)
    }

    /// Removes what was made so, and nothing else.
    pub fn unstage_folders(&self, top: &Path, file: &Path) -> Result<(), Failure> {
        let failed = failed("remove what was made beside", top);
        gone(fs::remove_file(self.staged_within(top, file))).map_err(&failed)?;
        for folder in self.staged_folders(top, file) {
            gone(fs::remove_dir(folder)).map_err(&failed)?;
        }
        Ok(())
    }

    fn staged_within(&self, top: &Path, path: &Path) -> PathBuf {
        let new = beside(&self.at(top), "new");
        match path.strip_prefix(top) {
            Ok(inside) if inside != Path::new("") => new.join(inside),
            _ => new,
        }
    }

    /// The innermost first.
    fn staged_folders(&self, top: &Path, file: &Path) -> Vec<PathBuf> {
        let above = file.ancestors().skip(1);
        let within = above.take_while(|folder| folder.starts_with(top));
        within
            .map(|folder| self.staged_within(top, folder))
            .collect()
    }

    /// Removes a file, and of the directories from its own up to `top` those that are empty then.
    pub fn remove_within(&self, top: &Path, file: &Path) -> Result<(), Failure> {
        gone(fs::remove_file(self.at(file))).map_err(failed("remove", file))?;
        let above = file.ancestors().skip(1);
        for folder in above.take_while(|folder| folder.starts_with(top)) {
            self.remove_folder(folder)?;
        }
        Ok(())
    }

    /// Moves a file out of a directory that is to go, beside it.
    pub fn move_out(&self, file: &Path, folder: &Path) -> Result<(), Failure> {
        let at = self.at(file);
        match fs::rename(&at, moved_out(&self.at(folder))) {
            // Something was mounted there.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => fs::remove_file(&at),
            moved => gone(moved),
        }
        .map_err(failed("move away", file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_come_with_their_file_and_go_without_what_is_in_them() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path());
        let (top, file) = (Path::new("/var"), Path::new("/var/lib/x/note"));
        files.stage_folders(top, file, b"half").unwrap();
        assert!(!files.is_there(top));
        files.unstage_folders(top, file).unwrap();
        assert!(files.names(Path::new("/")).unwrap().is_empty());
        files.stage_folders(top, file, b"note").unwrap();
        files.put(top).unwrap();
        assert_eq!(files.read(file, 9).unwrap(), b"note");
        assert_eq!(files.names(Path::new("/")).unwrap(), ["var"]);
        fs::write(folder.path().join("var/other"), "").unwrap();
        files.move_out(file, Path::new("/var/lib")).unwrap();
        let note = moved_out(Path::new("/var/lib"));
        assert_eq!(files.read(&note, 9).unwrap(), b"note");
        files.let_go(Path::new("/var/lib")).unwrap();
        files.remove_within(top, file).unwrap();
        assert_eq!(files.names(top).unwrap(), ["other"]);
        std::os::unix::fs::symlink("var", folder.path().join("link")).unwrap();
        assert!(!files.remove_folder(Path::new("/link")).unwrap());
    }
}
