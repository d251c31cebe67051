//! Lines for cron. A schedule becomes lines that fire at its minutes, and one more each hour, which
//! makes up for what was missed while the machine was off. All of them ask the ledger first: whichever
//! comes first after a point of the schedule makes the backup, the others find that it is done. A
//! schedule that comes each hour by itself has nothing to make up for. Facts: crontab(5) of Debian,
//! and busybox's crond. Pure.

mod fields;

use std::path::Path;

pub(super) use fields::either;

use super::job::{self, Job};
use super::recipe::{File, Kind};
use super::spread::number;
use crate::host::Failure;
use crate::option::words::quote;

const SAMPLE: &str = include_str!("../../cron/borgmatic");

/// The name in `cron.d`: Debian's cron reads no name with a dot.
const NAME: &str = "borgmatic";

/// How a cron reads its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `/etc/cron.d`: variables, and the user before the command.
    System,
    /// A user's crontab.
    User,
    /// A crontab of busybox, which takes `%` as it is.
    Busybox,
}

/// The file for `cron.d`.
pub fn file(job: &Job, folder: &Path) -> Result<File, Failure> {
    let settings = SAMPLE.split("\n\n").next().unwrap_or_default();
    let mut text =
        String::from("# Made by: borgmatic self-install --cron. It is made anew by that.\n");
    for line in settings.lines().skip(1) {
        match line.split_once('=') {
            Some(("PATH", _)) => text += &format!("PATH={}\n", job.path(job::PATH)),
            _ => text += &format!("{line}\n"),
        }
    }
    text += &format!("\n{}", lines(job, Form::System)?);
    Ok(File {
        path: folder.join(NAME),
        bytes: text.into_bytes(),
        mode: 0o644,
        kind: Kind::Cron,
    })
}

/// The lines themselves, each with its end.
pub fn lines(job: &Job, form: Form) -> Result<String, Failure> {
    let schedule = job.schedule.to_string();
    let due = ["--if-due", &schedule];
    let is_hourly = job.schedule.is_hourly();
    let command = command(job, form, if is_hourly { &[] } else { &due })?;
    let mut text = format!("# {schedule}\n");
    for fields in fields::all(job)? {
        text += &format!("{fields} {command}\n");
    }
    if !is_hourly {
        let minute = number(&job.machine, "missed", 59);
        text += &format!(
            "# What was missed while the machine was off is made up for.\n{minute} * * * * {command}\n"
        );
    }
    Ok(text)
}

/// What a person should know about these lines, a sentence each.
pub fn notes(is_mac: bool) -> Vec<String> {
    let mac = "macOS gives Full Disk Access to what cron starts only through /usr/sbin/cron, and so \
               to every line of cron: launchd is the better choice: --launchd";
    is_mac.then(|| mac.to_owned()).into_iter().collect()
}

/// The command of a line, with its user where the form has one.
fn command(job: &Job, form: Form, flags: &[&str]) -> Result<String, Failure> {
    let mut words: Vec<String> = job
        .command(&[&["--syslog-verbosity", "1"], flags].concat())
        .iter()
        .map(|word| quote(word))
        .collect();
    if form != Form::System {
        // A variable of a crontab would hold for the lines of others, too.
        let path = quote(&format!("PATH={}", job.path(job::PATH)));
        words.splice(0..0, ["/usr/bin/env".to_owned(), path]);
    }
    let line = words.join(" ");
    if let Some(letter) = line
        .chars()
        .find(|letter| matches!(letter, '\n' | '\r' | '\\'))
    {
        let words = format!("cron cannot run a command with the letter {letter:?}: {line:?}");
        return Err(Failure::new("borgmatic::install::cron", words)
            .help("give the file or directory another name, or use --systemd")
            .status(2));
    }
    let line = match form {
        Form::Busybox => line,
        _ => line.replace('%', "\\%"),
    };
    Ok(match form {
        Form::System => format!("{} {line}", job.account.as_deref().unwrap_or("root")),
        _ => line,
    })
}
