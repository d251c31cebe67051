//! The logs beside the console: which are opened, how much each hears, what none may show.

use std::fs;

use borgmatic::host::script::Answer;

use crate::world::{GOOD, World};

const LOG: &str = "/var/log/borgmatic.log";

/// A world with a place for log files, and these options in its configuration.
fn world(options: &str) -> World {
    let world = World::new();
    fs::create_dir_all(world.at("/var/log")).unwrap();
    world.write("/etc/borgmatic/config.yaml", format!("{GOOD}{options}"));
    world
}

fn log(world: &World) -> String {
    fs::read_to_string(world.at(LOG)).unwrap_or_default()
}

/// What went to the system's log, and where.
fn posted(world: &World) -> Vec<(String, String)> {
    let text = |(to, bytes): (std::path::PathBuf, Vec<u8>)| {
        let to = to.to_string_lossy().into_owned();
        (to, String::from_utf8_lossy(&bytes).into_owned())
    };
    world
        .stage
        .sockets
        .messages()
        .into_iter()
        .map(text)
        .collect()
}

fn levels(log: &str) -> Vec<&str> {
    let mut levels: Vec<_> = log
        .lines()
        .filter_map(|line| line.split(' ').nth(2))
        .collect();
    levels.sort_unstable();
    levels.dedup();
    levels
}

#[test]
fn each_log_hears_as_much_as_it_asks_for() {
    for (verbosity, heard) in [
        ("-1", &[][..]),
        ("0", &["ANSWER:", "WARNING:"]),
        ("1", &["ANSWER:", "INFO:", "WARNING:"]),
        ("2", &["ANSWER:", "DEBUG:", "INFO:", "WARNING:"]),
    ] {
        let mut world = world("log_file: /var/log/borgmatic.log\n").with_borg("1.4.5");
        let loud = Answer::fine().err(
            "{\"type\": \"log_message\", \"levelname\": \"WARNING\", \"message\": \"w\"}\n\
             {\"type\": \"log_message\", \"levelname\": \"DEBUG\", \"message\": \"d\"}",
        );
        let listed =
            Answer::fine().err("{\"type\": \"file_status\", \"status\": \"A\", \"path\": \"/a\"}");
        let script = borgmatic::host::script::Script::default();
        script
            .answer("--version", Answer::fine().out("borg 1.4.5"))
            .answer("--dry-run --list", Answer::fine())
            .answer("one.borg", loud)
            .answer("two.borg", listed);
        world.stage.script = script;
        let ran = world.run(&["--log-file-verbosity", verbosity, "create", "--list"]);
        assert_eq!(ran.code, 0, "{}", ran.shown());
        assert_eq!(levels(&log(&world)), heard, "{}", log(&world));
        // The console has its own.
        assert!(
            ran.err.contains("w\n") && !ran.out.contains("Creating"),
            "{}",
            ran.shown()
        );
    }
}

#[test]
fn borg_is_asked_for_what_the_most_curious_log_wants() {
    for (options, flags) in [
        ("", ""),
        ("log_file: /var/log/borgmatic.log\n", "--info"),
        (
            "log_file: /var/log/borgmatic.log\nlog_file_verbosity: 2\n",
            "--debug --show-rc",
        ),
        (
            "log_file: /var/log/borgmatic.log\nlog_file_verbosity: -2\n",
            "",
        ),
        ("syslog_verbosity: 1\n", "--info"),
        ("verbosity: -1\nsyslog_verbosity: 2\n", "--debug --show-rc"),
    ] {
        let mut world = world(options).with_borg("1.4.5");
        world.write("/dev/log", "");
        world.run(&["compact"]);
        let commands = world.commands().join("\n");
        let found = ["--info", "--debug --show-rc"]
            .into_iter()
            .find(|it| commands.contains(it));
        assert_eq!(found.unwrap_or(""), flags, "{options}\n{commands}");
    }
}

#[test]
fn journald_is_preferred_to_syslog_and_gets_fields() {
    let mut world = world("syslog_verbosity: 1\n").with_borg("1.4.5");
    world.write("/dev/log", "");
    world.write("/run/systemd/journal/socket", "");
    world.run(&["compact", "--repository", "one"]);
    let posted = posted(&world);
    assert!(
        posted
            .iter()
            .all(|(to, _)| to == "/run/systemd/journal/socket"),
        "{posted:?}"
    );
    assert_eq!(
        posted[0].1,
        "MESSAGE=one: Compacting the repository\nPRIORITY=6\nSYSLOG_IDENTIFIER=borgmatic\n\
         SYSLOG_PID=0\nBORGMATIC_LEVEL=INFO\nBORGMATIC_CONFIGURATION=/etc/borgmatic/config.yaml\n\
         BORGMATIC_REPOSITORY=one\nBORGMATIC_ACTION=compact\n"
    );
}

#[test]
fn syslog_gets_lines_where_there_is_no_journald() {
    let mut world = world("syslog_verbosity: 1\n").with_borg("1.4.5");
    // Of journald's, and no socket.
    fs::create_dir_all(world.at("/var/run/log")).unwrap();
    let ran = world.run(&["compact"]);
    assert_eq!(ran.code, 0);
    assert_eq!(
        ran.err.matches("there is no system log").count(),
        1,
        "{}",
        ran.shown()
    );
    world.write("/dev/log", "");
    world.run(&["compact"]);
    let (to, first) = &posted(&world)[0];
    assert_eq!(to, "/dev/log");
    assert_eq!(first, "<14>borgmatic: INFO one: Compacting the repository");
}

