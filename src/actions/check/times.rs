//! When each check was last done: empty files whose modification time is the data, shared with the
//! original. Facts: borgmatic 2.1.10, `runtime.md` section 8.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::config::groups::CheckName;
use crate::host::{Failure, Files};
use crate::option::Choice;

pub(super) struct Times {
    /// `…/checks/REPOSITORY-ID`.
    folder: PathBuf,
}

impl Times {
    /// The times of one repository. What older versions of borgmatic left is brought to today's form,
    /// but not in a dry run.
    pub(super) fn open(
        files: &Files,
        state: &Path,
        old: &Path,
        id: &str,
        dry: bool,
    ) -> Result<Self, Failure> {
        let checks = state.join("checks");
        if dry {
            return Ok(Self {
                folder: checks.join(id),
            });
        }
        if files.is_dir(old) && !files.exists(&checks) {
            files.make_dir(state, 0o700)?;
            files.rename(old, &checks)?;
        }
        let folder = checks.join(id);
        for name in [CheckName::Archives, CheckName::Data] {
            let path = folder.join(name.word());
            if files.exists(&path) && !files.is_dir(&path) {
                let aside = folder.join(format!("{}.temp", name.word()));
                files.rename(&path, &aside)?;
                files.make_dir(&path, 0o700)?;
                files.rename(&aside, &path.join("all"))?;
            }
        }
        Ok(Self { folder })
    }

    /// The last time, over these archives or over all.
    pub(super) fn last(
        &self,
        files: &Files,
        check: CheckName,
        matching: &[String],
    ) -> Option<SystemTime> {
        let mut times = vec![files.modified(&self.path(check, matching))];
        if by_archives(check) {
            times.push(files.modified(&self.path(check, &[])));
        }
        times.into_iter().flatten().max()
    }

    /// Remembers that a check was done just now.
    pub(super) fn done(
        &self,
        files: &Files,
        check: CheckName,
        matching: &[String],
    ) -> Result<(), Failure> {
        let path = self.path(check, matching);
        if let Some(folder) = path.parent() {
            files.make_dir(&self.folder, 0o700)?;
            files.make_dir(folder, 0o700)?;
        }
        files.touch(&path)
    }

    fn path(&self, check: CheckName, matching: &[String]) -> PathBuf {
        let path = self.folder.join(check.word());
        if !by_archives(check) {
            return path;
        }
        if matching.is_empty() {
            return path.join("all");
        }
        let mut hash = String::new();
        for byte in Sha256::digest(matching.join(" ")) {
            // Writing to a string cannot fail.
            let _ = write!(hash, "{byte:02x}");
        }
        path.join(hash)
    }
}

fn by_archives(check: CheckName) -> bool {
    matches!(check, CheckName::Archives | CheckName::Data)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Times;
    use crate::config::groups::CheckName;
    use crate::host::Files;

    #[test]
    fn times_are_kept_where_the_original_keeps_them() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new("/");
        let times = Times::open(&files, folder.path(), Path::new("/nowhere"), "ab", false).unwrap();
        let matching = ["--glob-archives".to_owned(), "{hostname}-*".to_owned()];
        assert_eq!(times.last(&files, CheckName::Archives, &matching), None);
        times.done(&files, CheckName::Archives, &matching).unwrap();
        times
            .done(&files, CheckName::Repository, &matching)
            .unwrap();
        let hash = "5b39eb3d2ace2c2200255dd92f1565be627b366f3fa7f32ee9113f7fd548afc6";
        assert!(
            folder
                .path()
                .join("checks/ab/archives")
                .join(hash)
                .is_file()
        );
        assert!(folder.path().join("checks/ab/repository").is_file());
        assert!(times.last(&files, CheckName::Archives, &matching).is_some());
        assert_eq!(times.last(&files, CheckName::Archives, &[]), None);
    }

    #[test]
    fn what_older_versions_left_is_brought_to_todays_form() {
        let folder = tempfile::tempdir().unwrap();
        let (old, state) = (folder.path().join("old"), folder.path().join("state"));
        std::fs::create_dir_all(old.join("ab")).unwrap();
        std::fs::write(old.join("ab/archives"), "").unwrap();
        let files = Files::new("/");
        let times = Times::open(&files, &state, &old, "ab", false).unwrap();
        assert!(state.join("checks/ab/archives/all").is_file());
        assert!(
            times
                .last(&files, CheckName::Archives, &["x".to_owned()])
                .is_some()
        );
        assert!(!old.exists());
    }
}
