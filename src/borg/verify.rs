//! Is it a borg that can be used? Asked before a scheduler gets to know it, and by `doctor`: it runs
//! it in an otherwise empty environment.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Feature;
use super::locate::{self, By, Found};
use super::trust;
use super::version::{self, Version};
use crate::host::{Command, Exit, Failure, FailureKind, Heard, Host};

/// The status of an installation that finds no borg to use.
const UNUSABLE: u8 = 5;

/// How long `borg --version` may take: a frozen binary unpacks itself, on a small machine.
const LONGEST: Duration = Duration::from_mins(1);

/// What another program of that name is, mostly.
const WRONG: &str =
    "the package `borg` of PyPI is another program; the backup program is `borgbackup`";

/// A borg that answers.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Absolute, links not resolved.
    pub path: PathBuf,
    pub version: Version,
    /// What is worth to know of it, a sentence each.
    pub notes: Vec<String>,
}

/// Finds a borg and verifies it. `path` is the PATH that it gets; it must name the directories that
/// its scheduler gives it. The files of `host` must be those of the machine that runs it.
pub fn usable(
    host: &Host<'_>,
    local_path: Option<&str>,
    path: &OsStr,
) -> Result<Verified, Failure> {
    locate::find(local_path, host.env, host.files)
        .and_then(|found| verify(host, &found, path))
        .map_err(|failure| failure.status(UNUSABLE))
}

/// Verifies a borg that was found.
pub fn verify(host: &Host<'_>, found: &Found, path: &OsStr) -> Result<Verified, Failure> {
    let program = host.env.cwd.join(&found.path);
    let shown = program.display();
    if host.env.user == 0
        && let Some(stranger) = trust::stranger(&program, host.files)
    {
        let place = stranger.place.display();
        let words = format!("{shown} is not for root to run: {stranger}");
        let help = format!(
            "give it to root: sudo chown root {place} && sudo chmod go-w {place}; or {}",
            found.by.cure(host.files)
        );
        return Err(Failure::new("borgmatic::borg::unsafe", words).help(help));
    }
    let heard = ask(host, &program, path)?;
    let Some(version) = heard.version().filter(|version| version.major() < 100) else {
        return Err(heard.refused(host, &program, found.by));
    };
    locate::new_enough(&version, &program.to_string_lossy())?;
    let mut notes = notes(&version);
    if let Some(group) = trust::group(&program, host.files).filter(|_| host.env.user == 0) {
        notes.push(group.to_string());
    }
    Ok(Verified {
        path: program,
        version,
        notes,
    })
}

/// What its version means.
fn notes(version: &Version) -> Vec<String> {
    let mut notes = Vec::new();
    if version.major() >= 3 {
        notes.push(format!(
            "borg {version} is newer than all that this program knows"
        ));
    } else if *version >= Feature::SeparateRepository.since() {
        if *version < Version::new(2, 0, 0) {
            notes.push(format!(
                "borg {version} is a test version of Borg 2: repositories may become unreadable with the next one"
            ));
        }
        notes.push(
            "Borg 2 cannot read repositories of borg 1; `borgmatic transfer` copies them".into(),
        );
    }
    if *version < Feature::Compact.since() {
        notes.push(format!(
            "borg {version} has no compact: prune frees the space"
        ));
    }
    notes
}

/// What a program said to `--version`.
struct Said {
    out: String,
    err: String,
    exit: Exit,
}

fn ask(host: &Host<'_>, program: &Path, path: &OsStr) -> Result<Said, Failure> {
    let command = Command::new(program)
        .arg("--version")
        .cleared()
        .set("PATH", path)
        .set("LANG", "C.UTF-8")
        .within(LONGEST)
        .reads();
    let (mut out, mut err) = (String::new(), String::new());
    let exit = host.processes.run(&command, &mut |heard| {
        let (text, line) = match heard {
            Heard::Out(line) => (&mut out, line),
            Heard::Err(line) => (&mut err, line),
            Heard::Idle(_) => return,
        };
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    })?;
    Ok(Said { out, err, exit })
}

impl Said {
    fn version(&self) -> Option<Version> {
        let first = self.out.lines().next()?;
        let named = first.split_whitespace().next()?.starts_with("borg");
        let good = named && self.exit == Exit::Code(0);
        good.then(|| Version::from_output(first)).flatten()
    }

    /// Why it is none that can be used.
    fn refused(&self, host: &Host<'_>, program: &Path, by: By) -> Failure {
        let shown = program.display();
        if self.is_another(host, program) {
            let words = format!("{shown} is not the backup program: {WRONG}");
            let help = format!(
                "remove it: pip uninstall borg; install borg: {}",
                locate::install(host.files)
            );
            return Failure::new("borgmatic::borg::wrong-package", words).help(help);
        }
        let words = if self.exit == Exit::Code(0) {
            version::unread(&shown, &self.out)
        } else {
            format!("`{shown} --version` ended with {}", self.exit)
        };
        let mut failure = Failure::new("borgmatic::borg::version", words)
            .kind(FailureKind::Command(self.exit))
            .help(by.cure(host.files));
        failure.tail = self.err.lines().rev().take(5).map(str::to_owned).collect();
        failure.tail.reverse();
        failure
    }

