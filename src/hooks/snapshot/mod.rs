//! Snapshots of file systems, so that a backup sees one moment: one file for each kind.

pub mod btrfs;
pub mod lvm;
pub mod zfs;

use crate::option::OrEmpty;
use crate::options;

options! {
    /// Snapshots of file systems. Each is turned on by its name alone.
    pub struct Snapshots {
        /// Back up from snapshots of the ZFS datasets that hold source directories.
        zfs: OrEmpty<zfs::Zfs> = "";
        /// Back up from snapshots of the Btrfs subvolumes that hold source directories.
        btrfs: OrEmpty<btrfs::Btrfs> = "";
        /// Back up from snapshots of the LVM volumes that hold source directories.
        lvm: OrEmpty<lvm::Lvm> = "";
    }
}
