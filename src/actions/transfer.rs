//! `transfer`: copies archives from another repository (Borg 2).

use super::select::{Age, Ends, Match, Order, Where, only_one, sorted, switch};
use super::{Action, Answer, Context, Info};
use crate::host::{Failure, Level};
use crate::options;
use crate::text::{Node, Problems};

options! {
    /// Flags of transfer.
    pub struct Flags {
        /// The repository to copy from.
        source_repository: String = "REPOSITORY", required;
        /// The archive: its name there, or latest.
        archive: String = "NAME";
        /// The source repository is one of Borg 1.
        from_borg1: bool = "";
        /// How borg changes what it copies: NoOp or From12To20.
        upgrader: String = "UPGRADER";
        /// Show borg's progress.
        progress: bool = "", sets = "progress";
        ..matching: Match;
        ..order: Order;
        ..ends: Ends;
        ..age: Age;
        ..at: Where;
    }
}

pub struct Transfer;

impl Action for Transfer {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "transfer",
        aliases: &[],
        about: "Copy archives from another repository (Borg 2)",
    };
    const TAKES_TURN: bool = true;

    fn rules(_flags: &Flags, node: &Node, out: &mut Problems) {
        only_one(node, &["archive", "match_archives"], out);
    }

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let borg = context.borg;
        let configured = &context.config.archive.match_archives;
        if flags.archive.text().is_some() && configured.text().is_some() {
            let words = "--archive cannot be used beside the option match_archives";
            return Err(Failure::new("borgmatic::transfer::conflict", words)
                .help("for one archive: --match-archives NAME, without --archive"));
        }
        context.announce(Level::Info, "Copying archives into the repository");
        let mut ends = flags.ends.flags();
        let mut named = flags.archive.text();
        if named == Some("latest") {
            // The last one over there, which only borg can tell.
            (named, ends) = (None, [("--first", None), ("--last", Some("1"))]);
        }
        let rest = sorted(&[
            &[
                switch("--from-borg1", &flags.from_borg1),
                ("--upgrader", flags.upgrader.text()),
            ],
            &flags.order.flags(),
            &ends,
            &flags.age.flags(),
        ]);
        // borgmatic 2.1.10: what the archive name format implies counts only where nothing else chooses.
        let explicit = named.or_else(|| configured.text());
        let counts = explicit.is_some() || rest.is_empty();
        let matching = if counts {
            context.matching_name(explicit)
        } else {
            Vec::new()
        };
        let progress = context.config.output.progress.is_on();
        let command = borg
            .command("transfer")
            .args(borg.verbose())
            .args(borg.shared(context.config.logging.takes_json(progress)))
            .when(progress, ["--progress"])
            .args(matching)
            .args(rest)
            .args(context.extra(&borg.options.extra().transfer))
            .args(borg.at(context.repository.path()))
            .option("--other-repo", flags.source_repository.text())
            .when(context.dry, ["--dry-run"])
            .progress_if(progress)
            .reads_if(context.dry);
        borg.run(context.host, &command, Level::Answer)?;
        Ok(Answer::Done)
    }
}
