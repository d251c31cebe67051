//! `list`: the files of an archive; a search through archives; without either, the archives.

use super::select::{Ends, Flag, Match, Order, Prefix, Where, only_one, sorted};
use super::{Action, Answer, Context, Info, repo_list};
use crate::host::{Command, Failure, Level};
use crate::options;
use crate::text::{Node, Problems};

options! {
    /// Flags of list.
    pub struct Flags {
        /// The archive whose files to list: its name, or latest.
        archive: String = "NAME";
        /// Only this path, below which all is listed. May be repeated.
        path: Vec<String> = "PATH";
        /// Search all archives for this part of a path, or pattern. May be repeated.
        find: Vec<String> = "PART";
        /// Show names only.
        short: bool = "";
        /// How to show a file: borg's placeholders.
        format: String = "FORMAT";
        /// Print JSON.
        json: bool = "";
        /// Leave out paths that match.
        exclude: String = "PATTERN", short = 'e';
        /// Leave out paths that match a line of this file.
        exclude_from: String = "FILE";
        /// Leave out or take in paths that match.
        pattern: String = "PATTERN";
        /// Leave out or take in paths that match a line of this file.
        patterns_from: String = "FILE";
        ..prefix: Prefix;
        ..matching: Match;
        ..order: Order;
        ..ends: Ends;
        ..at: Where;
    }
}

pub struct List;

impl Action for List {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "list",
        aliases: &["-l"],
        about: "List the files of an archive, or search all archives",
    };

    fn rules(_flags: &Flags, node: &Node, out: &mut Problems) {
        only_one(node, &["prefix", "match_archives"], out);
    }

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        if let Some(name) = flags.archive.text() {
            return one(context, flags, name);
        }
        if flags.find.items().is_empty() {
            let as_repo_list = repo_list::Flags {
                short: flags.short.clone(),
                format: flags.format.clone(),
                json: flags.json.clone(),
                prefix: flags.prefix.clone(),
                matching: flags.matching.clone(),
                order: flags.order.clone(),
                ends: flags.ends.clone(),
                ..Default::default()
            };
            return <repo_list::RepoList as Action>::run(context, &as_repo_list);
        }
        search(context, flags)
    }
}

/// The files of one archive; with `--json` a line of JSON for each. borgmatic 2.1.10: the same.
fn one(context: &Context<'_>, flags: &Flags, name: &str) -> Result<Answer, Failure> {
    let by_name: [Flag<'_>; 2] = [
        ("--prefix", flags.prefix.prefix.text()),
        ("--match-archives", flags.matching.match_archives.text()),
    ];
    let given = by_name
        .into_iter()
        .chain(flags.order.flags())
        .chain(flags.ends.flags());
    for (flag, _) in given.filter(|(_, value)| value.is_some()) {
        context.say(
            Level::Warning,
            &format!("{flag} chooses among archives: it is ignored beside --archive"),
        );
    }
    let name = context.archive_name(name)?;
    context.say(Level::Answer, &format!("Files of archive {name}"));
    let command = command(context, flags, &name);
    if !context.borg.tells(context.host, &command, Level::Answer)? {
        nothing(context, &format!("Nothing to list in archive {name}"));
    }
    Ok(Answer::Done)
}

/// The matching files of every matching archive.
fn search(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
    context.say(Level::Answer, "Looking through all archives");
    let borg = context.borg;
    let matching = flags
        .prefix
        .matching(&borg.version)
        .unwrap_or_else(|| context.matching());
    let rest = sorted(&[
        &[("--short", Some(""))],
        &flags.order.flags(),
        &flags.ends.flags(),
    ]);
    let choice = [matching, rest].concat();
    let archives = borg.archive_names(context.host, context.repository, choice)?;
    let mut found = false;
    for name in &archives {
        context
            .host
            .bus
            .line(Level::Answer, "", &format!("Files of archive {name}"));
        found |= borg.tells(context.host, &command(context, flags, name), Level::Answer)?;
    }
    if archives.is_empty() {
        nothing(context, "There is no archive to look through");
    } else if !found {
        nothing(context, "Nothing was found");
    }
    Ok(Answer::Done)
}

/// Where a person waits for lines and none came. Programs get what the original says: nothing.
pub(super) fn nothing(context: &Context<'_>, words: &str) {
    if context.host.terminal.err_is_terminal() {
        context.say(Level::Warning, words);
    }
}

/// How a listing starts.
fn start(context: &Context<'_>, json: bool, format: Option<&str>) -> Command {
    let borg = context.borg;
    let usual = context.config.output.file_list_format.text();
    borg.command("list")
        .args(if json { &[] } else { borg.verbose() })
        .args(borg.remote())
        .args(borg.umask())
        .arg("--log-json")
        .when(json, ["--json-lines"])
        .args(borg.lock_wait())
        .option("--format", format.or(usual))
}

/// The entries of an archive as lines of JSON: all, or those that patterns or paths choose.
pub(super) fn entries(
    context: &Context<'_>,
    archive: &str,
    format: Option<&str>,
    patterns: Option<&str>,
    paths: &[String],
) -> Command {
    let borg = context.borg;
    start(context, true, format)
        .option("--patterns-from", patterns)
        .args(context.extra(&borg.options.extra().list))
        .args(borg.at_archive(context.repository.path(), archive))
        .args(paths)
        .reads()
        .chatty()
}

fn command(context: &Context<'_>, flags: &Flags, archive: &str) -> Command {
    let borg = context.borg;
    start(context, flags.json.is_on(), flags.format.text())
        .option("--exclude", flags.exclude.text())
        .option("--exclude-from", flags.exclude_from.text())
        .option("--pattern", flags.pattern.text())
        .option("--patterns-from", flags.patterns_from.text())
        .when(flags.short.is_on(), ["--short"])
        .args(context.extra(&borg.options.extra().list))
        .args(borg.at_archive(context.repository.path(), archive))
        .args(flags.path.items())
        .args(flags.find.items().iter().map(|part| pattern(part)))
        .reads()
}

/// A pattern for borg: plain text is looked for anywhere in a path.
fn pattern(part: &str) -> String {
    let has_style = part
        .split_once(':')
        .is_some_and(|(style, _)| ["fm", "sh", "re", "pp", "pf"].contains(&style));
    if has_style {
        part.to_owned()
    } else {
        format!("sh:**/*{part}*/**")
    }
}
