//! Programs of the machine that the installer asks and tells: service managers, `crontab`.

use crate::host::{Command, Exit, Failure, Heard, Host, Tail};

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