    /// Is it the other package of PyPI, or the right program with that one's module in its place?
    fn is_another(&self, host: &Host<'_>, program: &Path) -> bool {
        let shadowed = ["borg.archiver'", "'main' from 'borg", "condorscript"];
        if shadowed
            .iter()
            .any(|words| self.err.contains(words) || self.out.contains(words))
        {
            return true;
        }
        let real = host
            .files
            .real(program)
            .unwrap_or_else(|| program.to_owned());
        let head = host.files.head(&real, 4096).unwrap_or_default();
        let head = String::from_utf8_lossy(&head);
        let python = head
            .lines()
            .next()
            .is_some_and(|first| first.starts_with("#!") && first.contains("python"));
        python
            && !head.contains("borgbackup")
            && !head.contains("borg.archiver")
            && head.contains("borg")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::script::{Answer, Stage};

    fn stage(answer: Answer) -> (tempfile::TempDir, Stage) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("borg"),
            "#!/usr/bin/python3\nimport borg\n",
        )
        .unwrap();
        let mut stage = Stage::new("/");
        stage.env.user = 1000;
        stage.script.answer("--version", answer);
        (folder, stage)
    }

    fn verified(answer: Answer) -> Result<Verified, Failure> {
        let (folder, stage) = stage(answer);
        let path = folder.path().join("borg");
        let found = Found {
            program: "borg".into(),
            path: path.clone(),
            by: By::Path,
        };
        let verified = verify(&stage.host(), &found, OsStr::new("/usr/bin:/bin"));
        let asked = stage.script.commands();
        assert!(asked[0].cleared && asked[0].limit.is_some());
        assert_eq!(asked[0].program, path);
        verified
    }

    #[test]
    fn good_ones_are_taken_with_notes() {
        let good = verified(Answer::fine().out("borg 1.4.5")).unwrap();
        assert_eq!(good.version, Version::new(1, 4, 5));
        assert_eq!(good.notes, Vec::<String>::new());
        let old = verified(Answer::fine().out("borg 1.1.16")).unwrap();
        assert_eq!(
            old.notes,
            ["borg 1.1.16 has no compact: prune frees the space"]
        );
        let beta = verified(Answer::fine().out("borg2 2.0.0b14")).unwrap();
        assert_eq!(beta.notes.len(), 2);
        assert!(
            beta.notes[0].contains("test version of Borg 2"),
            "{:?}",
            beta.notes
        );
    }

    #[test]
    fn others_are_refused_by_what_they_are() {
        let refused = |answer| verified(answer).unwrap_err();
        let code = |answer| refused(answer).code;
        assert_eq!(
            code(Answer::fine().out("borg 1.0.12")),
            "borgmatic::borg::too-old"
        );
        // The head of the script tells that it is not borgbackup's.
        for answer in [
            Answer::fine().out("borg 2012.4.1"),
            Answer::fine().out("Hello"),
            Answer::exit(1).err("ModuleNotFoundError: No module named 'borg.archiver'"),
        ] {
            assert_eq!(code(answer), "borgmatic::borg::wrong-package");
        }
    }

    #[test]
    fn what_does_not_run_is_told_with_its_last_words() {
        let (folder, stage) =
            stage(Answer::exit(127).err("line 1\nerror while loading shared libraries"));
        let path = folder.path().join("borg");
        std::fs::write(&path, "\x7fELF").unwrap();
        let found = Found {
            program: "borg".into(),
            path,
            by: By::Path,
        };
        let refused = |found: &Found| verify(&stage.host(), found, OsStr::new("/bin")).unwrap_err();
        let failure = refused(&found);
        assert_eq!(failure.code, "borgmatic::borg::version");
        assert!(failure.help.unwrap().starts_with("install borg: "));
        for (by, source) in [(By::Option, "local_path"), (By::Variable, "BORGMATIC_BORG")] {
            let named = Found {
                by,
                ..found.clone()
            };
            assert!(refused(&named).help.unwrap().contains(source));
        }
        assert_eq!(
            failure.tail,
            ["line 1", "error while loading shared libraries"]
        );
    }

    #[test]
    fn root_runs_no_borg_that_another_may_change() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, mut stage) = stage(Answer::fine().out("borg 1.4.5"));
        stage.env.user = 0;
        let path = folder.path().join("borg");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o757)).unwrap();
        let shown = path.to_string_lossy().into_owned();
        let failure = usable(&stage.host(), Some(&shown), OsStr::new("/bin")).unwrap_err();
        assert_eq!(
            (failure.code, failure.status),
            ("borgmatic::borg::unsafe", 5)
        );
        assert_eq!(stage.script.transcript(), "");
    }
}
