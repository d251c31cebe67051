//! `create`: makes an archive of what is configured.

mod checkpoint;
pub(super) mod command;
mod glob;
mod kept;
pub(super) mod paths;
mod runtime;
mod special;

use std::path::{Path, PathBuf};

use super::select::Where;
use super::{Action, Answer, Context, Info};
use crate::borg::archive;
use crate::borg::pattern::{self, Kind, Pattern};
use crate::borg::run::Strictness;
use crate::config::groups::Statistics;
use crate::hooks::manifest;
use crate::host::{Command, Exit, Failure, Feeder, Heard, Level};
use crate::options;
use crate::text::{Node, Problems};
pub(super) use runtime::Runtime;

options! {
    /// Flags of create.
    pub struct Flags {
        /// Show borg's progress.
        progress: bool = "", sets = "progress";
        /// Show statistics.
        stats: bool = "", sets = "statistics", sets_to = "standard";
        /// Show statistics that take less time.
        quick_stats: bool = "", sets = "statistics", sets_to = "quick";
        /// Show each file that is stored.
        list: bool = "", aliases = &["files"], sets = "list_details";
        /// Print JSON.
        json: bool = "";
        /// A comment to store with the archive.
        comment: String = "TEXT";
        ..at: Where;
    }
}

pub struct Create;

impl Action for Create {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "create",
        aliases: &["-C", "--create"],
        about: "Make a backup",
    };
    const TAKES_TURN: bool = true;

    fn rules(_flags: &Flags, node: &Node, out: &mut Problems) {
        super::select::only_one(node, &["stats", "quick_stats"], out);
    }

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        backup(context, flags, &|_| Ok(Dumped::default()))
    }
}

/// What data sources add to a backup.
#[derive(Default)]
pub struct Dumped {
    /// The places of their dumps, included before the user's patterns.
    pub patterns: Vec<Pattern>,
    /// Dumps that are made while borg reads them, from FIFOs below the runtime directory. None in a dry
    /// run.
    pub feeders: Vec<Feeder>,
}

/// Prepares the dumps for the runtime directory, as borg is given its path.
pub type Dump<'d> = &'d dyn Fn(&Path) -> Result<Dumped, Failure>;

/// Makes an archive of what is configured and what is dumped.
pub fn backup(context: &Context<'_>, flags: &Flags, dump: Dump<'_>) -> Result<Answer, Failure> {
    refuse_conflicts(context, flags)?;
    context.say(
        Level::Info,
        if context.dry {
            "Creating an archive (dry run: nothing is stored)"
        } else {
            "Creating an archive"
        },
    );
    let runtime = Runtime::make(context)?;
    let result = store(context, flags, &runtime, dump);
    runtime.remove(context);
    result
}

fn refuse_conflicts(context: &Context<'_>, flags: &Flags) -> Result<(), Failure> {
    let output = &context.config.output;
    let refuse = |words: &str, help: &str| {
        Err(Failure::new("borgmatic::create::conflict", words).help(help))
    };
    if output.list_details.is_on() && output.progress.is_on() {
        return refuse(
            "--list and --progress cannot be used together",
            "use --list with --log-json, or one of the two",
        );
    }
    if output.list_details.is_on() && flags.json.is_on() {
        return refuse(
            "--list and --json cannot be used together",
            "leave one of them out",
        );
    }
    Ok(())
}

