//! Snapshots of Btrfs subvolumes.

use crate::options;

options! {
    /// Btrfs.
    pub struct Btrfs {
        /// The program btrfs.
        btrfs_command: String = "/usr/local/bin/btrfs", default = "btrfs";
        /// The program findmnt. It is not used any more.
        findmnt_command: String = "/usr/local/bin/findmnt", deprecated = "nothing in its place";
    }
}
