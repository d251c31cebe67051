//! The installer is killed in the middle, at one system call after another that changes files, while a
//! real systemd knows of them: what comes after it makes the installation whole, or takes it away.

use crate::machine::{CARRIED, Machine};

/// What changes the tree.
const CALLS: &str =
    "mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir";

/// Such calls of a command, in their order: the name, and which of that name it is.
fn calls(machine: &Machine, command: &str) -> Vec<(String, usize)> {
    let trace =
        format!("strace -o /tmp/calls -e trace={CALLS} {command} >/dev/null; cat /tmp/calls");
    let trace = machine.sh(&trace).ends_with(0).out;
    let names: Vec<&str> = trace
        .lines()
        .filter_map(|line| Some(line.split_once('(')?.0))
        .collect();
    let nth = |at: usize| {
        names[..=at]
            .iter()
            .filter(|name| **name == names[at])
            .count()
    };
    (0..names.len())
        .map(|at| (names[at].to_owned(), nth(at)))
        .collect()
}

/// Kills a command as it makes one of these calls.
fn killed(machine: &Machine, command: &str, (name, nth): &(String, usize)) {
    let kill = format!("strace -o /dev/null -e inject={name}:signal=KILL:when={nth} {command}");
    machine.sh(&kill).ends_with(137);
}

/// The first, the last, and some between.
fn moments(calls: &[(String, usize)], between: usize) -> impl Iterator<Item = &(String, usize)> {
    let count = calls.len();
    let chosen = move |at: usize| at < 4 || at + 10 > count || at.is_multiple_of(between);
    (0..count)
        .filter(move |at| chosen(*at))
        .map(|at| &calls[at])
}

#[test]
fn an_installation_that_was_killed_is_healed() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    let before = machine.tree();
    let install = format!("{CARRIED} self-install --systemd --yes");
    let uninstall = format!("{CARRIED} self-install --uninstall --yes");
    let installs = calls(&machine, &install);
    let removes = calls(&machine, &uninstall);
    assert!(
        installs.len() > 40 && removes.len() > 20,
        "{installs:?} {removes:?}"
    );
    machine.is_as_before(&before, &[]);

    // A failure names the moment.
    let then = |at: &(String, usize), command: &str| {
        machine
            .sh(&format!(": killed at '{at:?}'; {command}"))
            .ends_with(0)
    };
    let gone = |at: &(String, usize)| {
        then(at, &uninstall);
        machine.is_as_before(&before, &[]);
    };
    for (count, at) in moments(&installs, 24).enumerate() {
        killed(&machine, &install, at);
        if count.is_multiple_of(2) {
            then(at, &install);
            then(at, &format!("{CARRIED} self-install --check"));
            then(at, "systemctl is-active borgmatic.timer");
        }
        gone(at);
    }
    for at in moments(&removes, 24) {
        then(at, &install);
        killed(&machine, &uninstall, at);
        gone(at);
    }
    machine.knows_no_units();
}
