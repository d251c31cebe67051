//! A machine of files, for the tests of this room.

use std::fmt::Write;
#[cfg(test)]
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::Starter;
use crate::host::script::Stage;

/// A root with these files, seen by root.
pub(super) fn stage(tree: &[(&str, &str)]) -> (tempfile::TempDir, Stage) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in tree {
        let at = folder.path().join(path);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::fs::write(&at, text).unwrap();
        std::fs::set_permissions(&at, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut stage = Stage::new(folder.path());
    stage.env.homes.insert("ann".into(), "/home/ann".into());
    (folder, stage)
}

pub(super) fn link(root: &Path, path: &str, to: &str) {
    let at = root.join(path);
    std::fs::create_dir_all(at.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(to, at).unwrap();
}

pub(super) fn shown(found: &[Starter]) -> String {
    found.iter().fold(String::new(), |mut text, starter| {
        write!(text, "{starter}\n  {}\n", starter.remove).unwrap();
        text
    })
}
