//! `--progress` on a real terminal: what is drawn, the questions of borg, Ctrl-C.

use std::fs;
use std::io::Write as _;
use std::process::Command;

use crate::terminal::Terminal;
use crate::world::{PASSPHRASE, World, binary};

with_both_borgs! {
    create_draws_numbers_and_then_knows_the_share
    a_narrow_terminal_is_not_overrun
    every_action_with_progress_runs_on_a_terminal
    a_question_is_asked_and_the_answer_counts
    the_passphrase_is_asked_for
    a_passphrase_command_may_ask
    control_c_ends_the_run
    a_terminal_that_cannot_move_its_cursor_is_left_to_borg
}

/// Files that take borg more than a moment.
fn fill(world: &World) {
    let mut noise = fs::File::open("/dev/urandom").unwrap();
    for name in ["one", "two", "three"] {
        let path = world.path(&format!("source/{name}.bin"));
        let mut file = fs::File::create(path).unwrap();
        std::io::copy(&mut std::io::Read::take(&mut noise, 60 << 20), &mut file).unwrap();
        file.flush().unwrap();
    }
}

fn borgmatic(world: &World, words: &[&str]) -> Command {
    let mut command = world.program(&binary());
    command.args(words).env("TERM", "xterm");
    command
}

fn nothing_raw(screen: &str) {
    assert!(!screen.contains("{\"type\""), "{screen}");
}

fn create_draws_numbers_and_then_knows_the_share(world: &World) {
    world.ready("");
    fill(world);
    let words = ["create", "--progress", "--stats", "-v", "1"];
    let mut terminal = Terminal::run(&borgmatic(world, &words), 100);
    let begin = terminal.sees("repo.borg create: ");
    let line = terminal.sees(" new, ");
    let (code, rest) = terminal.ends();
    nothing_raw(&format!("{begin}{line}{rest}"));
    assert_eq!(code, Some(0), "{rest}");
    assert!(!line.contains('%'), "{line}");
    assert!(rest.contains("Number of files"), "{rest}");
    assert!(rest.contains(": all done"), "{rest}");

    // The ledger knows the size from there; new data make it slow again.
    fill(world);
    let words = ["create", "--progress"];
    let mut terminal = Terminal::run(&borgmatic(world, &words), 100);
    terminal.sees("repo.borg create: [=");
    terminal.sees("%, ");
    assert_eq!(terminal.ends().0, Some(0));
}

fn a_narrow_terminal_is_not_overrun(world: &World) {
    world.ready("");
    fill(world);
    let columns = 24;
    let terminal = Terminal::run(&borgmatic(world, &["create", "--progress"]), columns);
    let mut screen = vt100::Parser::new(24, columns, 0);
    let (code, all) = terminal.ends();
    let mut drawn = false;
    // Each frame is drawn over the one before.
    for frame in all.split_inclusive("\u{1b}[1A") {
        screen.process(frame.as_bytes());
        let shown = screen.screen().contents();
        assert!(shown.trim_end().lines().count() <= 2, "{shown}");
        drawn |= shown.contains("repo.");
    }
    assert!(drawn, "{all}");
    assert_eq!((code, screen.screen().contents().trim()), (Some(0), ""));
}

fn every_action_with_progress_runs_on_a_terminal(world: &World) {
    world.ready("checks:\n    - name: repository\n    - name: archives\n");
    world.ok(&["create"]);
    let run = |words: &[&str]| {
        let terminal = Terminal::run(&borgmatic(world, words), 80);
        let (code, screen) = terminal.ends();
        assert_eq!(code, Some(0), "{words:?}: {screen}");
        nothing_raw(&screen);
        screen
    };
    run(&["check", "--progress", "--force"]);
    run(&["compact", "--progress"]);
    run(&[
        "extract",
        "--archive",
        "latest",
        "--destination",
        "out",
        "--progress",
    ]);
    world.came_back();
    run(&["create", "--progress", "--json"]);
    run(&["create", "--progress", "-v", "2"]);
    // Only standard error counts: the answer goes to a file.
    let script = format!("{} create --progress --stats > answer", binary().display());
    let mut shell = world.program("/bin/sh".as_ref());
    shell.args(["-c", &script]).env("TERM", "xterm");
    let (code, screen) = Terminal::run(&shell, 80).ends();
    assert_eq!(code, Some(0), "{screen}");
    let answer = fs::read_to_string(world.path("answer")).unwrap();
    assert!(answer.contains("Number of files"), "{answer}");
}

