//! Carries an installation out: what is looked at before the first write, and the one place where
//! changes meet the machine.

use std::path::Path;

use super::change::Change;
use super::job::Reach;
use super::own_files;
use super::paths::Paths;
use super::programs::{set_crontab, tell};
use super::setting::Setting;
use super::strangers;
use crate::host::{Failure, Host};
use crate::option::words::quote;

/// Does one change.
pub fn act(host: &Host<'_>, change: &Change) -> Result<(), Failure> {
    let files = host.files;
    match change {
        Change::Folder { path, mode } => files.make_folder(path, *mode),
        Change::NoFolder { path, .. } => files.remove_folder(path).map(drop),
        Change::Rights { path, new, .. } => files.set_rights(path, new.mode, new.owner),
        Change::Stage { path, bytes, mode } => files.stage(path, bytes, *mode),
        Change::StageLink { path, to } => {
            files.stage_link(path, to, own_files::wrapper(path).as_deref())
        }
        Change::Unstage(path) => files.unstage(path),
        Change::StageFolders { with, bytes } => files.stage_folders(with.top(), &with.file, bytes),
        Change::PutFolders(with) => files.put(with.top()),
        Change::NoFolders(with) => files.remove_within(with.top(), &with.file),
        Change::UnstageFolders { top, file } => files.unstage_folders(top, file),
        Change::MoveOut { file, top } => files.move_out(file, top),
        Change::SetAside(path) => files.set_aside(path),
        Change::Put { path, .. } => files.put(path),
        Change::TakeAway(path) => files.take_away(path),
        Change::BringBack(path) => files.bring_back(path),
        Change::LetGo(path) => files.let_go(path),
        Change::Remove(path) => files.remove_placed(path),
        Change::Copy { path, copy } => files.copy_placed(path, copy),
        Change::Crontab { new, .. } => set_crontab(host, new),
        Change::Tell { does: None, .. } => Ok(()),
        Change::Tell {
            does: Some(command),
            may_fail,
            ..
        } => match tell(host, command) {
            Err(_) if *may_fail => Ok(()),
            done => done,
        },
    }
}

/// Refuses what only root may do.
pub fn privilege(host: &Host<'_>, setting: &Setting) -> Result<(), Failure> {
    if setting.managers.reach == Reach::User || host.env.user == 0 || setting.root.is_some() {
        return Ok(());
    }
    let words = "an installation for the whole machine needs root";
    Err(Failure::new("borgmatic::install::privilege", words)
        .help("sudo borgmatic self-install …, or for you alone: borgmatic self-install --user …")
        .status(4))
}

/// Refuses directories that cannot be written to, or that others could write to.
pub fn targets<'c>(
    host: &Host<'_>,
    paths: &Paths,
    (reach, rooted): (Reach, bool),
    changes: impl Iterator<Item = &'c Change>,
) -> Result<(), Failure> {
    let mut seen: Vec<&Path> = Vec::new();
    for change in changes {
        let path = match change {
            Change::Folder { path, .. }
            | Change::Stage { path, .. }
            | Change::StageLink { path, .. }
            | Change::TakeAway(path) => path,
            Change::StageFolders { with, .. } => &with.file,
            _ => continue,
        };
        let Some(folder) = path
            .ancestors()
            .skip(1)
            .find(|folder| host.files.is_there(folder))
        else {
            continue;
        };
        if !seen.contains(&folder) {
            seen.push(folder);
            let way = if path.starts_with(&paths.bin) {
                "; or put the program elsewhere: --bin-dir DIR, or leave it: --no-bin"
            } else {
                ""
            };
            target(host, (reach, rooted), folder, way)?;
        }
    }
    Ok(())
}

