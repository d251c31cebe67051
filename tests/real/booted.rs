//! Units under a real systemd.

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
    machine.sh("systemctl start borgmatic.service").ends_with(0);
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
