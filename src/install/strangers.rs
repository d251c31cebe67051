//! What root runs or believes must be root's alone: the directories of an installation, its manifest,
//! a program that stays where it is, the configurations. Below `--root` only what is open to everybody
//! counts: whose a tree is, its maker knows.

use std::path::{Path, PathBuf};

use super::paths::Paths;
use crate::borg::trust::{Stranger, Who, stranger, strangers};
use crate::host::{Failure, Files, Host};
use crate::option::words::quote;

/// Who else may put something into this directory.
pub(super) fn of_folder(files: &Files, folder: &Path, rooted: bool) -> Option<Stranger> {
    let real = files.real(folder).unwrap_or_else(|| folder.to_owned());
    // The sticky bit keeps files that are there, and keeps nobody from making some.
    let open = files.mode(&real).is_some_and(|mode| mode & 0o002 != 0);
    let open = open.then_some(Stranger {
        place: real,
        who: Who::Everybody,
    });
    let counts = |one: &Stranger| match one.who {
        Who::Everybody => true,
        Who::Owner(_) => !rooted,
        Who::Group(_) => false,
    };
    open.or_else(|| strangers(folder, files).find(counts))
}

/// Takes the place from them.
pub(super) fn cure(stranger: &Stranger) -> String {
    let place = quote(&stranger.place.to_string_lossy());
    match stranger.who {
        Who::Everybody => format!("chmod o-w {place}"),
        Who::Owner(_) => format!("sudo chown root {place} (unless it is that user's home)"),
        Who::Group(_) => format!("sudo chmod g-w {place}"),
    }
}

/// Refuses a manifest that somebody else may change: root removes what it names.
pub(super) fn refuse_manifest(
    host: &Host<'_>,
    files: &Files,
    paths: &Paths,
    rooted: bool,
) -> Result<(), Failure> {
    if host.env.user != 0 || rooted {
        return Ok(());
    }
    let notes = [paths.manifest.clone(), paths.begun()];
    let mut there = notes.iter().filter(|note| files.is_there(note));
    let found = there.find_map(|note| Some((note, stranger(note, files)?)));
    let Some((note, stranger)) = found else {
        return Ok(());
    };
    let words = format!("{} is not for root to believe: {stranger}", note.display());
    let help = format!(
        "it says what is removed: see that it is right, then {}; or run this as that user, \
         without sudo",
        cure(&stranger)
    );
    Err(Failure::new("borgmatic::install::manifest", words).help(help))
}

/// Refuses a program for root that somebody else may change.
pub(super) fn refuse_program(host: &Host<'_>, program: &Path, rooted: bool) -> Result<(), Failure> {
    if host.env.user != 0 || rooted {
        return Ok(());
    }
    let Some(stranger) = stranger(program, host.files) else {
        return Ok(());
    };
    let words = format!("{} is not for root to run: {stranger}", program.display());
    let help = format!(
        "put it where only root may change it: borgmatic self-install --bin-dir DIR; or: {}",
        cure(&stranger)
    );
    Err(Failure::new("borgmatic::install::target", words).help(help))
}

/// Who else may change one of these configuration files, which root follows; and what to do about it.
pub(super) fn of_configurations<'f>(
    paths: impl IntoIterator<Item = &'f PathBuf>,
    files: &Files,
) -> Option<(String, String)> {
    let found = |path: &'f PathBuf| Some((path, stranger(path, files)?));
    let (path, stranger) = paths.into_iter().find_map(found)?;
    let words = format!("root runs what {} says, and {stranger}", path.display());
    Some((words, cure(&stranger)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::host::script::Stage;
    use crate::install::job::Reach;

    fn may(at: &Path, mode: u32) {
        std::fs::set_permissions(at, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Whose the files of a test are, nobody knows: where they are not root's, they are a stranger's.
    #[test]
    fn what_others_may_change_is_not_for_root() {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = Stage::new(folder.path());
        let paths = Paths::of(Reach::System, &stage.env);
        let at = |path: &Path| folder.path().join(path.strip_prefix("/").unwrap());
        let manifest = at(&paths.manifest);
        std::fs::create_dir_all(manifest.parent().unwrap()).unwrap();
        let refused = |stage: &Stage, rooted| {
            refuse_manifest(&stage.host(), &stage.files, &paths, rooted).map_err(|told| told.words)
        };
        assert_eq!(refused(&stage, false), Ok(()));
        std::fs::write(&manifest, "").unwrap();
        may(&manifest, 0o646);
        let told = refused(&stage, false).unwrap_err();
        assert!(told.contains("is not for root to believe"), "{told}");
        assert_eq!(refused(&stage, true), Ok(()));
        let config = [paths.manifest.clone()];
        let (words, cure) = of_configurations(&config, &stage.files).unwrap();
        assert!(
            words.starts_with("root runs what /var/lib/borgmatic/"),
            "{words}"
        );
        assert!(cure.starts_with("chmod o-w /var") || cure.starts_with("sudo chown root /"));
        let told = refuse_program(&stage.host(), &paths.manifest, false).unwrap_err();
        assert!(told.words.contains("is not for root to run"));
        assert!(refuse_program(&stage.host(), &paths.manifest, true).is_ok());
        stage.env.user = 1000;
        assert_eq!(refused(&stage, false), Ok(()));
        assert!(refuse_program(&stage.host(), &paths.manifest, false).is_ok());
    }

    #[test]
    fn below_a_root_it_is_told_who_everybody_is_alone() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path());
        std::fs::create_dir_all(folder.path().join("opt/bin")).unwrap();
        let own = rustix::process::getuid().as_raw();
        std::os::unix::fs::chown(folder.path().join("opt"), Some(own.max(7)), None).unwrap();
        let found = |rooted| of_folder(&files, Path::new("/opt/bin"), rooted);
        assert_eq!(found(true), None);
        assert!(matches!(found(false).unwrap().who, Who::Owner(_)));
        may(&folder.path().join("opt/bin"), 0o1777);
        assert_eq!(found(true).unwrap().who, Who::Everybody);
    }
}
