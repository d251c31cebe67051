//! What is shown: listeners of [`crate::host::Bus`], the style of what they write, and the end of a
//! run. Knows events, not what happened.

pub mod console;
pub mod file;
pub mod journal;
mod json;
pub mod progress;
pub mod style;
pub mod summary;
pub mod syslog;
mod told;
mod trouble;
mod verbosity;
mod way;

pub use console::Console;
pub use file::File;
pub use journal::Journal;
pub use progress::Bars;
pub use style::{Style, frame};
pub use summary::Summary;
pub use syslog::Syslog;
