//! Commands of the user's own that run before and after what borgmatic does.

pub mod options;

pub use options::{ActionName, Commands};
