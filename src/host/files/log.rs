//! A file that only grows, line by line, and that somebody else may put away while it is open.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use super::Files;
use super::identity::is_same;
use crate::host::outcome::Failure;

/// An open log file. Its mode follows the umask; borgmatic 2.1.10: the same.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    file: File,
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl Files {
    /// Opens a file to add to its end, and makes it where it is not there.
    pub fn log(&self, path: &Path) -> io::Result<LogFile> {
        let path = self.at(path);
        let file = open(&path)?;
        Ok(LogFile { path, file })
    }

    /// Renames what our standard error goes to, where it has become larger than so many bytes, to
    /// `NAME.old`, in the place of an older one. What is written until we end still goes there.
    pub fn put_away_own_log(&self, path: &Path, largest: u64) -> Result<(), Failure> {
        let at = self.at(path);
        let own = io::stderr().as_fd().try_clone_to_owned().map(File::from);
        let (Ok(meta), Ok(own)) = (
            fs::symlink_metadata(&at),
            own.and_then(|own| own.metadata()),
        ) else {
            return Ok(());
        };
        if !meta.is_file() || meta.len() <= largest || !is_same(&meta, &own) {
            return Ok(());
        }
        let mut old = at.clone().into_os_string();
        old.push(".old");
        let put_away = match fs::rename(&at, old) {
            // The file is this user's, and the directory is not: it cannot have another name.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                keep_end(&at, largest / 4)
            }
            done => done,
        };
        put_away.map_err(|error| Failure::file("put away", path, &error))
    }
}

/// Leaves the last so many bytes of a file in it, from the start of a line on. Whoever adds to it goes
/// on behind them.
fn keep_end(at: &Path, most: u64) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(at)?;
    let start = file.metadata()?.len().saturating_sub(most);
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.read_to_end(&mut end)?;
    let line = end
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&end[line..])
}

fn open(path: &Path) -> io::Result<File> {
    // Without this, a FIFO that nobody reads would wait for ever.
    let waits_not = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o666)
        .custom_flags(waits_not)
        .open(path)?;
    if file.metadata()?.file_type().is_block_device() {
        return Err(io::Error::other("it is a disk, not a file"));
    }
    let flags = fcntl_getfl(&file)?;
    fcntl_setfl(&file, flags - OFlags::NONBLOCK)?;
    Ok(file)
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl LogFile {
    /// Adds whole lines. Where the file was moved or removed since, as logrotate does, a new one is
    /// made in its place. borgmatic 2.1.10: the same.
    pub fn add(&mut self, lines: &[u8]) -> io::Result<()> {
        let own = self.file.metadata()?;
        let now = fs::metadata(&self.path);
        if !now.is_ok_and(|now| is_same(&now, &own)) {
            self.file = open(&self.path)?;
        }
        self.file.write_all(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_and_a_file_that_was_put_away_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("run.log");
        fs::write(&at, "old\n").unwrap();
        let mut log = Files::new(folder.path())
            .log(Path::new("/run.log"))
            .unwrap();
        log.add(b"one\n").unwrap();
        fs::rename(&at, folder.path().join("run.log.1")).unwrap();
        log.add(b"two\n").unwrap();
        fs::remove_file(&at).unwrap();
        log.add(b"three\n").unwrap();
        assert_eq!(fs::read(&at).unwrap(), b"three\n");
        let put_away = folder.path().join("run.log.1");
        assert_eq!(fs::read(put_away).unwrap(), b"old\none\n");
    }

    #[test]
    fn where_a_log_cannot_be_renamed_its_end_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("run.log");
        fs::write(&at, "one\ntwo\nthree\n").unwrap();
        let mut log = Files::new(folder.path())
            .log(Path::new("/run.log"))
            .unwrap();
        keep_end(&at, 8).unwrap();
        log.add(b"four\n").unwrap();
        assert_eq!(fs::read(&at).unwrap(), b"three\nfour\n");
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path());
        let kind = |path: &str| files.log(Path::new(path)).unwrap_err().kind();
        assert_eq!(kind("/"), io::ErrorKind::IsADirectory);
        assert_eq!(kind("/no/such"), io::ErrorKind::NotFound);
        let fifo = folder.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.unwrap().success());
        let refused = files.log(Path::new("/fifo")).unwrap_err();
        assert_eq!(
            refused.raw_os_error(),
            Some(rustix::io::Errno::NXIO.raw_os_error())
        );
    }
}
