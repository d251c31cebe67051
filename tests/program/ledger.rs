//! Several processes and one ledger: real ones, some of them killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use borgmatic::host::script::Stage;
use borgmatic::host::{Files, Host};
use borgmatic::ledger::{Action, Ledger, Outcome, Record, Sizes};
use borgmatic::sys::Machine;
use jiff::Timestamp;

/// Where the writers of a test write, from their environment.
const FOLDER: &str = "LEDGER_TEST_FOLDER";
const NUMBER: &str = "LEDGER_TEST_NUMBER";
const LINES: &str = "LEDGER_TEST_LINES";

fn records(writer: &str, numbers: std::ops::Range<i64>) -> Vec<Record> {
    let one = |number: i64| {
        Record::Action(Action {
            run: number.to_string(),
            configuration: "/etc/borgmatic/config.yaml".into(),
            repository: "/backup/one.borg".into(),
            label: Some(writer.to_owned()),
            action: "create".into(),
            start: Timestamp::UNIX_EPOCH,
            end: Timestamp::UNIX_EPOCH,
            result: Outcome::Done,
            code: Some(0),
            reason: None,
            dry: false,
            not_due: false,
            archive: Some("me-2026-11-25T02:00:00".into()),
            sizes: Sizes::default(),
        })
    };
    numbers.map(one).collect()
}

/// Not a test of its own: the process that the tests below start.
#[test]
#[ignore = "run by other tests"]
fn writer() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let (number, lines) = (
        std::env::var(NUMBER).unwrap(),
        std::env::var(LINES).unwrap(),
    );
    let stage = Stage {
        files: Files::new(folder),
        ..Stage::new("/")
    };
    let machine = Machine::default();
    let host = Host {
        clock: &*machine.clock,
        ..stage.host()
    };
    let ledger = Ledger::new(Path::new("/state"));
    println!();
    if let Ok(lines) = lines.parse() {
        for line in 0..lines {
            ledger
                .append(&host, &records(&number, line..line + 1))
                .unwrap();
        }
        return;
    }
    // Large steps, so that it trims all the time; says what is safe. Until it is killed.
    for step in 0.. {
        let next = step * 1000;
        ledger
            .append(&host, &records(&number, next..next + 1000))
            .unwrap();
        println!("{}", next + 999);
    }
}

fn start(folder: &Path, number: usize, lines: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "ledger::writer"])
        .env(FOLDER, folder)
        .env(NUMBER, number.to_string())
        .env(LINES, lines)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn read(folder: &Path) -> Vec<Action> {
    let ledger = Ledger::new(Path::new("/state"));
    let records = ledger.read(&Files::new(folder)).unwrap();
    records
        .into_iter()
        .map(|record| match record {
            Record::Action(action) => action,
            Record::Borg(_) => unreachable!(),
        })
        .collect()
}

fn raw(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("state/runs.jsonl")).unwrap()
}

/// 10,000 lines are more than the ledger keeps: it is trimmed while others add. What stays is whole,
/// and of each writer the newest lines, in order.
#[test]
fn ten_processes_add_a_thousand_lines_each() {
    let folder = tempfile::tempdir().unwrap();
    let writers: Vec<_> = (0..10)
        .map(|number| start(folder.path(), number, "1000"))
        .collect();
    for mut writer in writers {
        std::io::copy(writer.stdout.as_mut().unwrap(), &mut std::io::sink()).unwrap();
        assert!(writer.wait().unwrap().success());
    }
    let all = read(folder.path());
    assert_eq!(
        all.len(),
        raw(folder.path()).lines().count(),
        "broken lines"
    );
    assert!(all.len() > 2000, "{}", all.len());
    for number in 0..10 {
        let label = Some(number.to_string());
        let own: Vec<_> = all
            .iter()
            .filter(|action| action.label == label)
            .map(|action| action.run.as_str())
            .collect();
        let expected: Vec<_> = (1000 - own.len()..1000)
            .map(|number| number.to_string())
            .collect();
        assert_eq!(own, expected, "writer {number}");
    }
}

/// Whatever is killed, and when: what was added before is there, and others go on.
#[test]
fn a_writer_may_be_killed_while_it_trims() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..8_u64 {
        let mut writer = start(folder.path(), 0, "for ever");
        let mut said = BufReader::new(writer.stdout.take().unwrap()).lines();
        let mut safe = || {
            said.by_ref()
                .map_while(Result::ok)
                .find_map(|line| line.parse::<i64>().ok())
        };
        for _ in 0..3 {
            safe().unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(11 * round));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let last = std::iter::from_fn(safe).last();
        let all = read(folder.path());
        let raw = raw(folder.path());
        assert!(all.len() + 1 >= raw.lines().count(), "broken lines");
        if let Some(last) = last {
            let run = last.to_string();
            assert!(all.iter().any(|action| action.run == run), "{last} is lost");
        }
        let stage = Stage::new(folder.path());
        let ledger = Ledger::new(Path::new("/state"));
        ledger
            .append(&stage.host(), &records("after", 0..1))
            .unwrap();
        let newest = read(folder.path()).pop().unwrap();
        assert_eq!(newest.label.as_deref(), Some("after"));
    }
    let mut names: Vec<_> = std::fs::read_dir(folder.path().join("state"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert!(names.len() <= 2 && names[0] == "runs.jsonl", "{names:?}");
}