/// `way`: the way around it, where there is one.
fn target(
    host: &Host<'_>,
    (reach, rooted): (Reach, bool),
    folder: &Path,
    way: &str,
) -> Result<(), Failure> {
    let refuse = |words: String| Failure::new("borgmatic::install::target", words);
    let shown = folder.display();
    if !host.files.is_dir(folder) {
        let help = format!(
            "move it away: mv {0} {0}.old{way}",
            quote(&folder.to_string_lossy())
        );
        return Err(refuse(format!("{shown} is not a directory")).help(help));
    }
    if !host.files.is_within(folder) {
        let words = format!("{shown} leads out of the root");
        return Err(refuse(words).help("a link there points elsewhere: make it a directory"));
    }
    if !host.files.may_write(folder) {
        let (status, help) = match (host.env.user, reach) {
            (0, _) => (
                1,
                format!("is its file system read-only? See: findmnt -T {shown}"),
            ),
            (_, Reach::System) => (4, "run it as root: sudo borgmatic self-install …".into()),
            (user, Reach::User) => {
                let shown = quote(&folder.to_string_lossy());
                (4, format!("let it be yours: sudo chown {user} {shown}"))
            }
        };
        return Err(refuse(format!("{shown} cannot be written to"))
            .help(help + way)
            .status(status));
    }
    let found = match host.env.user {
        0 => strangers::of_folder(host.files, folder, rooted),
        _ => None,
    };
    let Some(stranger) = found else {
        return Ok(());
    };
    let help = match reach {
        // `sudo` leaves HOME to the user in places.
        Reach::User => {
            "install as that user, without sudo; or for the machine, without --user".into()
        }
        Reach::System => {
            let cure = strangers::cure(&stranger);
            format!("somebody could replace what root runs: {cure}{way}")
        }
    };
    Err(refuse(stranger.to_string()).help(help))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::host::script::Stage;

    fn told(stage: &Stage, path: &str) -> Option<Failure> {
        let change = Change::Stage {
            path: path.into(),
            bytes: Vec::new(),
            mode: 0o644,
        };
        let paths = Paths::of(Reach::System, &stage.env);
        let result = targets(
            &stage.host(),
            &paths,
            (Reach::System, true),
            std::iter::once(&change),
        );
        result.err()
    }

    fn refused(stage: &Stage, path: &str) -> Option<String> {
        told(stage, path).map(|failure| failure.words)
    }

    /// Only the program can go elsewhere.
    #[test]
    fn another_place_is_offered_for_the_program_alone() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["usr/local/bin", "etc/systemd/system"] {
            let parent = folder.path().join(path);
            std::fs::create_dir_all(parent.parent().unwrap()).unwrap();
            std::fs::write(parent, "").unwrap();
        }
        let stage = Stage::new(folder.path());
        let help = |path: &str| told(&stage, path).unwrap().help.unwrap();
        assert!(help("/usr/local/bin/borgmatic").ends_with("--bin-dir DIR, or leave it: --no-bin"));
        assert_eq!(
            help("/etc/systemd/system/borgmatic.timer"),
            "move it away: mv /etc/systemd/system /etc/systemd/system.old"
        );
    }

    #[test]
    fn root_writes_nothing_where_others_could() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &str, mode| {
            let at = folder.path().join(path);
            std::fs::create_dir_all(&at).unwrap();
            std::fs::set_permissions(at, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        mode("good/bin", 0o755);
        mode("open/bin", 0o755);
        mode("open", 0o777);
        mode("sticky/bin", 0o755);
        mode("sticky", 0o1777);
        let mut stage = Stage::new(folder.path());
        assert_eq!(refused(&stage, "/good/bin/x"), None);
        assert_eq!(refused(&stage, "/good/new/x"), None);
        assert_eq!(refused(&stage, "/sticky/bin/x"), None);
        for path in ["/open/bin/x", "/open/x"] {
            assert_eq!(
                refused(&stage, path).as_deref(),
                Some("everybody may change /open")
            );
        }
        assert!(refused(&stage, "/sticky/x").is_some());
        symlink("/", folder.path().join("out")).unwrap();
        assert_eq!(
            refused(&stage, "/out/x").as_deref(),
            Some("/out leads out of the root")
        );
        stage.env.user = 1000;
        assert_eq!(refused(&stage, "/open/bin/x"), None);
    }
}
