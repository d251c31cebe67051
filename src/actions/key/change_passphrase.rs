//! `key change-passphrase`: borg asks for the old one and for the new one.

use crate::actions::select::Where;
use crate::actions::{Action, Answer, Context, Info};
use crate::host::{Failure, Level};
use crate::options;

options! {
    /// Flags of key change-passphrase.
    pub struct Flags {
        ..at: Where;
    }
}

pub struct ChangePassphrase;

impl Action for ChangePassphrase {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "key change-passphrase",
        aliases: &[],
        about: "Change the passphrase of a repository's key",
    };

    fn run(context: &Context<'_>, _flags: &Flags) -> Result<Answer, Failure> {
        if context.dry {
            context.say(Level::Info, "Not changing the passphrase (dry run)");
            return Ok(Answer::Done);
        }
        context.say(Level::Info, "Changing the passphrase of the repository");
        let borg = context.borg;
        // Borg asks for a new passphrase only where it has to ask for the old one, too.
        let command = borg
            .asking("key")
            .arg("change-passphrase")
            .args(borg.shared(false))
            .args(borg.verbose())
            .args(context.extra(&borg.options.extra().key_change_passphrase))
            .args(borg.at(context.repository.path()))
            .on_terminal();
        borg.run(context.host, &command, Level::Answer)?;
        let words = format!(
            "Where the old passphrase is written, write the new one: encryption_passphrase in {}, \
             or what encryption_passcommand reads, and your own copy of it",
            context.file.display()
        );
        context.say(Level::Answer, &words);
        Ok(Answer::Done)
    }
}
