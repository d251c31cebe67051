//! Files that are written whole or not at all: the new one is made beside its place and renamed.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::Files;
use crate::host::Failure;

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl Files {
    /// Writes a file that only its owner can read. Whole or not at all: it is written beside its
    /// place and renamed. Symbolic links stay: what they lead to is replaced.
    pub fn write_private(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        self.write_whole(path, bytes, 0o600)
    }

    /// The same, with another mode.
    pub fn write_whole(&self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
        let at = self.at(&self.real(path).unwrap_or_else(|| path.to_owned()));
        let failed = |error: io::Error| Failure::file("write", path, &error);
        let folder = at.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(bytes)
            .and_then(|()| file.as_file().sync_all())
            .map_err(failed)?;
        file.as_file()
            .set_permissions(fs::Permissions::from_mode(mode))
            .map_err(failed)?;
        file.persist(&at).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// A copy beside a file, `NAME.bak`, `NAME.bak1` and so on: none is overwritten. Its mode and
    /// owner are those of the file.
    pub fn keep_copy(&self, path: &Path) -> Result<PathBuf, Failure> {
        let failed = |error: io::Error| Failure::file("keep a copy of", path, &error);
        let bytes = fs::read(self.at(path)).map_err(failed)?;
        for number in 0.. {
            let mut name = path.as_os_str().to_owned();
            name.push(".bak");
            if number > 0 {
                name.push(number.to_string());
            }
            let copy = PathBuf::from(name);
            match self.beside(path, &bytes)?.persist_noclobber(self.at(&copy)) {
                Ok(_) => return Ok(copy),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(error.error)),
            }
        }
        Err(failed(io::ErrorKind::AlreadyExists.into()))
    }

    /// Gives a file other contents, whole or not at all, and leaves its mode and owner. Symbolic
    /// links stay: what they lead to is replaced. A file with several names (hard links) is written in
    /// place, so that they stay one file; then a failure may leave half of it.
    pub fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.real(path).unwrap_or_else(|| path.to_owned());
        if fs::metadata(self.at(&path)).is_ok_and(|meta| meta.nlink() > 1) {
            return fs::write(self.at(&path), bytes)
                .and_then(|()| fs::File::open(self.at(&path))?.sync_all())
                .map_err(|error| Failure::file("write", &path, &error));
        }
        let file = self.beside(&path, bytes)?;
        file.persist(self.at(&path))
            .map_err(|error| Failure::file("replace", &path, &error.error))?;
        Ok(())
    }

    /// A new file in the directory of another one, with its mode and owner.
    fn beside(&self, path: &Path, bytes: &[u8]) -> Result<tempfile::NamedTempFile, Failure> {
        use std::os::unix::fs::fchown;
        let at = self.at(path);
        let failed = |error: io::Error| Failure::file("write beside", path, &error);
        let meta = fs::metadata(&at).map_err(failed)?;
        let folder = at.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        let own = file.as_file().metadata().map_err(failed)?;
        if (own.uid(), own.gid()) != (meta.uid(), meta.gid()) {
            fchown(file.as_file(), Some(meta.uid()), Some(meta.gid())).map_err(failed)?;
        }
        file.as_file()
            .set_permissions(fs::Permissions::from_mode(meta.mode() & 0o7777))
            .and_then(|()| file.as_file().sync_all())
            .map_err(failed)?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_file_is_written_through_links() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        let files = Files::new("/");
        files.write_private(&real, b"old").unwrap();
        std::os::unix::fs::symlink("real", &link).unwrap();
        files.write_private(&link, b"new").unwrap();
        assert_eq!(files.read(&real, 9).unwrap(), b"new");
        assert_eq!(files.read_link(&link), Some("real".into()));
    }
}
