//! Finding borg on this machine, and what to type where there is none.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::trust;
use super::version::Version;
use crate::host::{Env, Failure, FailureKind, Files};

/// The oldest borg that works. borgmatic 2.1.10: the same.
pub const OLDEST: Version = Version::new(1, 1, 0);

/// Names the borg that runs, over the one on PATH.
pub const VARIABLE: &str = "BORGMATIC_BORG";

/// Where borg is looked for behind PATH: that of cron names few directories.
const USUAL: [&str; 7] = [
    "/usr/local/bin",
    "/usr/bin",
    "/opt/homebrew/bin",
    "/opt/local/bin",
    "/root/.local/bin",
    "~/.local/bin",
    "/snap/bin",
];

/// What a PATH names that was not made for a purpose.
const SYSTEM: [&str; 2] = ["/usr/bin", "/bin"];

/// A borg that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is started as: a name that PATH knows, or a path.
    pub program: String,
    pub path: PathBuf,
    /// What led to it.
    pub by: By,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// `local_path`
    Option,
    /// [`VARIABLE`]
    Variable,
    Path,
    /// One of the usual places.
    Usual,
}

/// Looks for borg: the option `local_path`, [`VARIABLE`], PATH, the usual places.
pub fn find(local_path: Option<&str>, env: &Env, files: &Files) -> Result<Found, Failure> {
    let (program, by) = match (local_path, env.text(VARIABLE)) {
        (Some(path), _) => (path, By::Option),
        (None, Some(path)) => (path, By::Variable),
        (None, None) => ("borg", By::Path),
    };
    let path = env.get("PATH").unwrap_or_default();
    let found = |program: &str, path, by| Found {
        program: program.to_owned(),
        path,
        by,
    };
    if let Ok(path) = which::which_in(program, Some(path), &env.cwd) {
        return Ok(found(program, path, by));
    }
    if program.contains('/') || is_made_up(path) {
        return Err(missing(program, by, files));
    }
    let places = std::env::join_paths(usual(env)).unwrap_or_default();
    let mut candidates = which::which_in_all(program, Some(places), &env.cwd)
        .into_iter()
        .flatten();
    let path = candidates
        .find(|path| env.user != 0 || trust::stranger(path, files).is_none())
        .ok_or_else(|| missing(program, by, files))?;
    Ok(found(&path.to_string_lossy(), path.clone(), By::Usual))
}

/// Any other program, on PATH or by its path.
pub fn on_path(program: &str, env: &Env) -> Option<PathBuf> {
    let path = env.get("PATH").unwrap_or_default();
    which::which_in(program, Some(path), &env.cwd).ok()
}

/// Does PATH leave out the system's own directories? Then it was made to keep programs out.
fn is_made_up(path: &OsStr) -> bool {
    let mut places = std::env::split_paths(path);
    !path.is_empty() && places.all(|place| !SYSTEM.iter().any(|own| place == Path::new(own)))
}

fn usual(env: &Env) -> impl Iterator<Item = PathBuf> {
    USUAL
        .into_iter()
        .map(|place| match place.strip_prefix("~/") {
            Some(below) => env.home.join(below),
            None => place.into(),
        })
}

impl By {
    /// What to do about a borg that this led to and that cannot be used.
    pub fn cure(self, files: &Files) -> String {
        let source = match self {
            Self::Option => "the option local_path",
            Self::Variable => "the variable BORGMATIC_BORG",
            Self::Path | Self::Usual => return format!("install borg: {}", install(files)),
        };
        format!("correct {source}, or remove it to use the borg on PATH")
    }
}

fn missing(program: &str, by: By, files: &Files) -> Failure {
    let words = match by {
        By::Path | By::Usual => "borg was found neither on PATH nor where it usually is".into(),
        By::Option | By::Variable if program.contains('/') => {
            format!("there is no borg at {program}")
        }
        By::Option | By::Variable => format!("`{program}` was not found on PATH"),
    };
    Failure::new("borgmatic::borg::missing", words)
        .kind(FailureKind::Missing)
        .help(by.cure(files))
}

