//! Where an installation puts its files, for the whole machine or for one user. Pure.

use std::path::{Path, PathBuf};

use super::job::Reach;
use crate::config::directories::{own_folder, own_share};
use crate::host::Env;
use crate::host::files::lexical;

/// The folders of an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The program and its old names.
    pub bin: PathBuf,
    /// Man pages, completions and the schema are below it.
    pub share: PathBuf,
    /// Units of systemd.
    pub units: PathBuf,
    /// Property lists of launchd.
    pub agents: PathBuf,
    pub manifest: PathBuf,
}

/// Where `cron.d` is read from.
pub const CRON: &str = "/etc/cron.d";
/// The crontabs of busybox.
pub const BUSYBOX: &str = "/etc/crontabs";
/// The crontabs of users.
pub const SPOOL: &str = "/var/spool/cron/crontabs";

/// Below `share`.
pub const MANUAL: &str = "man/man1";
pub const SCHEMA: &str = "borgmatic/borgmatic.schema.json";
/// Of bash, zsh and fish.
pub const COMPLETIONS: [&str; 3] = [
    "bash-completion/completions/borgmatic",
    "zsh/site-functions/_borgmatic",
    "fish/vendor_completions.d/borgmatic.fish",
];

impl Paths {
    pub fn of(reach: Reach, env: &Env) -> Self {
        match reach {
            Reach::System => Self {
                bin: "/usr/local/bin".into(),
                share: "/usr/local/share".into(),
                units: "/etc/systemd/system".into(),
                agents: "/Library/LaunchDaemons".into(),
                manifest: "/var/lib/borgmatic/self-install.json".into(),
            },
            Reach::User => {
                let base = |name: &str, usual: &str| own_folder(env, name, usual);
                Self {
                    bin: base("XDG_BIN_HOME", ".local/bin"),
                    share: own_share(env),
                    units: base("XDG_CONFIG_HOME", ".config").join("systemd/user"),
                    agents: lexical(&env.home.join("Library/LaunchAgents")),
                    manifest: base("XDG_STATE_HOME", ".local/state")
                        .join("borgmatic/self-install.json"),
                }
            }
        }
    }

    pub fn program(&self) -> PathBuf {
        self.bin.join("borgmatic")
    }

    /// One that was fetched (`--with-borg`).
    pub fn borg(&self) -> PathBuf {
        self.bin.join("borg")
    }

    pub fn manual(&self) -> PathBuf {
        self.share.join(MANUAL)
    }

    pub fn schema(&self) -> PathBuf {
        self.share.join(SCHEMA)
    }

    pub fn completions(&self) -> [PathBuf; 3] {
        COMPLETIONS.map(|path| self.share.join(path))
    }

    /// What is being written or was not ended: read by the run that comes after a killed one.
    pub fn begun(&self) -> PathBuf {
        self.manifest.with_extension("begun.json")
    }

    /// The folder of the manifest, which is ours alone.
    pub fn state(&self) -> &Path {
        self.manifest.parent().unwrap_or(Path::new("/"))
    }

    /// That folder and those above it, but for the root.
    pub fn state_and_above(&self) -> impl Iterator<Item = &Path> {
        let above = self.state().ancestors();
        above.filter(|folder| folder.parent().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_folders_of_his_own() {
        let mut env = Env {
            home: "/home/ann".into(),
            ..Env::default()
        };
        let usual = Paths::of(Reach::User, &env);
        assert_eq!(usual.program(), Path::new("/home/ann/.local/bin/borgmatic"));
        assert_eq!(usual.units, Path::new("/home/ann/.config/systemd/user"));
        env.variables.insert("XDG_BIN_HOME".into(), "~/apps".into());
        // A relative one is not used. XDG base directories: the same.
        env.variables.insert("XDG_DATA_HOME".into(), "data".into());
        let other = Paths::of(Reach::User, &env);
        assert_eq!(other.bin, Path::new("/home/ann/apps"));
        assert_eq!(other.share, Path::new("/home/ann/.local/share"));
    }
}
