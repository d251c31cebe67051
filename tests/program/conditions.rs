//! The flags that schedulers give: what is left out, waited for and held, and what is told of it.

use borgmatic::host::script::Answer;

use crate::world::World;

impl World {
    /// The last lines of the ledger: action, result, reason.
    fn recorded(&self, lines: usize) -> Vec<String> {
        let ledger = std::fs::read_to_string(self.at("/home/me/.local/state/borgmatic/runs.jsonl"));
        let ledger = ledger.unwrap();
        let records = ledger.lines().map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            record
        });
        let actions: Vec<_> = records
            .filter(|record| record["kind"] == "action")
            .map(|record| {
                let word = |key: &str| record[key].as_str().unwrap_or("-").to_owned();
                let words = ["label", "action", "result", "reason"].map(word);
                words.join(" ")
            })
            .collect();
        actions[actions.len() - lines..].to_vec()
    }

    fn later(&self, hours: u64) {
        use borgmatic::host::Clock as _;
        self.stage
            .clock
            .sleep(std::time::Duration::from_hours(hours));
    }

    fn borg_commands(&mut self) -> Vec<String> {
        let all = self.commands();
        let borgs = all.into_iter().filter(|line| line.contains("borg "));
        borgs.collect()
    }
}

#[test]
fn what_is_not_due_is_left_out_quietly_and_written_down() {
    let mut world = World::new().with_borg("1.4.0");
    let first = world.run(&["create", "prune", "--if-due", "24h"]);
    assert_eq!(first.shown(), "--- exit status 0\n");
    assert_eq!(world.recorded(4)[0], "one create done -");
    world.later(5);
    let mut world = world.with_borg("1.4.0");
    let _first_run = world.commands();
    let again = world.run(&["create", "prune", "--if-due", "24h"]);
    assert_eq!(again.shown(), "--- exit status 0\n");
    assert_eq!(world.commands(), [""; 0]);
    assert_eq!(
        world.recorded(2),
        [
            "one create skipped not due: create succeeded 5h ago",
            "two create skipped not due: create succeeded 5h ago"
        ]
    );
    let told = world.run(&["--if-due", "24h", "create", "-v1"]);
    assert_eq!(
        told.out,
        "one: not due: create succeeded 5h ago\ntwo: not due: create succeeded 5h ago\n"
    );
    // For status, that was no run.
    assert!(world.run(&["status"]).out.contains("done"));
    world.later(20);
    let mut world = world.with_borg("1.4.0");
    assert_eq!(world.run(&["create", "--if-due", "24h"]).code, 0);
    assert!(!world.borg_commands().is_empty());
}

#[test]
fn a_backup_by_hand_leaves_the_rest_of_a_scheduled_run_to_do() {
    let mut world = World::new().with_borg("1.4.0");
    assert_eq!(world.run(&["create"]).code, 0);
    let line = ["create", "prune", "--if-due", "24h"];
    for whole in [true, false] {
        world.later(1);
        let _before = world.commands();
        let mut again = world.with_borg("1.4.0");
        assert_eq!(again.run(&line).code, 0);
        let commands = again.borg_commands().join("\n");
        for action in ["borg create", "borg prune"] {
            assert_eq!(commands.contains(action), whole, "{commands}");
        }
        world = again;
    }
}

#[test]
fn a_failure_is_tried_again_after_an_hour_and_only_there() {
    let mut world = World::new();
    world
        .stage
        .script
        .answer("--version", Answer::fine().out("borg 1.4.0"))
        .answer("two.borg", Answer::exit(2))
        .answer("", Answer::fine());
    let line = ["create", "--if-due", "1d"];
    assert_eq!(world.run(&line).code, 1);
    let _first_run = world.commands();
    let mut world = world.with_borg("1.4.0");
    assert_eq!(world.run(&line).code, 0);
    assert_eq!(world.commands(), [""; 0]);
    assert_eq!(
        world.recorded(1),
        ["two create skipped not due yet: create was tried <1m ago"]
    );
    world.later(1);
    let mut world = world.with_borg("1.4.0");
    assert_eq!(world.run(&line).code, 0);
    let commands = world.borg_commands().join("\n");
    assert!(commands.contains("two.borg"), "{commands}");
    assert!(!commands.contains("one.borg"), "{commands}");
}

