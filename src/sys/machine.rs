//! The machine as a whole: what `main.rs` makes once and everybody else sees through the ports.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the door to the environment"
)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::clock::System;
use super::fetch::Web;
use super::process::Children;
use super::signal::Stop;
use super::socket::Local;
use super::terminal::Standard;
use crate::host::Env;

pub struct Machine {
    pub processes: Children,
    pub clock: Arc<System>,
    pub terminal: Arc<Standard>,
    pub sockets: Arc<Local>,
    pub fetch: Web,
}

/// With the first child, signals become ours: see [`crate::host::Processes::stop`].
impl Default for Machine {
    fn default() -> Self {
        let stop = Stop::default();
        Self {
            processes: Children::new(stop.clone()),
            clock: Arc::new(System::new(stop)),
            terminal: Arc::default(),
            sockets: Arc::default(),
            fetch: Web,
        }
    }
}

impl Machine {
    pub fn env() -> Env {
        let user = rustix::process::geteuid().as_raw();
        let passwords = std::fs::read("/etc/passwd").unwrap_or_default();
        let passwords = String::from_utf8_lossy(&passwords);
        let home = std::env::var_os("HOME")
            .filter(|home| !home.is_empty())
            .map(PathBuf::from)
            .or_else(|| home_of(&passwords, user))
            // Users that the file does not know, such as those of macOS.
            .or_else(|| std::env::home_dir().filter(|home| home.is_absolute()));
        Env {
            variables: std::env::vars_os().collect(),
            cwd: std::env::current_dir().unwrap_or_else(|_| root()),
            home: home.unwrap_or_else(root),
            user,
            process: std::process::id(),
            homes: homes(&passwords),
        }
    }
}

fn root() -> PathBuf {
    Path::new("/").to_path_buf()
}

/// The users of a password file, by name and number, and their home directories.
fn users(passwords: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    passwords.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let home = fields.get(5).filter(|home| !home.is_empty())?;
        Some((fields[0], fields[2], *home))
    })
}

/// The home directory of a user, by number.
fn home_of(passwords: &str, user: u32) -> Option<PathBuf> {
    let user = user.to_string();
    users(passwords)
        .find(|(_, number, _)| *number == user)
        .map(|(_, _, home)| home.into())
}

/// All home directories, by the names of their users; the first counts.
fn homes(passwords: &str) -> HashMap<String, PathBuf> {
    let mut homes = HashMap::new();
    for (name, _, home) in users(passwords) {
        homes.entry(name.to_owned()).or_insert_with(|| home.into());
    }
    homes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_directory_is_found_by_number() {
        let passwords =
            "root:x:0:0:root:/root:/bin/sh\n# note\nann:x:10:10::/home/ann:\nnone:x:11:11:::\n";
        assert_eq!(home_of(passwords, 10), Some("/home/ann".into()));
        assert_eq!(home_of(passwords, 11), None);
        assert_eq!(home_of(passwords, 1), None);
        assert_eq!(homes(passwords).get("ann"), Some(&"/home/ann".into()));
        assert_eq!(homes(passwords).len(), 2);
    }

    #[test]
    fn the_environment_is_read() {
        let env = Machine::env();
        assert!(env.get("PATH").is_some());
        assert!(env.cwd.is_absolute());
    }
}
