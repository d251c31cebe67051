//! Children that feed another one through FIFOs.

use super::super::*;
use super::shell;
use crate::host::{FailureKind, Fate, Stopped, Writes};

/// One FIFO for each of these scripts, whose output goes there; `$FIFO` names it to the others.
fn fed(reader: &str, scripts: &[(&str, Writes)]) -> (Result<Fed, Failure>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut feeders = Vec::new();
    for (number, (script, writes)) in scripts.iter().enumerate() {
        let fifo = folder.path().join(format!("fifo{number}"));
        let mode = rustix::fs::Mode::RWXU;
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, mode).unwrap();
        feeders.push(Feeder {
            what: format!("dump {number}"),
            command: shell(script).set("FIFO", &fifo),
            fifo,
            writes: *writes,
        });
    }
    let mut reader = Command::new("/bin/sh").args(["-c", reader]);
    reader.cwd = Some(folder.path().to_path_buf());
    let mut heard = Vec::new();
    let fails = |exit| !matches!(exit, Exit::Code(0 | 1));
    let children = Children::new(Stop::default());
    let fed = children.run_fed(&reader, &feeders, &fails, &mut |number, line| {
        let who = number.map_or("reader".into(), |number| number.to_string());
        match line {
            Heard::Out(line) => heard.push(format!("{who}: {}", String::from_utf8_lossy(line))),
            Heard::Err(line) => heard.push(format!("{who}! {}", String::from_utf8_lossy(line))),
            Heard::Idle(_) => {}
        }
    });
    heard.sort();
    (fed, heard)
}

fn codes(fed: &Fed) -> Vec<Exit> {
    let all = fed.feeders.iter().chain([&fed.reader]);
    all.map(|fate| fate.exit).collect()
}

#[test]
fn what_is_written_is_read_and_all_are_heard() {
    let feeders = [
        ("echo one; echo note >&2", Writes::Output),
        ("echo two > $FIFO; echo done", Writes::Itself),
    ];
    let (fed, heard) = fed("cat fifo0 fifo1; echo end >&2; exit 1", &feeders);
    let fed = fed.unwrap();
    assert_eq!(codes(&fed), [Exit::Code(0), Exit::Code(0), Exit::Code(1)]);
    assert!(fed.feeders.iter().all(Fate::is_fine));
    assert_eq!(
        heard,
        [
            "0! note",
            "1: done",
            "reader! end",
            "reader: one",
            "reader: two"
        ]
    );
}

#[test]
fn much_passes_while_all_talk() {
    let many = "i=0; while [ $i -lt 20000 ]; do echo $i; echo $i >&2; i=$((i+1)); done";
    let (fed, heard) = fed(
        "cat fifo0 fifo1",
        &[(many, Writes::Output), (many, Writes::Output)],
    );
    assert_eq!(codes(&fed.unwrap()), [Exit::Code(0); 3]);
    assert_eq!(heard.len(), 80_000);
}

#[test]
fn a_feeder_that_fails_ends_all() {
    let start = Instant::now();
    let feeders = [
        ("echo one; sleep 0.2; exit 3", Writes::Output),
        ("sleep 60", Writes::Itself),
        ("echo never", Writes::Output),
    ];
    let (fed, _) = fed("cat fifo0; cat fifo2; sleep 60 & wait", &feeders);
    let fed = fed.unwrap();
    assert_eq!(fed.feeders[0].exit, Exit::Code(3));
    assert_eq!(fed.feeders[0].stopped, None);
    assert_eq!(fed.feeders[1].stopped, Some(Stopped::Other));
    assert_eq!(fed.reader.stopped, Some(Stopped::Other));
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_reader_that_fails_ends_the_feeders() {
    let start = Instant::now();
    let feeders = [
        ("trap '' TERM; sleep 60; sleep 60", Writes::Itself),
        ("echo never", Writes::Output),
    ];
    let (fed, _) = fed("sleep 0.3; exit 2", &feeders);
    let fed = fed.unwrap();
    assert_eq!((fed.reader.exit, fed.reader.stopped), (Exit::Code(2), None));
    let stopped = fed.feeders.iter().map(|fate| fate.stopped);
    assert!(stopped.eq([Some(Stopped::Other); 2]));
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_feeder_that_nobody_reads_is_not_waited_for() {
    let (fed, _) = fed("exit 0", &[("echo never", Writes::Output)]);
    assert_eq!(fed.unwrap().feeders[0].stopped, Some(Stopped::Unread));
}

#[test]
fn a_feeder_may_end_after_the_reader_but_not_for_ever() {
    let (ended, _) = fed("cat fifo0", &[("echo x > $FIFO; sleep 1", Writes::Itself)]);
    assert!(ended.unwrap().feeders[0].is_fine());
    let (fed, _) = fed("cat fifo0", &[("echo x > $FIFO; sleep 60", Writes::Itself)]);
    let fed = fed.unwrap();
    assert_eq!(fed.feeders[0].stopped, Some(Stopped::Late));
    assert_eq!(fed.reader.exit, Exit::Code(0));
}

#[test]
fn a_feeder_that_wrote_nothing_does_not_keep_the_reader() {
    let feeders = [("exit 0", Writes::Itself), ("echo x", Writes::Output)];
    let (fed, _) = fed("cat fifo0; cat fifo1", &feeders);
    let fed = fed.unwrap();
    assert!(fed.feeders[0].silent);
    assert_eq!(fed.feeders[0].exit, Exit::Code(0));
    assert!(!fed.feeders[1].silent);
    assert_eq!(fed.reader.stopped, Some(Stopped::Other));
}

#[test]
fn where_one_cannot_start_none_stays() {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("process");
    let feeder = Feeder {
        what: "dump".into(),
        command: shell(&format!("echo $$ > {}; sleep 60", note.display())),
        fifo: folder.path().join("fifo"),
        writes: Writes::Itself,
    };
    let reader = Command::new("/nowhere/borg");
    let children = Children::new(Stop::default());
    let fed = children.run_fed(&reader, &[feeder], &|_| true, &mut |_, _| {});
    assert!(matches!(fed.unwrap_err().kind, FailureKind::Missing));
    if let Ok(process) = std::fs::read_to_string(note) {
        let status = format!("/proc/{}", process.trim());
        assert!(!std::path::Path::new(&status).exists(), "{process}");
    }
}
