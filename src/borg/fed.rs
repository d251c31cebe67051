//! Runs a borg together with those that feed it, and judges how all of them ended.

use std::sync::PoisonError;

use super::exit::{self, Meaning};
use super::hear::{FeederEnded, Hear, listen_fed};
use super::made::Made;
use super::progress;
use super::ready::Borg;
use super::run::Strictness;
use crate::host::{Child, Command, Exit, Failure, FailureKind, Feeder, Host, Level, Stopped};

impl Borg<'_> {
    /// Runs a command that is fed. Its lines are said at `level` where they have none of their own;
    /// without a level its standard output is handed back. Ends well only where all did.
    pub fn run_fed(
        &self,
        host: &Host<'_>,
        command: &Command,
        feeders: &[Feeder],
        level: Option<Level>,
    ) -> Result<String, Failure> {
        let mut made = Made::default();
        let told = progress::told(host, command);
        let command = told.as_ref().unwrap_or(command);
        let rules = self.options.borg_exit_codes.items();
        let fails = |exit| exit::judge(exit, rules).0 == Meaning::Error;
        let hear = level.map_or(Hear::Keep, Hear::Say);
        let (ended, reader, fates) = listen_fed(host, command, feeders, &fails, hear, &mut made)?;
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = made;
        let bad = feeders.iter().zip(fates).filter_map(|(feeder, ended)| {
            let stopped_for_another = ended.fate.stopped == Some(Stopped::Other);
            (!ended.fate.is_fine() && !stopped_for_another).then(|| failed(feeder, ended))
        });
        let mut bad = bad.collect::<Vec<_>>().into_iter();
        // A borg that we have ended is not to blame.
        let out = match reader.stopped {
            None => self.judge(host, command, ended, Strictness::Usual),
            Some(_) => Err(bad.next().unwrap_or_else(|| unknown(command, reader.exit))),
        };
        let out = match (out, bad.next()) {
            (Ok(_), Some(failure)) => Err(failure),
            (out, Some(more)) => {
                host.bus.line(Level::Error, &self.scope, &more.words);
                out
            }
            (out, None) => out,
        };
        for more in bad {
            host.bus.line(Level::Error, &self.scope, &more.words);
        }
        out
    }
}

fn failed(feeder: &Feeder, ended: FeederEnded) -> Failure {
    let program = feeder.command.program.to_string_lossy();
    let (what, fate) = (&feeder.what, ended.fate);
    let how = match fate.stopped {
        Some(Stopped::Unread) => {
            "waited for a borg that has ended: what it makes was not read".into()
        }
        Some(Stopped::Late) => "did not end after all was read".into(),
        _ if fate.silent => format!(
            "ended without writing anything to {}, where borg waited for it",
            feeder.fifo.display()
        ),
        _ => format!("ended with {}", fate.exit),
    };
    Failure::new(
        "borgmatic::borg::stream",
        format!("{what} is not whole: {program} {how}"),
    )
    .kind(FailureKind::Command(fate.exit))
    .help("mend what the lines above tell, and run again")
    .of(Child {
        words: feeder.command.words(),
        exit: fate.exit,
        said: ended.said,
        hook: None,
        cause: None,
    })
}

/// For a borg that was ended for nobody's sake.
fn unknown(command: &Command, exit: Exit) -> Failure {
    let words = format!("{} was ended: {exit}", command.program.to_string_lossy());
    Failure::new("borgmatic::borg::stream", words).kind(FailureKind::Command(exit))
}
