//! Commands of the user's own that run before and after what borgmatic does.

pub mod choose;
pub mod options;
pub mod run;
pub mod words;

pub use choose::{Around, Point, is_meant};
pub use options::{ActionName, Commands, Ending, Hook};
pub use run::{Side, Surroundings};
pub use words::Variables;
