//! Plug-ins around the actions; each file owns its options and its behaviour. Must not know the
//! configuration as a whole.

pub mod command;
pub mod credential;
pub mod database;
pub mod manifest;
pub mod monitoring;
pub mod snapshot;

pub use command::Commands;
pub use credential::Credentials;
pub use database::Databases;
pub use manifest::Bootstrap;
pub use monitoring::Monitors;
pub use snapshot::Snapshots;
