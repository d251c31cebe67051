//! Where `{credential …}` values come from: one file for each kind of keeper. The kind `file` has no
//! options.

pub mod container;
pub mod keepassxc;
pub mod onepassword;
pub mod systemd;

use crate::options;

options! {
    /// Where `{credential …}` values come from.
    pub struct Credentials {
        /// How to use systemd's credentials: {credential systemd NAME}.
        systemd: systemd::Systemd = "";
        /// How to use the secrets of a container: {credential container NAME}.
        container: container::Container = "";
        /// How to use a KeePassXC database: {credential keepassxc DATABASE ENTRY}.
        keepassxc: keepassxc::KeePassXc = "";
        /// How to use 1Password: {credential onepassword REFERENCE}.
        onepassword: onepassword::OnePassword = "";
    }
}
