//! Lines that a real cron runs: Debian's, and that of busybox.

use std::time::Duration;

use crate::machine::Machine;

/// No run holds a lock, and none is about to.
const QUIET: &str = "! pgrep -x borgmatic";

#[test]
fn cron_runs_what_was_installed() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    let before = machine.tree();
    let every_minute = ["--cron", "--schedule", "*:*", "--jitter", "0m"];
    machine.installs(&every_minute).ends_with(0);
    machine.sh("borgmatic self-install --check").ends_with(0);
    let status = machine.sh("borgmatic self-install --status").ends_with(0);
    status.says("/etc/cron.d/borgmatic");
    machine.backs_up_again(Duration::from_mins(2), 0);

    machine
        .installs(&["--cron", "--schedule", "daily"])
        .ends_with(0);
    machine.comes(Duration::from_mins(2), QUIET);
    machine
        .sh("borgmatic self-install --uninstall --yes")
        .ends_with(0);
    machine.is_as_before(&before, &[]);
}

/// The line that makes up for a run that was missed, on a machine as Alpine is one.
#[test]
fn crond_of_busybox_makes_up_for_a_missed_run() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    let alpine = "systemctl disable --now cron
        rm -rf /etc/cron.d /usr/sbin/cron /usr/bin/crontab
        mkdir /etc/crontabs
        echo '# of the machine' > /etc/crontabs/root
        chmod 600 /etc/crontabs/root
        ln -s /bin/busybox /usr/sbin/crond
        ln -s /bin/busybox /usr/bin/crontab";
    machine.sh(alpine).ends_with(0);
    let before = machine.tree();
    let start = "systemd-run --unit crond /usr/sbin/crond -f -c /etc/crontabs";
    machine.sh(start).ends_with(0);
    let later = machine.sh("date --date '6 hours' +%H:%M").ends_with(0).out;
    let daily = ["--cron", "--schedule", later.trim(), "--jitter", "0m"];
    machine.installs(&daily).ends_with(0);
    machine.sh("borgmatic self-install --check").ends_with(0);
    // It comes once an hour; nobody waits for that.
    let edit = "sed -i '/--if-due/s/^[0-9]* /* /' /etc/crontabs/root";
    machine.sh(edit).ends_with(0);
    machine.backs_up_again(Duration::from_mins(2), 0);

    machine.sh("borgmatic self-install --yes").ends_with(3);
    machine
        .sh("borgmatic self-install --yes --force")
        .ends_with(0);
    machine.comes(Duration::from_mins(2), QUIET);
    // What was made up for is not due again.
    machine.sh("$(sed -n 's/.* \\(\\/usr\\/local\\/bin\\/borgmatic.*--if-due.*\\)/\\1/p' /etc/crontabs/root)").ends_with(0);
    assert_eq!(machine.archives().len(), 1);
    machine
        .sh("borgmatic self-install --uninstall --yes")
        .ends_with(0);
    machine.is_as_before(&before, &[]);
}
