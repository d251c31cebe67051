//! The file: added to by several processes at once, bounded, read without waiting for anybody.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::begun::{self, Begun, Plan};
use super::record::{Action, BorgSeen, Record};
use crate::host::files::Held;
use crate::host::{Failure, Files, Host};

/// From this size on, in bytes, the older lines go.
const MOST: u64 = 2 << 20;

/// No more than that is read, from its end.
const READ: u64 = 2 * MOST;

/// What stays then.
const KEPT: usize = 1 << 20;

/// Of that, for the last success of repositories that are not found among the newer lines.
const KEPT_OLD: usize = KEPT / 4;

/// How often another process is waited for, and how long each time. Nobody holds the file for more
/// than a few milliseconds.
const TRIES: u32 = 5000;
const PAUSE: Duration = Duration::from_millis(2);

/// The ledger of one state directory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ledger {
    path: PathBuf,
}

impl Ledger {
    /// `state` is the state directory, such as `~/.local/state/borgmatic`.
    pub fn new(state: &Path) -> Self {
        Self {
            path: state.join("runs.jsonl"),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds records, all of them or none. The caller makes a warning of a failure: no backup
    /// fails for it.
    pub fn append(&self, host: &Host<'_>, records: &[Record]) -> Result<(), Failure> {
        if records.is_empty() {
            return Ok(());
        }
        let failed = |error: io::Error| Failure::file("write the run to", &self.path, &error);
        let lines: String = records.iter().map(Record::line).collect();
        if let Some(folder) = self.path.parent() {
            host.files.make_dir(folder, 0o700)?;
        }
        let path = self.real(host.files);
        let held = hold(host, &path).map_err(failed)?;
        held.append(lines.as_bytes()).map_err(failed)?;
        if held.size().map_err(failed)? > MOST {
            let (all, _) = host.files.tail(&path, READ).map_err(failed)?;
            held.replace(&trimmed(&all, KEPT, KEPT_OLD))
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Its path without links: what trims it puts another file in its place.
    fn real(&self, files: &Files) -> PathBuf {
        files.real(&self.path).unwrap_or_else(|| self.path.clone())
    }

    /// Marks a run as begun while the value lives; `name` stands for its configuration. What a run
    /// before it could not write down, because it was killed, is written first.
    pub fn begin(&self, host: &Host<'_>, name: &str, plan: Plan) -> Result<Option<Begun>, Failure> {
        let Some((begun, killed)) = Begun::hold(host, &self.marks(), name) else {
            return Ok(None);
        };
        if let Some(killed) = killed
            && let Err(failure) = self.append_lost(host, &killed)
        {
            // Its mark tells it until it can be written.
            begun.leave();
            return Err(failure);
        }
        begun.note(plan);
        Ok(Some(begun))
    }

    fn append_lost(&self, host: &Host<'_>, killed: &Plan) -> Result<(), Failure> {
        let lost = begun::lost(killed, &self.lines(host.files)?);
        self.append(host, &lost)
    }

    fn marks(&self) -> PathBuf {
        self.path.with_file_name("locks")
    }

    /// All records that can be read, the oldest first, and at their end what killed runs could not
    /// write down; none where there is no ledger.
    pub fn read(&self, files: &Files) -> Result<Vec<Record>, Failure> {
        // A run that ends now has told all before its mark goes.
        let killed = begun::killed(files, &self.marks());
        let mut records = self.lines(files)?;
        for plan in killed {
            records.extend(begun::lost(&plan, &records));
        }
        Ok(records)
    }

    fn lines(&self, files: &Files) -> Result<Vec<Record>, Failure> {
        let bytes = self.bytes(files)?;
        Ok(lines(&bytes).filter_map(Record::read).collect())
    }

    /// The newest actions that `wanted` likes, at most `most` of them, the newest first.
    pub fn newest(
        &self,
        files: &Files,
        most: usize,
        wanted: impl Fn(&Action) -> bool,
    ) -> Result<Vec<Action>, Failure> {
        let bytes = self.bytes(files)?;
        let actions = newest(&bytes).filter_map(|record| match record {
            Record::Action(action) => Some(action),
            Record::Borg(_) => None,
        });
        Ok(actions.filter(wanted).take(most).collect())
    }

    /// The borg that was last found at a path. A ledger that cannot be read knows none.
    pub fn borg(&self, files: &Files, path: &Path) -> Option<BorgSeen> {
        let bytes = self.bytes(files).ok()?;
        let path = path.to_str()?;
        // Every run looks here before it does anything: other lines are not worth reading.
        let borgs = lines(&bytes).rev().filter(|line| Record::may_be_borg(line));
        borgs
            .filter_map(Record::read)
            .find_map(|record| match record {
                Record::Borg(seen) => Some(seen).filter(|seen| seen.path == path),
                Record::Action(_) => None,
            })
    }

    fn bytes(&self, files: &Files) -> Result<Vec<u8>, Failure> {
        match files.tail(&self.real(files), READ) {
            Ok((bytes, _)) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Failure::file("read the ledger", &self.path, &error)),
        }
    }
}

fn hold(host: &Host<'_>, path: &Path) -> io::Result<Held> {
    for _ in 0..TRIES {
        if let Some(held) = host.files.hold(path)? {
            return Ok(held);
        }
        host.clock.sleep(PAUSE);
    }
    Err(io::Error::other("another process holds it"))
}

fn lines(bytes: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
}

fn newest(bytes: &[u8]) -> impl Iterator<Item = Record> {
    lines(bytes).rev().filter_map(Record::read)
}

/// The newest lines, those of other versions too, `most` bytes of them, and before them the last
/// success of each repository and action and the last borg of each path, where only older lines
/// have it: `old` bytes at most.
fn trimmed(bytes: &[u8], most: usize, old: usize) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut known = HashSet::new();
    let (mut room, mut old_room) = (most.saturating_sub(old), old);
    let mut is_new = true;
    for line in lines(bytes).rev() {
        let key = Record::read(line).and_then(|record| match record {
            Record::Action(action) => (action.result.is_success() && !action.dry).then_some([
                action.configuration,
                action.repository,
                action.action,
            ]),
            Record::Borg(seen) => Some([seen.path, String::new(), String::new()]),
        });
        let fresh = key.is_some_and(|key| known.insert(key));
        is_new &= line.len() < room;
        if is_new {
            room -= line.len() + 1;
            kept.push(line);
        } else if fresh && line.len() < old_room {
            old_room -= line.len() + 1;
            kept.push(line);
        }
    }
    let mut out = Vec::with_capacity(most);
    for line in kept.iter().rev() {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::{action, borg};
    use super::*;
    use crate::host::script::Stage;
    use crate::ledger::{Outcome, Planned};

    fn stage() -> (tempfile::TempDir, Stage, Ledger) {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::new(folder.path());
        (folder, stage, Ledger::new(Path::new("/state/borgmatic")))
    }

    fn actions(records: &[Record]) -> Vec<&str> {
        let names = records.iter().map(|record| match record {
            Record::Action(action) => action.action.as_str(),
            Record::Borg(seen) => seen.version.as_str(),
        });
        names.collect()
    }

    #[test]
    fn what_a_killed_run_lost_stays_until_it_is_written() {
        let (folder, stage, ledger) = stage();
        let host = stage.host();
        let plan = |run: &str| Plan {
            run: run.into(),
            configuration: "/c.yaml".into(),
            since: jiff::Timestamp::UNIX_EPOCH,
            repositories: vec![Planned {
                repository: "/r".into(),
                label: None,
                actions: vec!["create".into(), "prune".into()],
            }],
        };
        let begin = |run: &str| ledger.begin(&host, "mark", plan(run));
        let read = || ledger.read(&stage.files).unwrap();
        begin("killed").unwrap().unwrap().leave();
        let lines = folder.path().join("state/borgmatic/runs.jsonl");
        std::fs::create_dir(&lines).unwrap();
        begin("second").unwrap_err();
        std::fs::remove_dir(&lines).unwrap();
        assert_eq!(actions(&read()), ["create"]);
        assert!(matches!(&read()[0], Record::Action(lost) if lost.run == "killed"));
        drop(begin("third").unwrap());
        let written = read();
        assert_eq!(actions(&written), ["create"]);
        // Where the mark is still there, it is told once.
        let mark = Begun::hold(&host, &ledger.marks(), "mark").unwrap().0;
        mark.note(plan("killed"));
        mark.leave();
        assert_eq!(read(), written);
    }

    #[test]
    fn what_is_added_is_read() {
        let (_folder, stage, ledger) = stage();
        let host = stage.host();
        assert_eq!(ledger.read(&stage.files).unwrap(), []);
        assert_eq!(ledger.borg(&stage.files, Path::new("/usr/bin/borg")), None);
        let first = [
            Record::Action(action("create", 0)),
            Record::Borg(borg("1.2.0", 1)),
        ];
        ledger.append(&host, &first).unwrap();
        ledger
            .append(&host, &[Record::Borg(borg("1.4.0", 2))])
            .unwrap();
        ledger
            .append(&host, &[Record::Action(action("prune", 9))])
            .unwrap();
        let all = ledger.read(&stage.files).unwrap();
        assert_eq!(actions(&all), ["create", "1.2.0", "1.4.0", "prune"]);
        let newest = ledger.newest(&stage.files, 1, |_| true).unwrap();
        assert_eq!(newest, [action("prune", 9)]);
        let seen = ledger.borg(&stage.files, Path::new("/usr/bin/borg"));
        assert_eq!(seen, Some(borg("1.4.0", 2)));
        assert_eq!(ledger.borg(&stage.files, Path::new("/opt/borg")), None);
    }

    #[test]
    fn broken_lines_are_skipped() {
        let (folder, stage, ledger) = stage();
        let host = stage.host();
        let at = folder.path().join("state/borgmatic/runs.jsonl");
        ledger
            .append(&host, &[Record::Action(action("create", 0))])
            .unwrap();
        let mut bytes = std::fs::read(&at).unwrap();
        bytes.extend_from_slice(b"\xff\x00\n{}\n[1]\n{\"v\":1,\"kind\":\"act");
        std::fs::write(&at, bytes).unwrap();
        ledger
            .append(&host, &[Record::Action(action("check", 0))])
            .unwrap();
        let all = ledger.read(&stage.files).unwrap();
        assert_eq!(actions(&all), ["create", "check"]);
    }

    #[test]
    fn a_ledger_in_a_bad_place_is_a_failure_and_no_more() {
        let (folder, stage, ledger) = stage();
        std::fs::create_dir_all(folder.path().join("state/borgmatic/runs.jsonl")).unwrap();
        let records = [Record::Action(action("create", 0))];
        ledger.append(&stage.host(), &records).unwrap_err();
        ledger.read(&stage.files).unwrap_err();
        assert_eq!(ledger.borg(&stage.files, Path::new("/usr/bin/borg")), None);
    }

    #[test]
    fn a_full_ledger_loses_its_oldest_lines() {
        let (folder, stage, ledger) = stage();
        let host = stage.host();
        let many: Vec<_> = (0..10_000)
            .map(|number| Record::Action(action("create", number)))
            .collect();
        for records in many.chunks(100) {
            ledger.append(&host, records).unwrap();
        }
        let at = folder.path().join("state/borgmatic/runs.jsonl");
        assert!(std::fs::metadata(&at).unwrap().len() <= MOST);
        let all = ledger.read(&stage.files).unwrap();
        assert_eq!(all.last(), many.last());
        assert_eq!(all, many[many.len() - all.len()..]);
    }

    #[test]
    fn the_last_success_of_a_rare_repository_stays() {
        let mut lines = String::new();
        let mut rare = action("create", 0);
        rare.repository = "/rare.borg".into();
        lines += &Record::Action(rare.clone()).line();
        rare.result = Outcome::Failed;
        rare.start = rare.end;
        lines += &Record::Action(rare).line();
        lines += "{\"v\":9,\"kind\":\"later\"}\n";
        for number in 0..20 {
            lines += &Record::Action(action("create", number)).line();
        }
        lines += "{\"v\":9,\"kind\":\"later\"}\n";
        let kept = trimmed(lines.as_bytes(), 2000, 500);
        assert!(kept.len() <= 2000);
        let kept = String::from_utf8(kept).unwrap();
        let rare: Vec<_> = kept.lines().filter(|line| line.contains("rare")).collect();
        assert_eq!(rare.len(), 1, "{kept}");
        assert!(rare[0].contains("done"));
        assert!(kept.ends_with("\"later\"}\n"));
        assert_eq!(kept.matches("later").count(), 1);
    }
}
