//! Files that one process at a time has: `flock`, which the kernel gives back when the process dies.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::Files;
use super::identity::is_same;

/// A file or directory that nobody else holds until this is dropped.
#[derive(Debug)]
pub struct Held {
    file: fs::File,
    at: PathBuf,
}

/// Links are not followed, and a FIFO in the place of a file blocks nobody.
pub(super) fn options() -> fs::OpenOptions {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = fs::OpenOptions::new();
    options
        .read(true)
        .custom_flags(i32::try_from(flags.bits()).unwrap_or(0));
    options
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl Files {
    /// Holds a regular file, made with mode 0600 where it is not there; `None` while another
    /// process holds it. What is written to it goes to its end.
    pub fn hold(&self, path: &Path) -> io::Result<Option<Held>> {
        self.hold_file(path, options().append(true).create(true).mode(0o600))
    }

    /// The same for a file that must be there.
    pub fn hold_found(&self, path: &Path) -> io::Result<Option<Held>> {
        self.hold_file(path, &options())
    }

    /// The same for a directory, in which nothing changes thereby.
    pub fn hold_folder(&self, path: &Path) -> io::Result<Option<Held>> {
        let at = fs::canonicalize(self.at(path))?;
        Held::try_new(fs::File::open(&at)?, at)
    }

    fn hold_file(&self, path: &Path, options: &fs::OpenOptions) -> io::Result<Option<Held>> {
        let at = self.at(path);
        let file = options.open(&at)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        Held::try_new(file, at)
    }

    /// The last bytes of a regular file, at most so many, and whether that is all of it.
    pub fn tail(&self, path: &Path, most: u64) -> io::Result<(Vec<u8>, bool)> {
        let mut file = options().open(self.at(path))?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let start = meta.len().saturating_sub(most);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(usize::try_from(meta.len() - start).unwrap_or(0));
        file.take(most).read_to_end(&mut bytes)?;
        Ok((bytes, start == 0))
    }

    /// A directory that only its owner, who is us, can change; made with its parents where it is not
    /// there. Whose it is otherwise, or a link, is refused.
    pub fn own_dir(&self, path: &Path) -> io::Result<()> {
        use std::os::unix::fs::DirBuilderExt;
        let at = self.at(path);
        if let Some(parent) = at.parent() {
            fs::create_dir_all(parent)?;
        }
        match fs::DirBuilder::new().mode(0o700).create(&at) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let meta = fs::symlink_metadata(&at)?;
        let ours = meta.uid() == rustix::process::geteuid().as_raw();
        if meta.is_dir() && ours && meta.mode() & 0o022 == 0 {
            return Ok(());
        }
        Err(io::Error::other("not a directory that is ours alone"))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl Held {
    fn try_new(file: fs::File, at: PathBuf) -> io::Result<Option<Self>> {
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
        // Whoever held it may have put another file in its place, or removed it.
        let (own, now) = (file.metadata()?, fs::symlink_metadata(&at));
        let same = now.is_ok_and(|now| is_same(&now, &own));
        Ok(same.then_some(Self { file, at }))
    }

    /// Bytes in it.
    pub fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Adds bytes at its end, in one write and whole or not at all. What another process began
    /// there and could not end is closed by a line break.
    pub fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let before = self.size()?;
        let mut last = *b"\n";
        if before > 0 {
            self.file.read_exact_at(&mut last, before - 1)?;
        }
        let mut all = Vec::with_capacity(bytes.len() + 1);
        if last != *b"\n" {
            all.push(b'\n');
        }
        all.extend_from_slice(bytes);
        (&self.file).write_all(&all).inspect_err(|_| {
            // It was full before: nothing else can be done if this fails too.
            self.file.set_len(before).ok();
        })
    }

    /// Gives it these bytes instead of what is in it.
    pub fn note(&self, bytes: &[u8]) -> io::Result<()> {
        self.file.set_len(0)?;
        (&self.file).write_all(bytes)
    }

    /// Removes it, and lets go of it. Who waits for it finds that it is another file now.
    pub fn remove(self) {
        // What cannot be removed stays, and can be held again.
        fs::remove_file(&self.at).ok();
    }

    /// Puts a new file with these bytes in its place, whole or not at all. It is written beside it,
    /// as `NAME.new`; what a killed process left there is overwritten.
    pub fn replace(self, bytes: &[u8]) -> io::Result<()> {
        let mut name = self.at.clone().into_os_string();
        name.push(".new");
        let new = PathBuf::from(name);
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let written = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&new, &self.at));
        written.inspect_err(|_| {
            fs::remove_file(&new).ok();
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path());
        (folder, files)
    }

    #[test]
    fn a_file_is_held_once() {
        let (_folder, files) = folder();
        let path = Path::new("/lock");
        let held = files.hold(path).unwrap().unwrap();
        assert!(files.hold(path).unwrap().is_none());
        held.note(b"one").unwrap();
        held.note(b"two").unwrap();
        assert_eq!(files.tail(path, 9).unwrap(), (b"two".to_vec(), true));
        drop(held);
        // A child that another test starts has a copy of the lock until it is another program.
        let is_free = |_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            files.hold(path).unwrap().is_some()
        };
        assert!((0..500).any(is_free));
    }

    #[test]
    fn a_line_that_was_not_ended_costs_only_itself() {
        let (folder, files) = folder();
        std::fs::write(folder.path().join("lines"), "one\ntw").unwrap();
        let path = Path::new("/lines");
        let held = files.hold(path).unwrap().unwrap();
        held.append(b"three\n").unwrap();
        held.append(b"four\n").unwrap();
        let all = b"one\ntw\nthree\nfour\n".to_vec();
        assert_eq!(files.tail(path, 99).unwrap(), (all, true));
        assert_eq!(files.tail(path, 6).unwrap(), (b"\nfour\n".to_vec(), false));
    }

    #[test]
    fn another_file_takes_the_place_whole() {
        let (folder, files) = folder();
        let path = Path::new("/lines");
        std::fs::write(folder.path().join("lines.new"), "left behind").unwrap();
        let held = files.hold(path).unwrap().unwrap();
        held.append(b"old\n").unwrap();
        held.replace(b"new\n").unwrap();
        assert_eq!(files.tail(path, 99).unwrap().0, b"new\n");
        assert!(!folder.path().join("lines.new").exists());
        assert!(files.hold(path).unwrap().is_some());
    }

    #[test]
    fn links_and_places_of_others_are_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let (folder, files) = folder();
        std::fs::write(folder.path().join("victim"), "dear").unwrap();
        symlink("victim", folder.path().join("lock")).unwrap();
        files.hold(Path::new("/lock")).unwrap_err();
        files.own_dir(Path::new("/run/locks")).unwrap();
        files.own_dir(Path::new("/run/locks")).unwrap();
        symlink("locks", folder.path().join("run/link")).unwrap();
        files.own_dir(Path::new("/run/link")).unwrap_err();
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(folder.path().join("run/locks"), open).unwrap();
        files.own_dir(Path::new("/run/locks")).unwrap_err();
    }
}
