//! The service: one run, as it is started.

use super::text::{Text, word};
use super::{SERVICE, sandbox};
use crate::host::Failure;
use crate::install::job::{self, Job, Reach};

const SAMPLE: &str = include_str!("../../../systemd/strict/borgmatic.service");

pub(super) fn text(job: &Job) -> Result<String, Failure> {
    let mut text = Text::of(SAMPLE);
    text.head(&head(job, SERVICE));
    let command: Vec<String> = job
        .command(&["--verbosity", "1"])
        .iter()
        .map(|word| command_word(word))
        .collect();
    text.set("ExecStart", &command.join(" "));
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

/// A word of a command line, in which `$` starts a variable. systemd.service(5), «Command lines».
fn command_word(text: &str) -> String {
    word(&text.replace('$', "$$"))
}
