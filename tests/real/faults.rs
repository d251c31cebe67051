//! Runs that are killed, stopped or mistreated: nothing is left behind, nothing is taken for success, and
//! what stands after something runs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::terminal::Terminal;
use crate::world::World;

with_both_borgs! {
    a_killed_run_leaves_nothing_behind
    a_hanging_borg_ends_with_the_run
    a_flood_of_lines_is_passed_in_constant_memory
    any_bytes_and_any_end_of_borg_are_borne
    an_answer_without_an_end_is_refused
    ctrl_c_in_a_terminal_runs_what_stands_after
}

/// Puts a script in front of borg; it reads `$verb`, and goes on to the real one at its end.
fn in_front_of_borg(world: &World, script: &str) {
    let (borg, real) = (world.path("bin/borg"), world.path("bin/real-borg"));
    if !real.exists() {
        fs::rename(&borg, &real).unwrap();
    }
    let real = real.display();
    let text = format!(
        "#!/bin/sh\nverb=$1\ncase \"$*\" in *'--dry-run --list') verb=probe ;; esac\n{script}\nexec {real} \"$@\"\n"
    );
    fs::write(&borg, text).unwrap();
    fs::set_permissions(&borg, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Hooks that write their names into the file `trace`.
fn tracing_hooks(world: &World) -> String {
    let trace = world.text("trace");
    let mut hooks = "commands:\n".to_owned();
    for (side, point) in [
        ("before", "everything"),
        ("before", "configuration"),
        ("before", "repository"),
        ("before", "action"),
        ("after", "action"),
        ("after", "repository"),
        ("after", "configuration"),
        ("after", "everything"),
        ("after", "error"),
    ] {
        let name = format!("{side}-{point}");
        let kill = world.text(&format!("kill-{name}"));
        hooks += &format!(
            "    - {side}: {point}\n      run:\n        - echo {name} >> {trace}\n        - if rm {kill} 2>/dev/null; then kill -9 $PPID; fi\n"
        );
    }
    hooks
}

fn traced(world: &World) -> Vec<String> {
    let text = fs::read_to_string(world.path("trace")).unwrap_or_default();
    fs::remove_file(world.path("trace")).ok();
    text.lines().map(str::to_owned).collect()
}

fn noise(world: &World, bytes: usize) {
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    })
    .take(bytes)
    .collect();
    fs::write(world.path("source/noise"), noise).unwrap();
}

