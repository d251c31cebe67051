//! `info`: a summary of archives.

use super::select::{Age, Ends, Match, Order, Prefix, Where, only_one, sorted, switch};
use super::{Action, Answer, Context, Info, repo_list};
use crate::borg::archive;
use crate::host::{Command, Failure, Level};
use crate::options;
use crate::text::{Node, Problems};

options! {
    /// Flags of info.
    pub struct Flags {
        /// The archive: its name, or latest.
        archive: String = "NAME";
        /// Print JSON.
        json: bool = "";
        ..prefix: Prefix;
        ..matching: Match;
        ..order: Order;
        ..ends: Ends;
        ..age: Age;
        ..at: Where;
    }
}

pub struct InfoAction;

impl Action for InfoAction {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "info",
        aliases: &["-i", "--info"],
        about: "Show a summary of archives",
    };

    fn rules(_flags: &Flags, node: &Node, out: &mut Problems) {
        only_one(node, &["archive", "prefix", "match_archives"], out);
    }

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let json = flags.json.is_on();
        if !json {
            context.say(Level::Answer, "Displaying a summary of archives");
        }
        let matching = match flags.archive.text() {
            Some(name) => context.matching_name(Some(&context.archive_name(name)?)),
            None => flags
                .prefix
                .matching(&context.borg.version)
                .unwrap_or_else(|| context.matching()),
        };
        let command = command(context, flags, &matching);
        if json {
            return context.json(&command);
        }
        let told = context.borg.tells(context.host, &command, Level::Answer)?;
        if !told && !matching.is_empty() {
            repo_list::none_matches(context);
        }
        Ok(Answer::Done)
    }
}

fn command(context: &Context<'_>, flags: &Flags, matching: &[String]) -> Command {
    let borg = context.borg;
    let json = flags.json.is_on();
    // Without a filter, Borg 1 answers about the repository, not about its archives.
    let every = archive::every(&borg.version);
    borg.command("info")
        .args(if json { &[] } else { borg.verbose() })
        .args(borg.shared(true))
        .args(matching)
        .when(json && matching.is_empty(), every)
        .args(sorted(&[
            &[switch("--json", &flags.json)],
            &flags.order.flags(),
            &flags.ends.flags(),
            &flags.age.flags(),
        ]))
        .args(context.extra(&borg.options.extra().info))
        .args(borg.at(context.repository.path()))
        .reads()
}
