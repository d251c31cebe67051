//! Installed lines, run by a real cron: Debian's and busybox's.

use std::time::Duration;

use crate::machine::{CARRIED, Machine};

impl Machine {
    /// Removes the installation, once no run holds it up.
    #[track_caller]
    fn goes(&self) {
        let uninstall = "borgmatic self-install --uninstall --yes";
        self.comes(Duration::from_mins(3), uninstall);
    }
}

const EACH_MINUTE: [&str; 4] = ["--schedule", "*:*", "--jitter", "0m"];

#[test]
fn debians_cron_runs_the_installed_line() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    let before = machine.tree();
    let flags = [&["self-install", "--cron", "--yes"], &EACH_MINUTE[..]].concat();
    machine.carried(&flags).ends_with(0);
    machine.sh("borgmatic self-install --check").ends_with(0);
    let line = machine.sh("cat /etc/cron.d/borgmatic").ends_with(0);
    line.says("* * * * * root /usr/local/bin/borgmatic");
    machine.backs_up_again(Duration::from_mins(2), 0);
    machine.goes();
    machine.is_as_before(&before, &[]);
}

#[test]
fn what_was_missed_is_made_up_for_once() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    // Debian's cron itself would come in between.
    machine.sh("systemctl stop cron").ends_with(0);
    let flags = [
        "self-install",
        "--cron",
        "--yes",
        "--schedule",
        "Mon..Fri 02:30; Sat,Sun 04:00",
    ];
    machine.carried(&flags).ends_with(0);
    // As cron starts it: what comes after the user, by a shell, with the PATH of the file.
    let missed = "command=$(sed -n 's/^[0-9]* \\* \\* \\* \\* root //p' /etc/cron.d/borgmatic)
        path=$(sed -n 's/^PATH=//p' /etc/cron.d/borgmatic)
        env -i HOME=/root SHELL=/bin/sh PATH=\"$path\" /bin/sh -c \"$command\"";
    for _ in 0..2 {
        let ran = machine.sh(missed).ends_with(0);
        assert_eq!(
            (ran.out.as_str(), ran.err.as_str()),
            ("", ""),
            "cron would mail it"
        );
        assert_eq!(machine.archives().len(), 1);
    }
}

#[test]
fn busyboxs_cron_runs_the_installed_line() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    let other = "systemctl stop cron && rm -r /etc/cron.d && mkdir /etc/crontabs
        printf '5 4 * * * true\\n' > /etc/crontabs/root
        systemd-run --quiet --unit crond busybox crond -f -c /etc/crontabs";
    machine.sh(other).ends_with(0);
    let flags = [&["self-install", "--cron", "--yes"], &EACH_MINUTE[..]].concat();
    machine.carried(&flags).ends_with(0);
    machine
        .sh("grep -F '* * * * * /usr/bin/env PATH=' /etc/crontabs/root")
        .ends_with(0);
    machine.backs_up_again(Duration::from_mins(2), 0);
    machine.goes();
    let left = machine.sh("cat /etc/crontabs/root").ends_with(0);
    assert_eq!(left.out, "5 4 * * * true\n");
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
    let edit = "sed -i 's/^[0-9]* \\* \\* \\* \\* /* * * * * /' /etc/crontabs/root";
    machine.sh(edit).ends_with(0);
    machine.backs_up_again(Duration::from_mins(2), 0);

    machine.sh("borgmatic self-install --yes").ends_with(3);
    machine
        .sh("borgmatic self-install --yes --force")
        .ends_with(0);
    machine.comes(Duration::from_mins(2), "! pgrep -x borgmatic");
    // What was made up for is not due again.
    machine.sh("$(sed -n '/^[0-9]* \\* /s/.* \\(\\/usr\\/local\\/bin\\/borgmatic.*--if-due.*\\)/\\1/p' /etc/crontabs/root)").ends_with(0);
    assert_eq!(machine.archives().len(), 1);
    machine.goes();
    machine.is_as_before(&before, &[]);
}

/// The crontab of a person, through the real `crontab`.
#[test]
fn what_a_person_wrote_between_our_lines_stays() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.write("/home/ann/.config/borgmatic/config.yaml",
        "source_directories:\n    - ~/letters\nrepositories:\n    - path: ~/backups/ann.borg\nkeep_daily: 7\n");
    machine
        .sh(&format!(
            "useradd --home /home/ann --shell /bin/sh ann
            mkdir /home/ann/bin
            cp {CARRIED} /home/ann/bin/borgmatic
            chown -R ann: /home/ann"
        ))
        .ends_with(0);
    let ann = |line: &str| {
        let line = line.replace('\'', "'\\''");
        machine.sh(&format!(
            "exec runuser -u ann -- env -i -C /home/ann HOME=/home/ann USER=ann PATH=/home/ann/.local/bin:/usr/bin:/bin sh -ec '{line}'"
        ))
    };
    let before = machine.tree();
    ann("~/bin/borgmatic self-install --yes --cron").ends_with(0);
    ann("borgmatic self-install --uninstall --yes").ends_with(0);
    assert_eq!(ann("crontab -l || true").out, "");
    machine.is_as_before(&before, &[]);

    ann("echo '5 4 * * * first' | crontab -").ends_with(0);
    ann("~/bin/borgmatic self-install --yes --cron").ends_with(0);
    let mix = "crontab -l | sed '/^# END/i 7 7 * * * mine' | crontab -";
    ann(mix).ends_with(0);
    let table = ann("crontab -l").ends_with(0);
    let again = ann("borgmatic self-install --yes").ends_with(3);
    again.says("+7 7 * * * mine").says("--keep crontab");
    ann("borgmatic self-install --yes --keep crontab").ends_with(0);
    ann("borgmatic self-install --check").ends_with(0);
    assert_eq!(ann("crontab -l").out, table.out);
    ann("borgmatic self-install --yes --force --backup").ends_with(0);
    ann("cat ~/.local/state/borgmatic/crontab.bak-*").says("7 7 * * * mine");
    ann("crontab -l").says("# END borgmatic self-install\n7 7 * * * mine\n");
    ann("borgmatic self-install --uninstall --yes").ends_with(0);
    let left = ann("crontab -l").ends_with(0);
    assert_eq!(left.out, "5 4 * * * first\n7 7 * * * mine\n");
}
