//! Files that are put in their place in two moves: written beside it first, then renamed, with what
//! was there kept beside it until all is well. Links in the place of a file are never followed.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, OFlags, accessat};
use rustix::io::Errno;

use super::{Files, Sort};
use crate::host::outcome::Failure;

/// What a path is, links not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub sort: Sort,
    pub mode: u32,
    pub owner: Owner,
}

/// Whom a file belongs to: user and group, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    pub user: u32,
    pub group: u32,
}

impl Owner {
    pub const ROOT: Self = Self { user: 0, group: 0 };

    /// Whom files that this process puts in their places belong to.
    pub fn of_new_files() -> Self {
        match rustix::process::geteuid().as_raw() {
            0 => Self::ROOT,
            user => Self {
                user,
                group: rustix::process::getegid().as_raw(),
            },
        }
    }
}

/// `0:0`
impl std::fmt::Display for Owner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}", self.user, self.group)
    }
}

/// `.NAME.self-install-new`: a dot, so that cron and systemd look away.
pub(super) fn beside(at: &Path, end: &str) -> PathBuf {
    let name = at.file_name().unwrap_or_default().to_string_lossy();
    at.with_file_name(format!(".{name}.self-install-{end}"))
}

pub(super) fn failed<'p>(doing: &'p str, path: &'p Path) -> impl Fn(io::Error) -> Failure + 'p {
    move |error| Failure::file(doing, path, &error)
}

