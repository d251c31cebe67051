//! A line of the ledger. Lines of other versions, of unknown kinds and broken ones are skipped;
//! unknown fields are left.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::host::files::Identity;

/// The version that is written and read.
const VERSION: u32 = 1;

/// Longest reason that is kept, in characters.
const LONGEST: usize = 300;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Record {
    /// What one run did in one repository with one action.
    Action(Action),
    /// Which borg was found, when it was asked for its version.
    Borg(BorgSeen),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The same in all lines of one run.
    pub run: String,
    /// The real path of the configuration file.
    pub configuration: String,
    /// The path of the repository, without a password.
    pub repository: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The name of the action.
    pub action: String,
    pub start: Timestamp,
    pub end: Timestamp,
    pub result: Outcome,
    /// The exit code of the borg that decided the result, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// Why it was skipped or failed, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A dry run: it proves nothing.
    #[serde(default, skip_serializing_if = "is_off")]
    pub dry: bool,
    /// Skipped because it was done not long ago.
    #[serde(default, skip_serializing_if = "is_off")]
    pub not_due: bool,
    /// The archive that it made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    #[serde(flatten)]
    pub sizes: Sizes,
}

/// What borg told about an archive in that run; in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compressed: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduplicated: Option<u64>,
}

/// How an action ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Done,
    /// Done, and borg warned.
    Warned,
    Failed,
    /// Not tried.
    Skipped,
    /// Ended by a signal.
    Interrupted,
}

impl Action {
    /// Was it ended by what leaves no time to write it down?
    pub fn was_killed(&self) -> bool {
        self.result == Outcome::Interrupted && self.code.is_none()
    }
}

impl Outcome {
    /// Is the work done?
    pub fn is_success(self) -> bool {
        matches!(self, Self::Done | Self::Warned)
    }

    /// Did it not come to its end?
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::Interrupted)
    }

    /// Was it tried?
    pub fn is_try(self) -> bool {
        self != Self::Skipped
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A borg program as it was when it told its version. While nothing but `asked` differs, it is the
/// same file; what it starts in turn (a script may start another borg) may still have changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BorgSeen {
    /// The absolute path it was found at.
    pub path: String,
    /// The same after links.
    pub real: String,
    #[serde(flatten)]
    pub file: Identity,
    /// As borg wrote it; empty after a borg failed: what was known of it counts no more.
    pub version: String,
    pub asked: Timestamp,
    /// Has a dry run shown that it stores borgmatic's own directory, whatever the excludes say?
    #[serde(default, skip_serializing_if = "is_off")]
    pub proven: bool,
}

impl BorgSeen {
    /// Is it the same file, at the same place, unchanged?
    pub fn is_same_file(&self, other: &Self) -> bool {
        (&self.path, &self.real, &self.file) == (&other.path, &other.real, &other.file)
    }
}

#[derive(Serialize, Deserialize)]
struct Line<T> {
    v: u32,
    #[serde(flatten)]
    record: T,
}

#[derive(Deserialize)]
struct Head {
    v: u32,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_off(value: &bool) -> bool {
    !value
}

impl Record {
    /// Its line, with the line break.
    pub(super) fn line(&self) -> String {
        let mut record = self.clone();
        if let Self::Action(Action {
            reason: Some(reason),
            ..
        }) = &mut record
        {
            *reason = reason
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(LONGEST)
                .collect();
        }
        let line = Line { v: VERSION, record };
        let text = serde_json::to_string(&line).unwrap_or_default();
        text + "\n"
    }

    /// Is it worth reading a line in search of a borg? Version and kind come first in ours.
    pub(super) fn may_be_borg(line: &[u8]) -> bool {
        let head = &line[..line.len().min(40)];
        head.windows(13).any(|part| part == b"\"kind\":\"borg\"")
    }

    /// Reads a line that we understand.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let head: Head = serde_json::from_slice(line).ok()?;
        if head.v != VERSION {
            return None;
        }
        let line: Line<Self> = serde_json::from_slice(line).ok()?;
        Some(line.record)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::ledger) fn action(name: &str, number: i64) -> Action {
        let at = |second| Timestamp::from_second(1_777_864_620 + number + second).unwrap();
        Action {
            run: format!("{number}-1"),
            configuration: "/etc/borgmatic/config.yaml".into(),
            repository: "/backup/one.borg".into(),
            label: Some("one".into()),
            action: name.into(),
            start: at(0),
            end: at(5),
            result: Outcome::Done,
            code: Some(0),
            reason: None,
            dry: false,
            not_due: false,
            archive: None,
            sizes: Sizes::default(),
        }
    }

    pub(in crate::ledger) fn borg(version: &str, inode: u64) -> BorgSeen {
        BorgSeen {
            path: "/usr/bin/borg".into(),
            real: "/usr/bin/borg".into(),
            file: Identity {
                size: 1000,
                mtime: 1_777_000_000_123_456_789,
                ctime: 1_777_000_000_123_456_789,
                device: 3,
                inode,
            },
            version: version.into(),
            asked: Timestamp::UNIX_EPOCH,
            proven: false,
        }
    }

    #[test]
    fn lines_read_back() {
        let mut one = action("create", 0);
        one.reason = Some(format!("first {}\nsecond", "ä".repeat(LONGEST)));
        one.sizes.original = Some(u64::MAX);
        one.archive = Some("host-\u{2028}\"x".into());
        let line = Record::Action(one.clone()).line();
        assert_eq!(line.matches('\n').count(), 1);
        let Some(Record::Action(read)) = Record::read(line.trim_end().as_bytes()) else {
            panic!("{line}");
        };
        assert_eq!(read.reason.unwrap().chars().count(), LONGEST);
        assert_eq!((read.sizes, read.archive), (one.sizes, one.archive));
        assert!(!Record::may_be_borg(line.as_bytes()));
        let seen = Record::Borg(borg("1.4.0", 7));
        assert!(Record::may_be_borg(seen.line().as_bytes()));
        assert_eq!(Record::read(seen.line().as_bytes()), Some(seen));
    }

    #[test]
    fn a_line_looks_so() {
        insta::assert_snapshot!(Record::Action(action("create", 0)).line(), @r#"{"v":1,"kind":"action","run":"0-1","configuration":"/etc/borgmatic/config.yaml","repository":"/backup/one.borg","label":"one","action":"create","start":"2026-05-04T03:17:00Z","end":"2026-05-04T03:17:05Z","result":"done","code":0}"#);
    }

    #[test]
    fn the_future_is_skipped() {
        let line = Record::Action(action("create", 0)).line();
        let line = line.trim_end();
        let with = |old: &str, new: &str| Record::read(line.replace(old, new).as_bytes());
        assert!(with("\"v\":1", "\"v\":1,\"colour\":[\"red\"]").is_some());
        assert!(with("\"v\":1", "\"v\":2").is_none());
        assert!(with("\"v\":1,", "").is_none());
        assert!(with("\"kind\":\"action\"", "\"kind\":\"dream\"").is_none());
        assert!(with("\"result\":\"done\"", "\"result\":\"odd\"").is_none());
        assert!(Record::read(&line.as_bytes()[..40]).is_none());
        assert!(Record::read(b"\xff\xfe").is_none());
        assert!(Record::read(b"").is_none());
    }

    #[test]
    fn a_changed_program_is_another() {
        let (old, mut new) = (borg("1.4.0", 7), borg("1.4.0", 7));
        new.asked = Timestamp::MAX;
        assert!(old.is_same_file(&new));
        new.file.ctime += 1;
        assert!(!old.is_same_file(&new));
        assert!(!old.is_same_file(&borg("1.4.0", 8)));
    }
}
