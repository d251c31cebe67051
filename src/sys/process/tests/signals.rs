//! Signals that end a run, or pass through it, sent to a process of its own.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command as Program, Stdio};

use super::super::*;
use super::shell;
use crate::host::Writes;

/// Not a test of its own: the process that the tests below send signals to.
#[test]
#[ignore = "run by other tests"]
fn victim() {
    let Ok(script) = std::env::var("VICTIM_SCRIPT") else {
        return;
    };
    let children = Children::new(Stop::default());
    let mut hear = |heard: Heard<'_>| {
        if let Heard::Out(line) = heard {
            println!("child: {}", String::from_utf8_lossy(line));
        }
    };
    let command = Command::shell(&script);
    let exit = if script.contains("fed") {
        let feeder = Feeder {
            what: "the dump".into(),
            command: shell("sleep 60"),
            fifo: "/nowhere".into(),
            writes: Writes::Itself,
        };
        let fed = children.run_fed(&command, &[feeder], &|_| true, &mut |_, heard| hear(heard));
        fed.map(|fed| fed.reader.exit)
    } else {
        children.run(&command, &mut hear)
    };
    match exit {
        Ok(exit) => println!("ended: {exit}"),
        Err(failure) => println!("failed: {failure}"),
    }
    println!("stop: {:?}", children.stop().map(|signal| signal.0));
    if children.stop().is_some() {
        let refused = children.run(&shell("echo never"), &mut |_| {});
        assert!(refused.is_err());
    }
    let mut cleaning = shell("echo cleaning");
    cleaning.anyway = true;
    let after = children.run(&cleaning, &mut |heard| {
        if let Heard::Out(line) = heard {
            println!("after: {}", String::from_utf8_lossy(line));
        }
    });
    println!("after: {}", after.unwrap());
}

/// Sends a signal once the child has said that it is ready; what the victim printed after that.
fn strike(script: &str, signal: Number) -> Vec<String> {
    strike_after("", script, signal)
}

/// The victim is started by a shell that prepares something first. It is a job in the background,
/// wherever the tests run.
fn start(first: &str, script: &str) -> std::process::Child {
    Program::new("env")
        // The tests may run under nohup.
        .args(["--default-signal=HUP", "/bin/sh"])
        .args(["-c", &format!("{first}\nexec \"$@\""), "sh"])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "sys::process::tests::signals::victim",
        ])
        .env("VICTIM_SCRIPT", script)
        .process_group(0)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// As `strike`, with something before.
