//! What is backed up.

use crate::options;

options! {
    /// What to back up.
    pub struct Source {
        /// The directories and files to back up. A ~ stands for the home directory; *, ? and [] are
        /// filled in as a shell does.
        source_directories: Vec<String> = "- /home\n- /etc\n- /var/log/syslog*\n- /home/user/path with spaces", active;
        /// Stop when a source directory does not exist. A backup without it could go unnoticed.
        source_directories_must_exist: bool = "false", default = "true";
        /// Change to this directory before borg runs. Relative source directories and repositories
        /// start from here.
        working_directory: String = "/path/to/working/directory";
    }
}
