//! `delete`: removes archives. Without any choice of archives it removes the whole repository.

use super::select::{Age, Ends, Match, Order, Where, only_one, sorted, switch};
use super::{Action, Answer, Context, Info, repo_delete};
use crate::borg::pattern::is_glob;
use crate::borg::{Feature, archive};
use crate::config::groups::Statistics;
use crate::host::{Failure, Level};
use crate::options;
use crate::text::{Node, Problem, Problems};

options! {
    /// Flags of delete.
    pub struct Flags {
        /// The archive: its name, or latest.
        archive: String = "NAME";
        /// Show each archive.
        list: bool = "", sets = "list_details";
        /// Show statistics.
        stats: bool = "", sets = "statistics", sets_to = "standard";
        /// Only remove the cache on this machine.
        cache_only: bool = "";
        /// Delete archives that are damaged; without a choice of archives, do not ask. Twice: even more so.
        force: Vec<bool> = "";
        /// Keep what this machine knows of the repository.
        keep_security_info: bool = "";
        /// Work slower, in less space (Borg 1).
        save_space: bool = "";
        /// Seconds between two checkpoints.
        checkpoint_interval: u32 = "SECONDS", sets = "checkpoint_interval";
        ..matching: Match;
        ..order: Order;
        ..ends: Ends;
        ..age: Age;
        ..at: Where;
    }
}

pub struct Delete;

impl Action for Delete {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "delete",
        aliases: &[],
        about: "Delete archives; without a choice, the repository",
    };
    const TAKES_TURN: bool = true;

    fn rules(_flags: &Flags, node: &Node, out: &mut Problems) {
        only_one(node, &["archive", "match_archives"], out);
        not_empty(node, out);
    }

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let chooses = !chosen(flags).is_empty();
        let Some(which) = which(context, flags)?.or_else(|| chooses.then(Vec::new)) else {
            return whole(context, flags);
        };
        context.announce(Level::Answer, "Deleting archives");
        let (borg, output) = (context.borg, &context.config.output);
        let interval = flags.checkpoint_interval.get().filter(|count| **count > 0);
        let interval = interval.map(u32::to_string);
        let command = borg
            .command("delete")
            .args(borg.verbose())
            .when(context.dry, ["--dry-run"])
            .args(borg.shared(true))
            .when(output.list_details.is_on(), ["--list"])
            .args(repo_delete::force(flags.force.items()))
            .args(which)
            .when(
                output.statistics.get() == Some(&Statistics::Standard)
                    && !borg.has(Feature::NoPruneStats),
                ["--stats"],
            )
            .args(sorted(&[
                &[
                    switch("--cache-only", &flags.cache_only),
                    ("--checkpoint-interval", interval.as_deref()),
                    switch("--keep-security-info", &flags.keep_security_info),
                    switch("--save-space", &flags.save_space),
                ],
                &flags.order.flags(),
                &flags.ends.flags(),
                &flags.age.flags(),
            ]))
            .args(context.extra(&borg.options.extra().delete))
            .args(borg.at(context.repository.path()))
            .reads_if(context.dry);
        borg.run(context.host, &command, Level::Answer)?;
        Ok(Answer::Done)
    }
}

/// Flags that choose among archives, in whatever way.
const CHOICES: [&str; 8] = [
    "archive",
    "match_archives",
    "first",
    "last",
    "oldest",
    "newest",
    "older",
    "newer",
];

/// `--archive "$NAME"` with an empty NAME is no wish to delete the repository.
fn not_empty(node: &Node, out: &mut Problems) {
    for name in CHOICES {
        if let Some(value) = node.get(name).filter(|value| value.as_text() == Some("")) {
            let words = format!("--{} is empty", crate::option::flags::written(name));
            out.add(
                Problem::new("borgmatic::delete::empty", words)
                    .on(value, "names no archive")
                    .help("write which archives to delete; the whole repository: borgmatic repo-delete"),
            );
        }
    }
}

/// Numbers and ages of archives that were given.
fn chosen(flags: &Flags) -> Vec<String> {
    sorted(&[&flags.ends.flags(), &flags.age.flags()])
}

/// The flags for the archives that were named, if any were. The configuration's own choice does not
/// count here: who deletes has to say what. borgmatic 2.1.10: the same.
fn which(context: &Context<'_>, flags: &Flags) -> Result<Option<Vec<String>>, Failure> {
    let version = &context.borg.version;
    if let Some(pattern) = flags.matching.match_archives.text() {
        // Without a flag, borg would delete the repository itself.
        return Ok(Some(if archive::is_all(pattern) {
            archive::every(version)
        } else {
            archive::named(pattern, version)
        }));
    }
    let Some(name) = flags.archive.text() else {
        return Ok(None);
    };
    if is_glob(name) || ["sh:", "re:"].iter().any(|style| name.starts_with(style)) {
        let words = format!("--archive names one archive, and `{name}` is a pattern");
        return Err(Failure::new("borgmatic::delete::pattern", words).help(format!(
            "to delete all archives that match: --match-archives {}; which those are: borgmatic repo-list with the same flag",
            crate::option::words::quote(name)
        )));
    }
    let name = context.archive_name(name)?;
    let which = archive::named(&name, version);
    // borg says nothing of it. Programs get the commands of the original, and no more.
    let looked_up = flags.archive.text() == Some("latest");
    if context.host.terminal.err_is_terminal() && !looked_up {
        let mut choice = vec!["--short".to_owned()];
        choice.extend(which.clone());
        let borg = context.borg;
        if borg
            .archive_names(context.host, context.repository, choice)?
            .is_empty()
        {
            let words = format!("there is no archive {name}; which there are: borgmatic repo-list");
            context.say(Level::Warning, &words);
        }
    }
    Ok(Some(which))
}

/// All archives and the repository.
fn whole(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
    if context.borg.has(Feature::RepoCommands) {
        context.say(
            Level::Warning,
            "delete without a choice of archives is deprecated with Borg 2: use repo-delete",
        );
    }
    let flags = repo_delete::Flags {
        force: flags.force.clone(),
        cache_only: flags.cache_only.clone(),
        keep_security_info: flags.keep_security_info.clone(),
        ..Default::default()
    };
    <repo_delete::RepoDelete as Action>::run(context, &flags)
}
