//! `parallel_repositories`: several repositories of a file at once.

use borgmatic::host::script::Answer;

use crate::hooks::{ALL, TWO, machine, run};

const ABREAST: &str = "parallel_repositories: 2\n";

#[test]
fn repositories_at_once_keep_their_lines_and_their_fate_apart() {
    let answers = [
        (
            "one.borg::",
            Answer::exit(2).err("the first line\nthe second"),
        ),
        ("two.borg::", Answer::fine().err("all is well")),
    ];
    let mut world = machine(&format!("{TWO}{ABREAST}{ALL}"), &answers);
    let (ran, commands) = run(&mut world, "borgmatic create");
    assert_eq!(ran.code, 1, "{}", ran.shown());
    for line in [
        "one: the first line\n",
        "one: the second\n",
        "two: all is well\n",
    ] {
        assert!(ran.err.contains(line), "{line}{}", ran.shown());
    }
    assert_eq!(commands[..2], ["before-everything", "before-configuration"]);
    assert_eq!(
        commands[commands.len() - 3..],
        ["bad-configuration", "error one", "bad-everything"]
    );
    for (name, end) in [("one", "bad"), ("two", "after")] {
        let own: Vec<_> = commands
            .iter()
            .filter(|line| line.ends_with(name))
            .collect();
        let mut expected = vec![
            format!("before-repository {name}"),
            format!("before-action {name}"),
            format!("{end}-action {name}"),
            format!("{end}-repository {name}"),
        ];
        if name == "one" {
            expected.push("error one".into());
        }
        assert_eq!(own, expected.iter().collect::<Vec<_>>());
    }
}

#[test]
fn repositories_at_once_answer_in_order_and_try_again() {
    let about = |name: &str| {
        format!(r#"{{"repository": {{"location": "{name}"}}, "archive": {{"name": "x"}}}}"#)
    };
    let config = format!("{TWO}{ABREAST}retries: 2\nretry_wait: 1\n");
    let answers = [
        ("one.borg::", Answer::exit(2).once()),
        ("one.borg::", Answer::exit(2).once()),
        ("one.borg::", Answer::fine().out(about("one"))),
        ("two.borg::", Answer::fine().out(about("two"))),
    ];
    // The dry run before each create would take the answers.
    let config = format!("{config}unsafe_skip_path_validation_before_create: true\n");
    let mut world = machine(&config, &answers);
    let ran = world.line("borgmatic create --json");
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let labels: Vec<_> = document
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["repository"]["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["one", "two"]);
    // Who waits for the ledger sleeps too, but not for seconds.
    let mut slept = world.stage.clock.slept();
    slept.retain(|time| time.as_secs() > 0);
    assert_eq!(slept.len(), 2);
}

#[test]
fn one_after_the_other_where_it_must_be() {
    for (more, line) in [
        ("progress: true\n", "borgmatic create"),
        ("", "borgmatic list"),
    ] {
        let mut world = machine(
            &format!("{TWO}{ABREAST}{more}"),
            &[("one.borg", Answer::fine().err("loud"))],
        );
        let ran = world.line(line);
        assert!(
            ran.err.contains("loud\n") && !ran.err.contains("one: loud"),
            "{}",
            ran.shown()
        );
    }
}
