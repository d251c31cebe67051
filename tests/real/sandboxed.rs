//! Installed units under a real systemd: the sandbox lets a backup do what its configuration needs, and
//! nothing else.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::inside::REPOSITORY;
use crate::machine::{CARRIED, Machine};
use crate::world::{Outcome, skip};

const JOURNAL: &str = "journalctl --no-pager --unit borgmatic.service";

impl Machine {
    fn installs_units(&self, flags: &[&str]) {
        let words = [&["self-install", "--systemd", "--yes"], flags].concat();
        self.carried(&words).ends_with(0);
    }

    fn starts(&self) -> Outcome {
        self.sh("systemctl start borgmatic.service")
    }

    #[track_caller]
    fn backs_up(&self) {
        let started = self.starts();
        assert_eq!(started.code, Some(0), "{}", self.sh(JOURNAL).out);
        assert_eq!(self.archives().len(), 1);
    }

    /// Brings the packages of Borg 2 in, for the Python that is there.
    fn has_borg_2(&self) -> bool {
        let borg = std::env::var_os("BORG_2").map(PathBuf::from);
        let home = borg.and_then(|borg| Some(borg.parent()?.parent()?.to_owned()));
        let packages = home
            .unwrap_or_default()
            .join("lib/python3.11/site-packages");
        if !Path::new(&packages).is_dir() {
            return false;
        }
        let inside = self.path("/opt/borg-2");
        let copied = Command::new("cp")
            .arg("-a")
            .args([packages, inside])
            .status();
        let program = "#!/usr/bin/python3.11\nimport sys\nsys.path.insert(0, '/opt/borg-2')\n\
                       from borg.archiver import main\nsys.exit(main())\n";
        self.write("/opt/borg-2/bin/borg", program);
        let runs = self.sh("chmod 755 /opt/borg-2/bin/borg && /opt/borg-2/bin/borg --version");
        copied.is_ok_and(|status| status.success()) && runs.code == Some(0)
    }

    /// A setting of the service, as systemd has it.
    fn shows(&self, setting: &str) -> String {
        let shown = self.sh(&format!(
            "systemctl show --value --property {setting} borgmatic.service"
        ));
        shown.ends_with(0).out.trim().to_owned()
    }
}

#[test]
fn a_strict_unit_writes_where_its_configuration_says() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("log_file: /var/log/borgmatic.log\n");
    machine.installs_units(&[]);
    assert_eq!(machine.shows("ProtectSystem"), "strict");
    assert_eq!(machine.shows("PrivateNetwork"), "yes");
    machine.backs_up();
    machine
        .sh("grep -q 'Creating an archive' /var/log/borgmatic.log")
        .ends_with(0);
    // A run by hand and one of the timer share what they remember.
    machine.sh("borgmatic status").ends_with(0).says("done");

    // Somewhere else nothing can be written, until the unit is made anew.
    let moved = format!(
        "mv '{REPOSITORY}' /srv/moved.borg && sed -i 's,{REPOSITORY},/srv/moved.borg,' /etc/borgmatic/config.yaml"
    );
    machine.sh(&moved).ends_with(0);
    let relocated = "relocated_repo_access_is_ok: true\n";
    machine
        .sh(&format!("echo '{relocated}' >> /etc/borgmatic/config.yaml"))
        .ends_with(0);
    machine.starts().ends_with(1);
    machine.sh(JOURNAL).says("Read-only file system");
    machine.sh("borgmatic self-install --check").ends_with(10);
    machine.sh("borgmatic self-install --yes").ends_with(0);
    let started = machine.starts();
    assert_eq!(started.code, Some(0), "{}", machine.sh(JOURNAL).out);
}

