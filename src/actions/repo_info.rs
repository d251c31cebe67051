//! `repo-info`: a summary of a repository.

use super::select::Where;
use super::{Action, Answer, Context, Info};
use crate::borg::Borg;
use crate::host::{Command, Failure, Level};
use crate::options;

options! {
    /// Flags of repo-info.
    pub struct Flags {
        /// Print JSON.
        json: bool = "";
        ..at: Where;
    }
}

pub struct RepoInfo;

impl Action for RepoInfo {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "repo-info",
        aliases: &["rinfo"],
        about: "Show a summary of a repository",
    };

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let command = command(context.borg, context.repository.path(), flags.json.is_on());
        if flags.json.is_on() {
            return context.json(&command);
        }
        context.say(Level::Answer, "Displaying a summary of the repository");
        context.borg.run(context.host, &command, Level::Answer)?;
        Ok(Answer::Done)
    }
}

/// Asks borg about a repository; check and repo-create do it too.
pub fn command(borg: &Borg<'_>, repository: &str, json: bool) -> Command {
    let extra = borg.options.extra();
    borg.command(borg.renamed("repo-info", "info"))
        .args(if json { &[] } else { borg.verbose() })
        .args(borg.remote())
        .args(borg.umask())
        .args(borg.lock_wait())
        .arg("--log-json")
        .when(json, ["--json"])
        .args(borg.extra(borg.renamed(&extra.repo_info, &extra.info)))
        .args(borg.at(repository))
        .reads()
}
