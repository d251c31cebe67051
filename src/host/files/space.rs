//! How much room there is.

use std::path::Path;

use super::Files;

impl Files {
    /// The bytes that this user may still write to the file system that holds a path.
    pub fn free(&self, path: &Path) -> Option<u64> {
        let stat = rustix::fs::statvfs(self.at(path)).ok()?;
        Some(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_room_and_nothing_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new("/");
        assert!(files.free(folder.path()).unwrap() > 0);
        assert_eq!(files.free(&folder.path().join("none")), None);
    }
}
