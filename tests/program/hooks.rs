//! Command hooks: which run, in which order, in which surroundings, and how the run ends.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Mutex;

use borgmatic::actions::Answer as Left;
use borgmatic::config::{is_secret, load};
use borgmatic::host::script::Answer;
use borgmatic::plan::outline;
use borgmatic::run::{Acted, Conditions, Ended, Observer, walk};
use borgmatic::{cli, install};

use crate::world::{Ran, World};

pub(crate) const TWO: &str = "\
source_directories: [/home/me/files]
repositories:
    - {path: /backup/one.borg, label: one}
    - {path: /backup/two.borg, label: two}
keep_daily: 7
";

/// A hook at every place, each with its name for a command.
pub(crate) const ALL: &str = "\
commands:
    - {before: everything, run: [before-everything]}
    - {after: everything, states: [finish], run: [after-everything]}
    - {after: everything, states: [fail], run: [bad-everything]}
    - {before: configuration, run: [before-configuration]}
    - {after: configuration, states: [finish], run: [after-configuration]}
    - {after: configuration, states: [fail], run: [bad-configuration]}
    - {before: repository, run: ['before-repository {repository_label}']}
    - {after: repository, states: [finish], run: ['after-repository {repository_label}']}
    - {after: repository, states: [fail], run: ['bad-repository {repository_label}']}
    - {before: action, run: ['before-action {repository_label}']}
    - {after: action, states: [finish], run: ['after-action {repository_label}']}
    - {after: action, states: [fail], run: ['bad-action {repository_label}']}
    - {after: error, run: ['error {repository_label}']}
";

pub(crate) fn machine(config: &str, answers: &[(&str, Answer)]) -> World {
    let world = World::new();
    world.write("/etc/borgmatic/config.yaml", config);
    for (words, answer) in answers {
        world.stage.script.answer(*words, answer.clone());
    }
    world.with_borg("1.4.0")
}

/// Runs a line and returns how it ended, and what ran: hooks as they are, borg by its verb.
pub(crate) fn run(world: &mut World, line: &str) -> (Ran, Vec<String>) {
    let ran = world.line(line);
    let short = |line: String| match line.split_once("borg ") {
        Some((before, rest)) if before.ends_with(' ') || before.is_empty() => {
            format!("borg {}", rest.split(' ').next().unwrap_or_default())
        }
        _ => line,
    };
    let all = world.commands();
    let asked = all
        .iter()
        .filter(|line| !line.ends_with("--dry-run --list"));
    (ran, asked.cloned().map(short).collect())
}

#[track_caller]
fn order(config: &str, answers: &[(&str, Answer)], line: &str, code: u8, expected: &str) -> Ran {
    let (ran, commands) = run(&mut machine(config, answers), line);
    let expected: Vec<&str> = expected.lines().map(str::trim).collect();
    assert_eq!(commands, expected, "{}", ran.shown());
    assert_eq!(ran.code, code, "{}", ran.shown());
    ran
}

#[test]
fn hooks_stand_around_what_they_name() {
    order(
        &format!("{TWO}{ALL}"),
        &[],
        "borgmatic create prune",
        0,
        "before-everything
         before-configuration
         before-repository one
         before-action one
         borg create
         after-action one
         before-action one
         borg prune
         after-action one
         after-repository one
         before-repository two
         before-action two
         borg create
         after-action two
         before-action two
         borg prune
         after-action two
         after-repository two
         after-configuration
         after-everything",
    );
}

#[test]
fn a_failing_borg_ends_its_repository_and_hooks_hear_of_it() {
    let ran = order(
        &format!("{TWO}{ALL}"),
        &[("--log-json /backup/one.borg::", Answer::exit(2))],
        "borgmatic create prune",
        1,
        "before-everything
         before-configuration
         before-repository one
         before-action one
         borg create
         bad-action one
         bad-repository one
         before-repository two
         before-action two
         borg create
         after-action two
         before-action two
         borg prune
         after-action two
         after-repository two
         bad-configuration
         error one
         bad-everything",
    );
    assert!(
        ran.err
            .contains("one: borg create ended with exit status 2")
    );
}

