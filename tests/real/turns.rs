//! One run of a configuration at a time, and what runs leave in the ledger.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::trouble::SmallDisk;
use crate::world::{World, binary, outcome};

with_both_borgs! {
    a_second_run_is_refused_or_waits
    a_killed_run_leaves_no_lock
    a_hook_may_call_borgmatic
    what_somebody_else_does_is_not_due
    the_ledger_knows_what_borg_told
    a_full_state_directory_costs_no_backup
}

/// A run that stands still in a hook until [`Held::go`].
pub(crate) struct Held<'a> {
    world: &'a World,
    pub(crate) child: Child,
}

impl<'a> Held<'a> {
    fn start(world: &'a World) -> Self {
        Self::with(world, &[])
    }

    /// With these flags.
    pub(crate) fn with(world: &'a World, flags: &[&str]) -> Self {
        fs::write(world.path("hold"), "").unwrap();
        let child = world
            .borgmatic()
            .arg("create")
            .args(flags)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let held = Self { world, child };
        until(|| world.path("begun").exists());
        held
    }

    pub(crate) fn go(&self) {
        fs::remove_file(self.world.path("hold")).unwrap();
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        fs::remove_file(self.world.path("hold")).ok();
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[track_caller]
pub(crate) fn until(mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "it never happened"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The configuration whose create stands still while the file `hold` is there.
pub(crate) fn holding(world: &World) {
    let (hold, begun) = (world.text("hold"), world.text("begun"));
    world.ready(&format!(
        "commands:
    - before: action
      when: [create]
      run:
          - if [ -e {hold} ]; then touch {begun}; fi; while [ -e {hold} ]; do sleep 0.05; done
"
    ));
}

fn a_second_run_is_refused_or_waits(world: &World) {
    holding(world);
    let mut first = Held::start(world);
    let process = first.child.id().to_string();
    world
        .fails(&["create"])
        .says(&format!("in use by process {process} (create)"))
        .says("--wait-for-run");
    // By another of its names it is the same configuration.
    std::os::unix::fs::symlink(
        world.path("config/borgmatic/config.yaml"),
        world.path("other.yaml"),
    )
    .unwrap();
    world
        .fails(&["-c", &world.text("other.yaml"), "prune"])
        .says(&process);
    // What only reads, or only tries, takes no turn.
    world.ok(&["repo-list"]);
    let waits = |wait: &str| {
        let log = fs::File::create(world.path("waiting.log")).unwrap();
        world
            .borgmatic()
            .args(["create", "--verbosity", "1", wait])
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap()
    };
    // Waiting ends.
    assert!(!waits("--wait-for-run=1s").wait().unwrap().success());
    let mut second = waits("--wait-for-run=5m");
    let said = || fs::read_to_string(world.path("waiting.log")).unwrap();
    until(|| said().contains("Waiting for the run of process"));
    first.go();
    assert!(first.child.wait().unwrap().success());
    assert!(second.wait().unwrap().success(), "{}", said());
    assert_eq!(world.archives("repo.borg").len(), 2);
}

fn a_killed_run_leaves_no_lock(world: &World) {
    holding(world);
    let mut first = Held::start(world);
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    first.go();
    world.ok(&["create"]);
}

/// It is within the run, and does not wait for it. Whoever is outside does.
fn a_hook_may_call_borgmatic(world: &World) {
    let hold = world.text("hold");
    let program = binary();
    world.ready(&format!(
        "commands:
    - before: action
      when: [create]
      run:
          - {} prune
          - while [ -e {hold} ]; do touch {}; sleep 0.05; done
",
        program.display(),
        world.text("begun"),
    ));
    world.ok(&["create"]);
    let first = Held::start(world);
    world.fails(&["create"]).says("in use by");
    drop(first);
}

fn what_somebody_else_does_is_not_due(world: &World) {
    holding(world);
    let mut first = Held::start(world);
    let line = ["create", "--if-due", "1h", "--verbosity"];
    let said = |verbosity| world.ok(&[&line[..], &[verbosity]].concat());
    assert!(said("0").err.is_empty() && said("0").out.is_empty());
    said("1").says("in use by process");
    // It may have been forgotten there.
    world.fails(&["create", "--if-due", "0s"]).says("in use by");
    // Whoever waits for it finds it done.
    let mut second = world
        .borgmatic()
        .args(["create", "--if-due", "1h", "--wait-for-run", "5m"])
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(300));
    first.go();
    assert!(first.child.wait().unwrap().success());
    assert!(second.wait().unwrap().success());
    assert_eq!(world.archives("repo.borg").len(), 1);
}

fn the_ledger_knows_what_borg_told(world: &World) {
    world.ready("");
    world.fails(&["due"]).says("no backup is known");
    world.ok(&["create", "--stats"]);
    world.ok(&["due"]);
    world.ok(&["create", "--json"]);
    let status = world.ok(&["status", "--json"]).json();
    let last = &status[0]["last_success"];
    assert_eq!(
        last["archive"].as_str(),
        world.archives("repo.borg").last().map(String::as_str)
    );
    assert_eq!(status[0]["sizes"].as_array().unwrap().len(), 2, "{status}");
    assert_eq!(last["code"], 0);
    assert!(last["files"].as_u64().unwrap() >= 1);
    // The repository is not asked.
    fs::rename(world.path("repo.borg"), world.path("gone.borg")).unwrap();
    world.ok(&["status"]).says("done");
    world.ok(&["due"]);
    world.fails(&["create"]);
    world.ok(&["status"]).says("create failed");
    world.ok(&["due"]);
}

fn a_full_state_directory_costs_no_backup(world: &World) {
    world.ready("");
    let Some(_disk) = SmallDisk::mount(world.text("disk")) else {
        return;
    };
    let run = |words: &[&str]| {
        outcome(
            world
                .borgmatic()
                .args(words)
                .env("XDG_STATE_HOME", world.path("disk")),
        )
    };
    run(&["create"]).ends_with(0);
    let before = ledger(world);
    // No room in the last block of the ledger either.
    let filled = format!("{before}{}\n", "x".repeat(4095 - before.len() % 4096));
    fs::write(world.path("disk/borgmatic/runs.jsonl"), &filled).unwrap();
    fill(&world.path("disk/full"));
    run(&["create"])
        .ends_with(0)
        .says("could not write the run to");
    assert_eq!(ledger(world), filled);
    fs::remove_file(world.path("disk/full")).unwrap();
    run(&["create"]).ends_with(0);
    run(&["due"]).ends_with(0);
}

fn ledger(world: &World) -> String {
    fs::read_to_string(world.path("disk/borgmatic/runs.jsonl")).unwrap()
}

fn fill(path: &Path) {
    let done = Command::new("dd")
        .args(["if=/dev/zero", &format!("of={}", path.display()), "bs=4k"])
        .output()
        .unwrap();
    assert!(!done.status.success(), "the disk is small");
}
