//! `create`: makes an archive of what is configured.

pub(super) mod command;
mod glob;
mod kept;
pub(super) mod paths;
mod runtime;

use std::path::PathBuf;

use super::select::Where;
use super::{Action, Answer, Context, Info};
use crate::borg::archive;
use crate::borg::pattern::{self, Kind, Pattern};
use crate::borg::run::Strictness;
use crate::config::groups::Statistics;
use crate::hooks::manifest;
use crate::host::{Command, Failure, Level};
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
        let result = store(context, flags, &runtime);
        runtime.remove(context);
        result
    }
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

fn store(context: &Context<'_>, flags: &Flags, runtime: &Runtime) -> Result<Answer, Failure> {
    let (config, borg) = (context.config, context.borg);
    let mut patterns = paths::expand(context, paths::collect(context)?);
    paths::some_source(&patterns)?;
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
    patterns = [own.clone(), patterns].concat();
    patterns = paths::without_runtime_twice(context, patterns, &runtime.stored);
    if config.source.source_directories_must_exist.or(true) {
        paths::all_exist(context, &patterns)?;
    }

    paths::warn_of_links(context, &patterns);

    let file = patterns_file(context, runtime, &patterns)?;
    let at = archive_place(context);
    let wants = command::Wants::of(config, flags, context.dry);
    let skips = config
        .exclude
        .unsafe_skip_path_validation_before_create
        .is_on();
    let sure = borg.is_proven() && kept::is_kept(&patterns, &runtime.stored, config, borg);
    if !own.is_empty() && !skips && !sure {
        ask_about_runtime(context, flags, runtime, &patterns, &at)?;
    }

    let mut command =
        command::flags(borg, config, file.as_deref(), flags.comment.text(), wants).args(at);
    if context.dry {
        command = command.reads();
    }
    if wants.json {
        return context.json(&command);
    }
    let asked = wants.list || (wants.statistics != Statistics::None && !context.dry);
    command = command.progress_if(config.output.progress.is_on());
    if command.progress && context.host.bus.draws() {
        command.expected = super::history::size(context);
    }
    borg.run(
        context.host,
        &command,
        if asked { Level::Answer } else { Level::Info },
    )?;
    Ok(Answer::Done)
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
        .args(archive_place(context))
        .reads()
        .chatty();
    Ok((command, patterns))
}

/// The new archive, as an argument.
fn archive_place(context: &Context<'_>) -> Vec<String> {
    let borg = context.borg;
    let format = context.config.archive.archive_name_format.text();
    let format = format.unwrap_or(archive::default_format(&borg.version));
    borg.at_archive(context.repository.path(), format)
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
