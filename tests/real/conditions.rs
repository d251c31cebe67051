//! The flags that schedulers give, with real children and real time.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::turns::{Held, holding, until};
use crate::world::{World, binary, outcome};

with_both_borgs! {
    a_killed_run_lets_the_machine_sleep
    a_machine_that_cannot_be_kept_awake_is_backed_up
    a_wait_for_the_network_ends_with_the_run
    on_battery_nothing_runs
}

/// Puts a `systemd-inhibit` into the world that leaves its number, then goes on so.
fn inhibitor(world: &World, then: &str) {
    let path = world.path("bin/systemd-inhibit");
    let script = format!("#!/bin/sh\necho $$ > {}\n{then}\n", world.text("inhibitor"));
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn is_alive(world: &World) -> bool {
    let number = fs::read_to_string(world.path("inhibitor")).unwrap_or_default();
    let status = fs::read_to_string(format!("/proc/{}/stat", number.trim()));
    status.is_ok_and(|status| !status.contains(") Z "))
}

fn a_killed_run_lets_the_machine_sleep(world: &World) {
    holding(world);
    inhibitor(
        world,
        "while [ \"${1#--}\" != \"$1\" ]; do shift; done\n\"$@\"\n",
    );
    let mut first = Held::with(world, &["--inhibit", "sleep"]);
    assert!(is_alive(world));
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    until(|| !is_alive(world));
    first.go();
    world.ok(&["create", "--inhibit", "sleep"]);
    assert!(!is_alive(world));
}

fn a_machine_that_cannot_be_kept_awake_is_backed_up(world: &World) {
    world.ready("");
    inhibitor(world, "echo 'Failed to inhibit: no bus' >&2; exit 1");
    world
        .ok(&["create", "--inhibit", "sleep"])
        .says("may go to sleep")
        .says("no bus");
    assert_eq!(world.archives("repo.borg").len(), 1);
}

fn a_wait_for_the_network_ends_with_the_run(world: &World) {
    world.configure(&["ssh://me@nowhere.invalid/./x"], "");
    world
        .fails(&["create", "--wait-network", "1s"])
        .says("nowhere.invalid:22 did not answer for 1 second");
    let mut waiting = world
        .borgmatic()
        .args(["create", "--wait-network", "10m", "--verbosity", "1"])
        .stdout(fs::File::create(world.path("waiting.log")).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = || fs::read_to_string(world.path("waiting.log")).unwrap();
    until(|| said().contains("Waiting for the network: nowhere.invalid:22"));
    let start = Instant::now();
    let process = waiting.id().to_string();
    let sent = Command::new("kill").args(["-TERM", &process]).status();
    assert!(sent.unwrap().success());
    assert_eq!(waiting.wait().unwrap().code(), Some(128 + 15));
    assert!(start.elapsed() < Duration::from_mins(2));
}

/// In a mount namespace of its own, the machine has a battery.
fn on_battery_nothing_runs(world: &World) {
    world.ready("");
    let supplies = "/sys/class/power_supply";
    let script = format!(
        "mount -t tmpfs none {supplies} && mkdir {supplies}/BAT0 &&
        echo Battery > {supplies}/BAT0/type && echo Discharging > {supplies}/BAT0/status &&
        {} create --on-battery skip",
        binary().display()
    );
    let mut alone = world.program("unshare".as_ref());
    let tried = Command::new("unshare")
        .args(["-m", "mount", "-t", "tmpfs", "none", supplies])
        .output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        crate::world::skip("no mount namespace can be made here");
        return;
    }
    outcome(alone.args(["-m", "/bin/sh", "-c", &script]))
        .ends_with(0)
        .says("skipped, as --on-battery skip asks");
    assert!(world.archives("repo.borg").is_empty());
    world.ok(&["status"]).says("create skipped");
}
