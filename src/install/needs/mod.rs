//! What the runs of a configuration need of the machine: paths, the network, rights. Each need knows
//! the option that it comes from. It knows no scheduler.

mod credentials;
mod databases;
mod network;
mod paths;
mod programs;

use std::path::{Path, PathBuf};

use crate::config::Loaded;
use crate::host::{Env, Files};
use crate::text::{Kind, Node};

/// Everything that the configurations need; nothing stands twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Directories that borg and this program make for themselves.
    pub keeps: Vec<Need<PathBuf>>,
    /// The same of Borg 2 alone.
    pub of_borg_2: Vec<Need<PathBuf>>,
    /// Other directories in which files are made or changed.
    pub writes: Vec<Need<PathBuf>>,
    /// What is backed up, and other files that are read. Up to the first letter of a glob.
    pub reads: Vec<Need<PathBuf>>,
    /// Options because of which the network is used …
    pub network: Vec<Why>,
    /// … or may be.
    pub network_perhaps: Vec<Why>,
    pub snapshots: Vec<Need<Snapshot>>,
    /// Programs of the user's own choice, which may need anything.
    pub programs: Vec<Why>,
    /// What such programs are known to need, and some options.
    pub rights: Vec<Need<Right>>,
    /// Of systemd, encrypted.
    pub credentials: Vec<Need<Credential>>,
    /// Variables of the environment, each with the first file that takes its value.
    pub variables: Vec<Need<String>>,
}

/// The option that causes a need, and what of its value does: `repositories: /mnt/backup`.
pub type Why = String;

/// A thing that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need<T> {
    pub what: T,
    pub why: Why,
}

/// A file system whose snapshots are backed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Snapshot {
    Zfs,
    Btrfs,
    Lvm,
}

/// What a sandbox takes away otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// To become another user.
    Accounts,
    /// To gain rights through a set-user-ID program, such as sudo.
    Setuid,
    /// To mount file systems.
    Mounts,
    /// To make containers.
    Namespaces,
    /// To use devices, such as a YubiKey.
    Devices,
    /// To send pings.
    Pings,
    /// To give files to others.
    Owners,
}

/// A credential of systemd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    pub name: String,
    /// Its encrypted file.
    pub file: PathBuf,
}

/// In whose place needs are judged.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// What surrounds a scheduled run: no variables, and the root directory.
    env: &'a Env,
    files: &'a Files,
}

impl Needs {
    /// Of all these files. `home` and `user` are of the account that runs the backups; `env` knows the
    /// homes of the others.
    pub fn of(loaded: &[Loaded], home: &Path, user: u32, env: &Env, files: &Files) -> Self {
        let env = &Env {
            home: home.to_owned(),
            user,
            cwd: "/".into(),
            homes: env.homes.clone(),
            ..Env::default()
        };
        let place = Place { env, files };
        let mut needs = Self::default();
        for file in loaded {
            for unit in &file.units {
                paths::repository(&unit.repository, &unit.config, place, &mut needs);
            }
            let configs = file.units.iter().map(|unit| &unit.config);
            for config in configs.chain(&file.config) {
                paths::find(config, place, &mut needs);
                network::find(config, &mut needs);
                databases::find(&config.databases, place, &mut needs);
            }
            for name in &file.variables {
                let path = file.path.display().to_string();
                add(&mut needs.variables, name.clone(), path);
            }
            if let Some(tree) = &file.tree {
                programs::find(tree, place, &mut needs);
                credentials::find(tree, place, &mut needs);
            }
        }
        needs
    }

    /// The option that asks for a right.
    pub fn right(&self, right: Right) -> Option<&Why> {
        let found = self.rights.iter().find(|need| need.what == right)?;
        Some(&found.why)
    }

    /// The option that asks for snapshots of a file system.
    pub fn snapshot(&self, snapshot: Snapshot) -> Option<&Why> {
        let found = self.snapshots.iter().find(|need| need.what == snapshot)?;
        Some(&found.why)
    }
}

/// Adds what is not there yet.
fn add<T: PartialEq>(list: &mut Vec<Need<T>>, what: T, why: impl Into<Why>) {
    if !list.iter().any(|need| need.what == what) {
        let why = why.into();
        list.push(Need { what, why });
    }
}

fn tell(list: &mut Vec<Why>, why: impl Into<Why>) {
    let why = why.into();
    if !list.contains(&why) {
        list.push(why);
    }
}

/// Every text of a tree, with the way to its option: `postgresql_databases.password`.
fn visit(node: &Node, way: &str, see: &mut dyn FnMut(&str, &str)) {
    match &node.kind {
        Kind::Text(text) => see(way, text),
        Kind::List(items) => items.iter().for_each(|item| visit(item, way, see)),
        Kind::Map(pairs) => {
            for (key, value) in pairs {
                let key = key.as_text().unwrap_or_default();
                let dot = if way.is_empty() { "" } else { "." };
                visit(value, &format!("{way}{dot}{key}"), see);
            }
        }
        _ => {}
    }
}
