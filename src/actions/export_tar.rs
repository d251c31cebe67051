//! `export-tar`: the files of an archive as a tar file.

use super::select::Where;
use super::{Action, Answer, Context, Info};
use crate::host::{Failure, Level};
use crate::options;

options! {
    /// Flags of export-tar.
    pub struct Flags {
        /// The archive: its name, or latest.
        archive: String = "NAME", required;
        /// Only this path, as the archive has it. May be repeated.
        path: Vec<String> = "PATH";
        /// The tar file to write; - is standard output.
        destination: String = "FILE", required;
        /// A program that the tar file goes through, such as gzip.
        tar_filter: String = "PROGRAM";
        /// Show each file.
        list: bool = "", aliases = &["files"], sets = "list_details";
        /// Leave out so many leading parts of each path.
        strip_components: u32 = "N";
        ..at: Where;
    }
}

pub struct ExportTar;

impl Action for ExportTar {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "export-tar",
        aliases: &["--export-tar"],
        about: "Write the files of an archive to a tar file",
    };

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let name = context.archive_name(flags.archive.text().unwrap_or_default())?;
        let destination = flags.destination.text().unwrap_or_default();
        if context.dry {
            context.say(Level::Info, "Not writing a tar file (dry run)");
            return Ok(Answer::Done);
        }
        let streams = destination == "-";
        if !streams {
            context.say(
                Level::Info,
                &format!("Writing archive {name} to a tar file"),
            );
        }
        let list = context.config.output.list_details.is_on();
        let borg = context.borg;
        let strip = flags.strip_components.get().filter(|count| **count > 0);
        let command = borg
            .command("export-tar")
            .args(borg.shared(!streams))
            .args(borg.info())
            .when(list, ["--list"])
            .when(borg.is_debugging(), ["--debug", "--show-rc"])
            .option("--tar-filter", flags.tar_filter.text())
            .option("--strip-components", strip)
            .args(context.extra(&borg.options.extra().export_tar))
            .args(borg.at_archive(context.repository.path(), &name))
            .arg(destination)
            .args(flags.path.items())
            .on_terminal_if(streams);
        let level = if list { Level::Answer } else { Level::Info };
        let path = context.working().join(destination);
        let written = || context.host.files.modified(&path).filter(|_| !streams);
        let before = written();
        let ended = borg.run(context.host, &command, level);
        ended.map_err(|failure| {
            if written() == before {
                failure
            } else {
                half(failure, destination)
            }
        })?;
        Ok(Answer::Done)
    }
}

/// Borg writes into the file itself, and leaves what it has come to.
fn half(failure: Failure, destination: &str) -> Failure {
    let own = failure.help.as_deref().unwrap_or_default();
    let and = if own.is_empty() { "" } else { "; " };
    let help = format!("{own}{and}{destination} holds only a part of the archive: remove it");
    failure.help(help)
}
