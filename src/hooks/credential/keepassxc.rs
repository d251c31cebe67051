//! Passwords from a KeePassXC database.

use crate::options;

options! {
    /// A KeePassXC database.
    pub struct KeePassXc {
        /// The program keepassxc-cli, split into words as a shell does.
        keepassxc_cli_command: String = "/usr/local/bin/keepassxc-cli", default = "keepassxc-cli";
        /// The program secret-tool, for the database secret-service.
        secret_tool_command: String = "/usr/local/bin/secret-tool", default = "secret-tool";
        /// Let keepassxc-cli ask for the database's password. If false, a key file or a YubiKey opens it.
        ask_for_password: bool = "false", default = "true";
        /// The key file that opens the database.
        key_file: String = "/path/to/keyfile";
        /// Slot and serial number of the YubiKey that opens the database.
        yubikey: String = "\"1:7370001\"";
    }
}
