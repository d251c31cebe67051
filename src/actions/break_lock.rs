//! `break-lock`: removes the locks that a borg left behind.

use super::select::Where;
use super::{Action, Answer, Context, Info};
use crate::host::{Failure, Level};
use crate::options;

options! {
    /// Flags of break-lock.
    pub struct Flags {
        ..at: Where;
    }
}

pub struct BreakLock;

impl Action for BreakLock {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "break-lock",
        aliases: &[],
        about: "Remove the locks that a borg left behind",
    };

    fn run(context: &Context<'_>, _flags: &Flags) -> Result<Answer, Failure> {
        if context.dry {
            context.say(Level::Info, "Not removing locks (dry run)");
            return Ok(Answer::Done);
        }
        context.say(Level::Info, "Removing the locks of repository and cache");
        let borg = context.borg;
        let command = borg
            .command("break-lock")
            .args(borg.shared(true))
            .args(borg.verbose())
            .args(context.extra(&borg.options.extra().break_lock))
            .args(borg.at(context.repository.path()));
        borg.run(context.host, &command, Level::Info)?;
        Ok(Answer::Done)
    }
}
