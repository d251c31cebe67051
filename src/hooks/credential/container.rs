//! Secrets that a container engine mounts as files.

use crate::options;

options! {
    /// The secrets of a container.
    pub struct Container {
        /// The directory in which the secrets are.
        secrets_directory: String = "/path/to/secrets", default = "/run/secrets";
    }
}
