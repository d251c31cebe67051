//! The command line: who owns which word, what is wrong with it, and help. Everything it knows of
//! options and actions comes from their tables.

pub mod again;
pub mod argv;
pub mod complete;
pub mod deal;
pub mod globals;
pub mod help;
pub mod man;
mod mistakes;
pub mod split;

pub use again::Again;
pub use split::{Invocation, Refused, Special, split};