#[test]
fn a_failing_hook_before_keeps_what_it_stands_before_from_running() {
    for (failing, rest) in [
        ("before-action one", "bad-action one\nbad-repository one"),
        ("before-repository one", "bad-repository one"),
    ] {
        let mut expected =
            "before-everything\nbefore-configuration\nbefore-repository one\n".to_owned();
        if failing.starts_with("before-action") {
            expected += "before-action one\n";
        }
        expected += rest;
        expected += "\nbefore-repository two\nbefore-action two\nborg create\nafter-action two
            after-repository two\nbad-configuration\nerror one\nbad-everything";
        let ran = order(
            &format!("{TWO}{ALL}"),
            &[(failing, Answer::exit(3).err("no disk"))],
            "borgmatic create",
            1,
            &expected,
        );
        assert!(ran.err.contains("no disk"), "{}", ran.shown());
        assert!(
            ran.err.contains("ended with exit status 3"),
            "{}",
            ran.shown()
        );
    }
    order(
        &format!("{TWO}{ALL}"),
        &[("before-configuration", Answer::exit(1))],
        "borgmatic create",
        1,
        "before-everything
         before-configuration
         bad-configuration
         error ''
         bad-everything",
    );
    order(
        &format!("{TWO}{ALL}"),
        &[("before-everything", Answer::exit(75))],
        "borgmatic create",
        1,
        "before-everything",
    );
}

#[test]
fn a_hook_that_asks_for_it_leaves_out_the_rest_and_that_is_no_error() {
    order(
        &format!("{TWO}{ALL}"),
        &[("before-action one", Answer::exit(75))],
        "borgmatic create prune",
        0,
        "before-everything
         before-configuration
         before-repository one
         before-action one
         bad-repository one
         before-repository two
         before-action two
         borg create
         after-action two
         before-action two
         borg prune
         after-action two
         after-repository two
         after-configuration
         after-everything",
    );
    order(
        &format!("{TWO}{ALL}"),
        &[("before-configuration", Answer::exit(75))],
        "borgmatic create",
        0,
        "before-everything
         before-configuration
         after-everything",
    );
}

#[test]
fn no_failure_is_hidden_by_a_hook_after_it() {
    let answers = [
        ("--log-json /backup/one.borg::", Answer::exit(2)),
        ("bad-action", Answer::exit(75)),
        ("bad-repository", Answer::exit(5)),
    ];
    let (ran, commands) = run(
        &mut machine(&format!("{TWO}{ALL}"), &answers),
        "borgmatic create",
    );
    assert_eq!(ran.code, 1);
    assert!(commands.contains(&"error one".to_owned()));
    let summary = ran.err.split("summary:").nth(1).unwrap();
    assert!(summary.contains("borg create ended with exit status 2"));
    assert!(ran.err.contains("ended with exit status 5"));
    // A hook after a good end that fails is a failure.
    let answers = [("after-repository two", Answer::exit(7))];
    let (ran, _) = run(
        &mut machine(&format!("{TWO}{ALL}"), &answers),
        "borgmatic create",
    );
    assert_eq!(ran.code, 1);
}

#[test]
fn borg_has_no_exit_status_that_asks_to_skip() {
    let answers = [("--log-json /backup/one.borg::", Answer::exit(75))];
    let (ran, _) = run(&mut machine(TWO, &answers), "borgmatic create");
    assert_eq!(ran.code, 1);
}

#[test]
fn after_a_signal_what_was_begun_is_ended() {
    order(
        &format!("{TWO}{ALL}"),
        &[("--log-json /backup/one.borg::", Answer::stopped(15))],
        "borgmatic create prune",
        143,
        "before-everything
         before-configuration
         before-repository one
         before-action one
         borg create
         bad-action one
         bad-repository one
         bad-configuration",
    );
}

#[test]
fn a_retry_runs_the_hooks_again() {
    let waits = "retries: 1\nretry_wait: 9\n";
    let answers = [("--log-json /backup/one.borg::", Answer::exit(2).once())];
    let mut world = machine(&format!("{TWO}{waits}{ALL}"), &answers);
    let (ran, commands) = run(&mut world, "borgmatic create");
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let seen: Vec<_> = commands
        .iter()
        .filter(|line| line.contains("-repository"))
        .collect();
    assert_eq!(
        seen,
        [
            "before-repository one",
            "bad-repository one",
            "before-repository two",
            "after-repository two",
            "before-repository one",
            "after-repository one",
        ]
    );
    assert_eq!(world.stage.clock.slept().len(), 1);
}

#[test]
fn hooks_have_the_surroundings_of_their_configuration() {
    let more = "working_directory: /home/me\numask: 27\nencryption_passphrase: secret words\n";
    let config = format!("{TWO}{more}{ALL}");
    let mut world = machine(&config, &[]);
    let ran = world.line("borgmatic create");
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let commands = world.stage.script.commands();
    let hooks: Vec<_> = commands.iter().filter(|command| command.shell).collect();
    assert_eq!(hooks.len(), 12);
    for hook in hooks {
        assert_eq!(hook.cwd.as_deref(), Some(Path::new("/home/me")));
        assert_eq!(hook.umask, Some(0o27));
        assert!(hook.env.is_empty() && hook.secret.is_none());
        let word = hook.args[1].to_string_lossy().into_owned();
        assert_eq!(hook.anyway, !word.starts_with("before"), "{word}");
    }
}