fn a_question_is_asked_and_the_answer_counts(world: &World) {
    world.configure(&["plain.borg"], "keep_secondly: 1000\n");
    let mut borg = world.program(&world.path("bin/borg"));
    borg.env("BORG_BASE_DIR", world.path("tmp"));
    borg.args(["init", "--encryption", "none", &world.text("plain.borg")]);
    assert!(borg.status().unwrap().success());
    let (plain, drawn) = (&["create"][..], &["create", "--progress"][..]);
    for (words, answer, code) in [
        (plain, "n", 1),
        (&["repo-info", "--json"], "n", 1),
        (drawn, "n", 1),
        (plain, "y", 0),
    ] {
        let mut terminal = Terminal::run(&borgmatic(world, words), 80);
        terminal.sees("previously unknown unencrypted repository");
        terminal.sees("[yN] ");
        terminal.type_in(&format!("{answer}\n"));
        let (ended, screen) = terminal.ends();
        assert_eq!(ended, Some(code), "{screen}");
        nothing_raw(&screen);
    }
}

fn the_passphrase_is_asked_for(world: &World) {
    world.ready("");
    world.configure(&["repo.borg"], "keep_secondly: 1000\n");
    let mut terminal = Terminal::run(&borgmatic(world, &["create", "--progress"]), 80);
    terminal.sees("Enter passphrase for key");
    terminal.type_in(&format!("{PASSPHRASE}\n"));
    let (code, screen) = terminal.ends();
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains(PASSPHRASE));
}

fn a_passphrase_command_may_ask(world: &World) {
    world.ready("");
    let asks = r#"sh -c 'printf "Safe: " >&2; read -r line; echo "$line"'"#;
    let more = format!("keep_secondly: 1000\nencryption_passcommand: |-\n    {asks}\n");
    world.configure(&["repo.borg"], &more);
    let mut terminal = Terminal::run(&borgmatic(world, &["create"]), 80);
    terminal.sees("Safe: ");
    terminal.type_in(&format!("{PASSPHRASE}\n"));
    assert_eq!(terminal.ends().0, Some(0));
}

fn control_c_ends_the_run(world: &World) {
    world.ready("");
    fill(world);
    let mut terminal = Terminal::run(&borgmatic(world, &["create", "--progress"]), 80);
    terminal.sees("repo.borg create: ");
    terminal.type_in("\u{3}");
    let (code, screen) = terminal.ends();
    assert_eq!(code, Some(130), "{screen}");
    nothing_raw(&screen);
    let last = screen.trim_end().lines().last().unwrap_or_default();
    assert!(
        last.contains("stopped") || last.contains("INT"),
        "{screen:?}"
    );
}

fn a_terminal_that_cannot_move_its_cursor_is_left_to_borg(world: &World) {
    world.ready("");
    let mut command = borgmatic(world, &["create", "--progress", "-v", "2"]);
    command.env("TERM", "dumb").env("NO_COLOR", "1");
    let (code, screen) = Terminal::run(&command, 200).ends();
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains("\u{1b}["), "{screen:?}");
    let started = screen
        .lines()
        .find(|line| line.contains("borg create") && line.contains("--progress"));
    assert!(
        started.is_some_and(|line| !line.contains("--log-json")),
        "{screen}"
    );
}
