//! Snapshots of ZFS datasets.

use crate::options;

options! {
    /// ZFS.
    pub struct Zfs {
        /// The program zfs.
        zfs_command: String = "/usr/local/bin/zfs", default = "zfs";
        /// The program mount.
        mount_command: String = "/usr/local/bin/mount", default = "mount";
        /// The program umount.
        umount_command: String = "/usr/local/bin/umount", default = "umount";
    }
}