/// borgmatic 2.1.10: the number of the retry times `retry_wait`.
#[test]
fn each_retry_waits_longer_than_the_one_before() {
    let waits = "retries: 3\nretry_wait: 9\n";
    let answers = [("--log-json /backup/one.borg::", Answer::exit(2))];
    let mut world = machine(&format!("{TWO}{waits}"), &answers);
    let (ran, commands) = run(&mut world, "borgmatic create");
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert_eq!(commands, ["borg create"; 5]);
    let slept: Vec<_> = world
        .stage
        .clock
        .slept()
        .iter()
        .map(std::time::Duration::as_secs)
        .collect();
    assert_eq!(slept, [9, 18, 27]);
    assert!(ran.err.contains("retry 3 of 3"), "{}", ran.shown());
}

/// borgmatic 2.1.10: 0 is as good as none, for borg too.
#[test]
fn a_umask_of_0_leaves_the_own_one() {
    let mut world = machine(&format!("{TWO}umask: 0\n{ALL}"), &[]);
    assert_eq!(world.line("borgmatic create").code, 0);
    let commands = world.stage.script.commands();
    assert!(commands.iter().all(|command| command.umask.is_none()));
    assert_eq!(commands.iter().filter(|command| command.shell).count(), 12);
}

#[test]
fn the_hooks_of_an_action_that_runs_once_stand_around_it() {
    order(
        &format!("{TWO}{ALL}"),
        &[],
        "borgmatic umount --mount-point /mnt",
        0,
        "before-everything
         before-configuration
         before-repository one
         after-repository one
         before-repository two
         after-repository two
         after-configuration
         before-action one
         before-action two
         borg umount
         after-action two
         after-action one
         after-everything",
    );
    let when = "commands:
    - {before: action, when: [umount], run: [close]}
    - {before: action, when: [mount], run: [never]}
    - {after: action, when: [umount], states: [fail], run: [busy]}
    - {after: action, when: [umount], states: [finish], run: [free]}
";
    let line = "borgmatic umount --mount-point /mnt";
    let config = format!("repositories: [{{path: /backup/one.borg}}]\n{when}");
    order(&config, &[], line, 0, "close\nborg umount\nfree");
    let fails = [("borg umount", Answer::exit(2))];
    order(&config, &fails, line, 1, "close\nborg umount\nbusy");
    let asks = [("close", Answer::exit(75))];
    order(&config, &asks, line, 0, "close");
}

#[test]
fn a_document_comes_before_what_the_last_hooks_say() {
    let hook = "commands: [{after: everything, run: [talk]}]\n";
    let answers = [("talk", Answer::fine().out("that was it"))];
    let (ran, _) = run(
        &mut machine(&format!("{TWO}{hook}"), &answers),
        "borgmatic repo-list --json",
    );
    assert!(ran.out.starts_with("[{"), "{}", ran.shown());
    assert!(ran.out.ends_with("}]that was it\n"), "{}", ran.shown());
}

#[test]
fn all_files_hooks_around_everything_know_the_log_of_the_run() {
    let hook = "commands: [{before: everything, run: ['a {configuration_filename} {log_file}']}]\n";
    let mut world = machine(&format!("{TWO}{hook}"), &[]);
    world.write("/home/me/two.yaml", format!("{TWO}log_file: /tmp/log\n"));
    let files =
        "-c /etc/borgmatic/config.yaml -c two.yaml -c ./two.yaml -c /home/me/../me/two.yaml";
    let (ran, commands) = run(&mut world, &format!("borgmatic {files} repo-info"));
    assert_eq!(ran.code, 0, "{}", ran.shown());
    // Each file counts once.
    assert_eq!(
        commands,
        [
            "a /etc/borgmatic/config.yaml /tmp/log",
            "borg info",
            "borg info",
            "borg info",
            "borg info"
        ]
    );
}

#[test]
fn a_dry_run_only_says_what_would_run() {
    let ran = order(
        &format!("{TWO}{ALL}"),
        &[],
        "borgmatic create --dry-run -v 1",
        0,
        "borg create\nborg create",
    );
    assert!(ran.out.contains("Running 1 command before create"));
}

#[test]
fn a_passphrase_may_be_made_available_by_the_first_hooks() {
    let more = "encryption_passcommand: show-it\n";
    order(
        &format!("{TWO}{more}commands:\n    - {{before: action, run: [open-safe]}}\n"),
        &[("show-it", Answer::fine().out("secret words"))],
        "borgmatic create --repository one",
        0,
        "open-safe\nshow-it\nborg create",
    );
}

#[test]
fn any_bytes_of_a_hook_are_shown() {
    let hook = "commands:\n    - {before: action, run: [talk]}\n";
    let (ran, _) = run(
        &mut machine(
            &format!("{TWO}{hook}"),
            &[("talk", Answer::fine().out(b"caf\xe9\0 x").err("Warning: y"))],
        ),
        "borgmatic create",
    );
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(ran.out.contains("caf\u{fffd}"));
    assert!(ran.err.contains("Warning: y"));
}

