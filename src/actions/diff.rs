//! `diff`: what changed between two archives.

use super::create::paths;
use super::patterns_file::PatternsFile;
use super::select::Where;
use super::{Action, Answer, Context, Info};
use crate::borg::archive;
use crate::host::{Failure, Level};
use crate::options;

options! {
    /// Flags of diff.
    pub struct Flags {
        /// The one archive: its name, or latest.
        archive: String = "NAME", required;
        /// The other archive: its name, or latest.
        second_archive: String = "NAME", required;
        /// Take borg's word that both were cut into chunks alike: faster.
        same_chunker_params: bool = "";
        /// Order of the lines: size, >path and others. May be repeated.
        sort_by: Vec<String> = "KEY";
        /// Only tell of contents, not of owners, modes and times.
        content_only: bool = "";
        /// Only tell of what the configuration backs up.
        only_patterns: bool = "";
        ..at: Where;
    }
}

pub struct Diff;

impl Action for Diff {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "diff",
        aliases: &[],
        about: "Show what changed between two archives",
    };

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let (borg, config) = (context.borg, context.config);
        let file = if flags.only_patterns.is_on() {
            let patterns = paths::expand(context, paths::collect(context)?);
            paths::some_source(&patterns)?;
            paths::can_be_written(&patterns)?;
            Some(PatternsFile::write(context, &patterns)?)
        } else {
            None
        };
        let first = context.archive_name(flags.archive.text().unwrap_or_default())?;
        let second = context.archive_name(flags.second_archive.text().unwrap_or_default())?;
        context.say(Level::Info, &format!("Comparing {first} with {second}"));
        let keys = flags.sort_by.items();
        let command = borg
            .command("diff")
            .args(borg.remote())
            .arg("--log-json")
            // borgmatic 2.1.10: here, 0 is passed on too.
            .option("--lock-wait", borg.options.lock_wait.get())
            .args(borg.verbose())
            .option(
                "--patterns-from",
                file.as_ref().map(|file| file.path().display()),
            )
            .when(config.archive.numeric_ids.is_on(), [borg.numeric_ids()])
            .when(flags.same_chunker_params.is_on(), ["--same-chunker-params"])
            .option("--sort-by", (!keys.is_empty()).then(|| keys.join(",")))
            .when(flags.content_only.is_on(), ["--content-only"])
            .args(borg.at_archive(context.repository.path(), &first))
            .arg(archive::by_id(&second, &borg.version))
            .reads();
        borg.run(context.host, &command, Level::Answer)?;
        Ok(Answer::Done)
    }
}
