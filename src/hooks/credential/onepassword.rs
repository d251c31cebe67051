//! Passwords from 1Password.

use crate::options;

options! {
    /// 1Password.
    pub struct OnePassword {
        /// The program op, split into words as a shell does.
        op_command: String = "/usr/local/bin/op", default = "op";
    }
}