fn store(
    context: &Context<'_>,
    flags: &Flags,
    runtime: &Runtime,
    dump: Dump<'_>,
) -> Result<Answer, Failure> {
    let config = context.config;
    let mut patterns = paths::expand(context, paths::collect(context)?);
    let Dumped {
        patterns: dumped,
        feeders,
    } = dump(&runtime.stored)?;
    make_fifos(context, &feeders)?;
    if dumped.is_empty() {
        paths::some_source(&patterns)?;
    }
    paths::can_be_written(&patterns)?;
    let mut own = Vec::new();
    if !context.dry
        && config
            .hooks
            .bootstrap
            .or(crate::hooks::Bootstrap::default())
            .is_on()
    {
        own = manifest::store(context.host.files, &runtime.stored, context.files)?;
    }
    let ours = [dumped, own.clone()].concat();
    patterns = [ours.clone(), patterns].concat();
    patterns = paths::without_runtime_twice(context, patterns, &runtime.stored);
    if config.source.source_directories_must_exist.or(true) {
        paths::all_exist(context, &patterns)?;
    }

    paths::warn_of_links(context, &patterns);

    let skips = config
        .exclude
        .unsafe_skip_path_validation_before_create
        .is_on();
    if !feeders.is_empty() {
        if !skips {
            patterns = special::leave_out(context, flags, runtime, patterns, &ours, &feeders)?;
        }
        return run_fed(context, flags, runtime, &patterns, &feeders);
    }
    let at = archive_place(context, "");
    let sure =
        context.borg.is_proven() && kept::is_kept(&patterns, &runtime.stored, config, context.borg);
    if !own.is_empty() && !skips && !sure {
        ask_about_runtime(context, flags, runtime, &patterns, &at)?;
    }
    let (command, level) = command(context, flags, runtime, &patterns, false)?;
    match level {
        None => context.json(&command),
        Some(level) => {
            context.borg.run(context.host, &command, level)?;
            Ok(Answer::Done)
        }
    }
}

/// The command that makes the archive, and the level of its lines; none where JSON is wanted.
fn command(
    context: &Context<'_>,
    flags: &Flags,
    runtime: &Runtime,
    patterns: &[Pattern],
    fed: bool,
) -> Result<(Command, Option<Level>), Failure> {
    let config = context.config;
    let file = patterns_file(context, runtime, patterns)?;
    let wants = command::Wants::of(config, flags, context.dry).fed(fed);
    let (file, comment) = (file.as_deref(), flags.comment.text());
    let mut command = command::flags(context.borg, config, file, comment, wants)
        .args(archive_place(
            context,
            if fed { checkpoint::SUFFIX } else { "" },
        ))
        .reads_if(context.dry);
    if wants.json {
        return Ok((command, None));
    }
    let asked = wants.list || (wants.statistics != Statistics::None && !context.dry);
    command = command.progress_if(config.output.progress.is_on());
    if command.progress && context.host.bus.draws() {
        command.expected = super::history::size(context);
    }
    let level = if asked { Level::Answer } else { Level::Info };
    Ok((command, Some(level)))
}

/// Makes the archive while the feeders write into their FIFOs, under a name that says so until all is
/// there.
fn run_fed(
    context: &Context<'_>,
    flags: &Flags,
    runtime: &Runtime,
    patterns: &[Pattern],
    feeders: &[Feeder],
) -> Result<Answer, Failure> {
    if context.config.exclude.exclude_nodump.is_on() {
        let words = "exclude_nodump does not count in this run: borg would open the FIFOs of the dumps to see their flags. Leave out by other options what must not be stored";
        context.say(Level::Warning, words);
    }
    let (command, level) = command(context, flags, runtime, patterns, true)?;
    let (host, borg) = (context.host, context.borg);
    let out = borg.run_fed(host, &command, feeders, level)?;
    let ended = host.clock.now();
    if level.is_some() {
        checkpoint::take_away(context, borg.made().archive.as_deref(), &ended)?;
        return Ok(Answer::Done);
    }
    let mut answer = context.document(&command, &out)?;
    if let Answer::Json(document) = &mut answer {
        let told = document["archive"]["name"].as_str();
        let name = checkpoint::take_away(context, told, &ended)?;
        checkpoint::put_into(context, document, &name)?;
    }
    Ok(answer)
}

