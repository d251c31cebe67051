//! The service: one run, as it is started.

use std::path::Path;

use super::text::{Text, word};
use super::{SERVICE, sandbox};
use crate::host::Failure;
use crate::install::job::{self, Job, Reach};

const SAMPLE: &str = include_str!("../../../systemd/strict/borgmatic.service");

pub(super) fn text(job: &Job) -> Result<String, Failure> {
    let mut text = Text::of(SAMPLE);
    text.head(&head(job, SERVICE));
    starts(&job.program)?;
    text.set(
        "ExecStart",
        &command_line(&job.command(&["--verbosity", "1"])),
    );
    let kept = super::kept(job);
    if !kept.is_empty() {
        let paths = kept.iter().map(|path| path.to_string_lossy().into_owned());
        let made = ["/bin/mkdir", "-p"].map(str::to_owned).into_iter();
        let made = command_line(&made.chain(paths).collect::<Vec<_>>());
        let why =
            "# Outside the sandbox, which opens only what is there; somebody may have removed it.";
        text.before("ExecStart", &[why, &format!("ExecStartPre=-+{made}")]);
    }
    text.set(
        "Environment",
        &word(&format!("PATH={}", job.path(job::PATH))),
    );
    if sandbox::network(job).is_empty() || job.reach == Reach::User {
        // A manager of a user knows no such target.
        text.remove("Wants");
        text.remove("After");
    }
    if job.reach == Reach::System {
        for need in &job.needs.credentials {
            let (name, file) = (&need.what.name, need.what.file.display());
            let value = word(&format!("{name}:{file}"));
            text.add(
                "Environment",
                "LoadCredentialEncrypted",
                &value,
                &[&need.why],
            );
        }
    }
    sandbox::open(&mut text, job);
    text.checked()
}

/// The sample that works with most configurations, for those who copy it, and for packages.
pub fn sample() -> String {
    let mut text = Text::of(SAMPLE);
    text.head(
        "# One backup run. Hooks may run programs of their own; for a unit that fits a configuration, run:\n\
         #   borgmatic self-install --systemd\n\
         # Or copy this file and borgmatic.timer to /etc/systemd/system/, then:\n\
         #   systemctl daemon-reload && systemctl enable --now borgmatic.timer",
    );
    sandbox::widest(&mut text);
    text.into_string()
}

/// Who made a unit, and how to change it.
pub(super) fn head(job: &Job, name: &str) -> String {
    let (scope, user) = match job.reach {
        Reach::System => ("", ""),
        Reach::User => (" --user", " --user"),
    };
    format!(
        "# Made by: borgmatic self-install --systemd{user}\n\
         # It is made anew by that. Changes of your own are kept in: systemctl{scope} edit {name}"
    )
}

/// Refuses a program that systemd starts under no spelling: a path with quotes or a backslash is not
/// safe for it (`config_parse_exec` of its source).
fn starts(program: &Path) -> Result<(), Failure> {
    if !program.to_string_lossy().contains(['"', '\'', '\\']) {
        return Ok(());
    }
    let shown = program.display();
    let words = format!("systemd starts no program whose path has a quote or a backslash: {shown}");
    Err(Failure::new("borgmatic::install::unit", words)
        .help("put it into another directory: --bin-dir DIR")
        .status(2))
}

/// A command line, in which `$` starts a variable; only in its first word, which is the path of a
/// program, it does not. systemd.service(5), «Command lines».
fn command_line(words: &[String]) -> String {
    let plain = words.iter().take(1).map(|program| word(program));
    let others = words.iter().skip(1);
    let others = others.map(|text| word(&text.replace('$', "$$")));
    plain.chain(others).collect::<Vec<_>>().join(" ")
}
