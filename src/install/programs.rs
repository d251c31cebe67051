//! Programs of the machine that the installer asks and tells: service managers, `crontab`.

use std::path::PathBuf;

use super::crontab;
use crate::host::{Command, Exit, Failure, FailureKind, Heard, Host, Tail};

/// How the crontabs of this world say that a user has none: Vixie's and cronie, busybox.
const NONE: [&str; 2] = ["no crontab", "No such file or directory"];

/// Does the question end with 0? A program that is not there does not.
pub(super) fn agrees(host: &Host<'_>, question: &Command) -> bool {
    let exit = host.processes.run(question, &mut |_| {});
    matches!(exit, Ok(Exit::Code(0)))
}

/// What a program prints, if it ends with 0.
pub(super) fn says(host: &Host<'_>, question: &Command) -> Option<String> {
    let mut text = String::new();
    let exit = host.processes.run(question, &mut |heard| {
        if let Heard::Out(line) = heard {
            text += &String::from_utf8_lossy(line);
            text.push('\n');
        }
    });
    matches!(exit, Ok(Exit::Code(0))).then_some(text)
}

/// The crontab of this user; empty where there is none. One that cannot be read is not taken for
/// empty: it would be overwritten.
pub(super) fn crontab(host: &Host<'_>) -> Result<String, Failure> {
    let question = Command::new("crontab").arg("-l").set("LC_ALL", "C").reads();
    let (mut bytes, mut tail) = (Vec::new(), Tail::default());
    let exit = host.processes.run(&question, &mut |heard| match heard {
        Heard::Out(line) => {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        Heard::Err(line) => tail.push(&String::from_utf8_lossy(line)),
        Heard::Idle(_) => {}
    });
    let exit = exit.map_err(|failure| match failure.kind {
        FailureKind::Missing => failure.help(
            "cron is not installed: install it (the package is called cron or cronie), or use \
             --systemd",
        ),
        _ => failure,
    })?;
    let said = tail.into_lines();
    let failure = |words: String| Failure::new("borgmatic::install::crontab", words);
    if exit != Exit::Code(0) {
        let has_none = |line: &String| NONE.iter().any(|words| line.contains(words));
        if said.iter().any(has_none) {
            return Ok(String::new());
        }
        let mut failure = failure(format!("`crontab -l` ended with {exit}"))
            .help("may this user have a crontab? Try it: crontab -l; or use --systemd");
        failure.tail = said;
        return Err(failure);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(crontab::listed(&text).to_owned()),
        Err(_) => Err(failure("the crontab of this user is not UTF-8".into())
            .help("correct it by hand, with crontab -e, then run again")
            .status(3)),
    }
}

/// The same, for lines that are wanted no more: with cron, they have gone.
pub(super) fn crontab_left(host: &Host<'_>) -> Result<String, Failure> {
    match crontab(host) {
        Err(failure) if matches!(failure.kind, FailureKind::Missing) => Ok(String::new()),
        read => read,
    }
}

/// Replaces the crontab of this user.
pub(super) fn set_crontab(host: &Host<'_>, text: &str) -> Result<(), Failure> {
    if text.is_empty() {
        return tell(host, &Command::new("crontab").arg("-r"));
    }
    let folder = PathBuf::from(host.env.text("TMPDIR").unwrap_or("/tmp"));
    let file = host.files.scratch_file(&folder, text.as_bytes())?;
    let done = tell(host, &Command::new("crontab").arg(&file));
    host.files.forget(&file);
    done?;
    if crontab::lines(&crontab(host)?) == crontab::lines(text) {
        return Ok(());
    }
    let words = "`crontab` took our lines, and has others now";
    Err(Failure::new("borgmatic::install::crontab", words).help("see: crontab -l"))
}

/// Has a program do something.
pub(super) fn tell(host: &Host<'_>, command: &Command) -> Result<(), Failure> {
    let mut tail = Tail::default();
    let exit = host.processes.run(command, &mut |heard| {
        if let Heard::Out(line) | Heard::Err(line) = heard {
            tail.push(&String::from_utf8_lossy(line));
        }
    })?;
    if exit == Exit::Code(0) {
        return Ok(());
    }
    let words = format!("`{command}` ended with {exit}");
    let mut failure = Failure::new("borgmatic::install::program", words);
    failure.tail = tail.into_lines();
    Err(failure)
}
