//! Real children of `/bin/sh`.

mod fed;
mod signals;

use super::*;
use crate::host::{FailureKind, Secret};

fn shell(script: &str) -> Command {
    Command::new("/bin/sh").args(["-c", script])
}

/// How it ended, and the lines of both streams.
type Ended = (Result<Exit, Failure>, Vec<String>, Vec<String>);

fn run(command: &Command) -> Ended {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = Children::new(Stop::default()).run(command, &mut |heard| match heard {
        Heard::Out(line) => out.push(String::from_utf8_lossy(line).into_owned()),
        Heard::Err(line) => err.push(String::from_utf8_lossy(line).into_owned()),
        Heard::Idle(_) => {}
    });
    (exit, out, err)
}

#[track_caller]
fn out(command: &Command) -> String {
    let (exit, out, err) = run(command);
    assert_eq!(
        (exit.unwrap(), err.join("\n").as_str()),
        (Exit::Code(0), "")
    );
    out.join("\n")
}

#[test]
fn many_lines_arrive_complete_and_in_order_on_both_streams() {
    let script = "i=0; while [ $i -lt 200000 ]; do echo $i; echo $i >&2; i=$((i+1)); done";
    for command in [shell(script), shell(script).chatty()] {
        let (exit, out, err) = run(&command);
        assert_eq!(exit.unwrap(), Exit::Code(0));
        for lines in [out, err] {
            assert_eq!(lines.len(), 200_000);
            let mut numbered = lines.iter().enumerate();
            assert!(numbered.all(|(i, line)| *line == i.to_string()));
        }
    }
}

#[test]
fn exits_are_told_apart() {
    assert_eq!(run(&shell("exit 0")).0.unwrap(), Exit::Code(0));
    assert_eq!(run(&shell("exit 107")).0.unwrap(), Exit::Code(107));
    assert_eq!(run(&shell("kill -9 $$")).0.unwrap(), Exit::Signal(9));
    assert_eq!(run(&shell("kill -PIPE $$")).0.unwrap(), Exit::Signal(13));
}

#[test]
fn a_pipe_inside_a_child_breaks_as_usual() {
    let script = "( while :; do echo y; done; echo never >&2 ) | head -n 1";
    assert_eq!(out(&shell(script)), "y");
}