#[test]
fn another_account_reads_everything_and_writes_its_own() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    machine.write("/srv/data/secret.txt", "for root's eyes\n");
    let account = format!(
        "chmod 600 /srv/data/secret.txt
        useradd --create-home --system keeper
        chown -R keeper '{REPOSITORY}'
        mv /root/passphrase /home/keeper/ && chown keeper /home/keeper/passphrase
        sed -i s,/root/passphrase,/home/keeper/passphrase, /etc/borgmatic/config.yaml
        ln -s /home/keeper/passphrase /root/passphrase"
    );
    machine.sh(&account).ends_with(0);
    machine.installs_units(&["--user-account", "keeper"]);
    assert_eq!(machine.shows("User"), "keeper");
    machine.backs_up();
    let list = format!(
        "BORG_PASSCOMMAND='cat /root/passphrase' borg list --short '{REPOSITORY}::'\"$(BORG_PASSCOMMAND='cat /root/passphrase' borg list --short '{REPOSITORY}')\""
    );
    machine.sh(&list).ends_with(0).says("srv/data/secret.txt");
}

#[test]
fn hooks_may_mount_and_become_others() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready(
        "commands:\n    - before: action\n      when: [create]\n      run:\n          - mount -t tmpfs none /mnt && echo mounted > /mnt/mounted.txt\n          - su nobody -s /bin/sh -c 'id -un' > /srv/data/who.txt\n",
    );
    machine
        .sh("sed -i 's,    - /srv/data,&\\n    - /mnt,' /etc/borgmatic/config.yaml")
        .ends_with(0);
    machine.installs_units(&[]);
    assert_eq!(machine.shows("ProtectSystem"), "full");
    machine.backs_up();
    machine.sh("grep -qx nobody /srv/data/who.txt").ends_with(0);
    let list = format!(
        "BORG_PASSCOMMAND='cat /root/passphrase' borg list --short --last 1 --prefix '' '{REPOSITORY}' | xargs -I{{}} env BORG_PASSCOMMAND='cat /root/passphrase' borg list --short '{REPOSITORY}::{{}}'"
    );
    machine.sh(&list).ends_with(0).says("mnt/mounted.txt");
}

#[test]
fn a_strict_unit_reaches_a_repository_over_ssh() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.ready("");
    let server = "ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
        cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
        ssh-keygen -A && systemctl start ssh
        ssh-keyscan -t ed25519 127.0.0.1 > /root/.ssh/known_hosts ";
    machine
        .sh(&format!("mkdir -p -m 700 /root/.ssh\n{server}"))
        .ends_with(0);
    let far = "sed -i 's,path: .*,path: ssh://root@127.0.0.1/srv/backups/far.borg,' /etc/borgmatic/config.yaml";
    machine.sh(far).ends_with(0);
    machine
        .carried(&["repo-create", "--encryption", "repokey"])
        .ends_with(0);
    machine.installs_units(&["--wait-network", "1m"]);
    assert_eq!(machine.shows("ProtectSystem"), "strict");
    assert_eq!(machine.shows("PrivateNetwork"), "no");
    let started = machine.starts();
    assert_eq!(started.code, Some(0), "{}", machine.sh(JOURNAL).out);
    machine
        .sh(&format!("{CARRIED} repo-list"))
        .ends_with(0)
        .says("vm-");
}

/// Borg 2 keeps what it knows of repositories in a directory that older versions do not have.
#[test]
fn a_strict_unit_lets_borg_2_write_its_own() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    if !machine.has_borg_2() {
        return skip("no Borg 2 runs in the machine: what it writes in a unit was not tried");
    }
    machine.ready("");
    machine.configure("local_path: /opt/borg-2/bin/borg\n");
    let other =
        format!("sed -i 's,{REPOSITORY},/srv/backups/two.borg,' /etc/borgmatic/config.yaml");
    machine.sh(&other).ends_with(0);
    machine
        .carried(&["repo-create", "--encryption", "aes256-ocb"])
        .ends_with(0);
    // As on a machine that never ran it.
    machine
        .sh("rm -r /root/.local /root/.cache /root/.config")
        .ends_with(0);
    machine.installs_units(&[]);
    assert_eq!(machine.shows("ProtectSystem"), "strict");
    let started = machine.starts();
    assert_eq!(started.code, Some(0), "{}", machine.sh(JOURNAL).out);
    machine
        .sh("test -n \"$(ls /root/.local/share/borg/security)\"")
        .ends_with(0);
    machine
        .sh(&format!("{CARRIED} repo-list"))
        .ends_with(0)
        .says("root        vm");
}
