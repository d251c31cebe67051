//! What tells whether a file is still the same one.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Files;

/// A file as it is now. Links are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// In bytes.
    pub size: u64,
    /// In nanoseconds since 1970.
    pub mtime: i64,
    pub ctime: i64,
    pub device: u64,
    pub inode: u64,
}

/// Is it the same file, under any of its names?
pub(super) fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl Files {
    /// The user id of who owns a file, links followed.
    pub fn owner(&self, path: &Path) -> Option<u32> {
        fs::metadata(self.at(path)).ok().map(|meta| meta.uid())
    }

    /// The group id of a file, links followed.
    pub fn group(&self, path: &Path) -> Option<u32> {
        fs::metadata(self.at(path)).ok().map(|meta| meta.gid())
    }

    pub fn identity(&self, path: &Path) -> Option<Identity> {
        let meta = fs::metadata(self.at(path)).ok()?;
        let nanoseconds =
            |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Some(Identity {
            size: meta.len(),
            mtime: nanoseconds(meta.mtime(), meta.mtime_nsec()),
            ctime: nanoseconds(meta.ctime(), meta.ctime_nsec()),
            device: meta.dev(),
            inode: meta.ino(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("borg");
        let files = Files::new("/");
        assert_eq!(files.identity(&at), None);
        std::fs::write(&at, "one").unwrap();
        let one = files.identity(&at).unwrap();
        assert_eq!(files.identity(&at), Some(one));
        std::fs::write(folder.path().join("new"), "two").unwrap();
        std::fs::rename(folder.path().join("new"), &at).unwrap();
        assert_ne!(files.identity(&at), Some(one));
    }
}