/// The one command that installs borg on this system.
pub fn install(files: &Files) -> &'static str {
    let release = files
        .read(Path::new("/etc/os-release"), 1 << 16)
        .unwrap_or_default();
    let release = String::from_utf8_lossy(&release).into_owned();
    let value = |key: &str| {
        release
            .lines()
            .find_map(|line| line.strip_prefix(key))
            .unwrap_or_default()
            .replace('"', "")
    };
    let names = format!("{} {}", value("ID="), value("ID_LIKE="));
    let manager = names.split_whitespace().find_map(|name| match name {
        "debian" | "ubuntu" => Some("sudo apt install borgbackup"),
        "fedora" | "rhel" | "centos" => Some("sudo dnf install borgbackup"),
        "arch" => Some("sudo pacman -S borg"),
        "alpine" => Some("sudo apk add borgbackup"),
        "suse" | "opensuse" => Some("sudo zypper install borgbackup"),
        "void" => Some("sudo xbps-install borg"),
        "gentoo" => Some("sudo emerge app-backup/borgbackup"),
        "nixos" => Some("nix-env -iA nixos.borgbackup"),
        "freebsd" => Some("sudo pkg install py311-borgbackup"),
        _ => None,
    });
    manager.unwrap_or(if cfg!(target_os = "macos") {
        "brew install borgbackup"
    } else {
        "see https://borgbackup.readthedocs.io/en/stable/installation.html"
    })
}

/// Refuses a borg that is too old to be used.
pub fn new_enough(version: &Version, program: &str) -> Result<(), Failure> {
    if *version >= OLDEST {
        return Ok(());
    }
    let words = format!("{program} is borg {version}, which is too old: {OLDEST} is the least");
    Err(Failure::new("borgmatic::borg::too-old", words)
        .help("install a newer borg, or name one with the option local_path"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn program(at: &Path) {
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::fs::write(at, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(at, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn the_option_goes_before_the_variable_and_that_before_path() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in [
            "path/borg",
            "path/borg1",
            "other/borg",
            "home/.local/bin/borg9",
        ] {
            program(&at(name));
        }
        let files = Files::new("/");
        let mut env = Env {
            home: at("home"),
            cwd: at(""),
            user: 1000,
            ..Env::default()
        };
        let path = format!("{}:/bin", at("path").display());
        env.variables.insert("PATH".into(), path.into());
        let found = |local_path, env: &Env| {
            let found = find(local_path, env, &files).unwrap();
            (found.program, found.path, found.by)
        };
        assert_eq!(
            found(None, &env),
            ("borg".into(), at("path/borg"), By::Path)
        );
        assert_eq!(
            found(Some("borg1"), &env),
            ("borg1".into(), at("path/borg1"), By::Option)
        );
        // Not on PATH: what it is started as is its path.
        let usual = at("home/.local/bin/borg9");
        let shown = usual.to_string_lossy().into_owned();
        assert_eq!(found(Some("borg9"), &env), (shown, usual, By::Usual));
        let other = at("other/borg");
        env.variables.insert(VARIABLE.into(), other.clone().into());
        let shown = other.to_string_lossy().into_owned();
        assert_eq!(found(None, &env), (shown, other, By::Variable));
        assert_eq!(found(Some("borg1"), &env).2, By::Option);

        let refused =
            |local_path, env: &Env| find(local_path, env, &files).unwrap_err().to_string();
        assert_eq!(
            refused(Some("/nowhere/borg"), &env),
            "there is no borg at /nowhere/borg"
        );
        assert_eq!(
            refused(Some("borg8"), &env),
            "`borg8` was not found on PATH"
        );
    }

    #[test]
    fn root_runs_nothing_that_it_only_stumbled_upon_in_the_home_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join(".local/bin/borg9");
        program(&place);
        std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o777)).unwrap();
        let mut env = Env {
            home: folder.path().into(),
            cwd: "/".into(),
            ..Env::default()
        };
        let files = Files::new("/");
        find(Some("borg9"), &env, &files).unwrap_err();
        env.user = 1000;
        find(Some("borg9"), &env, &files).unwrap();
    }
}
