//! `repo-delete`: removes a repository with all its archives, or only its cache.

use super::select::{Where, sorted, switch};
use super::{Action, Answer, Context, Info};
use crate::host::{Failure, Level};
use crate::options;

options! {
    /// Flags of repo-delete.
    pub struct Flags {
        /// Show each archive.
        list: bool = "", sets = "list_details";
        /// Do not ask. Twice: even where the repository is damaged.
        force: Vec<bool> = "";
        /// Only remove the cache on this machine.
        cache_only: bool = "";
        /// Keep what this machine knows of the repository, for one that comes back.
        keep_security_info: bool = "";
        ..at: Where;
    }
}

pub struct RepoDelete;

impl Action for RepoDelete {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "repo-delete",
        aliases: &["rdelete"],
        about: "Delete a repository and all in it; borg asks first",
    };
    const TAKES_TURN: bool = true;

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let what = if flags.cache_only.is_on() {
            "Deleting the cache of the repository"
        } else {
            "Deleting the whole repository"
        };
        context.announce(Level::Answer, what);
        // Borg asks on the terminal, unless there is nothing to ask.
        let asks = flags.force.items().is_empty() && !flags.cache_only.is_on();
        let borg = context.borg;
        let extra = borg.options.extra();
        let command = borg
            .command(borg.renamed("repo-delete", "delete"))
            .args(borg.verbose())
            .when(context.dry, ["--dry-run"])
            .args(borg.shared(!asks))
            .when(context.config.output.list_details.is_on(), ["--list"])
            .args(force(flags.force.items()))
            .args(sorted(&[&[
                switch("--cache-only", &flags.cache_only),
                switch("--keep-security-info", &flags.keep_security_info),
            ]]))
            .args(context.extra(borg.renamed(&extra.repo_delete, &extra.delete)))
            .args(borg.at(context.repository.path()))
            .on_terminal_if(asks)
            .reads_if(context.dry);
        borg.run(context.host, &command, Level::Answer)?;
        Ok(Answer::Done)
    }
}

/// Borg knows `--force` and `--force --force`.
pub(super) fn force(given: &[bool]) -> impl Iterator<Item = &'static str> {
    given.iter().take(2).map(|_| "--force")
}