#[test]
fn what_a_hook_of_another_place_knows_is_told_apart() {
    let hooks = "commands:
    - {before: everything, run: ['a {configuration_filename} {repository}']}
    - {after: error, run: ['b {error}', 'c {output} {repository}']}
";
    let failing = Answer::exit(2).err("first\nit's second");
    let ran = order(
        &format!("{TWO}{hooks}"),
        &[("Command '", Answer::fine()), ("c 'first", Answer::fine()), ("--log-json /backup/two.borg::", failing)],
        "borgmatic create",
        1,
        "a /etc/borgmatic/config.yaml {repository}
         borg create
         borg create
         b 'Command '\"'\"'borg create --patterns-from /run/user/1000/borgmatic-RANDOM/borgmatic/PATTERNS --log-json /backup/two.borg::{hostname}-{now:%Y-%m-%dT%H:%M:%S.%f}'\"'\"' returned non-zero exit status 2.'
         c 'first
         it'\"'\"'s second' /backup/two.borg",
    );
    assert!(ran.err.contains("{repository} means nothing"));
}

#[test]
fn what_borg_said_reaches_a_hook_without_secrets() {
    let config = format!(
        "{TWO}encryption_passphrase: correct horse\ncommands:\n    - {{after: error, run: ['a {{output}}']}}\n"
    );
    let failing = Answer::exit(2).err("is it correct horse?");
    let answers = [("a 'is", Answer::fine()), ("two.borg::", failing)];
    let (ran, commands) = run(&mut machine(&config, &answers), "borgmatic create");
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert_eq!(commands.last().unwrap(), "a 'is it ***?'");
}

/// «create one: done».
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn acted(&self, acted: &Acted<'_>) {
        let how = match acted.ended {
            Ended::Done(Left::Done) => "done".to_owned(),
            Ended::Done(Left::Json(_)) => "json".to_owned(),
            Ended::Failed(failure) => format!("failed, {}", failure.code),
            Ended::Skipped(why) | Ended::NotDue(why) => format!("skipped, {why}"),
        };
        assert!(acted.start <= acted.end);
        self.0.lock().unwrap().push(format!(
            "{} {} {}: {how}",
            acted.act.name(),
            acted.unit.unit.repository.name(),
            acted.attempt
        ));
    }
}

/// What an observer hears of a run.
fn observed(world: &World, words: &[&str]) -> Vec<String> {
    let words: Vec<OsString> = std::iter::once("borgmatic")
        .chain(words.iter().copied())
        .map(Into::into)
        .collect();
    let Ok(Ok(invocation)) = cli::split(&words, install::entries(), is_secret) else {
        panic!("{words:?}");
    };
    let host = world.stage.host();
    let path = Path::new("/etc/borgmatic/config.yaml");
    let loaded = [load::load(path, &invocation.wishes, host.files, host.env)];
    let outline = outline(&loaded, &invocation.acts, &host.env.cwd).unwrap();
    let notes = Notes::default();
    walk(&host, &outline, false, &Conditions::default(), &notes);
    notes.0.into_inner().unwrap()
}

#[test]
fn an_observer_hears_of_every_action_once() {
    let config = format!("{TWO}skip_actions: [compact]\nretries: 1\n{ALL}");
    let answers = [
        ("one.borg::", Answer::exit(2)),
        ("before-action two", Answer::fine().once()),
        ("before-action two", Answer::exit(75)),
    ];
    let world = machine(&config, &answers);
    assert_eq!(
        observed(&world, &["create", "compact", "prune"]),
        [
            "create one 0: failed, borgmatic::borg::exit",
            "compact one 0: skipped, skip_actions names it",
            "prune one 0: skipped, something before it failed",
            "create two 0: done",
            "compact two 0: skipped, skip_actions names it",
            "prune two 0: skipped, a command hook asked for it, with exit status 75",
            "create one 1: failed, borgmatic::borg::exit",
            "compact one 1: skipped, skip_actions names it",
            "prune one 1: skipped, something before it failed",
            "create two 1: skipped, a command hook asked for it, with exit status 75",
            "compact two 1: skipped, skip_actions names it",
            "prune two 1: skipped, a command hook asked for it, with exit status 75",
        ]
    );
    let answers = [
        ("before-repository one", Answer::exit(9)),
        ("after-action two", Answer::exit(9)),
    ];
    let world = machine(&format!("{TWO}{ALL}"), &answers);
    assert_eq!(
        observed(&world, &["create", "prune"]),
        [
            "create one 0: failed, borgmatic::hook::command",
            "prune one 0: skipped, something before it failed",
            "create two 0: done",
            "prune two 0: skipped, something before it failed",
        ]
    );
}
