//! The variables that people give the service of systemd in drop-ins of theirs. What an installation is
//! made from is then read as the unit's runs will read it.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::host::Files;
use crate::option::words::split;

/// The largest drop-in or file of variables that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// What was found.
#[derive(Default)]
pub(super) struct Given {
    pub(super) variables: Vec<(OsString, OsString)>,
    /// A file of variables that this user may not read.
    pub(super) unread: Option<PathBuf>,
}

/// From the drop-ins in this folder, later ones over earlier ones. systemd.exec(5), «Environment».
pub(super) fn find(files: &Files, folder: &Path) -> Given {
    let mut given = Given::default();
    let text = |path: &Path| {
        let bytes = files.read(path, LARGEST).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let names = files.names(folder).unwrap_or_default();
    let paths = names.iter().map(|name| folder.join(name));
    let dropins = paths.filter(|path| path.extension().is_some_and(|end| end == "conf"));
    let (mut lines, mut further): (Vec<String>, Vec<PathBuf>) = Default::default();
    for line in dropins.flat_map(|path| settings(&text(&path))) {
        match line
            .split_once('=')
            .map(|(key, value)| (key.trim(), value.trim()))
        {
            Some(("Environment", "")) => lines.clear(),
            Some(("Environment", value)) => {
                lines.extend(split(&value.replace("%%", "%")).unwrap_or_default());
            }
            Some(("EnvironmentFile", "")) => further.clear(),
            Some(("EnvironmentFile", path)) => {
                further.push(path.trim_start_matches('-').replace("%%", "%").into());
            }
            _ => {}
        }
    }
    // Files go over what stands in units.
    for path in &further {
        let is_refused = |error: std::io::Error| error.kind() == ErrorKind::PermissionDenied;
        if files.head(path, 1).is_err_and(is_refused) {
            given.unread = Some(path.clone());
        }
        let text = text(path);
        let assignments = text.lines().map(str::trim);
        let assignments = assignments.filter(|line| !line.starts_with(['#', ';']));
        lines.extend(assignments.filter_map(|line| {
            let (name, value) = line.split_once('=')?;
            Some(format!("{name}={}", unquoted(value)))
        }));
    }
    let pairs = lines.iter().filter_map(|line| line.split_once('='));
    given.variables = pairs
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    given
}

/// The lines of a unit, where a backslash at the end joins two.
fn settings(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    joined.lines().map(|line| line.trim().to_owned()).collect()
}

fn unquoted(value: &str) -> String {
    match split(value).as_deref() {
        Ok([one]) if value.starts_with(['"', '\'']) => one.clone(),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_come_from_dropins_and_the_files_that_they_name() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let at = root.path().join(path);
            std::fs::create_dir_all(at.parent().unwrap()).unwrap();
            std::fs::write(at, text).unwrap();
        };
        let folder = "etc/borgmatic.service.d";
        write(
            &format!("{folder}/10.conf"),
            "[Service]\nEnvironment=A=0\nEnvironment=\n",
        );
        write(
            &format!("{folder}/20.conf"),
            "[Service]\nEnvironment=\"A=1 2\" \\\n B=50%%\nEnvironmentFile=-/etc/more\nNice=3\n",
        );
        write(&format!("{folder}/notes.txt"), "Environment=C=1\n");
        write("etc/more", "# D=0\nB='from a file'\nE=a b\n");
        let files = Files::new(root.path());
        let given = find(&files, Path::new("/etc/borgmatic.service.d"));
        assert_eq!(given.unread, None);
        let found = given.variables;
        let found: std::collections::BTreeMap<_, _> = found.into_iter().collect();
        let pairs = [("A", "1 2"), ("B", "from a file"), ("E", "a b")];
        let pairs = pairs.map(|(name, value)| (name.into(), value.into()));
        assert_eq!(found, pairs.into());
    }
}
