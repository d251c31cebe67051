//! A borg from the web (`--with-borg`): fetched only where the hash is given that it must have, and
//! taken only if it runs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::recipe::{File, Kind};
use crate::borg::locate::{By, Found};
use crate::borg::verify;
use crate::config::directories::hashed;
use crate::host::{Failure, FailureKind, Files, Host};

/// The largest program that is fetched, in bytes.
const LARGEST: u64 = 256 << 20;

/// A borg that is wanted.
pub(super) struct Wanted<'a> {
    pub(super) url: &'a str,
    /// SHA-256.
    pub(super) hash: &'a str,
    /// Where it goes.
    pub(super) place: PathBuf,
    /// Those that hold the place: below `--root`.
    pub(super) files: &'a Files,
    /// Is it run before it is taken? A dry run does not.
    pub(super) tries: bool,
    /// Where it may be run, too, if programs for a short time may not (`noexec`).
    pub(super) beside: Option<&'a Path>,
}

/// The file to install. What stands in its place with the same hash is not fetched again.
pub(super) fn borg(host: &Host<'_>, wanted: &Wanted<'_>) -> Result<File, Failure> {
    let Wanted { url, hash, .. } = wanted;
    let hash = hash.trim().to_ascii_lowercase();
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let words = "--borg-sha256 needs the 64 digits of a SHA-256";
        return Err(super::flags::usage(words, "they stand beside the download"));
    }
    let file = |bytes| File {
        path: wanted.place.clone(),
        bytes,
        mode: 0o755,
        kind: Kind::Program,
    };
    let there = wanted
        .files
        .read(&wanted.place, LARGEST)
        .unwrap_or_default();
    if hashed(&there) == hash {
        return Ok(file(there));
    }
    let bytes = host.fetch.get(url, LARGEST).map_err(unusable)?;
    let found = hashed(&bytes);
    if found != hash {
        let words =
            format!("what {url} leads to is not what was asked for: its SHA-256 is {found}");
        let help =
            "nothing was installed; check the address and the hash with those who publish it";
        return Err(unusable(
            Failure::new("borgmatic::install::hash", words).help(help),
        ));
    }
    if wanted.tries {
        try_out(host, &bytes, wanted.beside).map_err(unusable)?;
    }
    Ok(file(bytes))
}

fn unusable(failure: Failure) -> Failure {
    failure.status(5)
}

/// Runs it where nobody else can reach it.
fn try_out(host: &Host<'_>, bytes: &[u8], beside: Option<&Path>) -> Result<(), Failure> {
    let usual = Path::new(host.env.text("TMPDIR").unwrap_or("/tmp"));
    let first = try_in(host, bytes, usual);
    match (&first, beside.filter(|beside| host.files.is_dir(beside))) {
        (Err(failure), Some(beside)) if matches!(failure.kind, FailureKind::Missing) => {
            try_in(host, bytes, beside)
        }
        _ => first,
    }
}

fn try_in(host: &Host<'_>, bytes: &[u8], parent: &Path) -> Result<(), Failure> {
    let folder = host.files.scratch(parent, ".borgmatic-borg-")?;
    let path = folder.join("borg");
    let verified = host.files.write_whole(&path, bytes, 0o700).and_then(|()| {
        let found = Found {
            program: "borg".into(),
            path: path.clone(),
            by: By::Usual,
        };
        verify::verify(host, &found, OsStr::new("/usr/bin:/bin"))
    });
    // What stays is in a private directory.
    host.files.remove_tree(&folder).ok();
    verified.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::script::{Answer, Stage};

    const PLACE: &str = "/usr/local/bin/borg";
    const URL: &str = "https://example.org/borg";

    fn stage(answer: Answer) -> (tempfile::TempDir, Stage) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("tmp")).unwrap();
        std::fs::create_dir_all(folder.path().join("usr/local/bin")).unwrap();
        let mut stage = Stage::new(folder.path());
        stage.env.user = 1000;
        stage.web.serve(URL, "\x7fELF borg");
        stage.script.answer("--version", answer);
        (folder, stage)
    }

    fn fetched(stage: &Stage, hash: &str, tries: bool) -> Result<File, Failure> {
        let wanted = Wanted {
            url: URL,
            hash,
            place: PLACE.into(),
            files: &stage.files,
            tries,
            beside: Some(Path::new("/usr/local/bin")),
        };
        borg(&stage.host(), &wanted)
    }

    #[test]
    fn only_a_borg_with_the_right_hash_that_runs_is_taken() {
        let hash = hashed(b"\x7fELF borg");
        let (folder, stage) = stage(Answer::fine().out("borg 1.4.5"));
        let file = fetched(&stage, &hash.to_uppercase(), true).unwrap();
        assert_eq!((file.path, file.mode), (PathBuf::from(PLACE), 0o755));
        assert_eq!(stage.files.names(Path::new("/tmp")).unwrap().len(), 0);
        let wrong = fetched(&stage, &"0".repeat(64), true).unwrap_err();
        assert_eq!((wrong.code, wrong.status), ("borgmatic::install::hash", 5));
        assert_eq!(fetched(&stage, "12", true).unwrap_err().status, 2);
        // What is there already is not fetched again.
        std::fs::write(folder.path().join("usr/local/bin/borg"), "\x7fELF borg").unwrap();
        let asked = stage.web.asked().len();
        fetched(&stage, &hash, true).unwrap();
        assert_eq!(stage.web.asked().len(), asked);
    }

    #[test]
    fn one_that_does_not_run_is_refused_and_a_dry_run_starts_nothing() {
        let hash = hashed(b"\x7fELF borg");
        let (_folder, stage) = stage(Answer::exit(127).err("loader is missing"));
        let refused = fetched(&stage, &hash, true).unwrap_err();
        assert_eq!(
            (refused.code, refused.status),
            ("borgmatic::borg::version", 5)
        );
        let asked = stage.script.commands().len();
        fetched(&stage, &hash, false).unwrap();
        assert_eq!(stage.script.commands().len(), asked);
    }

    /// `/tmp` is mounted noexec on many servers.
    #[test]
    fn where_short_lived_programs_may_not_run_it_is_tried_in_its_place() {
        let hash = hashed(b"\x7fELF borg");
        let (_folder, stage) = stage(Answer::missing().once());
        stage
            .script
            .answer("--version", Answer::fine().out("borg 1.4.5"));
        fetched(&stage, &hash, true).unwrap();
        let asked = stage.script.commands();
        let last = asked.last().unwrap().program.to_string_lossy().into_owned();
        assert!(last.starts_with("/usr/local/bin/."), "{last}");
        for folder in ["/tmp", "/usr/local/bin"] {
            assert!(stage.files.names(Path::new(folder)).unwrap().is_empty());
        }
    }
}
