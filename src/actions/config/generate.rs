//! `config generate`: a file with every option, explained.

use std::path::Path;

use crate::actions::{Alone, AloneAction, Answer, Info};
use crate::config::Config;
use crate::config::find::expand;
use crate::host::{Failure, Level};
use crate::option::{Options, sample};
use crate::options;

options! {
    /// Flags of config generate.
    pub struct Flags {
        /// The file to make.
        destination: String = "FILE", short = 'd', default = "/etc/borgmatic/config.yaml";
        /// Replace a file that is there.
        overwrite: bool = "";
    }
}

pub struct Generate;

impl AloneAction for Generate {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "config generate",
        aliases: &[],
        about: "Make a configuration file to start from",
    };

    const LOADS: bool = false;

    fn run(alone: &Alone<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let host = alone.host;
        let destination = flags.destination.or("/etc/borgmatic/config.yaml".into());
        let path = host.env.cwd.join(expand(&destination, host.env));
        let shown = path.display();
        if host.files.is_dir(&path) {
            let words = format!("{shown} is a directory");
            return Err(refused(words).help(format!(
                "name a file in it: --destination {shown}/config.yaml"
            )));
        }
        if host.files.is_there(&path) && !flags.overwrite.is_on() {
            let words = format!("{shown} exists already");
            return Err(refused(words)
                .help("add --overwrite to replace it, or choose another --destination"));
        }
        if alone.dry {
            host.bus
                .line(Level::Answer, "", &format!("Would write {shown} (dry run)"));
            return Ok(Answer::Done);
        }
        host.files
            .make_dir(path.parent().unwrap_or(Path::new("/")), 0o700)?;
        host.files.write_private(&path, text().as_bytes())?;
        host.bus.line(Level::Answer, "", &format!("Wrote {shown}"));
        host.bus.line(
            Level::Answer,
            "",
            "Next: change what it says to your needs, then run: borgmatic config validate",
        );
        Ok(Answer::Done)
    }
}

fn refused(words: String) -> Failure {
    Failure::new("borgmatic::generate::destination", words)
}

/// The text of a generated file; `sample/config.yaml` is a copy of it.
pub fn text() -> String {
    let head = "# Configuration of borgmatic. Change it to your needs: the values are examples. An option that\n\
                # starts with # is off; remove the # to set it. Indent with spaces, not with tabs.\n\n";
    head.to_owned() + &sample::file(Config::GROUPS)
}
