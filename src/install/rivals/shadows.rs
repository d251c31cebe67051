//! Which borgmatic is found by whom: in a login, through sudo, by cron. Another one than was
//! installed may stand before it.

use std::path::{Path, PathBuf};

use super::mention::lines;
use crate::host::Host;

/// The largest file of sudo that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// What cron gives where its table sets no PATH. Debian: the same.
const CRON: &str = "/usr/bin:/bin";

/// What sudo is built with on most systems.
const SUDO: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Somebody who finds another borgmatic than the installed one, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// `sudo`, `cron`, `this login`.
    pub who: &'static str,
    pub finds: Option<PathBuf>,
    /// The PATH that was searched.
    pub path: String,
}

/// Who does not find the program at this path.
pub fn shadows(host: &Host<'_>, installed: &Path) -> Vec<Shadow> {
    let login = host
        .env
        .get("PATH")
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let sudo = secure_path(host).unwrap_or_else(|| SUDO.to_owned());
    let real = host.files.real(installed);
    [
        ("this login", login),
        ("sudo", sudo),
        ("cron", CRON.to_owned()),
    ]
    .into_iter()
    .filter(|(who, _)| *who != "sudo" || host.files.exists(Path::new("/etc/sudoers")))
    .filter_map(|(who, path)| {
        let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
        let mut places = folders.map(|folder| folder.join("borgmatic"));
        let finds = places.find(|place| host.files.is_file(place));
        let right = finds.as_ref().is_some_and(|found| {
            found == installed || real.is_some() && host.files.real(found) == real
        });
        (!right).then_some(Shadow { who, finds, path })
    })
    .collect()
}

/// Other programs of the name that this login's PATH leads to.
pub fn others_on_path(host: &Host<'_>, installed: &Path) -> Vec<PathBuf> {
    let path = host.env.get("PATH").unwrap_or_default();
    let real = host.files.real(installed);
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    let places = folders.map(|folder| folder.join("borgmatic"));
    let is_other = |place: &PathBuf| host.files.is_file(place) && host.files.real(place) != real;
    places.filter(is_other).collect()
}

/// The last `secure_path` that sudo reads, if this user may look.
fn secure_path(host: &Host<'_>) -> Option<String> {
    let folder = Path::new("/etc/sudoers.d");
    let names = host.files.names(folder).unwrap_or_default();
    let more = names.into_iter().map(|name| folder.join(name));
    let mut found = None;
    for file in std::iter::once(PathBuf::from("/etc/sudoers")).chain(more) {
        let bytes = host.files.read(&file, LARGEST).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for (_, line) in lines(&text) {
            let Some((_, rest)) = line.split_once("secure_path") else {
                continue;
            };
            if !line.starts_with("Defaults") || line.contains("!secure_path") {
                continue;
            }
            let value = rest.trim_start().trim_start_matches(['+', '=']).trim();
            let value = value.trim_matches('"');
            found = Some(value.split(['"', ',']).next().unwrap_or(value).to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::stage;
    use super::*;

    #[test]
    fn who_finds_another_one_is_named() {
        let (_folder, mut stage) = stage(&[
            ("usr/local/bin/borgmatic", ""),
            ("usr/bin/borgmatic", ""),
            (
                "etc/sudoers",
                "Defaults env_reset\n# Defaults secure_path=\"/x\"\nDefaults\tsecure_path=\"/sbin:/usr/bin\"\n",
            ),
        ]);
        stage
            .env
            .variables
            .insert("PATH".into(), "bin:/usr/local/bin:/usr/bin".into());
        let installed = Path::new("/usr/local/bin/borgmatic");
        let other = Some(PathBuf::from("/usr/bin/borgmatic"));
        let found = shadows(&stage.host(), installed);
        let found: Vec<_> = found
            .into_iter()
            .map(|shadow| (shadow.who, shadow.finds))
            .collect();
        assert_eq!(found, [("sudo", other.clone()), ("cron", other)]);
    }
}