fn strike_after(first: &str, script: &str, signal: Number) -> Vec<String> {
    let mut victim = start(first, script);
    let mut lines = BufReader::new(victim.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    lines.find(|line| line.ends_with("child: ready")).unwrap();
    kill_process(Pid::from_child(&victim), signal).unwrap();
    let printed = lines
        .filter(|line| {
            ["child:", "ended:", "failed:", "stop:", "after:"]
                .iter()
                .any(|start| line.starts_with(start))
        })
        .collect();
    assert!(victim.wait().unwrap().success());
    printed
}

const AFTER: [&str; 2] = ["after: cleaning", "after: exit status 0"];

#[test]
fn term_reaches_the_child_at_once_and_ends_the_run() {
    let script = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done";
    let printed = strike(script, Number::TERM);
    assert_eq!(
        printed[..3],
        [
            "child: bye",
            "failed: stopped by signal TERM",
            "stop: Some(15)"
        ]
    );
    assert_eq!(printed[3..], AFTER);
}

#[test]
fn term_reaches_what_a_shell_has_started() {
    let inner = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done";
    let printed = strike(&format!("( {inner} ); echo never"), Number::TERM);
    assert_eq!(
        printed[..2],
        ["child: bye", "failed: stopped by signal TERM"]
    );
}

#[test]
fn int_is_passed_on_when_no_terminal_did() {
    let script = "trap 'echo checkpoint; exit 0' INT; echo ready; while :; do sleep 0.05; done";
    let printed = strike(script, Number::INT);
    assert_eq!(
        printed[..3],
        [
            "child: checkpoint",
            "failed: stopped by signal INT",
            "stop: Some(2)"
        ]
    );
    assert_eq!(printed[3..], AFTER);
}

/// The feeder dies of it, and that is no reason to hurry the reader.
#[test]
fn int_leaves_a_reader_the_time_for_its_checkpoint() {
    let checkpoint = "sleep 0.3; sleep 0.3; echo checkpoint; exit 0";
    let script = format!(
        "# fed\ntrap '{checkpoint}' INT; trap 'echo term; exit 1' TERM; echo ready; while :; do sleep 0.05; done"
    );
    let printed = strike(&script, Number::INT);
    assert_eq!(
        printed[..2],
        ["child: checkpoint", "failed: stopped by signal INT"]
    );
    assert_eq!(printed[3..], AFTER);
}

#[test]
fn a_child_that_ignores_int_gets_term_after_the_grace() {
    let script =
        "trap '' INT; trap 'echo term; exit 0' TERM; echo ready; while :; do sleep 0.05; done";
    let start = Instant::now();
    let printed = strike(script, Number::INT);
    assert!(start.elapsed() >= CHECKPOINT);
    assert_eq!(
        printed[..2],
        ["child: term", "failed: stopped by signal INT"]
    );
}

#[test]
fn who_is_in_a_hurry_ends_a_child_that_ignores_all() {
    let script = "trap '' INT; trap 'echo term' TERM; echo ready; while :; do sleep 0.05; done";
    let mut victim = start("", script);
    let mut lines = BufReader::new(victim.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    lines.find(|line| line.ends_with("child: ready")).unwrap();
    let interrupt = || kill_process(Pid::from_child(&victim), Number::INT).unwrap();
    // The first one lets it end by itself; the grace brings TERM, which it hears.
    interrupt();
    lines.find(|line| line.ends_with("child: term")).unwrap();
    interrupt();
    lines
        .find(|line| line == "failed: stopped by signal INT")
        .unwrap();
    assert_eq!(
        lines.find(|line| line.starts_with("after: ")).unwrap(),
        AFTER[0]
    );
    assert!(victim.wait().unwrap().success());
}

#[test]
fn a_child_that_ignores_term_is_killed_in_the_end() {
    let script = "trap '' INT TERM; echo ready; while :; do sleep 0.05; done";
    for (signal, name) in [(Number::TERM, "TERM"), (Number::INT, "INT")] {
        let start = Instant::now();
        let printed = strike(script, signal);
        assert!(start.elapsed() >= LAST);
        assert_eq!(printed[0], format!("failed: stopped by signal {name}"));
        assert_eq!(printed[2..], AFTER);
    }
}

#[test]
fn a_second_term_kills_sooner_what_a_shell_has_started_too() {
    let inner = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
    let mut victim = start("", &format!("trap '' TERM; ( {inner} ); echo never"));
    let mut lines = BufReader::new(victim.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    lines.find(|line| line.ends_with("child: ready")).unwrap();
    let start = Instant::now();
    for _ in 0..2 {
        kill_process(Pid::from_child(&victim), Number::TERM).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    let failed = "failed: stopped by signal TERM";
    lines.find(|line| line == failed).unwrap();
    assert!(start.elapsed() >= SOON);
    assert_eq!(lines.filter(|line| line.contains("never")).count(), 0);
    assert!(victim.wait().unwrap().success());
}

#[test]
fn usr1_and_hup_are_passed_on_and_the_run_goes_on() {
    for (number, name) in [(Number::USR1, "USR1"), (Number::HUP, "HUP")] {
        let script =
            format!("trap 'echo got it; exit 4' {name}; echo ready; while :; do sleep 0.05; done");
        let printed = strike(&script, number);
        assert_eq!(
            printed[..3],
            ["child: got it", "ended: exit status 4", "stop: None"]
        );
        assert_eq!(printed[3..], AFTER);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn under_nohup_a_hangup_reaches_nobody() {
    let script = "echo ready; sleep 0.4; exit 4";
    let printed = strike_after("trap '' HUP", script, Number::HUP);
    assert_eq!(printed[..2], ["ended: exit status 4", "stop: None"]);
}
