//! What is shown: listeners of [`crate::host::Bus`], the style of what they write, and the end of a
//! run. Knows events, not what happened.

pub mod console;
pub mod style;
pub mod summary;

pub use console::Console;
pub use style::{Style, frame};
pub use summary::Summary;
