//! Snapshots of LVM logical volumes.

use crate::options;

options! {
    /// LVM.
    pub struct Lvm {
        /// The size of a snapshot, as lvcreate's --size takes it, or a percentage for --extents.
        snapshot_size: String = "5GB", default = "10%ORIGIN";
        /// The program lvcreate.
        lvcreate_command: String = "/usr/local/bin/lvcreate", default = "lvcreate";
        /// The program lvremove.
        lvremove_command: String = "/usr/local/bin/lvremove", default = "lvremove";
        /// The program lvs.
        lvs_command: String = "/usr/local/bin/lvs", default = "lvs";
        /// The program lsblk.
        lsblk_command: String = "/usr/local/bin/lsblk", default = "lsblk";
        /// The program mount.
        mount_command: String = "/usr/local/bin/mount", default = "mount";
        /// The program umount.
        umount_command: String = "/usr/local/bin/umount", default = "umount";
    }
}
