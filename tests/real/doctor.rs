//! `doctor` with real borg, real ssh and what goes wrong there; it changes nothing.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::machine::Machine;
use crate::ssh::{Server, configure, user_name};
use crate::world::{World, outcome, passphrase_option};

with_both_borgs! {
    a_good_repository_answers_and_nothing_changes
    what_is_wrong_with_a_repository_is_told_apart
    a_repository_that_another_borg_holds_is_locked
    each_reason_of_ssh_has_its_cure
    who_never_answers_is_not_waited_for
    old_backups_failed_runs_and_foreign_caches_are_wrong
}

/// What it found of this, as `state: words`.
pub(crate) fn found(report: &Value, about: &str) -> String {
    let checks = report["checks"].as_array().unwrap();
    let of = |check: &&Value| check["about"].as_str().unwrap().starts_with(about);
    let lines: Vec<_> = checks
        .iter()
        .filter(of)
        .map(|check| {
            let text = |name: &str| check[name].as_str().unwrap_or_default().to_owned();
            format!("{}: {} [{}]", text("state"), text("words"), text("do"))
        })
        .collect();
    lines.join("\n")
}

pub(crate) fn doctor(world: &World) -> Value {
    world.run(&["doctor", "--json"]).json()
}

/// Names, modes, times and contents of everything in this world.
fn everything(world: &World) -> String {
    let mut names = String::new();
    for folder in [
        "home",
        "config",
        "state",
        "cache",
        "run",
        "tmp",
        "source",
        "repo.borg",
    ] {
        let script = "find \"$0\" -type f -exec sha256sum {} + 2>/dev/null | sort; find \"$0\" -printf '%p %m %U\\n' | sort";
        names += &outcome(Command::new("sh").args(["-c", script, &world.text(folder)])).out;
    }
    names
}

fn a_good_repository_answers_and_nothing_changes(world: &World) {
    world.ready("");
    let config = world.path("config/borgmatic/config.yaml");
    fs::set_permissions(config, Permissions::from_mode(0o600)).unwrap();
    let empty = found(&doctor(world), "repository");
    assert_eq!(empty, "ok: it answers; it has no archive yet []");
    world.ok(&["create"]);
    let before = everything(world);
    let report = doctor(world);
    assert_eq!(everything(world), before);
    let repository = found(&report, "repository");
    assert!(
        repository.starts_with("ok: it answers; the newest archive is "),
        "{repository}"
    );
    for about in [
        "borg",
        "configuration",
        "sources",
        "owners",
        "last backup",
        "clock",
    ] {
        let all = found(&report, about);
        assert!(all.starts_with("ok: "), "{about}: {all}");
    }
    assert_eq!(report["wrong"], 0, "{report}");
    // Where borg has seen nothing before, it does not remember the visit either.
    for folder in ["config/borg", "cache/borg"] {
        fs::remove_dir_all(world.path(folder)).ok();
    }
    let before = everything(world);
    let again = found(&doctor(world), "repository");
    assert!(again.starts_with("ok: "), "{again}");
    assert_eq!(everything(world), before);
    world
        .ok(&["doctor"])
        .says("ok     repository")
        .never_says("\u{1b}");
}

fn what_is_wrong_with_a_repository_is_told_apart(world: &World) {
    world.ready("");
    world.configure(
        &["repo.borg"],
        "encryption_passphrase: other\nkeep_daily: 1\n",
    );
    let told = found(&doctor(world), "repository");
    assert!(
        told.contains("wrong: ") && told.contains("the passphrase is wrong"),
        "{told}"
    );
    world.configure(&["repo.borg"], "keep_daily: 1\n");
    let told = found(&doctor(world), "repository");
    assert!(
        told.contains("needs a passphrase, and none is configured"),
        "{told}"
    );
    world.configure(
        &["repo.borg"],
        "encryption_passcommand: sh -c 'exit 3'\nkeep_daily: 1\n",
    );
    let told = found(&doctor(world), "repository");
    assert!(
        told.contains("encryption_passcommand") && told.contains("exit status 3"),
        "{told}"
    );
    world.configure(&["none.borg"], "keep_daily: 1\n");
    world
        .fails(&["doctor"])
        .says(&format!("wrong  repository {}", world.text("none.borg")))
        .says("does not exist")
        .says("do: is its disk or share mounted?")
        .says("found something wrong");
    world.write("sham.borg/x", "");
    world.configure(&["sham.borg"], "keep_daily: 1\n");
    let told = found(&doctor(world), "repository");
    assert!(told.contains("not a valid repository"), "{told}");
    world.write("config/borgmatic/config.yaml", "source_directoris: []\n");
    let report = doctor(world);
    assert!(
        found(&report, "configuration").contains("wrong: "),
        "{report}"
    );
}

