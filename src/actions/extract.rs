//! `extract`: brings files back from an archive.

use std::path::{Path, PathBuf};

use super::select::Where;
use super::{Action, Answer, Context, Info};
use crate::borg::{Borg, Repository};
use crate::host::files::lexical;
use crate::host::{Command, Failure, Host, Level};
use crate::options;
use crate::text::{Node, Problem, Problems};

options! {
    /// Flags of extract.
    pub struct Flags {
        /// The archive: its name, or latest.
        archive: String = "NAME", required;
        /// Only this path, as the archive has it. May be repeated.
        path: Vec<String> = "PATH", aliases = &["restore-path"];
        /// The directory to extract into.
        destination: String = "DIRECTORY", default = "the current directory";
        /// Leave out so many leading parts of each path; all leaves only the last part of each --path.
        strip_components: String = "N";
        /// Show borg's progress.
        progress: bool = "", sets = "progress";
        ..at: Where;
    }
}

pub struct Extract;

impl Action for Extract {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "extract",
        aliases: &["-x", "--extract"],
        about: "Bring files back from an archive",
    };

    fn rules(flags: &Flags, node: &Node, out: &mut Problems) {
        // Other actions of the line must not run first.
        let strip = strip(flags.strip_components.text(), flags.path.items());
        if let (Some(value), Err(failure)) = (node.get("strip_components"), strip) {
            let problem = Problem::new(failure.code, failure.words).on(value, "this one");
            out.add(problem.help(failure.help.unwrap_or_default()));
        }
    }

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let name = context.archive_name(&flags.archive.or(String::new()))?;
        context.say(
            Level::Info,
            &format!(
                "Bringing back files of archive {name}{}",
                if context.dry { " (dry run)" } else { "" }
            ),
        );
        let folder = flags
            .destination
            .text()
            .map(|to| destination(context.host, context.working(), to))
            .transpose()?;
        let progress = context.config.output.progress.is_on();
        let wants = Wants {
            numeric: context.config.archive.numeric_ids.is_on(),
            progress,
            json: context.config.logging.log_json.is_on(),
            dry: context.dry,
            strip: strip(flags.strip_components.text(), flags.path.items())?,
            stdout: false,
        };
        let repository = absolute(context.repository, context.working());
        let mut command = command(context.borg, &repository, &name, wants).args(flags.path.items());
        // Without a destination, files come into the directory that the user is in.
        command.cwd = folder;
        context.borg.run(context.host, &command, Level::Info)?;
        Ok(Answer::Done)
    }
}

/// How to extract.
#[derive(Clone, Copy, Default)]
pub(super) struct Wants {
    pub(super) numeric: bool,
    pub(super) progress: bool,
    /// The log as JSON, even with progress.
    pub(super) json: bool,
    pub(super) dry: bool,
    /// How many leading parts of each path to leave out.
    pub(super) strip: Option<usize>,
    /// To standard output, for us to read.
    pub(super) stdout: bool,
}

/// The command up to the paths, which are those of the archive. `repository` is to be found from any
/// directory.
pub(super) fn command(borg: &Borg<'_>, repository: &str, archive: &str, wants: Wants) -> Command {
    // borgmatic 2.1.10: extract names the remote borg even where a variable would do.
    let remote = borg.options.remote_path.text();
    borg.command("extract")
        .option("--remote-path", remote)
        .when(wants.numeric, [borg.numeric_ids()])
        .args(borg.umask())
        .when(
            !wants.progress || wants.stdout || wants.json,
            ["--log-json"],
        )
        .args(borg.lock_wait())
        .args(borg.info())
        .when(borg.is_debugging(), ["--debug", "--list", "--show-rc"])
        .when(wants.dry, ["--dry-run"])
        .option("--strip-components", wants.strip.filter(|count| *count > 0))
        .when(wants.progress && !wants.stdout, ["--progress"])
        .when(wants.stdout, ["--stdout"])
        .args(borg.extra(&borg.options.extra().extract))
        .args(borg.at_archive(repository, archive))
        .progress_if(wants.progress && !wants.stdout)
        .reads_if(wants.dry || wants.stdout)
}

/// Where a repository is, seen from any directory.
pub(super) fn absolute(repository: &Repository, working: &Path) -> String {
    match repository.local_path() {
        Some(path) => lexical(&working.join(path)).to_string_lossy().into_owned(),
        None => repository.path().to_owned(),
    }
}

/// The directory to extract into, which has to be there.
pub(super) fn destination(
    host: &Host<'_>,
    working: &Path,
    written: &str,
) -> Result<PathBuf, Failure> {
    let folder = working.join(crate::config::find::expand(written, host.env));
    if host.files.is_dir(&folder) {
        return Ok(folder);
    }
    let words = format!("the destination {} is no directory", folder.display());
    Err(Failure::new("borgmatic::extract::destination", words)
        .help(format!("make it: mkdir -p {}", folder.display())))
}

/// The number of leading parts to leave out. `all` leaves the last part of the deepest path.
pub(super) fn strip(written: Option<&str>, paths: &[String]) -> Result<Option<usize>, Failure> {
    let wrong = |words: &str, help: &str| {
        Err(Failure::new("borgmatic::extract::strip-components", words).help(help))
    };
    match written {
        None => Ok(None),
        Some("all") => {
            let depth = |path: &String| path.split('/').filter(|part| !part.is_empty()).count();
            match paths.iter().map(depth).max() {
                Some(deepest) => Ok(Some(deepest.saturating_sub(1))),
                None => wrong(
                    "--strip-components all needs at least one --path",
                    "add the path to extract: --path home/me/file",
                ),
            }
        }
        Some(number) => match number.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => wrong(
                "--strip-components needs a number, or all",
                "for example: --strip-components 2",
            ),
        },
    }
}
