//! Finding borg on this machine, and what to type where there is none.

use std::path::{Path, PathBuf};

use super::version::Version;
use crate::host::{Env, Failure, FailureKind, Files};

/// The oldest borg that works. borgmatic 2.1.10: the same.
pub const OLDEST: Version = Version::new(1, 1, 0);

/// The path of a borg that is named in the configuration.
pub fn find(program: &str, env: &Env, files: &Files) -> Result<PathBuf, Failure> {
    let path = env.get("PATH").unwrap_or_default();
    which::which_in(program, Some(path), &env.cwd).map_err(|_| missing(program, files))
}

fn missing(program: &str, files: &Files) -> Failure {
    let words = if program.contains('/') {
        format!("there is no borg at {program}")
    } else {
        format!("`{program}` was not found on PATH")
    };
    let help = if program == "borg" {
        format!("install borg: {}", install(files))
    } else {
        "correct the option local_path, or remove it to use the borg on PATH".to_owned()
    };
    Failure::new("borgmatic::borg::missing", words)
        .kind(FailureKind::Missing)
        .help(help)
}

/// The one command that installs borg on this system.
fn install(files: &Files) -> &'static str {
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
