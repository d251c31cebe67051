//! `borg`: any borg command, with the surroundings of a repository.

use super::select::Where;
use super::{Action, Answer, Context, Info};
use crate::host::{Failure, Level};
use crate::options;

/// The commands of borg 1.4 and 2.
const COMMANDS: &[&str] = &[
    "break-lock",
    "check",
    "compact",
    "config",
    "create",
    "debug",
    "delete",
    "diff",
    "export-tar",
    "extract",
    "import-tar",
    "info",
    "key",
    "list",
    "mount",
    "prune",
    "recreate",
    "rename",
    "repo-info",
    "repo-list",
    "serve",
    "transfer",
    "umount",
    "upgrade",
    "with-lock",
];

options! {
    /// Flags of borg.
    pub struct Flags {
        /// The archive that $ARCHIVE names: its name, or latest.
        archive: String = "NAME";
        /// What to run: everything after the word borg.
        options: Vec<String> = "COMMAND…", no_flag, suggests = COMMANDS;
        ..at: Where;
    }
}

pub struct BorgAction;

impl Action for BorgAction {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "borg",
        aliases: &[],
        about: "Run any borg command: borgmatic borg COMMAND …",
    };

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        context.say(Level::Info, "Running a borg command");
        let borg = context.borg;
        let archive = match flags.archive.text() {
            Some(name) => context.archive_name(name)?,
            None => String::new(),
        };
        let words = flags.options.items();
        let words = if words.first().is_some_and(|word| word == "--") {
            &words[1..]
        } else {
            words
        };
        if words.is_empty() {
            return Err(
                Failure::new("borgmatic::borg::no-command", "which borg command?")
                    .help("for example: borgmatic borg list, or borgmatic borg debug info"),
            );
        }
        let count = match words.first().map(String::as_str) {
            Some("key" | "debug") => 2,
            Some(_) => 1,
            None => 0,
        };
        let (verb, rest) = words.split_at(count.min(words.len()));
        if let Some(native) = verb
            .first()
            .filter(|verb| *verb != "borg" && super::named(verb).is_some())
        {
            context.say(
                Level::Warning,
                &format!("borgmatic has {native} of its own: borgmatic {native}"),
            );
        }
        let command = borg
            .command(&verb[0])
            .args(&verb[1..])
            .args(borg.verbose())
            .args(borg.remote())
            .args(borg.lock_wait())
            .args(rest)
            .set("BORG_REPO", context.repository.path())
            .set("ARCHIVE", archive)
            .on_terminal();
        borg.run(context.host, &command, Level::Answer)?;
        Ok(Answer::Done)
    }
}
