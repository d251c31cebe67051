//! `compact`: frees the space that prune and delete left behind in a repository.

use super::select::Where;
use super::{Action, Answer, Context, Info};
use crate::borg::Feature;
use crate::host::{Failure, Level};
use crate::options;

options! {
    /// Flags of compact.
    pub struct Flags {
        /// Show borg's progress.
        progress: bool = "", sets = "progress";
        /// Remove the small commit files of borg before 1.2.
        cleanup_commits: bool = "";
        /// Rewrite segments of which at least so many percent are unused.
        threshold: u32 = "PERCENT", sets = "compact_threshold";
        ..at: Where;
    }
}

pub struct Compact;

impl Action for Compact {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "compact",
        aliases: &[],
        about: "Free the space of removed archives",
    };
    const TAKES_TURN: bool = true;

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let borg = context.borg;
        if !borg.has(Feature::Compact) {
            context.say(
                Level::Info,
                "Skipping compact: borg frees space by itself before 1.2",
            );
            return Ok(Answer::Done);
        }
        if context.dry && !borg.has(Feature::CompactDryRun) {
            context.say(
                Level::Info,
                "Skipping compact (dry run: borg before 1.2.9 cannot only try it)",
            );
            return Ok(Answer::Done);
        }
        context.announce(Level::Info, "Compacting the repository");
        let progress = context.config.output.progress.is_on();
        let command = borg
            .command("compact")
            .args(borg.shared(context.config.logging.takes_json(progress)))
            .when(progress, ["--progress"])
            .when(flags.cleanup_commits.is_on(), ["--cleanup-commits"])
            .option(
                "--threshold",
                context.config.retention.compact_threshold.get(),
            )
            .args(borg.verbose())
            .when(context.dry, ["--dry-run"])
            .args(context.extra(&borg.options.extra().compact))
            .args(borg.at(context.repository.path()))
            .progress_if(progress)
            .reads_if(context.dry);
        borg.run(context.host, &command, Level::Info)?;
        Ok(Answer::Done)
    }
}