#[test]
fn on_battery_nothing_runs_and_that_is_told() {
    let mut world = World::new().with_borg("1.4.0");
    world.write("/sys/class/power_supply/BAT0/type", "Battery\n");
    world.write("/sys/class/power_supply/BAT0/status", "Discharging\n");
    let skipped = world.run(&["create", "prune", "--on-battery", "skip"]);
    insta::assert_snapshot!(skipped.shown(), @"
    /etc/borgmatic/config.yaml: skipped, as --on-battery skip asks: the machine runs on its battery
    --- exit status 0
    ");
    assert_eq!(world.commands(), [""; 0]);
    assert_eq!(
        world.recorded(2),
        ["one", "two"]
            .map(|label| format!("{label} create skipped the machine runs on its battery"))
    );
    let mut world = world.with_borg("1.4.0");
    assert_eq!(world.run(&["create", "--on-battery", "run"]).code, 0);
    assert!(!world.borg_commands().is_empty());
    world.write("/sys/class/power_supply/AC/type", "Mains\n");
    world.write("/sys/class/power_supply/AC/online", "1\n");
    let mut world = world.with_borg("1.4.0");
    assert_eq!(world.run(&["create", "--on-battery", "skip"]).code, 0);
    assert!(!world.borg_commands().is_empty());
}

#[test]
fn a_run_waits_for_the_machines_of_its_repositories() {
    let world = World::new();
    let config = "hostname backup.example.org\nport 2222\nproxyjump none";
    let script = &world.stage.script;
    script.answer("ssh -G -- me@host", Answer::fine().out(config));
    world.stage.network.after("backup.example.org:2222", 3);
    let mut world = world.with_borg("1.4.0");
    let ran = world.run(&["create", "--wait-network", "2m", "-v1"]);
    let waiting = "Waiting for the network: backup.example.org:2222\n";
    assert!(ran.out.contains(waiting), "{}", ran.shown());
    assert_eq!(ran.code, 0);
    assert_eq!(world.stage.network.asked().len(), 4);
    assert!(world.borg_commands().join("\n").contains("two.borg"));
}

#[test]
fn a_network_that_does_not_come_is_told_and_borg_says_the_rest() {
    let world = World::new();
    world.stage.network.after("host:22", u32::MAX);
    let mut world = world.with_borg("1.4.0");
    let ran = world.run(&["create", "--wait-network", "30s"]);
    insta::assert_snapshot!(ran.shown(), @"
    two: host:22 did not answer for 30 seconds: network unreachable; the run goes on
    --- exit status 0
    ");
    assert_eq!(world.stage.network.asked().len(), 30 + 1);
    assert!(world.borg_commands().join("\n").contains("two.borg"));
}

#[test]
fn the_machine_is_kept_awake_but_not_by_a_dry_run() {
    let mut world = World::new().with_borg("1.4.0");
    assert_eq!(world.run(&["create", "--inhibit", "sleep"]).code, 0);
    let held = world.commands().remove(0);
    assert_eq!(
        held,
        "systemd-inhibit --what=sleep:shutdown --mode=block --who=borgmatic --why=a backup is running /bin/sh -c echo held; exec cat >/dev/null"
    );
    for quiet in [["create", "--inhibit=none"], ["create", "-n"]] {
        let mut world = World::new().with_borg("1.4.0");
        let more: &[&str] = if quiet[1] == "-n" {
            &["--inhibit", "sleep"]
        } else {
            &[]
        };
        assert_eq!(world.run(&[&quiet[..], more].concat()).code, 0);
        assert!(!world.commands().join("\n").contains("inhibit"));
    }
}

#[test]
fn conditions_belong_to_runs() {
    let mut world = World::new();
    let refused = world.run(&["status", "--if-due", "1d"]);
    assert_eq!(refused.code, 1);
    let words = "`--if-due` is for runs on repositories";
    assert!(refused.err.contains(words), "{}", refused.err);
    let refused = world.run(&["create", "--on-battery", "sleep"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("choose one of: run, skip"),
        "{}",
        refused.err
    );
}
