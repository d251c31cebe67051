//! `mount`: shows archives as a file system.

use super::select::{Age, Ends, Where, sorted, switch};
use super::{Action, Answer, Context, Info};
use crate::borg::Feature;
use crate::borg::archive;
use crate::host::{Failure, Level};
use crate::options;

options! {
    /// Flags of mount.
    pub struct Flags {
        /// The archive: its name, or latest. Without it, all archives are shown, each as a directory.
        archive: String = "NAME";
        /// The directory where the files appear.
        mount_point: String = "DIRECTORY", required;
        /// Only this path, as the archive has it. May be repeated.
        path: Vec<String> = "PATH";
        /// Stay until the file system is unmounted.
        foreground: bool = "";
        /// Options of the mount, such as allow_other.
        options: String = "OPTIONS";
        ..ends: Ends;
        ..age: Age;
        ..at: Where;
    }
}

pub struct Mount;

impl Action for Mount {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "mount",
        aliases: &["-m", "--mount"],
        about: "Show the files of archives in a directory, until umount",
    };
    const SINGLE: bool = true;

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let name = match flags.archive.text() {
            Some(name) => Some(context.archive_name(name)?),
            None => None,
        };
        if context.dry {
            context.say(Level::Info, "Not mounting (dry run)");
            return Ok(Answer::Done);
        }
        let what = name.as_ref().map_or_else(
            || "Mounting the repository".to_owned(),
            |name| format!("Mounting archive {name}"),
        );
        context.say(Level::Info, &what);
        let borg = context.borg;
        let repository = context.repository.path();
        let target = match &name {
            Some(name) if !borg.has(Feature::SeparateRepository) => {
                borg.at_archive(repository, name)
            }
            Some(name) => [borg.at(repository), archive::named(name, &borg.version)].concat(),
            None => borg.at(repository),
        };
        let foreground = flags.foreground.is_on();
        let command = borg
            .command("mount")
            .args(borg.shared(!foreground))
            .args(borg.verbose())
            .args(sorted(&[
                &[switch("--foreground", &flags.foreground)],
                &flags.ends.flags(),
                &flags.age.flags(),
            ]))
            .option("-o", flags.options.text())
            .args(context.extra(&borg.options.extra().mount))
            .args(target)
            .args(flags.mount_point.text())
            .args(flags.path.items())
            .on_terminal_if(foreground);
        borg.run(context.host, &command, Level::Info)?;
        Ok(Answer::Done)
    }
}
