//! The file system, thinly: every path is found below `root` (`/`, or a test's directory), and
//! every error says what was being done to which path.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::outcome::Failure;

mod folders;
mod held;
mod identity;
mod lexical;
mod log;
mod placed;
mod plain;
mod private;
mod scratch;
mod space;
mod stream;
mod whole;

pub use folders::moved_out;
pub use held::Held;
pub use identity::Identity;
pub use lexical::lexical;
pub use log::LogFile;
pub use placed::{Owner, Placed};
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
        let meta = fs::metadata(self.at(path)).ok()?;
        Some(meta.mode() & 0o7777)
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

    /// The path without links, `.` and `..`.
    pub fn real(&self, path: &Path) -> Option<PathBuf> {
        let real = fs::canonicalize(self.at(path)).ok()?;
        Some(self.shown(real))
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