fn a_repository_that_another_borg_holds_is_locked(world: &World) {
    world.ready("");
    let flag = world.text("held");
    let held = format!("touch '{flag}'; exec sleep 60");
    let repository = world.text("repo.borg");
    let mut holder = world.program(&world.path("bin/borg"));
    holder
        .args(["with-lock", &repository, "sh", "-c", &held])
        .env("BORG_PASSPHRASE", crate::world::PASSPHRASE)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut holder = Ended(holder.spawn().unwrap());
    wait_for(|| world.path("held").exists());
    let told = found(&doctor(world), "repository");
    assert!(told.contains("locked by another borg"), "{told}");
    assert!(told.contains("borgmatic break-lock"), "{told}");
    holder.0.kill().unwrap();
}

fn each_reason_of_ssh_has_its_cure(world: &World) {
    let server = Server::start(world);
    fs::create_dir(world.path("remote")).unwrap();
    configure(world, server.port);
    world.ok(&["repo-create", "--encryption", "repokey"]);
    let told = found(&doctor(world), "repository");
    assert!(told.starts_with("ok: it answers"), "{told}");

    let known = world.text("ssh/known_hosts");
    let key = world.text("ssh/user_key");
    let with = |ssh: &str, remote: &str| {
        let more = format!(
            "{}keep_daily: 7\nssh_command: {ssh}\nremote_path: {remote}\n",
            passphrase_option()
        );
        let place = format!(
            "ssh://{}@127.0.0.1:{}{}",
            user_name(),
            server.port,
            world.text("remote/repo.borg")
        );
        world.configure(&[&place], &more);
        found(&doctor(world), "repository")
    };
    let borg = world.text("bin/borg");
    let told = with(
        &format!(
            "ssh -F none -i {key} -o UserKnownHostsFile={}",
            world.text("ssh/none")
        ),
        &borg,
    );
    assert!(
        told.contains("the host key of the machine there is not known"),
        "{told}"
    );
    assert!(told.contains(&format!("ssh -p {}", server.port)), "{told}");

    outcome(Command::new("ssh-keygen").args([
        "-q",
        "-t",
        "ed25519",
        "-N",
        "",
        "-f",
        &world.text("ssh/other_key"),
    ]))
    .ends_with(0);
    let other = world.text("ssh/other_key");
    let told = with(
        &format!("ssh -F none -o IdentitiesOnly=yes -i {other} -o UserKnownHostsFile={known}"),
        &borg,
    );
    assert!(told.contains("refuses the key"), "{told}");

    let told = with(
        &format!("ssh -F none -i {key} -o UserKnownHostsFile={known}"),
        "/nowhere/borg",
    );
    assert!(told.contains("has no borg"), "{told}");

    drop(server);
    let told = found(&doctor(world), "repository");
    assert!(told.contains("no ssh server answers"), "{told}");
}

fn who_never_answers_is_not_waited_for(world: &World) {
    // It takes the connection, and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    world.configure(
        &[&format!("ssh://me@127.0.0.1:{port}/./repo.borg")],
        &format!(
            "{}keep_daily: 7\nssh_command: sh -c 'exec ssh -F none \"$@\"' ssh\n",
            passphrase_option()
        ),
    );
    let report = world.run(&["doctor", "--json", "--timeout", "3s"]).json();
    let told = found(&report, "repository");
    assert!(told.contains("no answer within 3 s"), "{told}");
    // ssh itself gives up before, where it is plain ssh.
    world.configure(
        &[&format!("ssh://me@127.0.0.1:{port}/./repo.borg")],
        &format!(
            "{}keep_daily: 7\nssh_command: ssh -F none\n",
            passphrase_option()
        ),
    );
    let report = world.run(&["doctor", "--json", "--timeout", "8s"]).json();
    let told = found(&report, "repository");
    assert!(
        told.contains("does not answer") || told.contains("no answer within"),
        "{told}"
    );
    // A command for the passphrase that waits for ever.
    world.configure(
        &["repo.borg"],
        "encryption_passcommand: sleep 600\nkeep_daily: 1\n",
    );
    fs::create_dir(world.path("repo.borg")).unwrap();
    let report = world.run(&["doctor", "--json", "--timeout", "2s"]).json();
    let told = found(&report, "repository");
    assert!(told.contains("did not end in time"), "{told}");
}

