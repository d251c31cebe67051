//! What earlier runs did, and which borg they had: `runs.jsonl` in the state directory, one JSON
//! object in a line. It knows files and times, no repository by type and no action by name.

mod file;
mod history;
mod record;

pub use file::Ledger;
pub use history::{Histories, History, Key, Latest};
pub use record::{Action, BorgSeen, Outcome, Record, Sizes};
