//! `prune`: removes the archives that no retention rule keeps.

use super::select::{Match, Where};
use super::{Action, Answer, Context, Info};
use crate::borg::{Borg, Feature};
use crate::config::groups::{Retention, Statistics};
use crate::host::{Command, Failure, Level};
use crate::options;

options! {
    /// Flags of prune.
    pub struct Flags {
        /// Show statistics.
        stats: bool = "", sets = "statistics", sets_to = "standard";
        /// Show statistics that take less time.
        quick_stats: bool = "", sets = "statistics", sets_to = "quick";
        /// Show each archive that is kept or removed.
        list: bool = "", sets = "list_details";
        /// Keep or remove as if it were this time (Borg 2).
        from: String = "TIME";
        ..matching: Match;
        ..at: Where;
    }
}

pub struct Prune;

impl Action for Prune {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "prune",
        aliases: &["-p", "--prune"],
        about: "Remove archives that no keep_… option keeps",
    };
    const TAKES_TURN: bool = true;

    fn rules(_flags: &Flags, node: &crate::text::Node, out: &mut crate::text::Problems) {
        super::select::only_one(node, &["stats", "quick_stats"], out);
    }

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        context.announce(Level::Info, "Removing old archives");
        let output = &context.config.output;
        let wants = Wants {
            from: flags.from.text(),
            statistics: output.statistics.or(Statistics::None),
            list: output.list_details.is_on(),
        };
        let prefix = context.config.retention.prefix.text();
        let matching = match prefix {
            Some(prefix) => crate::borg::archive::with_prefix(prefix, &context.borg.version),
            None => context.matching(),
        };
        let command = command(
            context.borg,
            &context.config.retention,
            &matching,
            wants,
            context.dry,
        )
        .args(context.extra(&context.borg.options.extra().prune))
        .args(context.borg.at(context.repository.path()));
        let level = if wants.list || wants.statistics != Statistics::None {
            Level::Answer
        } else {
            Level::Info
        };
        let keeps = !context.config.retention.limits().is_empty();
        match context.borg.run(context.host, &command, level) {
            Err(failure) if !keeps && failure.help.is_none() => Err(failure.help(KEEPS_NOTHING)),
            ended => ended.map(|()| Answer::Done),
        }
    }
}

/// borg wants one limit at least.
const KEEPS_NOTHING: &str = "say how many archives to keep, for example keep_daily: 7; \
     to keep all of them, write skip_actions: [prune]";

/// What the user wants to see, and as of when.
#[derive(Clone, Copy)]
struct Wants<'a> {
    from: Option<&'a str>,
    statistics: Statistics,
    list: bool,
}

fn command(
    borg: &Borg<'_>,
    keep: &Retention,
    matching: &[String],
    wants: Wants<'_>,
    dry: bool,
) -> Command {
    let mut command = borg.command("prune");
    for (flag, value) in keep.limits() {
        command = command.arg(flag).arg(value);
    }
    let counts = !dry && !borg.has(Feature::NoPruneStats);
    command
        .args(matching)
        .arg("--log-json")
        .args(borg.remote())
        .args(borg.umask())
        .args(borg.lock_wait())
        .when(counts, wants.statistics.flag())
        .args(borg.info())
        .option("--from", wants.from)
        .when(wants.list, ["--list"])
        .when(borg.is_debugging(), ["--debug", "--show-rc"])
        .when(dry, ["--dry-run"])
        .reads_if(dry)
}
