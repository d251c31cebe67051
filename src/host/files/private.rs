//! Directories that are ours alone, and how they go.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::Files;

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl Files {
    /// Is it a directory of ours that nobody else may enter? A link to one is none.
    pub fn is_private_dir(&self, path: &Path) -> bool {
        fs::symlink_metadata(self.at(path)).is_ok_and(|meta| {
            let ours = meta.uid() == rustix::process::geteuid().as_raw();
            meta.is_dir() && ours && meta.mode() & 0o777 == 0o700
        })
    }

    /// Removes a directory and all that lies in it. Refuses where something is mounted below it: what
    /// lies there is somebody else's.
    pub fn remove_tree(&self, path: &Path) -> io::Result<()> {
        let at = self.at(path);
        let device = fs::symlink_metadata(&at)?.dev();
        refuse_mounts(&at, device)?;
        fs::remove_dir_all(at)
    }

    /// Removes a file that nobody needs any more; if it stays, it does no harm.
    pub fn forget(&self, path: &Path) {
        drop(fs::remove_file(self.at(path)));
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
fn refuse_mounts(folder: &Path, device: u64) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let meta = fs::symlink_metadata(&path)?;
        if is_mounted(&meta, device) {
            let words = format!("something is mounted at {}", path.display());
            return Err(io::Error::other(words));
        }
        if meta.is_dir() {
            refuse_mounts(&path, device)?;
        }
    }
    Ok(())
}

/// A directory of another file system? In an overlay, files have the numbers of the layers below it;
/// and what is mounted in the place of a file, nobody can remove (EBUSY).
fn is_mounted(meta: &fs::Metadata, device: u64) -> bool {
    meta.is_dir() && meta.dev() != device
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_layer_is_nothing_mounted() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("file");
        fs::write(&at, "").unwrap();
        let (file, folder) = (
            fs::metadata(at).unwrap(),
            fs::metadata(folder.path()).unwrap(),
        );
        assert!(!is_mounted(&file, file.dev() + 1));
        assert!(is_mounted(&folder, folder.dev() + 1));
        assert!(!is_mounted(&folder, folder.dev()));
    }

    #[test]
    fn a_tree_goes_with_links_and_pipes_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new("/");
        let (top, kept) = (folder.path().join("top"), folder.path().join("kept"));
        fs::create_dir_all(top.join("a/b")).unwrap();
        fs::create_dir_all(&kept).unwrap();
        std::os::unix::fs::symlink(&kept, top.join("a/link")).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(top.join("a/b/pipe"))
            .status();
        assert!(made.unwrap().success());
        files.remove_tree(&top).unwrap();
        assert!(!top.exists() && kept.exists());
    }

    #[test]
    fn what_lies_on_another_file_system_stays() {
        // `/dev` has file systems of its own mounted in it, wherever there is one.
        let device = fs::symlink_metadata("/").unwrap().dev();
        let refused = refuse_mounts(Path::new("/dev"), device).unwrap_err();
        assert!(
            refused.to_string().contains("mounted at /dev/"),
            "{refused}"
        );
    }

    #[test]
    fn only_our_own_closed_directories_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new("/");
        let made = files.scratch(folder.path(), "x-").unwrap();
        assert!(files.is_private_dir(&made));
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&made, open).unwrap();
        assert!(!files.is_private_dir(&made));
        assert!(!files.is_private_dir(Path::new("/proc/self/cwd")));
    }
}
