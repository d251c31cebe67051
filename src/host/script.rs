//! The world as a test wants it: scripted answers instead of children, a clock that stands still, a
//! terminal that collects. Strict: a command that nobody answers ends the test.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Bus, Env, Files, Host};

mod answers;
mod collected;
mod notes;
mod posted;
mod reached;
mod served;
mod still;

pub use answers::{Answer, Script};
pub use collected::Collected;
pub use notes::Notes;
pub use posted::Posted;
pub use reached::Reached;
pub use served::Served;
pub use still::Still;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All of it, for a test of something that takes a [`Host`].
pub struct Stage {
    pub script: Script,
    pub clock: Arc<Still>,
    pub terminal: Arc<Collected>,
    pub network: Reached,
    pub sockets: Arc<Posted>,
    pub web: Served,
    pub files: Files,
    pub env: Env,
    pub bus: Bus,
    pub notes: Notes,
}

impl Stage {
    /// Files are looked for below `root`: a directory of the test's own.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let notes = Notes::default();
        let bus = Bus::default();
        bus.attach(Box::new(notes.clone()));
        Self {
            script: Script::default(),
            clock: Arc::default(),
            terminal: Arc::default(),
            network: Reached::default(),
            sockets: Arc::default(),
            web: Served::default(),
            files: Files::new(root),
            env: Env {
                cwd: "/".into(),
                home: "/root".into(),
                ..Env::default()
            },
            bus,
            notes,
        }
    }

    pub fn host(&self) -> Host<'_> {
        Host {
            processes: &self.script,
            clock: &*self.clock,
            terminal: &*self.terminal,
            network: &self.network,
            fetch: &self.web,
            files: &self.files,
            env: &self.env,
            bus: &self.bus,
        }
    }
}
