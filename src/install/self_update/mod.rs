//! `self-update`: a newer program, proven by its signature, in the place of this one; and the way back.
//! Only for a program that `self-install` put there. Whatever fails, the old program stays.

mod release;
mod replace;
mod source;

use std::path::{Path, PathBuf};

use release::{Keys, Proven, Version, hash_of, prove_program, unusable};
use replace::Installed;
use source::{Release, Source};

use crate::actions::{Alone, AloneAction, Answer, Info};
use crate::host::{Failure, Host, Level};
use crate::options;

/// The largest program that was kept, in bytes.
const LARGEST: u64 = 1 << 30;

options! {
    /// Flags of self-update.
    pub struct Flags {
        /// Only tell whether there is a newer version; exit with 10 if there is.
        check: bool = "";
        /// This version instead of the newest; an older one, too.
        to: String = "2026.11.0";
        /// Take this released program, whatever it is called, with SHA256SUMS and SHA256SUMS.minisig of its release beside it.
        from: String = "FILE";
        /// Bring back the program before the last update.
        rollback: bool = "";
    }
}

/// Where the program before the last update is kept.
pub fn previous(program: &Path) -> PathBuf {
    program.with_extension("prev")
}

pub struct SelfUpdate;

impl AloneAction for SelfUpdate {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "self-update",
        aliases: &[],
        about: "Replace this program by a newer release, or go back",
    };
    const LOADS: bool = false;
    const FIRST: bool = true;
    const MISTAKE: u8 = 2;

    fn run(alone: &Alone<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let update = Update {
            host: alone.host,
            dry: alone.dry,
            keys: Keys::built_in(),
            address: env!("BORGMATIC_URL"),
            own: Version::own(),
        };
        update.run(flags).map(|()| Answer::Done)
    }
}

/// One call of it.
struct Update<'a> {
    host: &'a Host<'a>,
    dry: bool,
    keys: Keys,
    /// Where the releases are, as this program was built.
    address: &'a str,
    own: Version,
}

impl Update<'_> {
    fn say(&self, words: &str) {
        self.host.bus.line(Level::Answer, "", words);
    }

    fn run(&self, flags: &Flags) -> Result<(), Failure> {
        let others = [flags.to.is_set(), flags.from.is_set(), flags.check.is_on()];
        if flags.rollback.is_on() && others.contains(&true) {
            return Err(excluding("--rollback stands alone"));
        }
        let installed = Installed::find(self.host)?;
        if flags.rollback.is_on() {
            return self.roll_back(&installed);
        }
        if !flags.check.is_on() && !self.dry {
            installed.may_change(self.host)?;
        }
        self.update(flags, &installed)
    }

    fn update(&self, flags: &Flags, installed: &Installed) -> Result<(), Failure> {
        let source = Source::of(flags.from.text(), self.address, self.host.env)?;
        let named = flags.to.text().map(Version::read).transpose();
        let named = named.map_err(|failure| failure.status(2))?;
        let (wanted, brought) = match (&source, named) {
            (Source::Server(_), Some(named)) => (named, None),
            (Source::Server(base), None) => (source::newest(base, self.host)?, None),
            // Its papers say what it is, not its name.
            (Source::File(path), named) => {
                let proven = self.proven(&Release::Beside(path.clone()))?;
                let found = proven.version.clone();
                if named.is_some_and(|named| named != found) {
                    return Err(excluding(&format!(
                        "--to names another version than the release of --from, which is {}",
                        found.text()
                    )));
                }
                (found, Some(proven))
            }
        };
        let (own, new) = (self.own.text().to_owned(), wanted.text().to_owned());
        if wanted == self.own {
            self.say(&format!("{own} is installed: nothing to do"));
            return Ok(());
        }
        if !wanted.is_newer_than(&self.own) && flags.to.text().is_none() {
            if flags.from.is_set() {
                return Err(unusable(
                    format!("{new} is older than {own}, which is installed"),
                    format!("add --to {new} to go back to it"),
                ));
            }
            self.say(&format!(
                "{own} is installed, and the newest release is {new}: nothing to do"
            ));
            return Ok(());
        }
        if flags.check.is_on() {
            let words = format!("{own} is installed, and there is {new}");
            return Err(Failure::new("borgmatic::install::newer", words)
                .help(installed.update())
                .status(10));
        }
        let host = self.host;
        let release = source.release(&wanted);
        let proven = match brought {
            Some(brought) => brought,
            None => self.proven(&release)?.of(&wanted)?,
        };
        let name = wanted.program();
        let hash = hash_of(&proven.sums, &name)?;
        let bytes = release.program(&name, host)?;
        let shown = release.shown(&name);
        prove_program(&bytes, hash, &shown)
            .map_err(|failure| proven.other(&bytes, &shown, &name).unwrap_or(failure))?;
        let program = installed.program.display();
        let say = |words: &str| host.bus.line(Level::Answer, "", words);
        if self.dry {
            say(&format!(
                "{shown} is signed and whole; it would take the place of {own} in {program}"
            ));
            return Ok(());
        }
        installed.replace(&bytes, Some(&wanted), host)?;
        say(&format!(
            "{program} is version {new} now; before, it was {own}"
        ));
        say("to go back: borgmatic self-update --rollback");
        Ok(())
    }

    /// The hashes of a release, once their signature is good.
    fn proven(&self, release: &Release) -> Result<Proven, Failure> {
        let keys = self.keys.some()?;
        let papers = release.papers(self.host)?;
        keys.prove(&papers.sums, &papers.signature)
    }

    fn roll_back(&self, installed: &Installed) -> Result<(), Failure> {
        let previous = installed.previous();
        if !self.host.files.is_file(&previous) {
            let words = format!("there is no {}: no update was made", previous.display());
            let help = "another version: borgmatic self-update --to VERSION";
            return Err(unusable(words, help));
        }
        if self.dry {
            let program = installed.program.display();
            self.say(&format!(
                "{} would take the place of {program}",
                previous.display()
            ));
            return Ok(());
        }
        installed.may_change(self.host)?;
        let bytes = self.host.files.read(&previous, LARGEST);
        let bytes = bytes.map_err(|error| Failure::file("read", &previous, &error))?;
        let version = installed.replace(&bytes, None, self.host)?;
        self.say(&format!(
            "{} is version {} again",
            installed.program.display(),
            version.text()
        ));
        Ok(())
    }
}

fn excluding(words: &str) -> Failure {
    Failure::new("borgmatic::install::usage", words)
        .help("borgmatic self-update --help")
        .status(2)
}

#[cfg(test)]
mod tests;
