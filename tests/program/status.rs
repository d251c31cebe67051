//! What is known of earlier runs: `status`, `due` and the metrics, from a ledger that is there.

use borgmatic::host::script::{Answer, Still};
use borgmatic::ledger::{Action, Ledger, Outcome, Plan, Planned, Record, Sizes};
use jiff::{Timestamp, ToSpan};
use std::path::Path;

use crate::kept::{Kept, tests};
use crate::world::World;

/// What is said is kept in `tests/program/status/NAME.txt`.
fn same(name: &str, text: &str) {
    let mut kept = Kept::default();
    kept.same(&tests().join(format!("program/status/{name}.txt")), text);
    kept.end();
}

const STATE: &str = "/home/me/.local/state/borgmatic";

/// 4 May 2026, 03:17 UTC: the clock of the played machine.
fn now() -> Timestamp {
    Timestamp::from_second(1_777_864_620).unwrap()
}

fn create(world: &World, repository: &str, hours_ago: i64, result: Outcome) -> Action {
    let end = now() - hours_ago.hours();
    let configuration = std::fs::canonicalize(world.at("/etc/borgmatic/config.yaml")).unwrap();
    let configuration = configuration
        .strip_prefix(std::fs::canonicalize(world.at("/")).unwrap())
        .unwrap();
    Action {
        run: format!("{hours_ago}"),
        configuration: format!("/{}", configuration.display()),
        repository: repository.into(),
        label: None,
        action: "create".into(),
        start: end - 90.seconds(),
        end,
        result,
        code: None,
        reason: None,
        dry: false,
        not_due: false,
        archive: Some("me-2".into()),
        sizes: Sizes {
            files: Some(1200),
            original: Some(10_000_000_000 - u64::try_from(hours_ago.max(0)).unwrap() * 10_000_000),
            ..Sizes::default()
        },
    }
}

fn write(world: &World, actions: Vec<Action>) {
    let records: Vec<_> = actions.into_iter().map(Record::Action).collect();
    Ledger::new(Path::new(STATE))
        .append(&world.stage.host(), &records)
        .unwrap();
}

/// One repository with a week of backups, the other with a failure.
fn lived() -> World {
    let world = World::new();
    let one = (0..7)
        .rev()
        .map(|day| create(&world, "/backup/one.borg", 3 + 24 * day, Outcome::Done));
    let mut all: Vec<_> = one.collect();
    let two = "ssh://me@host/./two.borg";
    all.push(create(&world, two, 30, Outcome::Warned));
    all.push(Action {
        reason: Some("borg ended with exit status 2".into()),
        action: "create".into(),
        ..create(&world, two, 3, Outcome::Failed)
    });
    write(&world, all);
    world
}

#[test]
fn the_table_shows_each_repository() {
    same("table", &lived().run(&["status"]).shown());
}

/// A run that is killed leaves its mark, which nobody holds; one that lives holds it.
#[test]
fn a_run_that_was_killed_is_told_until_the_next() {
    let mut world = lived().with_borg("1.4.1");
    let ledger = Ledger::new(Path::new(STATE));
    let one = create(&world, "/backup/one.borg", 1, Outcome::Done);
    let planned = |repository: &str, actions: &[&str]| Planned {
        repository: repository.into(),
        label: None,
        actions: actions.iter().map(|&action| action.into()).collect(),
    };
    let plan = Plan {
        run: one.run.clone(),
        configuration: one.configuration.clone(),
        since: one.start,
        repositories: vec![
            planned("/backup/one.borg", &["create", "prune"]),
            planned("ssh://me@host/./two.borg", &["create", "prune"]),
        ],
    };
    let begun = ledger
        .begin(&world.stage.host(), "mark", plan.clone())
        .unwrap();
    assert!(begun.is_some());
    write(&world, vec![one]);
    assert!(!world.run(&["status"]).out.contains("interrupted"));
    let mark = world.at(&format!("{STATE}/locks/mark.run"));
    let left = std::fs::read(&mark).unwrap();
    drop(begun);
    assert!(!mark.exists());

    std::fs::write(&mark, &left).unwrap();
    same("killed", &world.run(&["status"]).shown());
    same("killed-json", &world.run(&["status", "--json"]).shown());
    assert_eq!(world.run(&["due", "--max-age", "31h"]).code, 0);
    // The next run writes down what that one could not.
    let next = Plan {
        run: "next".into(),
        ..plan
    };
    drop(ledger.begin(&world.stage.host(), "mark", next).unwrap());
    let lines = std::fs::read_to_string(world.at(&format!("{STATE}/runs.jsonl"))).unwrap();
    assert_eq!(lines.matches("\"result\":\"interrupted\"").count(), 2);
    assert!(!mark.exists());
    assert!(world.run(&["status"]).out.contains("create interrupted"));
    // What is no mark of ours tells nothing.
    for strange in [&b""[..], b"{}", &left[..left.len() / 2]] {
        std::fs::write(&mark, strange).unwrap();
        assert_eq!(
            ledger.read(&world.stage.files).unwrap().len(),
            lines.lines().count()
        );
    }
    let later = String::from_utf8(left)
        .unwrap()
        .replace("\"v\":1", "\"v\":2");
    std::fs::write(&mark, later).unwrap();
    assert_eq!(
        ledger.read(&world.stage.files).unwrap().len(),
        lines.lines().count()
    );
}

