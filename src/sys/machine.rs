//! The machine as a whole: what `main.rs` makes once and everybody else sees through the ports.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the door to the environment"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::clock::System;
use super::fetch::Web;
use super::network::Tcp;
use super::process::Children;
use super::signal::Stop;
use super::socket::Local;
use super::terminal::Standard;
use crate::host::Env;
use crate::host::passwords::{home_of, homes};

pub struct Machine {
    pub processes: Children,
    pub clock: Arc<System>,
    pub terminal: Arc<Standard>,
    pub network: Tcp,
    pub sockets: Arc<Local>,
    pub fetch: Web,
}

/// With the first child, signals become ours: see [`crate::host::Processes::stop`].
impl Default for Machine {
    fn default() -> Self {
        let stop = Stop::default();
        Self {
            processes: Children::new(stop.clone()),
            network: Tcp::new(stop.clone()),
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
            .map(PathBuf::from)
            // Nobody wants directories of a home in the one where borgmatic was started.
            .filter(|home| home.is_absolute())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_read() {
        let env = Machine::env();
        assert!(env.get("PATH").is_some());
        assert!(env.cwd.is_absolute());
    }
}