/// What is not there is removed already.
pub(super) fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl Files {
    /// The same file system, seen from a directory in it.
    #[must_use]
    pub fn below(&self, root: &Path) -> Self {
        Self::new(self.at(root))
    }

    /// The bytes of the running program, be its file removed or replaced by now.
    pub fn own_program(&self) -> io::Result<Vec<u8>> {
        let open = self.at(Path::new("/proc/self/exe"));
        if open.exists() {
            return fs::read(open);
        }
        fs::read(std::env::current_exe()?)
    }

    /// Where the running program is.
    pub fn own_path(&self) -> Option<PathBuf> {
        let open = fs::read_link(self.at(Path::new("/proc/self/exe"))).ok();
        open.or_else(|| std::env::current_exe().ok())
    }

    /// What stands at a path; `None`: nothing.
    pub fn placed(&self, path: &Path) -> io::Result<Option<Placed>> {
        let meta = match fs::symlink_metadata(self.at(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            meta => meta?,
        };
        Ok(Some(Placed {
            sort: self.sort(path)?,
            mode: meta.mode() & 0o7777,
            owner: Owner {
                user: meta.uid(),
                group: meta.gid(),
            },
        }))
    }

    /// May this user make files in a directory?
    pub fn may_write(&self, folder: &Path) -> bool {
        accessat(CWD, self.at(folder), Access::WRITE_OK, AtFlags::EACCESS).is_ok()
    }

    /// Does a path, its links followed, stay below the root?
    pub fn is_within(&self, path: &Path) -> bool {
        let (Ok(real), Ok(root)) = (
            fs::canonicalize(self.at(path)),
            fs::canonicalize(&self.root),
        ) else {
            return false;
        };
        real.starts_with(root)
    }

    /// Writes beside a path what is to stand there.
    pub fn stage(&self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
        let failed = failed("write", path);
        let new = beside(&self.at(path), "new");
        gone(fs::remove_file(&new))
            .and_then(|()| write_new(&new, bytes, mode))
            .map_err(failed)
    }

    /// The same for a symbolic link; on a file system that has none, for a program of this text.
    pub fn stage_link(&self, path: &Path, to: &Path, instead: Option<&str>) -> Result<(), Failure> {
        let new = beside(&self.at(path), "new");
        gone(fs::remove_file(&new))
            .and_then(|()| or_instead(std::os::unix::fs::symlink(to, &new), &new, instead))
            .map_err(failed("make the link", path))
    }

    /// Removes what was written beside a path.
    pub fn unstage(&self, path: &Path) -> Result<(), Failure> {
        let new = beside(&self.at(path), "new");
        gone(fs::remove_file(new)).map_err(failed("remove what was written beside", path))
    }

    /// Keeps beside a path what stands there, while it stays.
    pub fn set_aside(&self, path: &Path) -> Result<(), Failure> {
        let failed = failed("keep", path);
        let at = self.at(path);
        let old = beside(&at, "old");
        gone(fs::remove_file(&old)).map_err(&failed)?;
        name_again(&at, &old).map_err(failed)
    }

    /// Puts in its place what was written beside it.
    pub fn put(&self, path: &Path) -> Result<(), Failure> {
        let at = self.at(path);
        fs::rename(beside(&at, "new"), &at)
            .and_then(|()| sync_folder(&at))
            .map_err(failed("put in its place", path))
    }

    /// Moves what stands at a path beside it; nothing, where it has gone by itself.
    pub fn take_away(&self, path: &Path) -> Result<(), Failure> {
        let at = self.at(path);
        gone(fs::rename(&at, beside(&at, "old")).and_then(|()| sync_folder(&at)))
            .map_err(failed("remove", path))
    }

    /// Puts back what was kept beside a path; nothing, where nothing was taken away yet.
    pub fn bring_back(&self, path: &Path) -> Result<(), Failure> {
        let at = self.at(path);
        gone(fs::rename(beside(&at, "old"), &at))
            .and_then(|()| sync_folder(&at))
            .map_err(failed("bring back", path))
    }

    /// Removes what was kept beside a path.
    pub fn let_go(&self, path: &Path) -> Result<(), Failure> {
        let old = beside(&self.at(path), "old");
        gone(fs::remove_file(old)).map_err(failed("remove what was kept beside", path))
    }

    /// Removes a file or a link.
    pub fn remove_placed(&self, path: &Path) -> Result<(), Failure> {
        let at = self.at(path);
        gone(fs::remove_file(&at).and_then(|()| sync_folder(&at))).map_err(failed("remove", path))
    }

    /// Gives a file a second name that is not there yet.
    pub fn copy_placed(&self, path: &Path, copy: &Path) -> Result<(), Failure> {
        let (at, to) = (self.at(path), self.at(copy));
        let failed = failed("keep a copy of", path);
        if fs::symlink_metadata(&to).is_ok() {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        name_again(&at, &to)
            .and_then(|()| sync_folder(&to))
            .map_err(failed)
    }
}

/// symlink(2): «EPERM: the filesystem does not support the creation of symbolic links»; others say it
/// in other words.
fn or_instead(made: io::Result<()>, new: &Path, instead: Option<&str>) -> io::Result<()> {
    let without = [Errno::PERM, Errno::OPNOTSUPP, Errno::NOTSUP, Errno::NOSYS];
    match (made, instead) {
        (Err(error), Some(text))
            if without
                .map(|one| Some(one.raw_os_error()))
                .contains(&error.raw_os_error()) =>
        {
            write_new(new, text.as_bytes(), 0o755)
        }
        (made, _) => made,
    }
}

/// Gives a file or a link a second name; where there can be none, a copy.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
fn name_again(at: &Path, other: &Path) -> io::Result<()> {
    if fs::hard_link(at, other).is_ok() {
        return Ok(());
    }
    match fs::read_link(at) {
        Ok(to) => std::os::unix::fs::symlink(to, other),
        Err(_) => fs::copy(at, other).map(drop),
    }
}

pub(super) fn write_new(at: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let flags = OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .custom_flags(i32::try_from(flags.bits()).unwrap_or(0))
        .open(at)?;
    file.write_all(bytes)?;
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    own_group(&file)?;
    file.sync_all()
}

/// Files that root installs belong to root's group, also below a directory that gives its own.
fn own_group(file: &fs::File) -> io::Result<()> {
    let meta = file.metadata()?;
    if meta.uid() == 0 && meta.gid() != 0 {
        std::os::unix::fs::fchown(file, Some(0), Some(0))?;
        // A change of the owner may take bits of the mode away.
        file.set_permissions(fs::Permissions::from_mode(meta.mode() & 0o7777))?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub(super) fn sync_folder(at: &Path) -> io::Result<()> {
    match at.parent() {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_put_in_its_place_and_brought_back() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path());
        let path = Path::new("/unit");
        fs::write(folder.path().join("unit"), "old").unwrap();
        files.stage(path, b"new", 0o644).unwrap();
        files.set_aside(path).unwrap();
        files.put(path).unwrap();
        assert_eq!(files.read(path, 9).unwrap(), b"new");
        assert_eq!(files.placed(path).unwrap().unwrap().mode, 0o644);
        files.bring_back(path).unwrap();
        assert_eq!(files.read(path, 9).unwrap(), b"old");
        assert_eq!(files.names(Path::new("/")).unwrap(), ["unit"]);
    }

    #[test]
    fn a_link_in_its_place_is_replaced_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path());
        fs::write(folder.path().join("far"), "far").unwrap();
        std::os::unix::fs::symlink("far", folder.path().join("near")).unwrap();
        let near = Path::new("/near");
        files.stage(near, b"new", 0o600).unwrap();
        files.set_aside(near).unwrap();
        files.put(near).unwrap();
        assert_eq!(files.read(Path::new("/far"), 9).unwrap(), b"far");
        files.bring_back(near).unwrap();
        assert_eq!(files.read_link(near), Some("far".into()));
        assert_eq!(files.names(Path::new("/")).unwrap(), ["far", "near"]);
    }

    #[test]
    fn a_program_stands_for_a_link_where_there_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |errno: Errno| Err(io::Error::from(errno));
        for (errno, instead, stands) in [
            (Errno::PERM, Some("text"), true),
            (Errno::OPNOTSUPP, Some("text"), true),
            (Errno::NOSYS, Some("text"), true),
            (Errno::PERM, None, false),
            (Errno::NOSPC, Some("text"), false),
        ] {
            let new = folder.path().join("new");
            let made = or_instead(refused(errno), &new, instead);
            assert_eq!((made.is_ok(), new.exists()), (stands, stands), "{errno}");
            if stands {
                let mode = fs::metadata(&new).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o755);
                fs::remove_file(new).unwrap();
            }
        }
    }

    #[test]
    fn a_path_that_leads_out_of_the_root_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path());
        std::os::unix::fs::symlink("/usr", folder.path().join("usr")).unwrap();
        fs::create_dir(folder.path().join("etc")).unwrap();
        assert!(files.is_within(Path::new("/etc")));
        assert!(!files.is_within(Path::new("/usr/bin")));
    }
}
