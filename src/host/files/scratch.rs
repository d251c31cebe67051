//! Files and directories with new names, for this run alone.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::Files;
use crate::host::Failure;

impl Files {
    /// A new private file for a child to read. It is gone after the run, so nothing waits for the disk.
    pub fn write_scratch(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let open = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(self.at(path));
        open.and_then(|mut file| file.write_all(bytes))
            .map_err(|error| Failure::file("write", path, &error))
    }

    /// The same with a random name.
    pub fn scratch_file(&self, parent: &Path, bytes: &[u8]) -> Result<PathBuf, Failure> {
        let failed = |error: io::Error| Failure::file("write a file in", parent, &error);
        let mut file = tempfile::Builder::new()
            .prefix("")
            .tempfile_in(self.at(parent))
            .map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        let (_, path) = file.keep().map_err(|error| failed(error.error))?;
        Ok(self.shown(path))
    }

    /// A new private directory with a random name of letters and digits below `parent`.
    pub fn scratch(&self, parent: &Path, prefix: &str) -> Result<PathBuf, Failure> {
        let made = tempfile::Builder::new()
            .prefix(prefix)
            .rand_bytes(8)
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(self.at(parent));
        match made {
            Ok(made) => Ok(self.shown(made.keep())),
            Err(error) => Err(Failure::file("make a directory in", parent, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_child_is_to_read_is_new_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let (path, files) = (folder.path().join("list"), Files::new("/"));
        files.write_scratch(&path, b"one").unwrap();
        files.write_scratch(&path, b"two").unwrap_err();
        assert_eq!(files.read(&path, 9).unwrap(), b"one");
        assert_eq!(files.mode(&path), Some(0o600));
    }
}