fn old_backups_failed_runs_and_foreign_caches_are_wrong(world: &World) {
    world.ready(
        "postgresql_databases:\n    - name: users\n      pg_dump_command: /nowhere/pg_dump\n",
    );
    let told = found(&doctor(world), "postgresql_databases");
    assert!(
        told.contains("wrong: the program /nowhere/pg_dump was not found"),
        "{told}"
    );
    world.configure(
        &["repo.borg"],
        &format!("{}keep_daily: 1\n", passphrase_option()),
    );
    let told = found(&doctor(world), "last backup");
    assert!(
        told.contains("wrong: this user's runs know of none"),
        "{told}"
    );
    world.ok(&["create"]);
    // The same a hundred years ago, and a hundred years ahead.
    let ledger = world.path("state/borgmatic/runs.jsonl");
    let now = fs::read_to_string(&ledger).unwrap();
    let at = |century: &str| {
        fs::write(&ledger, now.replace("\"20", &format!("\"{century}"))).unwrap();
        doctor(world)
    };
    let told = found(&at("19"), "last backup");
    assert!(told.contains("and at most 26h is meant"), "{told}");
    let report = at("21");
    assert!(found(&report, "clock").starts_with("wrong: "), "{report}");
    fs::write(&ledger, &now).unwrap();
    fs::rename(world.path("repo.borg"), world.path("away.borg")).unwrap();
    world.fails(&["create"]);
    fs::rename(world.path("away.borg"), world.path("repo.borg")).unwrap();
    let report = doctor(world);
    assert!(
        found(&report, "last run").starts_with("wrong: create failed"),
        "{report}"
    );
    assert!(
        found(&report, "last backup").starts_with("ok: "),
        "{report}"
    );
    if !crate::world::is_root() {
        crate::world::skip("only root can give a cache to somebody else");
        return;
    }
    std::os::unix::fs::chown(world.path("cache/borg"), Some(4321), None).unwrap();
    let told = found(&doctor(world), "owners");
    assert!(
        told.contains("belongs to user 4321, and this is user 0"),
        "{told}"
    );
    assert!(told.contains("sudo chown -R 0 "), "{told}");
}

#[test]
fn old_forms_and_warnings_of_a_configuration_are_told_apart() {
    let world = World::new("1.2");
    let config = world.path("config/borgmatic/config.yaml");
    for (more, expected) in [
        (
            "remote_rate_limit: 100\n",
            ": 1 old form that still works [",
        ),
        (
            "archive_name_format: '{nonsense}-{now}'\n",
            ": borg fills in no `{nonsense}` [",
        ),
    ] {
        let more = format!("{}keep_daily: 7\n{more}", passphrase_option());
        world.configure(&["repo.borg"], &more);
        fs::set_permissions(&config, Permissions::from_mode(0o600)).unwrap();
        let said = found(&doctor(&world), "configuration");
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn the_schedule_of_a_machine_is_judged() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.put_in_place();
    machine.ready("");
    machine.sh("borgmatic create").ends_with(0);
    let schedule = || {
        let said = machine.sh("borgmatic doctor --json || true");
        found(&said.json(), "schedule")
    };
    assert!(
        schedule().starts_with("look: nothing starts backups"),
        "{}",
        schedule()
    );
    machine.write("/etc/cron.d/backup", "0 3 * * * root borgmatic\n");
    let told = schedule();
    assert!(
        told.starts_with("ok: cron starts borgmatic: /etc/cron.d/backup"),
        "{told}"
    );
    machine
        .sh("rm /etc/cron.d/backup /usr/local/bin/borgmatic")
        .ends_with(0);
    machine
        .carried(&["self-install", "--systemd", "--yes"])
        .ends_with(0);
    let told = schedule();
    assert!(
        told.starts_with("ok: systemd starts backups, and all is as it was installed"),
        "{told}"
    );
    let said = machine.sh("borgmatic doctor --json");
    let next = found(&said.json(), "next run");
    assert!(next.starts_with("ok: "), "{next}");
    machine
        .sh("systemctl disable --now borgmatic.timer")
        .ends_with(0);
    let told = schedule();
    let link = "/etc/systemd/system/timers.target.wants/borgmatic.timer: missing";
    assert!(told.starts_with(&format!("wrong: {link}")), "{told}");
    machine
        .sh("borgmatic self-install --yes && systemctl stop borgmatic.timer")
        .ends_with(0);
    let told = schedule();
    assert!(told.starts_with("wrong: systemd was not told"), "{told}");
    machine
        .sh("rm /etc/systemd/system/borgmatic.timer")
        .ends_with(0);
    let told = schedule();
    assert!(told.contains("borgmatic.timer: missing"), "{told}");
}

pub(crate) struct Ended(pub(crate) Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

pub(crate) fn wait_for(done: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < end, "it does not happen");
        std::thread::sleep(Duration::from_millis(50));
    }
}
