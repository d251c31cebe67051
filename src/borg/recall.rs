//! What an earlier run learned about a borg: its version, and whether it stores what borgmatic puts
//! into each archive. Starting a borg takes longer than all else that we do before a backup.
//!
//! It counts while the program is the same file, for seven days, and not after a borg failed.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::version::Version;
use crate::host::{Host, Level};
use crate::ledger::{BorgSeen, Ledger, Record};

/// So long it counts.
const DAYS: i64 = 7;

/// What borg told about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) version: Version,
    /// Has a dry run shown that it stores the runtime directory?
    pub(super) proven: bool,
}

/// The place in the ledger where a program is remembered.
pub(super) struct Memory {
    ledger: Ledger,
    seen: BorgSeen,
}

impl Memory {
    /// `None` for a program that may start another one, of which its file tells nothing.
    pub(super) fn of(host: &Host<'_>, state: &Path, program: &Path) -> Option<Self> {
        let other_python = ["PYTHONPATH", "PYTHONHOME"];
        if other_python.iter().any(|name| host.env.get(name).is_some()) {
            return None;
        }
        let real = host.files.real(program)?;
        let name = real.file_name()?.to_str()?;
        if !name.starts_with("borg") || !is_itself(&host.files.head(&real, 200).ok()?) {
            return None;
        }
        let seen = BorgSeen {
            path: program.to_str()?.to_owned(),
            file: host.files.identity(&real)?,
            real: real.to_str()?.to_owned(),
            version: String::new(),
            asked: host.clock.now().timestamp(),
            proven: false,
        };
        Some(Self {
            ledger: Ledger::new(state),
            seen,
        })
    }

    /// What is known of it.
    pub(super) fn recall(&self, host: &Host<'_>) -> Option<Told> {
        let known = self
            .ledger
            .borg(host.files, Path::new(&self.seen.path))
            .filter(|known| {
                known.is_same_file(&self.seen) && is_fresh(known.asked, self.seen.asked)
            })?;
        let version = Version::parse(&known.version)?;
        Some(Told {
            version,
            proven: known.proven,
        })
    }

    /// Remembers it.
    pub(super) fn keep(&self, host: &Host<'_>, told: &Told) {
        self.write(host, told.version.to_string(), told.proven);
    }

    /// Something went wrong: the next run asks again.
    pub(super) fn forget(&self, host: &Host<'_>) {
        self.write(host, String::new(), false);
    }

    fn write(&self, host: &Host<'_>, version: String, proven: bool) {
        let record = Record::Borg(BorgSeen {
            version,
            proven,
            ..self.seen.clone()
        });
        if let Err(failure) = self.ledger.append(host, &[record]) {
            let words = format!("The version of borg is not remembered: {}", failure.words);
            host.bus.line(Level::Debug, "", &words);
        }
    }
}

/// A binary, or a script that Python reads. A script of the shell may start any other borg.
fn is_itself(head: &[u8]) -> bool {
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or(head);
    let python = first.starts_with(b"#!") && first.windows(6).any(|part| part == b"python");
    head.starts_with(b"\x7fELF") || python
}

fn is_fresh(asked: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(asked);
    !age.is_negative() && age < SignedDuration::from_hours(24 * DAYS)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::script::Stage;

    const PROGRAM: &str = "/usr/bin/borg";

    fn stage(program: &str) -> (tempfile::TempDir, Stage) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("usr/bin")).unwrap();
        std::fs::write(folder.path().join("usr/bin/borg"), program).unwrap();
        let stage = Stage::new(folder.path());
        (folder, stage)
    }

    fn memory(stage: &Stage) -> Option<Memory> {
        Memory::of(&stage.host(), Path::new("/state"), Path::new(PROGRAM))
    }

    fn told() -> Told {
        Told {
            version: Version::new(1, 4, 5),
            proven: true,
        }
    }

    #[test]
    fn what_is_kept_is_recalled_until_a_borg_fails() {
        let (_folder, stage) = stage("#!/usr/bin/python3 -I\n");
        let host = stage.host();
        let memory = || memory(&stage).unwrap();
        assert_eq!(memory().recall(&host), None);
        memory().keep(&host, &told());
        assert_eq!(memory().recall(&host), Some(told()));
        memory().forget(&host);
        assert_eq!(memory().recall(&host), None);
    }

    #[test]
    fn another_file_is_another_borg() {
        let (folder, stage) = stage("\x7fELF 1");
        let host = stage.host();
        memory(&stage).unwrap().keep(&host, &told());
        std::fs::write(folder.path().join("usr/bin/borg"), "\x7fELF 12").unwrap();
        assert_eq!(memory(&stage).unwrap().recall(&host), None);
    }

    #[test]
    fn programs_that_may_start_others_are_asked_each_time() {
        for program in ["#!/bin/sh\nexec python3 -m borg", "", "python"] {
            assert!(memory(&stage(program).1).is_none(), "{program}");
        }
        let (_folder, mut stage) = stage("\x7fELF");
        assert!(memory(&stage).is_some());
        let variables = &mut stage.env.variables;
        variables.insert("PYTHONPATH".into(), "/home/me/borg".into());
        assert!(memory(&stage).is_none());
    }

    #[test]
    fn a_week_is_long_enough() {
        let asked = Timestamp::from_second(1_000_000).unwrap();
        let after = |hours| asked + SignedDuration::from_hours(hours);
        assert!(is_fresh(asked, after(0)));
        assert!(is_fresh(asked, after(7 * 24 - 1)));
        assert!(!is_fresh(asked, after(7 * 24)));
        assert!(!is_fresh(asked, after(-1)));
    }
}