#[test]
fn a_grandchild_that_holds_the_pipe_is_not_waited_for() {
    let start = Instant::now();
    assert_eq!(
        out(&shell("sleep 30 & echo hi; echo $!")).lines().next(),
        Some("hi")
    );
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_grandchild_may_finish_what_it_says() {
    let script = "( sleep 0.05; echo late; sleep 0.05; printf later ) & echo early";
    assert_eq!(out(&shell(script)), "early\nlate\nlater");
}

#[test]
fn a_child_may_close_its_streams_and_live_on() {
    let start = Instant::now();
    let (exit, ..) = run(&shell("exec >&- 2>&-; sleep 0.1; exit 3"));
    assert_eq!(exit.unwrap(), Exit::Code(3));
    assert!(start.elapsed() >= Duration::from_millis(100));
    assert!(
        start.elapsed() < Duration::from_millis(900),
        "woken by SIGCHLD"
    );
}

#[test]
fn any_bytes_pass_and_the_last_line_needs_no_end() {
    let mut heard = Vec::new();
    Children::new(Stop::default())
        .run(&shell(r"printf 'a\377\000b\r\n\nend'"), &mut |part| {
            if let Heard::Out(line) = part {
                heard.push(line.to_vec());
            }
        })
        .unwrap();
    assert_eq!(heard, [&b"a\xff\0b\r"[..], b"", b"end"]);
}

#[test]
fn a_very_long_line_passes() {
    let (exit, out, _) = run(&shell(
        "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end",
    ));
    assert_eq!(exit.unwrap(), Exit::Code(0));
    assert_eq!(out.last().unwrap(), "end");
    assert_eq!(out.iter().map(String::len).sum::<usize>(), 3_000_003);
    assert!(out.len() <= 4);
}

#[test]
fn it_says_when_nothing_more_is_waiting() {
    let mut heard = String::new();
    Children::new(Stop::default())
        .run(
            &shell("printf 'one\\ntw'; sleep 0.2; echo o"),
            &mut |part| match part {
                Heard::Out(line) => heard += &String::from_utf8_lossy(line),
                Heard::Err(_) => heard += "?",
                Heard::Idle(unfinished) => {
                    heard += &format!("|{}|", String::from_utf8_lossy(unfinished));
                }
            },
        )
        .unwrap();
    assert!(heard.starts_with("one|tw|two"), "{heard}");
}

#[test]
fn surroundings_are_the_child_s_own() {
    let command = shell("echo $GIVEN; echo ${HOME-none}; pwd; umask; cat; tty")
        .set("GIVEN", "yes")
        .unset("HOME");
    let command = Command {
        cwd: Some("/".into()),
        umask: Some(0o027),
        ..command
    };
    let (_, out, _) = run(&command);
    assert_eq!(out[..4], ["yes", "none", "/", "0027"]);
    assert_eq!(out[4], "not a tty");
    assert_ne!(run(&shell("umask")).1, ["0027"]);
}

fn secretive(script: &str, secret: &str) -> Command {
    Command {
        secret: Some(("BORG_PASSPHRASE_FD", Secret::new(secret))),
        ..shell(script)
    }
}

#[test]
fn a_secret_comes_through_its_descriptor_only() {
    let script = "cat /dev/fd/$BORG_PASSPHRASE_FD; cat /proc/$$/environ /proc/$$/cmdline";
    let said = out(&secretive(script, "s3cr3t wörd"));
    assert!(said.starts_with("s3cr3t wörd"), "{said}");
    assert_eq!(said.matches("s3cr3t").count(), 1);
}

#[test]
fn two_secrets_at_once_stay_apart() {
    let script =
        "sleep 0.2; echo $BORG_PASSPHRASE_FD; ls /proc/$$/fd; cat /dev/fd/$BORG_PASSPHRASE_FD";
    // Whoever started the tests may have left something open to all.
    let given = out(&shell("ls /proc/$$/fd"));
    let given: Vec<i32> = given.lines().filter_map(|line| line.parse().ok()).collect();
    let said: Vec<String> = std::thread::scope(|scope| {
        ["first", "second"]
            .map(|secret| scope.spawn(move || out(&secretive(script, secret))))
            .map(|thread| thread.join().unwrap())
            .into()
    });
    for (said, secret) in said.iter().zip(["first", "second"]) {
        let lines: Vec<&str> = said.lines().collect();
        let own = lines[0].parse::<i32>().unwrap();
        let open: Vec<i32> = lines[1..lines.len() - 1]
            .iter()
            .filter_map(|line| line.parse().ok())
            .filter(|number| !given.contains(number))
            .collect();
        assert!(open.contains(&own));
        // dash and bash keep nothing else of ours.
        assert!(
            open.iter()
                .all(|number| *number == own || *number >= 10 || *number == 255),
            "{said}"
        );
        assert_eq!(*lines.last().unwrap(), secret);
    }
}

#[test]
fn a_secret_that_does_not_fit_is_refused() {
    let failure = run(&secretive("true", &"x".repeat(2_000_000)))
        .0
        .unwrap_err();
    assert_eq!(
        failure.words,
        "could not hand over a secret: it is too long for a pipe"
    );
}

#[test]
fn what_cannot_start_is_named() {
    let failed = |command: &Command| {
        let failure = run(command).0.unwrap_err();
        (failure.code, failure.words)
    };
    let missing = run(&Command::new("no-such-borg")).0.unwrap_err();
    assert!(matches!(missing.kind, FailureKind::Missing));
    assert_eq!(missing.words, "the program no-such-borg was not found");
    assert_eq!(missing.code, "borgmatic::host::missing-program");
    assert_eq!(
        failed(&Command::new("/etc/passwd")),
        (
            "borgmatic::host::forbidden-program",
            "could not start /etc/passwd: permission denied".into()
        )
    );
    let nowhere = Command {
        cwd: Some("/no/such/place".into()),
        ..shell("true")
    };
    assert_eq!(
        failed(&nowhere),
        (
            "borgmatic::host::working-directory",
            "the working directory /no/such/place does not exist".into()
        )
    );
}

#[test]
fn many_children_at_once_are_all_heard_to_their_end() {
    let children = Children::new(Stop::default());
    std::thread::scope(|scope| {
        for thread in 0..6 {
            let children = &children;
            scope.spawn(move || {
                for code in 0..25 {
                    let mut said = Vec::new();
                    let script = format!("echo {thread}; exit {code}");
                    let exit = children.run(&shell(&script), &mut |heard| {
                        if let Heard::Out(line) = heard {
                            said.extend_from_slice(line);
                        }
                    });
                    assert_eq!(exit.unwrap(), Exit::Code(code));
                    assert_eq!(said, thread.to_string().as_bytes());
                }
            });
        }
    });
}

#[test]
fn a_child_on_the_terminal_is_announced_and_its_exit_judged() {
    let mut heard = 0;
    let command = shell("exit 6").on_terminal();
    let exit = Children::new(Stop::default()).run(&command, &mut |part| {
        assert!(matches!(part, Heard::Idle(b"")));
        heard += 1;
    });
    assert_eq!((exit.unwrap(), heard), (Exit::Code(6), 1));
}

#[test]
fn a_child_whose_time_is_up_ends_with_all_it_has_started() {
    let command = shell("sleep 60 & echo $!; wait").within(Duration::from_millis(500));
    let mut process = String::new();
    let late = Children::new(Stop::default()).run(&command, &mut |part| {
        if let Heard::Out(line) = part {
            process = String::from_utf8_lossy(line).into_owned();
        }
    });
    let late = late.unwrap_err();
    assert!(late.is_late(), "{late}");
    assert!(!process.is_empty());
    let gone = || {
        let status = std::fs::read_to_string(format!("/proc/{process}/stat"));
        status.is_err() || status.is_ok_and(|status| status.contains(") Z "))
    };
    let end = Instant::now() + Duration::from_secs(20);
    while !gone() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(gone());
}

#[test]
fn not_even_a_child_that_ignores_term_stays() {
    let script = "trap '' TERM; while :; do sleep 0.05; done";
    let command = shell(script).within(Duration::from_millis(50));
    let late = Children::new(Stop::default()).run(&command, &mut |_| {});
    assert!(late.unwrap_err().is_late());
}

#[test]
fn a_cleared_environment_holds_only_what_is_set() {
    let mut said = Vec::new();
    let command = Command::new("/usr/bin/env").cleared().set("ONLY", "this");
    let exit = Children::new(Stop::default()).run(&command, &mut |part| {
        if let Heard::Out(line) = part {
            said.push(String::from_utf8_lossy(line).into_owned());
        }
    });
    assert_eq!(exit.unwrap(), Exit::Code(0));
    assert_eq!(said, ["ONLY=this"]);
}
