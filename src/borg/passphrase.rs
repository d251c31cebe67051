//! The passphrase of a repository: written in the configuration, or printed by a command.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::options::BorgOptions;
use crate::host::{Command, Exit, Failure, FailureKind, Heard, Host, Streams};
use crate::option::{Secret, Words};

/// How long a command may take: somebody may have to type something.
const LONGEST: Duration = Duration::from_mins(10);

/// What commands have printed in this run, by their words and where they ran.
#[derive(Default)]
pub(super) struct Printed(Mutex<HashMap<Place, Secret>>);

/// The words of a command, and where it runs.
type Place = (Vec<String>, Option<PathBuf>);

impl Printed {
    /// The configured passphrase, if there is one. A command is asked once a run.
    pub(super) fn find(
        &self,
        host: &Host<'_>,
        options: &BorgOptions,
        cwd: Option<&Path>,
    ) -> Result<Option<Secret>, Failure> {
        if let Some(passphrase) = options.encryption_passphrase.get() {
            return Ok(Some(passphrase.clone()));
        }
        let Some(Words(words)) = options
            .encryption_passcommand
            .get()
            .filter(|words| !words.0.is_empty())
        else {
            return Ok(None);
        };
        let key = (words.clone(), cwd.map(Path::to_path_buf));
        let mut printed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(secret) = printed.get(&key) {
            return Ok(Some(secret.clone()));
        }
        let secret = ask(host, words, cwd)?;
        host.bus.hide(&secret);
        printed.insert(key, secret.clone());
        Ok(Some(secret))
    }
}

fn ask(host: &Host<'_>, words: &[String], cwd: Option<&Path>) -> Result<Secret, Failure> {
    let mut command = Command::new(&words[0])
        .args(&words[1..])
        .reads()
        .within(LONGEST);
    command.cwd = cwd.map(Path::to_path_buf);
    if host.terminal.is_answered() {
        // It may ask for the passphrase of a safe.
        host.bus.flush();
        command.streams = Streams::Answering;
    }
    let (mut out, mut tail) = (Vec::new(), Vec::new());
    let ended = host.processes.run(&command, &mut |heard| match heard {
        // borgmatic 2.1.10: empty lines are no part of it.
        Heard::Out(b"") => {}
        Heard::Out(line) => out.push(line.to_vec()),
        Heard::Err(line) => tail.push(String::from_utf8_lossy(line).into_owned()),
        Heard::Idle(_) => {}
    });
    let failed = |what: String| {
        let words = format!(
            "the command of encryption_passcommand, `{}`, {what}",
            words[0]
        );
        Failure::new("borgmatic::borg::passcommand", words).help(
            "run it by hand, as the user who makes the backup: it has to print the passphrase",
        )
    };
    let exit = match ended {
        // Its words may hold secrets.
        Err(late) if late.is_late() => return Err(failed("did not end in time".into())),
        ended => ended?,
    };
    if exit != Exit::Code(0) {
        let failure = failed(format!("ended with {exit}")).kind(FailureKind::Command(exit));
        return Err(Failure { tail, ..failure });
    }
    // Borg takes it from its environment as text; other bytes would be another passphrase.
    let Ok(secret) = String::from_utf8(out.join(&b'\n')) else {
        return Err(Failure {
            tail,
            ..failed("printed something that is not UTF-8 text".into())
        });
    };
    if secret.is_empty() {
        // Borg would take it for an empty passphrase, and encrypt a new repository with it.
        return Err(Failure {
            tail,
            ..failed("printed nothing".into())
        });
    }
    Ok(Secret::new(secret))
}

#[cfg(test)]
mod tests {
    use super::ask;
    use crate::host::script::{Answer, Stage};

    #[test]
    fn what_is_printed_is_taken_as_it_is_or_refused() {
        let stage = Stage::new("/");
        stage
            .script
            .answer("good", Answer::fine().out("p\u{e4}ss"))
            .answer("lines", Answer::fine().out("\none\n\ntwo \n"))
            .answer("bad", Answer::fine().out(b"p\xe4ss"));
        let host = stage.host();
        let asked = |word: &str| ask(&host, &[word.to_owned()], None);
        assert_eq!(asked("good").unwrap().reveal(), "p\u{e4}ss");
        assert_eq!(asked("lines").unwrap().reveal(), "one\ntwo ");
        let failure = asked("bad").unwrap_err();
        assert!(failure.words.contains("not UTF-8"), "{failure}");
        assert!(failure.tail.is_empty(), "{failure}");
    }
}
