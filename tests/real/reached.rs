//! What a unit may reach under a real systemd: what its configuration names, and nothing else.

use crate::machine::{CARRIED, Machine};

/// Another configuration, with hooks, files and a path that are all written to in places of their own.
const BUSY: &str = r#"
source_directories:
    - /srv/data
repositories:
    - path: "/srv/other place/it's 100% mine.borg"
      label: other
encryption_passcommand: cat /root/passphrase
keep_secondly: 1000
log_file: /var/log/borgmatic runs/today.log
metrics_file: /var/lib/metrics/borgmatic.prom
commands:
    - before: action
      when: [create]
      run:
          - "date > /run/began"
    - after: action
      when: [create]
      run:
          - "date > /var/lib/hooks/ended"
"#;

#[test]
fn a_unit_reaches_what_its_configurations_name() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    machine
        .sh("mkdir -p '/srv/other place' '/var/log/borgmatic runs' /var/lib/metrics /var/lib/hooks")
        .ends_with(0);
    machine.write("/etc/borgmatic.d/busy one.yaml", BUSY);
    let both = [
        "--config",
        "/etc/borgmatic/config.yaml",
        "--config",
        "/etc/borgmatic.d/busy one.yaml",
    ];
    machine
        .carried(
            &[
                &[
                    "repo-create",
                    "--encryption",
                    "repokey",
                    "--repository",
                    "other",
                ],
                &both[..],
            ]
            .concat(),
        )
        .ends_with(0);
    machine
        .installs(&[&["--systemd"], &both[..]].concat())
        .ends_with(0);
    machine.backs_up_now();
    assert_eq!(machine.archives().len(), 1);
    let written = machine.sh(
        "BORG_PASSCOMMAND='cat /root/passphrase' borg list --short \"/srv/other place/it's 100% mine.borg\"
        cat /run/began /var/lib/hooks/ended
        grep borgmatic_last_success /var/lib/metrics/borgmatic.prom
        grep 'Creating an archive' '/var/log/borgmatic runs/today.log'",
    );
    written.ends_with(0);
    machine.sh("borgmatic self-install --check").ends_with(0);
}

#[test]
fn a_unit_reaches_nothing_else() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    machine.installs(&["--systemd"]).ends_with(0);
    // Something in the place of borg that wants more.
    machine.write(
        "/opt/greedy/borg",
        "#!/bin/sh
        if [ \"$1\" = create ] || [ \"$2\" = create ]; then
            for place in /etc /usr /srv /root /home /var/lib /boot /opt; do
                touch $place/escaped 2>/dev/null && echo escaped to $place >&2
            done
            touch '/srv/backups/my machine.borg/may'
            ip link 2>/dev/null
            [ \"$(ls /sys/class/net)\" = lo ] || echo escaped to the network >&2
            dd if=/dev/vda of=/dev/null count=1 2>/dev/null && echo escaped to a disk >&2
            mount -t tmpfs none /mnt 2>/dev/null && echo escaped by mounting >&2
            cat /srv/data/plain.txt >/dev/null || echo cannot read >&2
        fi
        exec /usr/bin/borg \"$@\"
",
    );
    machine
        .sh("chmod +x /opt/greedy/borg && mkdir -p /etc/systemd/system/borgmatic.service.d")
        .ends_with(0);
    machine.write(
        "/etc/systemd/system/borgmatic.service.d/greedy.conf",
        "[Service]\nEnvironment=PATH=/opt/greedy:/usr/bin:/bin\n",
    );
    machine.sh("systemctl daemon-reload").ends_with(0);
    machine.backs_up_now();
    assert_eq!(machine.archives().len(), 1);
    machine
        .sh("test -e '/srv/backups/my machine.borg/may'")
        .ends_with(0);
    let journal = machine
        .sh("journalctl --unit borgmatic.service")
        .ends_with(0);
    journal.never_says("escaped").never_says("cannot read");
    let none = machine.sh("find / -xdev -name escaped");
    assert_eq!(none.out, "");
    // Who looks is told that somebody opened the unit.
    let status = machine.sh("borgmatic self-install --status");
    status.says("/etc/systemd/system/borgmatic.service.d/greedy.conf");
}

/// A manager of a user's own, who has no rights.
#[test]
fn a_user_has_a_timer_of_his_own() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.write("/home/ann/.config/borgmatic/config.yaml",
        "source_directories:\n    - ~/letters\nrepositories:\n    - path: ~/backups/ann.borg\nkeep_daily: 7\n");
    machine.write("/home/ann/letters/one.txt", "dear\n");
    machine
        .sh(&format!(
            "useradd --home /home/ann --shell /bin/sh ann
        mkdir /home/ann/backups /home/ann/bin
        cp {CARRIED} /home/ann/bin/borgmatic
        chown -R ann: /home/ann
        loginctl enable-linger ann"
        ))
        .ends_with(0);
    machine.comes(
        std::time::Duration::from_mins(1),
        "systemctl is-active user@$(id -u ann).service",
    );
    let ann = |line: &str| {
        let line = line.replace('\'', "'\\''");
        machine.sh(&format!(
            "exec runuser -u ann -- env -i -C /home/ann HOME=/home/ann USER=ann PATH=/home/ann/.local/bin:/usr/bin:/bin \
             XDG_RUNTIME_DIR=/run/user/$(id -u ann) sh -ec '{line}'"
        ))
    };
    ann("~/bin/borgmatic repo-create --encryption none").ends_with(0);
    let before = machine.tree();
    let installed = ann("~/bin/borgmatic self-install --yes --systemd");
    installed.ends_with(0).says("enable-linger");
    ann("systemctl --user list-timers")
        .ends_with(0)
        .says("borgmatic.timer");
    ann("systemctl --user start borgmatic.service").ends_with(0);
    assert_eq!(
        ann("borg list --short backups/ann.borg")
            .ends_with(0)
            .out
            .lines()
            .count(),
        1
    );
    ann("borgmatic self-install --check").ends_with(0);
    ann("borgmatic self-install --status")
        .ends_with(0)
        .says("borgmatic.timer");
    ann("borgmatic self-install --uninstall --yes").ends_with(0);
    let units = ann(
        "systemctl --user list-units --all --no-legend 'borgmatic*'; systemctl --user list-unit-files --no-legend 'borgmatic*' || true",
    );
    assert_eq!(units.out, "");
    machine.is_as_before(
        &before,
        &[
            "/home/ann/backups",
            "/home/ann/.cache",
            "/home/ann/.config/borg",
            "/home/ann/.local/state/borgmatic",
            // systemd's own.
            "/home/ann/.local/share d",
            "/home/ann/.local/share/systemd",
        ],
    );
}
