//! `extract`: brings files back from an archive.

use super::select::Where;
use super::{Action, Answer, Context, Info};
use crate::borg::{Borg, Feature};
use crate::host::{Command, Failure, Level};
use crate::option::Opt;
use crate::options;

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

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let name = context.archive_name(&flags.archive.or(String::new()))?;
        context.say(
            Level::Info,
            &format!(
                "Bringing back files of archive {name}{}",
                if context.dry { " (dry run)" } else { "" }
            ),
        );
        let borg = context.borg;
        let progress = context.config.output.progress.is_on();
        let numeric = context.config.archive.numeric_ids.is_on();
        let repository = context.repository.from(context.working());
        let mut command = start(borg, numeric, progress)
            .when(context.dry, ["--dry-run"])
            .option("--strip-components", strip(flags)?)
            .when(progress, ["--progress"])
            .args(context.extra(&borg.options.extra().extract))
            .args(borg.at_archive(&repository, &name))
            .args(flags.path.items());
        // Without a destination, files come into the directory that the user is in.
        command.cwd = None;
        if let Some(destination) = flags.destination.text() {
            let folder = context
                .working()
                .join(crate::config::find::expand(destination, context.host.env));
            if !context.host.files.is_dir(&folder) {
                let words = format!("the destination {} is no directory", folder.display());
                return Err(Failure::new("borgmatic::extract::destination", words)
                    .help(format!("make it: mkdir -p {}", folder.display())));
            }
            command.cwd = Some(folder);
        }
        if progress {
            command = command.on_terminal();
        }
        if context.dry {
            command = command.reads();
        }
        borg.run(context.host, &command, Level::Info)?;
        Ok(Answer::Done)
    }
}

/// How an extraction starts.
pub(super) fn start(borg: &Borg<'_>, numeric_ids: bool, progress: bool) -> Command {
    let numeric = if borg.has(Feature::NumericIds) {
        "--numeric-ids"
    } else {
        "--numeric-owner"
    };
    // borgmatic 2.1.10: extract names the remote borg even where a variable would do.
    borg.command("extract")
        .option("--remote-path", borg.options.remote_path.text())
        .when(numeric_ids, [numeric])
        .args(borg.umask())
        .when(!progress, ["--log-json"])
        .args(borg.lock_wait())
        .args(borg.info())
        .when(borg.is_debugging(), ["--debug", "--list", "--show-rc"])
}

/// The number of leading parts to leave out. `all` leaves the last part of the deepest path.
fn strip(flags: &Flags) -> Result<Option<usize>, Failure> {
    let wrong = |words: &str, help: &str| {
        Err(Failure::new("borgmatic::extract::strip-components", words).help(help))
    };
    match flags.strip_components.text() {
        None => Ok(None),
        Some("all") => {
            let depth = |path: &String| path.split('/').filter(|part| !part.is_empty()).count();
            match path_depths(&flags.path, depth) {
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

fn path_depths(paths: &Opt<Vec<String>>, depth: impl Fn(&String) -> usize) -> Option<usize> {
    paths.items().iter().map(depth).max()
}