/// A run marks itself while it works, where it has its turn.
#[test]
fn a_run_is_marked_while_it_lives() {
    let mut world = World::new().with_borg("1.4.1");
    assert_eq!(world.run(&["create"]).code, 0);
    let locks = world.at(&format!("{STATE}/locks"));
    assert_eq!(std::fs::read_dir(&locks).unwrap().count(), 0);
    std::fs::remove_dir(&locks).unwrap();
    for harmless in [&["repo-list"][..], &["create", "--dry-run"]] {
        world.run(harmless);
        assert!(!locks.exists(), "{harmless:?}");
    }
}

/// What systemd says of its timer, played.
fn timed(said: &str) -> World {
    let world = lived();
    world.write("/run/systemd/system/started", "");
    let answer = Answer::fine().out(said);
    world.stage.script.answer("systemctl", answer);
    world
}

pub(crate) const TIMER: &str = "NextElapseUSecRealtime=Tue 2026-05-05 03:00:00 UTC\n\n\
    User=\n\
    ExecStart={ path=/usr/local/bin/borgmatic ; argv[]=/usr/local/bin/borgmatic --verbosity -1 \
    --config /etc/borgmatic ; ignore_errors=no ; pid=0 }";

#[test]
fn the_next_run_is_told_where_it_is_known() {
    let mut world = timed(TIMER);
    world.stage.env.user = 0;
    let out = world.run(&["status"]).out;
    let line = "/etc/borgmatic/config.yaml: next run 2026-05-05 03:00, in 23h (borgmatic.timer)\n";
    assert!(out.starts_with(line), "{out}");
    let mut world = timed(TIMER);
    let json = world.run(&["status", "--json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["next_run"], "2026-05-05T03:00:00Z");
    assert_eq!(json[0]["next_run_by"], "borgmatic.timer");
    assert_eq!(
        world.commands()[0],
        "systemctl --user show borgmatic.timer borgmatic.service --property=NextElapseUSecRealtime,ExecStart,User"
    );
    // Other files than this one, and no time at all.
    for said in [
        &TIMER.replace("/etc/borgmatic ;", "/etc/other ;"),
        "NextElapseUSecRealtime=",
    ] {
        let out = timed(said).run(&["status"]).out;
        assert!(!out.contains("next run"), "{out}");
    }
}

#[test]
fn the_next_run_of_cron_is_told() {
    let mut world = lived();
    world.stage.env.user = 0;
    let lines = "PATH=/bin\n30 * * * * root borgmatic --if-due 1d\n0 3,15 * * * root /usr/bin/borgmatic -v -1\n";
    world.write("/etc/cron.d/borgmatic", lines);
    let out = world.run(&["status"]).out;
    assert!(
        out.contains("next run 2026-05-04 15:00, in 11h (/etc/cron.d/borgmatic)"),
        "{out}"
    );
    // As self-install writes them: both ask, and the first has a time.
    let lines =
        "37 4 * * * root borgmatic --if-due 04:30\n18 * * * * root borgmatic --if-due 04:30\n";
    world.write("/etc/cron.d/borgmatic", lines);
    let out = world.run(&["status"]).out;
    assert!(out.contains("next run 2026-05-04 04:37"), "{out}");
}

#[test]
fn nothing_is_drawn_where_it_cannot_be_read() {
    let mut world = lived();
    world
        .stage
        .env
        .variables
        .insert("NO_GRAPHICS".into(), "1".into());
    let out = world.run(&["status"]).out;
    assert!(out.is_ascii() && !out.contains("trend"), "{out}");
}

#[test]
fn without_a_ledger_nothing_is_known_and_all_is_overdue() {
    same("unknown-status", &World::new().run(&["status"]).shown());
    same("unknown-due", &World::new().run(&["due"]).shown());
}

#[test]
fn overdue_is_a_failure() {
    same(
        "overdue",
        &lived().run(&["due", "--max-age", "26h"]).shown(),
    );
    let fresh = lived().run(&["due", "--max-age=31h"]);
    assert_eq!(
        (fresh.code, fresh.shown().as_str()),
        (0, "--- exit status 0\n")
    );
    assert_eq!(lived().run(&["due", "--max-age", "1d6h"]).code, 0);
}

#[test]
fn an_age_without_a_unit_is_a_mistake() {
    same(
        "age-number",
        &World::new().run(&["due", "--max-age", "26"]).shown(),
    );
    same(
        "age-word",
        &World::new().run(&["due", "--max-age", "soon"]).shown(),
    );
}

#[test]
fn what_is_not_backed_up_here_is_not_overdue() {
    let mut world = World::new();
    world.write(
        "/etc/borgmatic/config.yaml",
        format!("{}skip_actions: [create]\n", crate::world::GOOD),
    );
    assert_eq!(world.run(&["due"]).code, 0);
}

#[test]
fn dry_runs_and_other_configurations_are_no_backup() {
    let world = World::new();
    let other = |repository| create(&world, repository, 1, Outcome::Done);
    let all = ["/backup/one.borg", "ssh://me@host/./two.borg"].map(|repository| {
        [
            Action {
                dry: true,
                ..other(repository)
            },
            Action {
                configuration: "/etc/borgmatic/other.yaml".into(),
                ..other(repository)
            },
            Action {
                action: "prune".into(),
                ..other(repository)
            },
        ]
    });
    write(&world, all.concat());
    let mut world = world;
    let ran = world.run(&["due"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.shown().matches("no backup is known").count(),
        2,
        "{}",
        ran.shown()
    );
}

/// A clock that was wrong once must not keep `due` quiet for years.
#[test]
fn a_backup_from_the_future_proves_nothing() {
    let world = World::new();
    let ahead = |hours: i64| {
        ["/backup/one.borg", "ssh://me@host/./two.borg"]
            .map(|repository| create(&world, repository, -hours, Outcome::Done))
            .to_vec()
    };
    write(&world, ahead(24 * 365));
    let mut far = World::new();
    write(&far, ahead(24 * 365));
    same("future", &far.run(&["due"]).shown());
    let mut near = World::new();
    write(&near, ahead(1));
    assert_eq!(near.run(&["due"]).code, 0);
    let mut later = far;
    later.stage.clock = std::sync::Arc::new(Still::at(
        (now() + 30.hours()).to_zoned(jiff::tz::TimeZone::UTC),
    ));
    assert_eq!(later.run(&["due"]).code, 1);
}

#[test]
fn programs_read_json() {
    let out = lived().run(&["status", "--json"]).out;
    let all: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(all[0]["label"], "one");
    assert_eq!(all[0]["age_seconds"], 3 * 3600);
    assert_eq!(all[0]["last_success"]["archive"], "me-2");
    assert_eq!(all[1]["last_run"][0]["result"], "failed");
    assert_eq!(all[0]["sizes"].as_array().unwrap().len(), 7);
    let none = World::new().run(&["status", "--json"]).out;
    let none: serde_json::Value = serde_json::from_str(&none).unwrap();
    assert_eq!(none[0]["last_success"], serde_json::Value::Null);
}

#[test]
fn prometheus_reads_metrics() {
    let out = lived().run(&["status", "--prometheus"]).out;
    well_formed(&out);
    same("prometheus", &out);
}

#[test]
fn labels_are_escaped() {
    let mut world = World::new();
    let strange = "source_directories: [/home/me]\nrepositories:\n    - path: \"/a\\\\b\\\"c\\nd\"\n      label: \"é\"\n";
    world.write("/etc/borgmatic/config.yaml", strange);
    let out = world.run(&["status", "--prometheus"]).out;
    well_formed(&out);
    assert!(
        out.contains(r#"repository="/a\\b\"c\nd",label="é""#),
        "{out}"
    );
}

/// The rules of the text format, as promtool checks them.
fn well_formed(text: &str) {
    assert!(text.ends_with('\n'));
    let mut seen = std::collections::HashSet::new();
    let mut samples = std::collections::HashSet::new();
    let mut family = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            family = rest.split(' ').next().unwrap();
            assert!(seen.insert(family), "{family} twice");
            assert!(rest.len() > family.len() + 1);
            continue;
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert_eq!(rest, format!("{family} gauge"));
            continue;
        }
        let rest = line
            .strip_prefix(family)
            .unwrap_or_else(|| panic!("{line}"));
        let (labels, value) = rest.rsplit_once("} ").unwrap();
        let mut inside = labels.strip_prefix('{').unwrap();
        while !inside.is_empty() {
            let (name, after) = inside.split_once("=\"").unwrap();
            assert!(
                name.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
                "{line}"
            );
            let mut escaped = false;
            let end = after
                .char_indices()
                .find(|(_, c)| {
                    let ends = *c == '"' && !escaped;
                    escaped = *c == '\\' && !escaped;
                    ends
                })
                .unwrap()
                .0;
            inside = after[end + 1..].trim_start_matches(',');
        }
        value.parse::<f64>().unwrap();
        assert!(
            samples.insert(&line[..line.len() - value.len()]),
            "{line} twice"
        );
    }
}

#[test]
fn a_ledger_that_cannot_be_read_is_said() {
    let mut world = World::new();
    std::fs::create_dir_all(world.at(STATE).join("runs.jsonl")).unwrap();
    same("bad-ledger", &world.run(&["due"]).shown());
    let mut none = World::new();
    std::fs::remove_file(none.at("/etc/borgmatic/config.yaml")).unwrap();
    same("no-configuration", &none.run(&["due"]).shown());
}

/// They count only as the first word.
#[test]
fn a_value_that_is_called_so_stays_a_value() {
    let mut world = World::new().with_borg("1.4.0");
    let ran = world.run(&["list", "--archive", "status"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(
        world
            .commands()
            .iter()
            .any(|line| line.contains("::status"))
    );
    let ran = World::new().run(&["create", "due"]);
    assert_eq!(ran.code, 1);
}

/// What a run writes down, without the times.
fn written(world: &World) -> Vec<Action> {
    let ledger = Ledger::new(Path::new(STATE));
    let mut all = ledger.newest(&world.stage.files, 99, |_| true).unwrap();
    all.reverse();
    all
}

#[test]
fn a_run_writes_down_what_it_did() {
    let world = World::new();
    let stats = "Archive name: me-7\nNumber of files: 3\nThis archive:   1.23 kB   938 B   1.50 MB";
    let answers = &world.stage.script;
    answers.answer(
        "borg create --patterns-from /run/user/1000",
        Answer::fine().err(stats),
    );
    let _told = answers.answer("prune", Answer::exit(1));
    let mut world = world.with_borg("1.4.5");
    let ran = world.run(&["create", "--stats", "prune", "compact"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let all = written(&world);
    let brief: Vec<_> = all
        .iter()
        .map(|action| {
            (
                action.label.as_deref().unwrap(),
                action.action.as_str(),
                action.result,
                action.code,
            )
        })
        .collect();
    let of = |label| {
        [
            (label, "create", Outcome::Done, Some(0)),
            (label, "prune", Outcome::Warned, Some(1)),
            (label, "compact", Outcome::Done, Some(0)),
        ]
    };
    assert_eq!(brief, [of("one"), of("two")].concat());
    assert_eq!(all[0].archive.as_deref(), Some("me-7"));
    assert_eq!(all[0].sizes.original, Some(1230));
    assert!(
        all.iter()
            .all(|action| action.run == all[0].run && !action.dry)
    );
    assert_eq!(world.run(&["due"]).code, 0);

    world.run(&["-n", "create"]);
    assert!(written(&world).last().unwrap().dry);
}

#[test]
fn a_failure_and_what_it_prevents_are_written_down() {
    let world = World::new();
    world.write(
        "/etc/borgmatic/config.yaml",
        format!(
            "{}retries: 1\nskip_actions: [compact]\n",
            crate::world::GOOD
        ),
    );
    world
        .stage
        .script
        .answer("borg create", Answer::exit(2))
        .answer("--version", Answer::fine().out("borg 1.4.5"));
    let mut world = world.with_borg("1.4.5");
    assert_eq!(
        world
            .run(&["create", "prune", "compact", "--repository", "one"])
            .code,
        1
    );
    let brief: Vec<_> = written(&world)
        .into_iter()
        .map(|action| {
            format!(
                "{} {} {:?} {}",
                action.action,
                action.result.word(),
                action.code,
                action.reason.unwrap()
            )
        })
        .collect();
    same("failed-run", &(brief.join("\n") + "\n"));
    same("failed-table", &world.run(&["status"]).shown());
}

/// No backup fails because of its ledger.
#[test]
fn a_ledger_that_cannot_be_written_is_a_warning() {
    let mut world = World::new().with_borg("1.4.5");
    std::fs::create_dir_all(world.at(STATE).join("runs.jsonl")).unwrap();
    let ran = world.run(&["create", "prune"]);
    assert_eq!(ran.code, 0);
    assert_eq!(
        ran.err.matches("status and due will not know").count(),
        1,
        "{}",
        ran.err
    );
}

#[test]
fn a_password_in_an_address_stays_out_of_ledger_and_metrics() {
    let mut world = World::new().with_borg("1.4.5");
    world.write(
        "/etc/borgmatic/config.yaml",
        "source_directories: [/home/me]\nrepositories: [{path: \"sftp://me:s3cr3t@host/x\"}]\n",
    );
    assert_eq!(world.run(&["create"]).code, 0);
    let ledger = std::fs::read_to_string(world.at(STATE).join("runs.jsonl")).unwrap();
    let shown = ["status", "due"]
        .map(|word| world.run(&[word]).shown())
        .concat();
    let metrics = world.run(&["status", "--prometheus"]).out;
    for text in [ledger, shown, metrics] {
        assert!(!text.contains("s3cr3t"), "{text}");
    }
    assert_eq!(world.run(&["due"]).code, 0);
}

/// Where the lock cannot be made, the run goes on.
#[test]
fn a_lock_in_a_bad_place_is_a_warning() {
    let mut world = World::new().with_borg("1.4.5");
    std::fs::create_dir_all(world.at(STATE)).unwrap();
    std::os::unix::fs::symlink("/tmp", world.at(STATE).join("locks")).unwrap();
    let ran = world.run(&["create"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.err
            .contains("a second run of this configuration would not be noticed"),
        "{}",
        ran.err
    );
    // What only reads, or only tries, needs none.
    for words in [&["-n", "create"][..], &["list"]] {
        assert!(!world.run(words).err.contains("lock"));
    }
}

#[test]
fn no_lock_is_left_behind() {
    let mut world = World::new().with_borg("1.4.5");
    assert_eq!(world.run(&["create"]).code, 0);
    assert_eq!(
        std::fs::read_dir(world.at(STATE).join("locks"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn metrics_are_written_at_the_end_of_a_run() {
    let mut world = World::new().with_borg("1.4.5");
    let file = "/var/metrics/borgmatic.prom";
    world.write(
        "/etc/borgmatic/config.yaml",
        format!("{}metrics_file: {file}\n", crate::world::GOOD),
    );
    // It cannot be written: a warning.
    let ran = world.run(&["create"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.err
            .contains("could not write /var/metrics/borgmatic.prom"),
        "{}",
        ran.err
    );
    world.write(file, "old");
    for words in [&["-n", "create"][..], &["list"]] {
        world.run(words);
        assert_eq!(std::fs::read_to_string(world.at(file)).unwrap(), "old");
    }
    assert_eq!(world.run(&["create"]).err, "");
    let text = std::fs::read_to_string(world.at(file)).unwrap();
    well_formed(&text);
    assert_eq!(
        text.matches("borgmatic_last_run_success{").count(),
        4,
        "{text}"
    );
    assert_eq!(text, world.run(&["status", "--prometheus"]).out);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(world.at(file)).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o644);
}
