//! Carries an installation out: what is looked at before the first write, and the one place where
//! changes meet the machine.

use std::path::{Path, PathBuf};

use super::change::Change;
use super::programs::tell;
use super::setting::Setting;
use crate::host::{Command, Failure, Host};

/// Does one change.
pub fn act(host: &Host<'_>, change: &Change) -> Result<(), Failure> {
    let files = host.files;
    match change {
        Change::Folder { path, mode } => files.make_folder(path, *mode),
        Change::NoFolder { path, .. } => files.remove_folder(path).map(drop),
        Change::Stage { path, bytes, mode } => files.stage(path, bytes, *mode),
        Change::StageLink { path, to } => files.stage_link(path, to),
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
        Change::Crontab { new, .. } => crontab(host, new),
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

/// Replaces the crontab of the user.
fn crontab(host: &Host<'_>, text: &str) -> Result<(), Failure> {
    if text.is_empty() {
        return tell(host, &Command::new("crontab").arg("-r"));
    }
    let folder = PathBuf::from(host.env.text("TMPDIR").unwrap_or("/tmp"));
    let file = host.files.scratch_file(&folder, text.as_bytes())?;
    let done = tell(host, &Command::new("crontab").arg(&file));
    host.files.forget(&file);
    done
}

/// Refuses what only root may do.
pub fn privilege(host: &Host<'_>, setting: &Setting) -> Result<(), Failure> {
    use super::job::Reach;
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
            target(host, folder)?;
        }
    }
    Ok(())
}

fn target(host: &Host<'_>, folder: &Path) -> Result<(), Failure> {
    let refuse = |words: String| Failure::new("borgmatic::install::target", words);
    let shown = folder.display();
    if !host.files.is_dir(folder) {
        let help = "move it away, or choose another --bin-dir";
        return Err(refuse(format!("{shown} is not a directory")).help(help));
    }
    if !host.files.is_within(folder) {
        let words = format!("{shown} leads out of the root");
        return Err(refuse(words).help("a link there points elsewhere: make it a directory"));
    }
    if !host.files.may_write(folder) {
        let status = if host.env.user == 0 { 1 } else { 4 };
        let help = if host.env.user == 0 {
            "is the file system read-only? Choose another --bin-dir, or --no-bin"
        } else {
            "run it as root: sudo borgmatic self-install …"
        };
        return Err(refuse(format!("{shown} cannot be written to"))
            .help(help)
            .status(status));
    }
    if host.env.user != 0 {
        return Ok(());
    }
    let real = host.files.real(folder).unwrap_or_else(|| folder.to_owned());
    for (depth, above) in real.ancestors().enumerate() {
        let mode = host.files.mode(above).unwrap_or(0);
        let sticky = depth > 0 && mode & 0o1000 != 0;
        if mode & 0o002 != 0 && !sticky {
            let words = format!("everybody may write to {}", above.display());
            let help = format!(
                "somebody could replace what root runs: chmod o-w {}",
                above.display()
            );
            return Err(refuse(words).help(help));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::host::script::Stage;

    fn refused(stage: &Stage, path: &str) -> Option<String> {
        let change = Change::Stage {
            path: path.into(),
            bytes: Vec::new(),
            mode: 0o644,
        };
        let result = targets(&stage.host(), std::iter::once(&change));
        result.err().map(|failure| failure.words)
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
                Some("everybody may write to /open")
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
