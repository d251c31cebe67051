//! How much each listener hears.

use crate::host::Level;

/// The quietest level of a verbosity, from -2 (nothing at all) to 2 (everything).
pub(super) fn threshold(verbosity: i8) -> Option<Level> {
    match verbosity {
        ..=-2 => None,
        -1 => Some(Level::Error),
        0 => Some(Level::Answer),
        1 => Some(Level::Info),
        2.. => Some(Level::Debug),
    }
}
