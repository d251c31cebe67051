//! What an exit code of borg means. Facts: borgmatic 2.1.10, `runtime.md` section 6; a status of 126
//! or more is an error, on purpose (`docs/differences.md`).

use super::options::{ExitRule, TreatAs};
use crate::host::Exit;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Fine,
    Warning,
    Error,
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judge {
    Borg,
    /// Borg's own view was overruled by ours …
    Default,
    /// … or by the option `borg_exit_codes`.
    User,
}

/// The meaning of an exit, with the user's rules first.
pub fn judge(exit: Exit, rules: &[ExitRule]) -> (Meaning, Judge) {
    let Exit::Code(code) = exit else {
        return (Meaning::Error, Judge::Borg);
    };
    if code == 0 {
        return (Meaning::Fine, Judge::Borg);
    }
    let rule = rules
        .iter()
        .find(|rule| rule.code.get().is_some_and(|own| own.0 == code));
    match rule.and_then(|rule| rule.treat_as.get()) {
        Some(TreatAs::Error) => return (Meaning::Error, Judge::User),
        Some(TreatAs::Warning) => return (Meaning::Warning, Judge::User),
        None => {}
    }
    match code {
        1 => (Meaning::Warning, Judge::Borg),
        101 | 102 | 104..=106 => (Meaning::Error, Judge::Default),
        126 | 127 => (Meaning::Error, Judge::Default),
        100..=125 => (Meaning::Warning, Judge::Borg),
        _ => (Meaning::Error, Judge::Borg),
    }
}

/// There is an archive of that name already.
pub const TAKEN: i32 = 30;

/// No code of its own: a 2, after the system's words.
pub const FULL: &str = "there is no room left for what borg writes";

/// What a person can do about that.
pub fn make_room(repository: &str) -> String {
    let one = crate::option::words::quote(repository);
    format!(
        "make room where the repository is (what prune has let go is freed by: borgmatic compact \
         --repository {one}), or where borg's cache is: ~/.cache/borg"
    )
}

/// What an exit code says, in words. Borg 1.4 docs: return codes, modern.
pub fn name(code: i32) -> Option<&'static str> {
    Some(match code {
        3 => "somebody said no",
        13 => "the repository does not exist",
        15 => "this is not a valid repository",
        26 => "the repository has no manifest",
        TAKEN => "there is an archive of that name already",
        31 => "there is no such archive",
        41..=44 => "the key of the repository is not here, or is another one",
        50 => "there is no passphrase",
        51 => "the passphrase command failed",
        52 => "the passphrase is wrong",
        53 => "the passphrase was wrong too often",
        62 => "the repository was moved, or is not encrypted and not known yet",
        70..=73 => "the repository or the cache is locked by another borg",
        80..=82 => "the connection to the repository was lost",
        100 => "a file changed while it was backed up",
        101 => "an include pattern never matched",
        102 => "a file could not be backed up because of an error",
        103 => "a file changed its type while it was backed up",
        104 => "a file could not be backed up because the system refused it",
        105 => "a file could not be backed up for lack of permission",
        106 => "a file could not be backed up because of an input/output error",
        107 => "a file vanished before it was backed up",
        126 => "that is how a shell says that a program cannot be run",
        127 => "that is how a shell says that a program was not found",
        _ => return None,
    })
}

/// The modern exit code for borg's name of an error: before 1.4, borg ends with 2 for all of them.
/// Borg 1.4 docs: message ids.
pub fn code_of(error: &str) -> Option<i32> {
    Some(match error {
        "Repository.DoesNotExist" => 13,
        "Repository.InvalidRepository" => 15,
        "NoManifestError" => 26,
        "NoPassphraseFailure" => 50,
        "PasscommandFailure" => 51,
        "CancelledByUser" => 3,
        "Archive.AlreadyExists" => TAKEN,
        "Archive.DoesNotExist" => 31,
        "KeyfileMismatchError" => 41,
        "KeyfileNotFoundError" => 42,
        "RepoKeyNotFoundError" => 44,
        "PassphraseWrong" => 52,
        "Cache.RepositoryAccessAborted" => 62,
        "LockTimeout" => 73,
        "ConnectionClosed" => 80,
        "ConnectionClosedWithHint" => 81,
        _ => return None,
    })
}

/// What a person can do about an exit code of a command on this repository. `encryption`: what a new
/// one usually has. Is a passphrase `configured`?
pub fn help(code: i32, repository: &str, encryption: &str, configured: bool) -> Option<String> {
    let one = crate::option::words::quote(repository);
    Some(match code {
        13 => format!(
            "is its disk or share mounted? A new one is made with: \
             borgmatic repo-create --repository {one} --encryption {encryption}"
        ),
        15 => format!(
            "is something else at its path, or did its creation stop half way? Then move it away \
             and make it anew: borgmatic repo-create --encryption {encryption}"
        ),
        // Its archives may all be there but for the list of them: borg rebuilds it.
        26 => format!(
            "did repo-create stop half way? Then it holds nothing: set a passphrase, remove it and make \
             it anew: borgmatic repo-create --repository {one} --encryption {encryption}. If there were \
             backups in it, do not remove it: borgmatic check --repository {one} --repair"
        ),
        TAKEN => format!(
            "choose another name, or delete that archive first: \
             borgmatic repo-list --repository {one} shows all"
        ),
        31 => format!("see what there is: borgmatic repo-list --repository {one}"),
        41..=44 => format!(
            "put the copy of its key back: borgmatic key import --repository {one} --path FILE"
        ),
        50..=53 if configured => {
            "check encryption_passphrase or encryption_passcommand in the configuration".into()
        }
        // One that is typed into a command line stays in the history of the shell.
        50..=53 => "no passphrase is configured here. Give it in the environment, and run this again:\n    \
             read -rs BORG_PASSPHRASE; export BORG_PASSPHRASE\n\
             or as the command that prints it, in BORG_PASSCOMMAND; with a configuration: \
             encryption_passphrase or encryption_passcommand. On a terminal, borg asks"
            .into(),
        62 => "if that is expected, set relocated_repo_access_is_ok or \
               unknown_unencrypted_repo_access_is_ok to true for one run"
            .into(),
        70..=73 => format!(
            "another borg may be at work: wait, or set lock_wait. If none is: \
             borgmatic break-lock --repository {one}"
        ),
        80..=82 => "try the connection by hand: ssh -v USER@HOST".into(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Judge, Meaning, judge};
    use crate::host::Exit;

    #[test]
    fn codes_mean_what_borgmatic_says() {
        let meaning = |code| judge(Exit::Code(code), &[]).0;
        assert_eq!(meaning(0), Meaning::Fine);
        for code in [1, 100, 103, 107, 120] {
            assert_eq!(meaning(code), Meaning::Warning, "{code}");
        }
        for code in [
            2, 13, 75, 99, 101, 102, 104, 105, 106, 126, 127, 128, 137, 143, 255,
        ] {
            assert_eq!(meaning(code), Meaning::Error, "{code}");
        }
        assert_eq!(judge(Exit::Signal(9), &[]).0, Meaning::Error);
        assert_eq!(judge(Exit::Code(105), &[]).1, Judge::Default);
    }
}
