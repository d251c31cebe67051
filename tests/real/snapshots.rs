//! Installed units of configurations with snapshots, under a real systemd: what a hook for them does,
//! mounting above all, works within their sandbox. The hooks themselves are not there yet: a drop-in
//! starts scripts that do the same.

use crate::machine::Machine;
use crate::world::{Outcome, skip};

/// Mounts something, sees it, and takes it away again. $1…: what `mount` gets before the place.
const MOUNTS: &str = r#"
trap 'umount /tmp/borgmatic-snapshot' EXIT
mkdir /tmp/borgmatic-snapshot
mount "$@" /tmp/borgmatic-snapshot
findmnt --json --target /tmp/borgmatic-snapshot
ls -A /tmp/borgmatic-snapshot
"#;

/// The steps of a snapshot of Btrfs. $1: a subvolume.
const SNAPSHOTS: &str = r#"
findmnt --types btrfs --json --list
btrfs subvolume list "$1"
btrfs subvolume snapshot -r "$1" "$1/.borgmatic-snapshot-1"
[ "$(cat "$1/.borgmatic-snapshot-1/plain.txt")" = plain ]
btrfs subvolume delete "$1/.borgmatic-snapshot-1"
"#;

impl Machine {
    /// Installs the units for a configuration with these options.
    fn installs_for(&self, options: &str) {
        self.configure(options);
        self.installs(&["--systemd", "--jitter", "0m"]).ends_with(0);
    }

    /// Has the service start something else, once.
    fn tries(&self, command: &str) -> Outcome {
        let dropin = format!("[Service]\nExecStart=\nExecStart={command}\n");
        self.write("/run/systemd/system/borgmatic.service.d/try.conf", &dropin);
        let started = self.sh(
            "systemctl daemon-reload
            cursor=$(journalctl --lines 0 --show-cursor | sed -n 's/^-- cursor: //p')
            code=0; systemctl start borgmatic.service || code=$?
            journalctl --sync; journalctl --no-pager --unit borgmatic.service --after-cursor \"$cursor\"
            systemctl reset-failed borgmatic.service || true
            exit $code",
        );
        self.sh("rm -r /run/systemd/system/borgmatic.service.d && systemctl daemon-reload")
            .ends_with(0);
        started
    }

    /// Has the service run a script with these words.
    fn runs(&self, script: &str, words: &str) -> Outcome {
        self.write("/srv/try.sh", script);
        self.tries(&format!("/bin/sh -eux /srv/try.sh {words}"))
    }

    /// Nodes for loop devices, which a container has none of.
    fn has_loop_devices(&self) -> bool {
        let nodes = "[ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237
            for number in $(seq 0 31); do
                [ -e /dev/loop$number ] || mknod /dev/loop$number b 7 $number
            done
            losetup --find";
        self.sh(nodes).code == Some(0)
    }

    fn has(&self, programs: &str) -> bool {
        self.sh(&format!("command -v {programs}")).code == Some(0)
    }
}

#[test]
fn units_of_zfs_and_lvm_may_mount_and_others_may_not() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    let tmpfs = "-t tmpfs none";
    machine.installs_for("");
    let (mounted, refused) = ("\"fstype\": \"tmpfs\"", "permission denied");
    machine.runs(MOUNTS, tmpfs).ends_with(1).says(refused);
    for (options, code, said) in [
        ("zfs:\n", 0, mounted),
        // A snapshot of Btrfs is a directory.
        ("btrfs:\n", 1, refused),
        ("lvm:\n", 0, mounted),
    ] {
        machine.installs_for(options);
        let tried = machine.runs(MOUNTS, tmpfs);
        assert_eq!(tried.code, Some(code), "{options}{}", tried.out);
        tried.says(said);
        // Nothing of that is seen outside.
        machine.sh("! findmnt /tmp/borgmatic-snapshot").ends_with(0);

        // What the program does with such a configuration today.
        let program = "/usr/local/bin/borgmatic --verbosity 1";
        for arguments in ["create --dry-run", "repo-list"] {
            let ran = machine.tries(&format!("{program} {arguments}"));
            assert_eq!(ran.code, Some(0), "{options}{arguments}: {}", ran.out);
        }
        let refused = machine.sh("systemctl start borgmatic.service");
        refused.ends_with(1);
        machine
            .sh("journalctl --no-pager --unit borgmatic.service --lines 20")
            .says("snapshots");
        machine.sh("systemctl reset-failed").ends_with(0);
    }
    assert!(machine.archives().is_empty());
}

/// As with a snapshot of LVM: what is mounted is a block device.
#[test]
fn a_unit_for_lvm_mounts_a_block_device() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    if !machine.has_loop_devices() || !machine.has("mkfs.ext4") {
        return skip("no loop devices here: a unit for LVM mounts no block device");
    }
    let made = machine.sh("truncate -s 8M /srv/disk.img
        mkfs.ext4 -q /srv/disk.img
        losetup --find --show /srv/disk.img");
    let device = made.ends_with(0).out.trim().to_owned();
    machine.ready("");
    machine.installs_for("lvm:\n");
    let mounted = machine.runs(MOUNTS, &format!("-o ro {device}"));
    machine
        .sh(&format!("losetup --detach {device}"))
        .ends_with(0);
    assert_eq!(mounted.code, Some(0), "{}", mounted.out);
    mounted.says("lost+found");
}

#[test]
fn a_unit_for_btrfs_makes_and_removes_snapshots() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    if !machine.has_loop_devices() || !machine.has("mkfs.btrfs") {
        return skip("no Btrfs here: its snapshots were not tried in a unit");
    }
    let made = machine.sh("truncate -s 256M /srv/disk.img
        mkfs.btrfs -q /srv/disk.img
        mkdir /srv/disk && mount -o loop /srv/disk.img /srv/disk
        btrfs subvolume create /srv/disk/volume
        echo plain > /srv/disk/volume/plain.txt");
    if made.code != Some(0) {
        return skip("this kernel has no Btrfs: its snapshots were not tried in a unit");
    }
    machine.ready("");
    machine.installs_for("btrfs:\n");
    let snapped = machine.runs(SNAPSHOTS, "/srv/disk/volume");
    machine.sh("umount /srv/disk").ends_with(0);
    assert_eq!(snapped.code, Some(0), "{}", snapped.out);
}
