//! When each check was last done: empty files whose modification time is the data, shared with the
//! original. Facts: borgmatic 2.1.10, `runtime.md` section 8.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::config::directories;
use crate::config::groups::CheckName;
use crate::host::{Failure, Files};
use crate::option::Choice;

pub(super) struct Times {
    /// `…/checks/REPOSITORY-ID`.
    folder: PathBuf,
}

/// Brings the times that borgmatic before 2.0 kept to today's place, unless there are some already.
pub(super) fn move_old(files: &Files, state: &Path, old: &Path) -> Result<(), Failure> {
    let checks = state.join("checks");
    if !files.is_dir(old) || files.exists(&checks) {
        return Ok(());
    }
    files.make_dir(state, 0o700)?;
    if files.rename(old, &checks).is_ok() {
        return Ok(());
    }
    // Another file system. The old ones stay: nothing looks for them any more.
    copy_times(files, old, &checks)
}

/// Makes the same empty files, with the same times.
fn copy_times(files: &Files, from: &Path, to: &Path) -> Result<(), Failure> {
    files.make_dir(to, 0o700)?;
    let names = files.names(from);
    for name in names.map_err(|error| Failure::file("read", from, &error))? {
        let (old, new) = (from.join(&name), to.join(&name));
        if files.is_dir(&old) {
            copy_times(files, &old, &new)?;
        } else if let Some(time) = files.modified(&old) {
            files.stamp(&new, time)?;
        }
    }
    Ok(())
}

impl Times {
    /// The times of one repository, whose id borg has told. What older versions of borgmatic left is
    /// brought to today's form, but not in a dry run.
    pub(super) fn open(files: &Files, state: &Path, id: &str, dry: bool) -> Result<Self, Failure> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if id.is_empty() || !id.bytes().all(is_plain) {
            let words = format!(
                "borg told the repository's id `{}`, which is none",
                id.escape_debug()
            );
            return Err(Failure::new("borgmatic::borg::answer", words)
                .help("is it borg? Name the right one with the option local_path"));
        }
        let checks = state.join("checks");
        if dry {
            return Ok(Self {
                folder: checks.join(id),
            });
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
        path.join(directories::hashed(matching.join(" ").as_bytes()))
    }
}

fn by_archives(check: CheckName) -> bool {
    matches!(check, CheckName::Archives | CheckName::Data)
}

#[cfg(test)]
mod tests {
    use super::{Times, copy_times, move_old};
    use crate::config::groups::CheckName;
    use crate::host::Files;

    #[test]
    fn times_are_kept_where_the_original_keeps_them() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new("/");
        let times = Times::open(&files, folder.path(), "ab", false).unwrap();
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
        move_old(&files, &state, &old).unwrap();
        let times = Times::open(&files, &state, "ab", false).unwrap();
        assert!(state.join("checks/ab/archives/all").is_file());
        assert!(
            times
                .last(&files, CheckName::Archives, &["x".to_owned()])
                .is_some()
        );
        assert!(!old.exists());
    }

    #[test]
    fn an_id_that_leads_elsewhere_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new("/");
        for id in ["", "..", "../../x", "/etc", "a/b", "a\nb"] {
            assert!(
                Times::open(&files, folder.path(), id, true).is_err(),
                "{id}"
            );
        }
        assert!(Times::open(&files, folder.path(), "0a9F", true).is_ok());
    }

    #[test]
    fn on_another_file_system_the_times_are_copied() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        std::fs::create_dir_all(old.join("ab/archives")).unwrap();
        let files = Files::new("/");
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        files.stamp(&old.join("ab/archives/all"), time).unwrap();
        copy_times(&files, &old, &new).unwrap();
        assert_eq!(files.modified(&new.join("ab/archives/all")), Some(time));
    }
}
