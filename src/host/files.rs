//! The file system, thinly: every path is found below `root` (`/`, or a test's directory), and
//! every error says what was being done to which path.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::outcome::Failure;

mod held;
mod identity;
mod lexical;
mod log;
mod placed;
mod plain;
mod private;
mod space;
mod stream;

pub use held::Held;
pub use identity::Identity;
pub use lexical::lexical;
pub use log::LogFile;
pub use placed::Placed;
pub use plain::Sort;

pub struct Files {
    root: PathBuf,
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl Files {
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn at(&self, path: &Path) -> PathBuf {
        if self.root == Path::new("/") {
            path.to_path_buf()
        } else {
            self.root.join(path.strip_prefix("/").unwrap_or(path))
        }
    }

    /// The reverse of [`Self::at`].
    fn shown(&self, at: PathBuf) -> PathBuf {
        match at.strip_prefix(&self.root) {
            Ok(below) => Path::new("/").join(below),
            Err(_) => at,
        }
    }

    /// At most `limit` bytes of a regular file; never waits for a FIFO or a device.
    pub fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let at = self.at(path);
        let meta = fs::metadata(&at)?;
        if meta.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // A file of procfs says that it is a regular one, and may block for ever. It lies on no disk.
        let on_disk = on_a_disk(meta.dev());
        let is_made_up = || {
            let real = fs::canonicalize(&at)?;
            Ok::<_, io::Error>(real.starts_with("/proc") || real.starts_with("/sys"))
        };
        if !meta.is_file() || !on_disk && is_made_up()? {
            return Err(io::Error::other("not a regular file"));
        }
        if meta.len() > limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0));
        fs::File::open(at)?
            .take(limit + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes)
    }

    pub fn exists(&self, path: &Path) -> bool {
        self.at(path).exists()
    }

    pub fn is_dir(&self, path: &Path) -> bool {
        self.at(path).is_dir()
    }

    /// Is it a file that can be read without waiting for a writer?
    pub fn is_file(&self, path: &Path) -> bool {
        self.at(path).is_file()
    }

    /// The device a path lies on, if it exists.
    pub fn device(&self, path: &Path) -> Option<u64> {
        fs::symlink_metadata(self.at(path))
            .ok()
            .map(|meta| meta.dev())
    }

    /// The permissions of a file, links followed.
    pub fn mode(&self, path: &Path) -> Option<u32> {
        use std::os::unix::fs::PermissionsExt;
        let meta = fs::metadata(self.at(path)).ok()?;
        Some(meta.permissions().mode() & 0o7777)
    }

    /// Does a name exist, be it a link to nowhere?
    pub fn is_there(&self, path: &Path) -> bool {
        fs::symlink_metadata(self.at(path)).is_ok()
    }

    pub fn read_link(&self, path: &Path) -> Option<PathBuf> {
        fs::read_link(self.at(path)).ok()
    }

    /// The names in a directory, sorted.
    pub fn names(&self, path: &Path) -> io::Result<Vec<std::ffi::OsString>> {
        let mut names = fs::read_dir(self.at(path))?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<Result<Vec<_>, _>>()?;
        names.sort();
        Ok(names)
    }

    pub fn modified(&self, path: &Path) -> Option<SystemTime> {
        fs::metadata(self.at(path))
            .and_then(|meta| meta.modified())
            .ok()
    }

    /// Makes a directory and its parents. `mode` is for the last one; parents follow the umask.
    pub fn make_dir(&self, path: &Path, mode: u32) -> Result<(), Failure> {
        let at = self.at(path);
        if at.is_dir() {
            return Ok(());
        }
        let failed = |error: io::Error| Failure::file("make the directory", path, &error);
        if let Some(parent) = at.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        match fs::DirBuilder::new().mode(mode).create(&at) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed(error)),
            _ => Ok(()),
        }
    }

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

    /// The path without links, `.` and `..`.
    pub fn real(&self, path: &Path) -> Option<PathBuf> {
        let real = fs::canonicalize(self.at(path)).ok()?;
        match real.strip_prefix(&self.root) {
            Ok(inside) if self.root != Path::new("/") => Some(Path::new("/").join(inside)),
            _ => Some(real),
        }
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

    /// Makes an empty private file, or sets the time of one that exists, to now.
    pub fn touch(&self, path: &Path) -> Result<(), Failure> {
        self.stamp(path, SystemTime::now())
    }

    /// The same with another time.
    pub fn stamp(&self, path: &Path, time: SystemTime) -> Result<(), Failure> {
        let open = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(self.at(path));
        open.and_then(|file| file.set_modified(time))
            .map_err(|error| Failure::file("set the time of", path, &error))
    }

    pub fn rename(&self, from: &Path, to: &Path) -> Result<(), Failure> {
        fs::rename(self.at(from), self.at(to)).map_err(|error| Failure::file("move", from, &error))
    }

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

/// procfs and the like have no major number.
#[cfg(target_os = "linux")]
fn on_a_disk(device: u64) -> bool {
    rustix::fs::major(device) != 0
}

/// Elsewhere the number says nothing of that.
#[cfg(not(target_os = "linux"))]
fn on_a_disk(_device: u64) -> bool {
    false
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
