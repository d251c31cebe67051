//! Opens the sandbox of the strictest unit where the configuration needs it.

use super::Profile;
use super::paths::{self, Closed};
use super::text::{Text, word};
use crate::install::job::{Job, Reach};
use crate::install::needs::{Right, Snapshot, Why};

const PARAGRAPH: &str = "# What it may see and change.";
const CAPABILITIES: &str = "CapabilityBoundingSet";
const AMBIENT: &str = "AmbientCapabilities";
const FILTER: &str = "SystemCallFilter";
/// Those that programs of the user's own may use.
const FAMILIES: &str = "AF_UNIX AF_INET AF_INET6 AF_NETLINK";

pub(super) fn open(text: &mut Text, job: &Job) {
    let mut closed = Closed::All;
    match Profile::of(job) {
        Profile::Strict => {}
        Profile::Compat(whys) => {
            closed = Closed::System;
            wide(text, &whys);
        }
        Profile::Off(whys) => {
            text.remove_paragraph(PARAGRAPH);
            if job.reach == Reach::System {
                text.comment(
                    "UMask",
                    &format!("no sandbox, because of {}", whys.join(", ")),
                );
                account_alone(text, job);
            }
            return;
        }
    }
    let network = network(job);
    if !network.is_empty() {
        text.relax("PrivateNetwork", "no", &network);
        text.relax("RestrictAddressFamilies", families(job), &network);
    }
    account(text, job);
    // A snapshot of Btrfs is made within the subvolume itself, wherever that is.
    let everywhere = [job.needs.snapshot(Snapshot::Btrfs), paths::whole(job)];
    for why in everywhere.into_iter().flatten() {
        closed = Closed::System;
        text.relax("ProtectSystem", "full", &[why]);
        text.relax("ProtectHome", "no", &[why]);
    }
    let temporary = paths::temporary(job);
    if !temporary.is_empty() {
        text.relax("PrivateTmp", "no", &temporary);
    }
    paths::open(text, job, closed);
    devices(text, job);
    rights(text, job);
}

/// For any configuration that needs no rights but to read and write files.
pub(super) fn widest(text: &mut Text) {
    let whys = ["commands"].map(Why::from);
    wide(text, &whys);
    text.relax("PrivateNetwork", "no", &whys);
    text.relax("RestrictAddressFamilies", FAMILIES, &whys);
    text.relax("PrivateTmp", "no", &["source_directories"]);
}

/// What programs that nobody knows may need.
fn wide(text: &mut Text, whys: &[Why]) {
    text.relax("ProtectHome", "no", whys);
    text.relax("ProtectProc", "default", whys);
    text.relax("ProtectSystem", "full", whys);
    text.leave_out(&format!("{FILTER}=~@resources"), whys);
}

/// Options because of which there must be a network.
pub(super) fn network(job: &Job) -> Vec<Why> {
    let mut whys = [&job.needs.network[..], &job.needs.network_perhaps].concat();
    if let Profile::Compat(further) | Profile::Off(further) = Profile::of(job) {
        whys.extend(
            further
                .into_iter()
                .filter(|why| !whys.contains(why))
                .collect::<Vec<_>>(),
        );
    }
    whys
}

fn families(job: &Job) -> &'static str {
    match Profile::of(job) {
        Profile::Strict => "AF_UNIX AF_INET AF_INET6",
        _ => FAMILIES,
    }
}

/// Another account than root's: it may read everything, and nothing more.
fn account(text: &mut Text, job: &Job) {
    if job.account.is_none() {
        return;
    }
    text.set(CAPABILITIES, "CAP_DAC_READ_SEARCH");
    account_alone(text, job);
    if Profile::of(job).is_strict() && gained(job).is_empty() {
        text.add(FILTER, FILTER, "~@privileged", &[""; 0]);
    }
}

fn account_alone(text: &mut Text, job: &Job) {
    let Some(account) = &job.account else {
        return;
    };
    let whys = [format!("--user-account: {account}")];
    text.add("Environment", "User", &word(account), &whys);
    text.add("User", AMBIENT, "CAP_DAC_READ_SEARCH", &[""; 0]);
}

/// Capabilities, and the calls that come with them.
fn gained(job: &Job) -> Vec<(&'static str, Option<&'static str>, &Why)> {
    let needs = &job.needs;
    let snapshots = [
        (Snapshot::Zfs, "CAP_SYS_ADMIN", Some("@mount")),
        (Snapshot::Btrfs, "CAP_SYS_ADMIN", None),
        (
            Snapshot::Lvm,
            "CAP_SYS_ADMIN CAP_SYS_MODULE CAP_IPC_LOCK",
            Some("@mount @module"),
        ),
    ];
    let rights = [
        (
            Right::Accounts,
            "CAP_SETUID CAP_SETGID CAP_AUDIT_WRITE",
            None,
        ),
        (Right::Mounts, "CAP_SYS_ADMIN", Some("@mount")),
        (Right::Pings, "CAP_NET_RAW", None),
        (Right::Owners, "CAP_CHOWN CAP_FSETID", None),
    ];
    let of_snapshots = snapshots
        .into_iter()
        .filter_map(|(snapshot, names, calls)| Some((names, calls, needs.snapshot(snapshot)?)));
    let of_rights = rights
        .into_iter()
        .filter_map(|(right, names, calls)| Some((names, calls, needs.right(right)?)));
    of_snapshots.chain(of_rights).collect()
}

fn rights(text: &mut Text, job: &Job) {
    for (names, calls, why) in gained(job) {
        text.add(CAPABILITIES, CAPABILITIES, names, &[why]);
        if job.account.is_some() {
            text.add(AMBIENT, AMBIENT, names, &[why]);
        }
        if let Some(calls) = calls {
            text.add(FILTER, FILTER, calls, &[why]);
        }
    }
    if let Some(why) = job.needs.right(Right::Setuid) {
        text.relax("NoNewPrivileges", "no", &[why]);
    }
    if let Some(why) = job.needs.snapshot(Snapshot::Lvm) {
        text.relax("ProtectKernelModules", "no", &[why]);
    }
}

/// Devices. `ProtectClock=` closes all that are not named. systemd.exec(5).
fn devices(text: &mut Text, job: &Job) {
    let needs = &job.needs;
    let mut whys = paths::devices(job);
    let mut allowed = Vec::new();
    if let Some(why) = needs.snapshot(Snapshot::Zfs) {
        allowed.push(("/dev/zfs rw", why));
    }
    let blocks = [needs.snapshot(Snapshot::Lvm), needs.right(Right::Mounts)];
    if let Some(why) = blocks.into_iter().flatten().next() {
        allowed.push(("block-* rwm", why));
    }
    if let Some(why) = needs.snapshot(Snapshot::Lvm) {
        allowed.push(("/dev/mapper/control rw", why));
    }
    if let Some(why) = needs.right(Right::Devices) {
        allowed.push(("block-* rwm", why));
        allowed.push(("char-* rw", why));
    }
    for (_, why) in &allowed {
        if !whys.contains(why) {
            whys.push((*why).clone());
        }
    }
    if whys.is_empty() {
        return;
    }
    text.relax("PrivateDevices", "no", &whys);
    if let Some(why) = paths::devices(job).first() {
        text.add("PrivateDevices", "DeviceAllow", "block-* r", &[why]);
        text.add("DeviceAllow", "DeviceAllow", "char-* r", &[why]);
    }
    for (value, why) in allowed {
        let after = if text.has("DeviceAllow") {
            "DeviceAllow"
        } else {
            "PrivateDevices"
        };
        text.add(after, "DeviceAllow", value, &[why]);
    }
}
