//! The key of a repository: a copy of it, and its passphrase. One file for each action.

pub mod change_passphrase;
pub mod export;
pub mod import;
