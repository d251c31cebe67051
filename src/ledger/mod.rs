//! What earlier runs did, and which borg they had: `runs.jsonl` in the state directory, one JSON
//! object in a line; and which runs are at work. It knows files and times, no repository by type, and
//! of the actions by name only the one that makes a backup.

mod begun;
mod file;
mod history;
mod record;

pub use begun::{Begun, Plan, Planned};
pub use file::Ledger;
pub use history::{BACKUP, Histories, History, Key, Latest};
pub use record::{Action, BorgSeen, Outcome, Record, Sizes};
