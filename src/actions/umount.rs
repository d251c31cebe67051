//! `umount`: takes away what mount has put into a directory.

use super::{Answer, Info, Last, LastAction};
use crate::borg::Borg;
use crate::borg::run::Strictness;
use crate::config::directories;
use crate::host::{Failure, Level};
use crate::options;

options! {
    /// Flags of umount.
    pub struct Flags {
        /// The directory that mount was given.
        mount_point: String = "DIRECTORY", required;
    }
}

pub struct Umount;

impl LastAction for Umount {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "umount",
        aliases: &["-u", "--umount"],
        about: "Unmount what mount has shown in a directory",
    };

    fn run(last: &Last<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let host = last.host;
        let point = flags.mount_point.text().unwrap_or_default();
        if last.dry {
            let words = format!("Not unmounting {point} (dry run)");
            host.bus.line(Level::Info, "", &words);
            return Ok(Answer::Done);
        }
        host.bus
            .line(Level::Info, "", &format!("Unmounting {point}"));
        let cwd = directories::working(&last.config.source, host.env);
        let borg = Borg::bare(
            host,
            last.known,
            &last.config.borg,
            last.program,
            cwd,
            point,
        );
        let command = borg
            .command("umount")
            .arg("--log-json")
            .args(borg.verbose())
            .args(borg.extra(&borg.options.extra().umount))
            .arg(point);
        borg.run_as(host, &command, Level::Info, Strictness::NoWarning)
            .map_err(|failure| {
                if failure.help.is_some() {
                    return failure;
                }
                failure.help(
                    "nothing was unmounted; is something mounted there, and does nobody use it?",
                )
            })?;
        Ok(Answer::Done)
    }
}
