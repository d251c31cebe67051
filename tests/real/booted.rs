//! Units under a real systemd.

use std::time::Duration;

use crate::machine::Machine;

#[test]
fn the_sample_units_back_up() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.put_in_place();
    machine.ready("");
    for name in ["borgmatic.service", "borgmatic.timer"] {
        machine.copy(&format!("systemd/{name}"), "/etc/systemd/system");
    }
    let enable = "systemctl daemon-reload && systemctl enable --now borgmatic.timer";
    machine.sh(enable).ends_with(0);
    let timers = machine.sh("systemctl list-timers").ends_with(0);
    timers.says("borgmatic.timer");
    machine.backs_up_now();
    assert_eq!(machine.archives().len(), 1);
    let journal = "journalctl --unit borgmatic.service";
    machine.sh(journal).says("Creating an archive");
    machine.write("/etc/borgmatic/config.yaml", "nonsense: true\n");
    machine.sh("systemctl start borgmatic.service").ends_with(1);
    machine
        .sh("systemctl is-failed borgmatic.service")
        .ends_with(0);
    machine.sh(journal).says("unknown option `nonsense`");
}

/// From nothing to a backup that comes by itself, and back.
#[test]
fn an_installation_lives_and_goes() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    let before = machine.tree();
    machine
        .installs(&["--systemd", "--jitter", "0m"])
        .ends_with(0);

    let timers = machine
        .sh("systemctl list-timers borgmatic.timer")
        .ends_with(0);
    timers.says("borgmatic.service");
    machine.backs_up_now();
    assert_eq!(machine.archives().len(), 1);

    // As if the machine had been off for days.
    let missed = "systemctl stop borgmatic.timer
        touch --date '3 days ago' /var/lib/systemd/timers/stamp-borgmatic.timer
        systemctl start borgmatic.timer";
    machine.sh(missed).ends_with(0);
    machine.backs_up_again(Duration::from_mins(1), 1);
    machine.comes(
        Duration::from_mins(1),
        "[ $(systemctl show --value --property ActiveState borgmatic.service) = inactive ]",
    );

    let installed = machine.tree();
    machine.installs(&[]).ends_with(0);
    assert_eq!(machine.tree(), installed);
    machine.sh("borgmatic self-install --check").ends_with(0);
    let status = machine.sh("borgmatic self-install --status").ends_with(0);
    status.says("borgmatic.timer");

    machine
        .sh("borgmatic self-install --uninstall --yes")
        .ends_with(0);
    machine.knows_no_units();
    machine.is_as_before(&before, &[]);
}
