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
        no_device(&at).map_err(failed)?;
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

    /// Gives files that belong together other contents, all of them or none, and leaves their modes
    /// and owners; where the old ones are kept. All new ones are written beside their places before
    /// the first is replaced, so that little can fail in between. Symbolic links stay: what they lead
    /// to is replaced. A file with several names (hard links) is written in place, so that they stay
    /// one file; a kill may leave half of it then.
    pub fn replace_all(&self, all: &[(&Path, &[u8])]) -> Result<Vec<PathBuf>, Failure> {
        let mut ready: Vec<Ready<'_>> = Vec::new();
        for (path, new) in all {
            match self.ready(path, new) {
                Ok(one) => ready.push(one),
                Err(failure) => {
                    ready.iter().for_each(|one| self.forget(&one.copy));
                    return Err(failure);
                }
            }
        }
        self.put_all(ready)
    }

    /// What was replaced before a failure is taken back.
    fn put_all(&self, mut ready: Vec<Ready<'_>>) -> Result<Vec<PathBuf>, Failure> {
        let mut places = ready.iter_mut().enumerate();
        let failed = places.find_map(|(index, one)| Some((index, one.put().err()?)));
        let Some((index, error)) = failed else {
            return Ok(ready.into_iter().map(|one| one.copy).collect());
        };
        let mut failure = Failure::file("replace", &ready[index].path, &error);
        for (at, one) in ready.iter().enumerate() {
            if at <= index && self.replace(&one.path, &one.old).is_err() {
                failure = failure.help(format!("the old text is in {}", one.copy.display()));
            } else {
                self.forget(&one.copy);
            }
        }
        Err(failure)
    }

    fn ready<'n>(&self, path: &Path, new: &'n [u8]) -> Result<Ready<'n>, Failure> {
        let path = self.real(path).unwrap_or_else(|| path.to_owned());
        let at = self.at(&path);
        let failed = |error: io::Error| Failure::file("write", &path, &error);
        no_device(&at).map_err(failed)?;
        let old = fs::read(&at).map_err(failed)?;
        let new = if self.has_several_names(&path) {
            let file = fs::File::options().write(true).open(&at).map_err(failed)?;
            New::Within(file, new)
        } else {
            New::Beside(self.beside(&path, new)?)
        };
        let copy = self.keep_copy(&path)?;
        Ok(Ready {
            path,
            at,
            old,
            copy,
            new: Some(new),
        })
    }

    fn has_several_names(&self, path: &Path) -> bool {
        fs::metadata(self.at(path)).is_ok_and(|meta| meta.is_file() && meta.nlink() > 1)
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        if self.has_several_names(path) {
            return fs::write(self.at(path), bytes)
                .map_err(|error| Failure::file("write", path, &error));
        }
        let file = self.beside(path, bytes)?;
        file.persist(self.at(path))
            .map_err(|error| Failure::file("replace", path, &error.error))?;
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

/// What is renamed over `/dev/null` would be `/dev/null` from then on, for every program.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
fn no_device(at: &Path) -> io::Result<()> {
    match fs::metadata(at) {
        Ok(meta) if !meta.is_file() && !meta.is_dir() => {
            Err(io::Error::other("not a regular file"))
        }
        _ => Ok(()),
    }
}

/// A file that is about to get other contents.
struct Ready<'n> {
    path: PathBuf,
    at: PathBuf,
    old: Vec<u8>,
    copy: PathBuf,
    new: Option<New<'n>>,
}

enum New<'n> {
    Beside(tempfile::NamedTempFile),
    Within(fs::File, &'n [u8]),
}

impl Ready<'_> {
    fn put(&mut self) -> io::Result<()> {
        match self.new.take() {
            Some(New::Beside(file)) => {
                file.persist(&self.at).map_err(|error| error.error)?;
            }
            Some(New::Within(mut file, new)) => {
                file.set_len(0)?;
                file.write_all(new)?;
                file.sync_all()?;
            }
            None => {}
        }
        Ok(())
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

    #[test]
    fn a_socket_or_a_device_is_never_replaced() {
        use std::os::unix::fs::FileTypeExt;
        let folder = tempfile::tempdir().unwrap();
        let (at, link) = (folder.path().join("socket"), folder.path().join("link"));
        let _kept = std::os::unix::net::UnixListener::bind(&at).unwrap();
        std::os::unix::fs::symlink("socket", &link).unwrap();
        let files = Files::new("/");
        for path in [&at, &link] {
            let refused = files.write_whole(path, b"new", 0o644).unwrap_err();
            assert!(
                refused.words.contains("not a regular file"),
                "{}",
                refused.words
            );
            assert!(files.replace_all(&[(path, b"new")]).is_err());
        }
        assert!(fs::metadata(&at).unwrap().file_type().is_socket());
        let names: Vec<_> = files.names(folder.path()).unwrap();
        assert_eq!(names.len(), 2, "{names:?}");
    }

    #[test]
    fn files_that_belong_together_are_replaced_all_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let files = Files::new("/");
        let names = || {
            let mut names: Vec<_> = files.names(folder.path()).unwrap();
            names.sort();
            names
        };
        fs::write(at("a"), "a1").unwrap();
        fs::write(at("b"), "b1").unwrap();
        fs::hard_link(at("b"), at("c")).unwrap();
        let (one, two, lost) = (at("a"), at("b"), at("lost"));
        let bad = [(&*one, &b"a2"[..]), (&two, b"b2"), (&lost, b"x")];
        assert!(files.replace_all(&bad).is_err());
        assert_eq!(names(), ["a", "b", "c"]);
        assert_eq!(files.read(&one, 9).unwrap(), b"a1");

        // The last moment: a directory has come into the place of the second one.
        let late = at("late");
        fs::write(&late, "l1").unwrap();
        let all = [(&*one, &b"a2"[..]), (&two, b"b2"), (&late, b"l2")];
        let ready = all.map(|(path, new)| files.ready(path, new).unwrap());
        fs::remove_file(&late).unwrap();
        fs::create_dir(&late).unwrap();
        let failure = files.put_all(ready.into()).unwrap_err();
        assert_eq!(files.read(&one, 9).unwrap(), b"a1");
        assert_eq!(files.read(&at("c"), 9).unwrap(), b"b1");
        assert!(failure.help.unwrap().ends_with("late.bak"));
        assert_eq!(names(), ["a", "b", "c", "late", "late.bak"]);

        let copies = files.replace_all(&bad[..2]).unwrap();
        assert_eq!(copies, [at("a.bak"), at("b.bak")]);
        assert_eq!(files.read(&one, 9).unwrap(), b"a2");
        assert_eq!(files.read(&at("c"), 9).unwrap(), b"b2");
        assert_eq!(files.read(&at("b.bak"), 9).unwrap(), b"b1");
    }
}