fn names(world: &World, folder: &str) -> Vec<String> {
    fs::read_dir(world.path(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn a_killed_run_leaves_nothing_behind(world: &World) {
    let hooks = tracing_hooks(world);
    world.ready(&format!("lock_wait: 20\n{hooks}"));
    noise(world, 3_000_000);
    let marks = world.text("kill-borg");
    in_front_of_borg(
        world,
        &format!(
            "if rm {marks}-$verb 2>/dev/null; then kill -9 $PPID; fi\n\
             if rm {marks}-later-$verb 2>/dev/null; then parent=$PPID; (sleep 0.4; kill -9 $parent) & fi"
        ),
    );
    let points: [(&str, &[&str]); 10] = [
        ("kill-before-everything", &["create"]),
        ("kill-before-repository", &["create"]),
        ("kill-before-action", &["create"]),
        ("kill-borg-probe", &["create"]),
        ("kill-borg-create", &["create"]),
        ("kill-borg-later-create", &["create"]),
        ("kill-after-action", &["create"]),
        ("kill-borg-later-prune", &["create", "prune"]),
        ("kill-borg-check", &["check", "--force"]),
        ("kill-after-configuration", &["create"]),
    ];
    for (point, actions) in points {
        world.write(point, "");
        let killed = world.run(actions);
        assert!(!world.path(point).exists(), "{point} was not reached");
        if !point.contains("later") {
            // What comes later may come too late.
            assert_eq!(killed.code, None, "{point}");
            let told = world.ok(&["status"]).out;
            let in_the_middle = !point.ends_with("everything") && !point.contains("after");
            let words = format!("{} interrupted: the run was killed", actions[0]);
            assert_eq!(told.contains(&words), in_the_middle, "{point}: {told}");
        }
        world.ok(actions);
        let left = |folder| {
            let mut names = names(world, folder);
            names.retain(|name| name.starts_with("borgmatic-") || folder == "tmp");
            names
        };
        assert_eq!(left("run"), Vec::<String>::new(), "{point}");
        assert_eq!(left("tmp"), Vec::<String>::new(), "{point}");
        world.ok(&["status"]).never_says("interrupted");
    }
    let ledger = fs::read_to_string(world.path("state/borgmatic/runs.jsonl")).unwrap();
    assert!(ledger.contains("\"result\":\"interrupted\""), "{ledger}");
    assert_eq!(names(world, "state/borgmatic/locks"), Vec::<String>::new());
    world
        .borg(&["check", "--verify-data", &world.text("repo.borg")])
        .ends_with(0);
    let lock = world.path("repo.borg/lock.exclusive");
    assert!(!lock.exists());
}

fn a_hanging_borg_ends_with_the_run(world: &World) {
    let hooks = tracing_hooks(world);
    world.ready(&hooks);
    traced(world);
    let ready = world.text("ready");
    in_front_of_borg(
        world,
        &format!("if [ $verb = create ]; then touch {ready}; sleep 600; fi"),
    );
    let child = world
        .borgmatic()
        .args(["create", "prune"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while !world.path("ready").exists() {
        assert!(start.elapsed() < Duration::from_mins(1));
        sleep(Duration::from_millis(20));
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(143));
    assert_eq!(
        traced(world),
        [
            "before-everything",
            "before-configuration",
            "before-repository",
            "before-action",
            "after-action",
            "after-repository",
            "after-configuration"
        ]
    );
    assert!(
        names(world, "run")
            .iter()
            .all(|name| !name.starts_with("borgmatic-"))
    );
}

fn a_flood_of_lines_is_passed_in_constant_memory(world: &World) {
    world.ready("");
    let peak = world.text("peak");
    let line = "x".repeat(1000);
    in_front_of_borg(
        world,
        &format!(
            "if [ $verb = create ]; then\n\
               yes {line} | head -c 1000000000 >&2\n\
               printf '%0100000000d' 7\n\
               grep VmHWM /proc/$PPID/status > {peak}\n\
             fi"
        ),
    );
    let status = world
        .borgmatic()
        .arg("create")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
    let peak = fs::read_to_string(world.path("peak")).unwrap();
    let kilobytes: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kilobytes < 40_000, "{peak}");
    assert_eq!(world.archives("repo.borg").len(), 1);
}

fn any_bytes_and_any_end_of_borg_are_borne(world: &World) {
    world.ready("");
    in_front_of_borg(
        world,
        "if [ $verb = create ]; then printf 'caf\\351 \\000 \\377\\n' >&2; fi",
    );
    world.ok(&["create"]).says("caf\u{fffd}");
    for (end, words) in [
        ("kill -SEGV $$", "signal 11"),
        ("kill -KILL $$", "signal 9"),
        ("exit 137", "exit status 137"),
        ("exit 75", "exit status 75"),
        ("exec no-such-borg", "exit status 127"),
        (
            "echo 'Traceback (most recent call last):' >&2; exit 1",
            "it broke off where it should not",
        ),
    ] {
        in_front_of_borg(world, &format!("if [ $verb = create ]; then {end}; fi"));
        world.fails(&["create"]).says(words);
    }
    in_front_of_borg(
        world,
        "if [ $verb = create ]; then echo 'OSError: [Errno 28] No space left on device' >&2; exit 2; fi",
    );
    let told = world.fails(&["create"]).says("there is no room left");
    told.says("borgmatic compact --repository");
    // What was there stays unless borg began to write.
    let tar = world.text("out/x.tar");
    world.write("out/x.tar", "whole");
    let line = ["export-tar", "--archive", "latest", "--destination", &tar];
    let part = "x.tar holds only a part";
    in_front_of_borg(world, "if [ $verb = export-tar ]; then exit 2; fi");
    world.fails(&line).never_says(part);
    in_front_of_borg(
        world,
        &format!("if [ $verb = export-tar ]; then echo half > {tar}; kill -KILL $$; fi"),
    );
    world.fails(&line).says(part);
    in_front_of_borg(world, "");
    world.ok(&line);
    assert_eq!(world.archives("repo.borg").len(), 1);
}

/// More than any list of archives: it is not held in memory, and no success.
fn an_answer_without_an_end_is_refused(world: &World) {
    world.ready("");
    let peak = world.text("peak");
    in_front_of_borg(
        world,
        &format!(
            "if [ $verb = list ]; then\n\
               yes {} | head -c 600000000\n\
               grep VmHWM /proc/$PPID/status > {peak}\n\
             fi",
            "x".repeat(1000)
        ),
    );
    let told = world.fails(&["repo-list", "--json"]);
    told.says("is longer than 256 MiB");
    let peak = fs::read_to_string(world.path("peak")).unwrap();
    let kilobytes: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kilobytes < 400_000, "{peak}");
}

fn ctrl_c_in_a_terminal_runs_what_stands_after(world: &World) {
    let hooks = tracing_hooks(world);
    world.ready(&format!("compression: lzma,9\n{hooks}"));
    traced(world);
    noise(world, 60_000_000);
    let ready = world.text("ready");
    in_front_of_borg(world, &format!("[ $verb != create ] || touch {ready}"));
    let mut command = world.borgmatic();
    command.args(["create", "--verbosity", "1"]);
    let mut terminal = Terminal::run(&command, 80);
    let start = Instant::now();
    while !world.path("ready").exists() {
        assert!(start.elapsed() < Duration::from_mins(1));
        sleep(Duration::from_millis(20));
    }
    sleep(Duration::from_millis(1500));
    terminal.type_in("\u{3}");
    let (code, seen) = terminal.ends();
    assert_eq!(code, Some(130), "{seen}");
    assert_eq!(
        traced(world)[4..],
        ["after-action", "after-repository", "after-configuration"],
        "{seen}"
    );
    assert!(
        names(world, "run")
            .iter()
            .all(|name| !name.starts_with("borgmatic-"))
    );
    assert!(!world.path("repo.borg/lock.exclusive").exists(), "{seen}");
    // Nothing that is whole came about.
    let whole: Vec<_> = world
        .archives("repo.borg")
        .into_iter()
        .filter(|name| !name.contains(".checkpoint"))
        .collect();
    assert_eq!(whole, Vec::<String>::new(), "{seen}");
}
