//! Cronitor.

use crate::option::Secret;
use crate::options;

options! {
    /// Cronitor.
    pub struct Cronitor {
        /// The address to ping.
        ping_url: Secret = "https://cronitor.link/d3x0c1", required;
    }
}
