//! Credentials that systemd hands to a unit, or keeps encrypted.

use crate::options;

options! {
    /// The credentials of systemd.
    pub struct Systemd {
        /// The program systemd-creds, for runs that systemd did not start.
        systemd_creds_command: String = "/usr/local/bin/systemd-creds", default = "systemd-creds";
        /// The directory of encrypted credentials.
        encrypted_credentials_directory: String = "/path/to/credstore.encrypted", default = "/etc/credstore.encrypted";
    }
}
