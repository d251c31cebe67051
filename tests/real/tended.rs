//! An installation under a real systemd, and what people, time and bad luck do to it.

use crate::machine::Machine;

#[test]
fn what_is_changed_by_hand_is_seen_and_healed() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    let before = machine.tree();
    machine.installs(&["--systemd"]).ends_with(0);
    let check = || machine.sh("borgmatic self-install --check");
    let again = || machine.sh("borgmatic self-install --yes");

    // The manager was told otherwise.
    machine
        .sh("systemctl disable --now borgmatic.timer")
        .ends_with(0);
    check().ends_with(10).says("borgmatic.timer");
    let status = machine.sh("borgmatic self-install --status");
    status.says("borgmatic.timer");
    again().ends_with(0);
    machine
        .sh("systemctl is-enabled borgmatic.timer")
        .ends_with(0);
    machine
        .sh("systemctl is-active borgmatic.timer")
        .ends_with(0);
    check().ends_with(0);

    // A file went.
    machine
        .sh("rm /etc/systemd/system/borgmatic.service")
        .ends_with(0);
    check().ends_with(10).says("borgmatic.service");
    again().ends_with(0);
    check().ends_with(0);

    // An edit of a unit.
    let edit = "sed -i 's/^Nice=.*/Nice=7/' /etc/systemd/system/borgmatic.service";
    machine.sh(edit).ends_with(0);
    check().ends_with(10).says("borgmatic.service");
    again().ends_with(3).says("Nice=7").says("--to-dropin");
    let moved = machine.sh("borgmatic self-install --yes --to-dropin");
    moved.ends_with(0);
    let nice = machine.sh("systemctl show --property Nice borgmatic.service");
    assert_eq!(nice.out, "Nice=7\n");
    check().ends_with(0);

    // A configuration that cannot be used, or is gone, is no backup: the unit fails and says why.
    let journal = "journalctl --unit borgmatic.service";
    machine.write("/etc/borgmatic/config.yaml", "nonsense: true\n");
    machine.sh("systemctl start borgmatic.service").ends_with(1);
    machine.sh(journal).says("unknown option `nonsense`");
    again().ends_with(1).says("nonsense");
    machine
        .sh("rm /etc/borgmatic/config.yaml; systemctl start borgmatic.service")
        .ends_with(1);
    machine
        .sh("systemctl is-failed borgmatic.service")
        .ends_with(0);
    machine.configure("");
    machine.sh("systemctl start borgmatic.service").ends_with(0);
    machine
        .sh("systemctl is-failed borgmatic.service")
        .ends_with(1);

    // A unit that failed is forgotten.
    machine.write("/etc/borgmatic/config.yaml", "nonsense: true\n");
    machine.sh("systemctl start borgmatic.service").ends_with(1);
    machine
        .sh("borgmatic self-install --uninstall --yes")
        .ends_with(0);
    machine.knows_no_units();
    machine.configure("");
    machine.is_as_before(&before, &["/etc/systemd/system/borgmatic.service.d"]);
}