#[test]
fn a_secret_that_borg_repeats_is_in_no_log() {
    let options = "encryption_passphrase: \"hunter2 hunter2\"\nsyslog_verbosity: 2\n\
                   log_file: /var/log/borgmatic.log\nlog_file_verbosity: 2\n";
    for json in [&[][..], &["--log-json"]] {
        for place in ["/dev/log", "/run/systemd/journal/socket"] {
            let world = world(options);
            world.write(place, "");
            let said = "with hunter2 hunter2, they say";
            let answer = Answer::exit(2).out(said).err(said);
            world.stage.script.answer("borg compact", answer);
            let mut world = world.with_borg("1.4.5");
            let ran = world.run(&[json, &["-v", "2", "compact"]].concat());
            let all = format!("{}{}{:?}", ran.shown(), log(&world), posted(&world));
            assert!(
                all.contains("with ***, they say") && !all.contains("hunter2"),
                "{all}"
            );
            assert!(log(&world).contains("with ***, they say"));
            assert!(
                posted(&world)
                    .iter()
                    .any(|(_, text)| text.contains("with ***"))
            );
        }
    }
}

#[test]
fn a_passphrase_of_the_environment_is_in_no_log() {
    let mut world = world("log_file: /var/log/borgmatic.log\n");
    let name = "BORG_PASSPHRASE".into();
    world
        .stage
        .env
        .variables
        .insert(name, "hunter2 hunter2".into());
    let answer = Answer::fine().err("with hunter2 hunter2, they say");
    world.stage.script.answer("borg compact", answer);
    let mut world = world.with_borg("1.4.5");
    let all = world.run(&["compact"]).shown() + &log(&world);
    assert_eq!(all.matches("with ***, they say").count(), 4, "{all}");
    assert!(!all.contains("hunter2"), "{all}");
}

#[test]
fn nothing_starts_without_the_log_file_that_was_asked_for() {
    for (path, help) in [
        ("/var/log", "name a file in that directory"),
        ("/no/such/run.log", "make its directory: mkdir -p /no/such"),
    ] {
        let mut world = world("").with_borg("1.4.5");
        let ran = world.run(&["create", "--log-file", path]);
        assert_eq!(ran.code, 1);
        assert!(
            ran.err.contains(path) && ran.err.contains(help),
            "{}",
            ran.shown()
        );
        assert!(world.commands().is_empty());
    }
}

#[test]
fn two_files_cannot_want_two_logs() {
    for (first, second, name) in [
        ("log_file: /a.log", "log_file: /b.log", "log_file"),
        ("log_json: true", "log_json: false", "log_json"),
        (
            "log_file_format: '{message}'",
            "log_file_format: '{msg}{message}'",
            "log_file_format",
        ),
    ] {
        let mut world = world(&format!("{first}\n")).with_borg("1.4.5");
        world.write("/etc/borgmatic.d/b.yaml", format!("{GOOD}{second}\n"));
        let ran = world.run(&["create"]);
        assert_eq!(ran.code, 1);
        let words = format!("`{name}` has two values");
        assert!(
            ran.err.contains(&words) && ran.err.contains("/etc/borgmatic.d/b.yaml:"),
            "{}",
            ran.shown()
        );
        assert!(world.commands().is_empty());
        // A file that says nothing has no other opinion.
        world.write("/etc/borgmatic.d/b.yaml", GOOD);
        assert_eq!(world.with_borg("1.4.5").run(&["create", "-n"]).code, 0);
    }
}

#[test]
fn the_highest_verbosity_of_all_files_counts() {
    let mut world = world("verbosity: -1\n").with_borg("1.4.5");
    world.write(
        "/etc/borgmatic.d/b.yaml",
        format!("{GOOD}log_file_verbosity: 2\n"),
    );
    // The second file does not say, which is 0: answers are shown.
    let ran = world.run(&["repo-list"]);
    assert!(ran.out.contains("one: "), "{}", ran.shown());
}

#[test]
fn a_file_with_a_mistake_is_in_the_log_of_the_others() {
    let mut world = world("log_file: /var/log/borgmatic.log\n").with_borg("1.4.5");
    world.write(
        "/etc/borgmatic.d/b.yaml",
        "repositories: [{path: x}]\nkeep_dialy: 7\n",
    );
    let ran = world.run(&["compact"]);
    assert_eq!(ran.code, 1);
    let log = log(&world);
    for line in [
        "ERROR: /etc/borgmatic.d/b.yaml:2:1: ",
        "(borgmatic::config::unknown-option)",
        "ERROR: help: did you mean `keep_daily`?",
        "INFO: one: Compacting the repository",
        "CRITICAL: summary:",
    ] {
        assert!(log.contains(line), "{line}\n{log}");
    }
    assert!(!log.contains('─') && !log.contains('\u{1b}'), "{log}");
}

#[test]
fn what_only_looks_at_files_opens_no_log() {
    let options = "log_file: /no/such/run.log\nsyslog_verbosity: 2\n";
    for words in [
        &["config", "validate"][..],
        &["config", "show"],
        &["config", "outline"],
    ] {
        let mut world = world(options);
        let ran = world.run(words);
        assert_eq!(ran.code, 0, "{}", ran.shown());
    }
}
