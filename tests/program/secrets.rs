//! A passphrase is seen by nobody: no command line, no log, no diagnostic.

use borgmatic::host::script::Answer;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::world::World;

/// Long enough not to stand in other words by chance.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9]{9,20}",
        "[a-z]{4} [a-z]{4}[!-~é日🎉]{4,12}",
        "[!-~]{12,24}",
    ]
    .prop_map(|text| format!("q{text}Z"))
    .prop_filter("parts that other words have", |text| !text.contains("***"))
}

/// Everything that was shown or asked for.
fn seen(world: &mut World, words: &[&str]) -> String {
    let shown = world.run(words).shown();
    let asked: Vec<_> = world
        .stage
        .script
        .commands()
        .iter()
        .map(|command| format!("{command} {:?} {:?}", command.args, command.env))
        .collect();
    shown + &asked.join("\n")
}

fn config(line: &str) -> String {
    format!(
        "source_directories: [/home/me/files]\n{line}\nrepositories:\n    - path: /backup/one.borg\n"
    )
}

/// Text in double quotes is the same in JSON and in YAML.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_passphrase_that_is_configured_is_seen_nowhere(secret in secret(), fails: bool) {
        let mut world = World::new();
        if fails {
            world.stage.script.answer("borg create", Answer::exit(52).err("wrong passphrase"));
            world.stage.script.answer("borg check", Answer::killed(9));
        }
        let mut world = { world = world.with_borg("1.4.5"); world };
        let line = format!("encryption_passphrase: {}", quoted(&secret));
        world.write("/etc/borgmatic/config.yaml", config(&line));
        let seen = seen(&mut world, &["-v2", "create", "prune", "check", "info", "--list"]);
        prop_assert!(seen.contains("borg create"), "{}", seen);
        prop_assert!(!seen.contains(&secret), "{}", seen);
        let with_secret = |command: &borgmatic::host::Command| {
            command.secret.as_ref().is_some_and(|(_, own)| own.reveal() == secret)
        };
        prop_assert!(world.stage.script.commands().iter().any(with_secret));
    }

    #[test]
    fn a_passphrase_that_a_command_prints_is_seen_nowhere(secret in secret()) {
        let world = World::new();
        world.stage.script.answer("show-secret", Answer::fine().out(&secret));
        let mut world = world.with_borg("1.2.4");
        world.write("/etc/borgmatic/config.yaml", config("encryption_passcommand: show-secret x"));
        let seen = seen(&mut world, &["-v2", "create", "prune"]);
        prop_assert!(seen.contains("borg create"), "{}", seen);
        prop_assert!(!seen.contains(&secret), "{}", seen);
    }

    #[test]
    fn a_passphrase_on_the_command_line_is_seen_nowhere(secret in secret(), equals: bool, bad: bool) {
        let mut world = World::new().with_borg("1.4.5");
        let joined = format!("--encryption-passphrase={secret}");
        let mut words = if equals {
            vec![joined.as_str()]
        } else {
            vec!["--encryption-passphrase", secret.as_str()]
        };
        words.extend(["-v2", "repo-info"]);
        if bad {
            words.push("--bad");
        }
        let seen = seen(&mut world, &words);
        prop_assert_eq!(seen.contains("unknown flag `--bad`"), bad, "{}", &seen);
        prop_assert!(!seen.contains(&secret), "{}", seen);
    }

    #[test]
    fn a_passphrase_in_a_file_with_mistakes_is_seen_nowhere(
        secret in secret(),
        name in prop::sample::select(vec![
            "encryption_passphrase: ",
            "encryption_passphrse: ",
            "encryption_passphrase:",
            "encryption_passphrase: \t",
            "\"encryption_passphrase\": ",
            "encryption_passphrase: !x ",
            "encryption_passphrase:\n    ",
            "encryption_passphrase: |\n    ",
            "encryption_passphrase: [",
            "encryption_passphrase : ",
        ]),
        plain: bool,
        after in prop::sample::select(vec!["", "\nkeep_daily: x", "\n\tx: y", "\nx: 'y", "\n- x", "\nx"]),
    ) {
        let mut world = World::new();
        let value = if plain { secret.clone() } else { quoted(&secret) };
        world.write("/etc/borgmatic/config.yaml", config(&format!("{name}{value}{after}")));
        let seen = seen(&mut world, &["config", "validate"]);
        prop_assert!(!seen.contains(&secret), "{}", seen);
    }
}

#[test]
fn a_password_in_an_address_is_seen_nowhere() {
    for password in ["pw", "correct-horse"] {
        for borg in [
            Answer::exit(2).err("ssh://me:pw@host/./x.borg: no, me:correct-horse@host"),
            Answer::fine(),
        ] {
            let world = World::new();
            world.stage.script.answer("borg create", borg);
            let mut world = world.with_borg("1.4.5");
            let text = format!(
                "source_directories: [/home/me/files]\nkeep_dayly: 1\nrepositories:\n    - path: ssh://me:{password}@host/./x.borg\n"
            );
            world.write("/home/me/bad.yaml", &text);
            world.write(
                "/etc/borgmatic/config.yaml",
                text.replace("keep_dayly: 1\n", ""),
            );
            for line in [
                "-v2 create prune",
                "config outline",
                "config outline --json",
                "config validate -c bad.yaml",
                "list --repository nobody",
                "status",
            ] {
                let shown = world.line(&format!("borgmatic {line}")).shown();
                assert!(
                    !shown.contains(&format!("me:{password}")),
                    "{line}: {shown}"
                );
                assert!(!shown.contains(&format!("{password}@")), "{line}: {shown}");
            }
            let asked = world.stage.script.commands();
            let told = |command: &borgmatic::host::Command| {
                command
                    .args
                    .iter()
                    .any(|arg| arg.to_string_lossy().contains(password))
            };
            assert!(asked.iter().any(told), "borg is told");
        }
    }
}

/// Without a configuration there is nowhere to look it up; what is typed goes into no history.
#[test]
fn who_has_no_passphrase_is_told_how_to_give_one() {
    let mut world = World::new();
    let answers = |world: &World| {
        world
            .stage
            .script
            .answer("--version", Answer::fine().out("borg 1.4.0"))
            .answer("", Answer::exit(50));
    };
    answers(&world);
    let ran = world.run(&["config", "bootstrap", "--repository", "/backup/one.borg"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err
            .contains("    read -rs BORG_PASSPHRASE; export BORG_PASSPHRASE\n"),
        "{}",
        ran.err
    );
    let secret = format!(
        "encryption_passphrase: one two three\n{}",
        crate::world::GOOD
    );
    world.write("/etc/borgmatic/config.yaml", secret);
    answers(&world);
    let ran = world.run(&["repo-info", "--repository", "one"]);
    assert!(
        ran.err
            .contains("check encryption_passphrase or encryption_passcommand in the"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("BORG_PASSPHRASE;"), "{}", ran.err);
}