/// With the program of that name: not every system that we run on has a call for it in `rustix`.
fn make_fifos(context: &Context<'_>, feeders: &[Feeder]) -> Result<(), Failure> {
    for Feeder { what, fifo, .. } in feeders {
        let folder = fifo.parent().unwrap_or(Path::new("/"));
        context.host.files.make_dir(folder, 0o700)?;
        let command = Command::new("mkfifo").args(["-m", "600"]).arg(fifo);
        let mut said = String::new();
        let exit = context.host.processes.run(&command, &mut |heard| {
            if let Heard::Err(line) = heard {
                said = String::from_utf8_lossy(line).into_owned();
            }
        })?;
        if exit != Exit::Code(0) {
            let words = format!("no FIFO can be made for {what}: {said} ({exit})");
            return Err(Failure::new("borgmatic::create::fifo", words)
                .help("see whether two dumps have one name, and whether the runtime directory lies on a file system that has FIFOs"));
        }
    }
    Ok(())
}

/// Asks which files a backup would store now, those of an earlier archive's configuration among them.
/// The patterns are those that borg is given.
pub(super) fn names(
    context: &Context<'_>,
    runtime: &Runtime,
    configs: &[PathBuf],
) -> Result<(Command, Vec<Pattern>), Failure> {
    let mut patterns = paths::expand(context, paths::collect(context)?);
    patterns.extend(configs.iter().map(Pattern::root));
    paths::can_be_written(&patterns)?;
    let patterns = paths::without_runtime_twice(context, patterns, &runtime.stored);
    let file = patterns_file(context, runtime, &patterns)?;
    let wants = command::Wants::names();
    let command = command::flags(context.borg, context.config, file.as_deref(), None, wants)
        .args(archive_place(context, ""))
        .reads()
        .chatty();
    Ok((command, patterns))
}

/// The new archive, as an argument.
fn archive_place(context: &Context<'_>, suffix: &str) -> Vec<String> {
    let borg = context.borg;
    let format = context.config.archive.archive_name_format.text();
    let format = format.unwrap_or(archive::default_format(&borg.version));
    borg.at_archive(context.repository.path(), &format!("{format}{suffix}"))
}

pub(super) fn patterns_file(
    context: &Context<'_>,
    runtime: &Runtime,
    patterns: &[Pattern],
) -> Result<Option<String>, Failure> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let path = context
        .host
        .files
        .scratch_file(&runtime.folder, &pattern::file(patterns))?;
    Ok(Some(path.to_string_lossy().into_owned()))
}

/// Asks borg, with a dry run over the runtime directory alone, whether the user's excludes would keep
/// it out of the archive. The original walks all sources for that, each time; we ask where
/// [`kept::is_kept`] does not know, and once for each borg that is new to us.
fn ask_about_runtime(
    context: &Context<'_>,
    flags: &Flags,
    runtime: &Runtime,
    patterns: &[Pattern],
    at: &[String],
) -> Result<(), Failure> {
    let inside =
        |pattern: &Pattern| std::path::Path::new(&pattern.path).starts_with(&runtime.stored);
    let narrow: Vec<_> = patterns
        .iter()
        .filter(|pattern| pattern.kind != Kind::Root || inside(pattern))
        .cloned()
        .collect();
    let file = patterns_file(context, runtime, &narrow)?;
    let wants = command::Wants::probe();
    let command: Command = command::flags(
        context.borg,
        context.config,
        file.as_deref(),
        flags.comment.text(),
        wants,
    )
    .args(at)
    .args(["--dry-run", "--list"])
    .reads();
    let ended = context.borg.probe(context.host, &command)?;
    let stored = ended
        .tail
        .iter()
        .map(String::as_str)
        .chain(ended.out.lines());
    let is_stored = |line: &str| {
        (line.starts_with("- ") || line.starts_with("+ "))
            && line.ends_with("bootstrap/manifest.json")
    };
    let found = { stored }.any(is_stored);
    context
        .borg
        .judge(context.host, &command, ended, Strictness::Usual)?;
    if found {
        context.borg.prove(context.host);
    } else {
        let words = format!(
            "The excludes leave out {}, where borgmatic keeps what belongs into each archive. Make them narrower",
            runtime.stored.display()
        );
        context.say(Level::Warning, &words);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
