//! `repo-list`: the archives of a repository.

use super::select::{Age, Ends, Match, Order, Prefix, Where, only_one, sorted, switch};
use super::{Action, Answer, Context, Info, list};
use crate::host::{Command, Failure, Level};
use crate::options;
use crate::text::{Node, Problems};

options! {
    /// Flags of repo-list.
    pub struct Flags {
        /// Show names only.
        short: bool = "";
        /// How to show an archive: borg's placeholders.
        format: String = "FORMAT";
        /// Print JSON.
        json: bool = "";
        /// Only archives that were deleted (Borg 2).
        deleted: bool = "";
        ..prefix: Prefix;
        ..matching: Match;
        ..order: Order;
        ..ends: Ends;
        ..age: Age;
        ..at: Where;
    }
}

pub struct RepoList;

impl Action for RepoList {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "repo-list",
        aliases: &["rlist"],
        about: "List the archives of a repository",
    };

    fn rules(_flags: &Flags, node: &Node, out: &mut Problems) {
        only_one(node, &["prefix", "match_archives"], out);
    }

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let by_prefix = flags.prefix.matching(&context.borg.version);
        let matching = by_prefix.unwrap_or_else(|| context.matching());
        let command = command(context, flags, &matching);
        if flags.json.is_on() {
            return context.json(&command);
        }
        context.say(Level::Answer, "Listing the repository");
        let out = context.borg.capture(context.host, &command)?;
        for line in out.lines() {
            context.host.bus.line(Level::Answer, "", line);
        }
        if out.trim().is_empty() {
            if matching.is_empty() {
                list::nothing(context, "There is no archive in it");
            } else {
                none_matches(context);
            }
        }
        Ok(Answer::Done)
    }
}

/// A filter that nobody remembers may hide all archives.
pub(super) fn none_matches(context: &Context<'_>) {
    let words = "No archive matches the filter. All archives: --match-archives '*'";
    context.say(Level::Warning, words);
}

fn command(context: &Context<'_>, flags: &Flags, matching: &[String]) -> Command {
    let borg = context.borg;
    let json = flags.json.is_on();
    let format = flags
        .format
        .text()
        .or_else(|| context.config.output.archive_list_format.text());
    let extra = borg.options.extra();
    borg.command(borg.renamed("repo-list", "list"))
        .args(if json { &[] } else { borg.verbose() })
        .args(borg.shared(true))
        .args(matching)
        .option("--format", format)
        .args(sorted(&[
            &[
                switch("--deleted", &flags.deleted),
                switch("--json", &flags.json),
                switch("--short", &flags.short),
            ],
            &flags.order.flags(),
            &flags.ends.flags(),
            &flags.age.flags(),
        ]))
        .args(context.extra(borg.renamed(&extra.repo_list, &extra.list)))
        .args(borg.at(context.repository.path()))
        .reads()
}
