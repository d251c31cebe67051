//! The change from one program to another: the new one is tried where it will live, installs itself
//! with its own units, and the one before stays beside it. The old program stays in its place until the
//! new one takes it.

use std::path::{Path, PathBuf};

use super::release::Version;
use crate::host::{Command, Exit, Failure, Heard, Host, Level, Tail};
use crate::install::job::Reach;
use crate::install::manifest::{Known, What};
use crate::install::paths::Paths;
use crate::install::recipe::Kind;
use crate::install::strangers;

/// The largest program, in bytes.
const LARGEST: u64 = 1 << 30;

/// The running program, where `self-install` put it.
#[derive(Debug)]
pub(super) struct Installed {
    pub(super) program: PathBuf,
    reach: Reach,
}

impl Installed {
    /// Refuses any program that `self-install` did not put where it runs from.
    pub(super) fn find(host: &Host<'_>) -> Result<Self, Failure> {
        let own = host
            .files
            .own_path()
            .and_then(|path| host.files.real(&path));
        let reaches = [Reach::System, Reach::User];
        for reach in reaches {
            let paths = Paths::of(reach, host.env);
            strangers::refuse_manifest(host, host.files, &paths, false)?;
            let known = Known::read(host.files, &paths)?;
            let Some(manifest) = known.last() else {
                continue;
            };
            let mut entries = manifest.entries.iter();
            let program = entries.find(|entry| entry.kind == What::File(Kind::Program));
            let Some(program) = program.map(|entry| entry.path.clone()) else {
                continue;
            };
            if own.is_some() && host.files.real(&program) == own {
                return Ok(Self { program, reach });
            }
        }
        let own = own.unwrap_or_else(|| PathBuf::from("borgmatic"));
        let words = format!("{} was not put there by self-install", own.display());
        Err(Failure::new("borgmatic::install::not-ours", words)
            .help(
                "a program from a package is updated by the package manager; for another one, install \
                 the new version as you installed this one",
            )
            .status(3))
    }

    /// The program before the last update.
    pub(super) fn previous(&self) -> PathBuf {
        super::previous(&self.program)
    }

    fn folder(&self) -> &Path {
        self.program.parent().unwrap_or(Path::new("/"))
    }

    /// What a person types to update it.
    pub(super) fn update(&self) -> &'static str {
        match self.reach {
            Reach::System => "sudo borgmatic self-update",
            Reach::User => "borgmatic self-update",
        }
    }

    /// May it be replaced by this user?
    pub(super) fn may_change(&self, host: &Host<'_>) -> Result<(), Failure> {
        if host.files.may_write(self.folder()) {
            return strangers::refuse_program(host, &self.program, false);
        }
        let words = format!("{} may not be changed by you", self.folder().display());
        Err(Failure::new("borgmatic::install::privilege", words)
            .help(self.update())
            .status(4))
    }

    /// Puts a program that was proven in the place of the running one.
    pub(super) fn replace(
        &self,
        bytes: &[u8],
        version: Option<&Version>,
        host: &Host<'_>,
    ) -> Result<Version, Failure> {
        let folder = host.files.scratch(self.folder(), ".borgmatic.update-")?;
        let done = self.replaced(bytes, version, &folder, host);
        if let Err(error) = host.files.remove_tree(&folder) {
            let failure = Failure::file("remove", &folder, &error);
            host.bus.line(Level::Warning, "", &failure.to_string());
        }
        done
    }

    fn replaced(
        &self,
        bytes: &[u8],
        version: Option<&Version>,
        folder: &Path,
        host: &Host<'_>,
    ) -> Result<Version, Failure> {
        let old = host.files.read(&self.program, LARGEST);
        let old = old.map_err(|error| Failure::file("read", &self.program, &error))?;
        let kept = folder.join("borgmatic.prev");
        host.files.write_whole(&kept, &old, 0o755)?;
        let new = folder.join("borgmatic");
        host.files.write_whole(&new, bytes, 0o755)?;
        let told = version_of(&new, host)?;
        if let Some(version) = version.filter(|version| **version != told) {
            let words = format!(
                "the new program says that it is version {}, not {}",
                told.text(),
                version.text()
            );
            return Err(failed(words));
        }
        install(&new, self.reach, host)?;
        // Only now: until the new one is in its place, this is still the program before the last update.
        host.files.rename(&kept, &self.previous())?;
        Ok(told)
    }
}

fn failed(words: impl Into<String>) -> Failure {
    Failure::new("borgmatic::install::update", words)
        .help("the program before is still in its place")
}

/// Runs it, before anything depends on it.
fn version_of(program: &Path, host: &Host<'_>) -> Result<Version, Failure> {
    let mut said = String::new();
    let command = Command::new(program).arg("--version").reads();
    let exit = host.processes.run(&command, &mut |heard| {
        if let Heard::Out(line) = heard {
            said += &String::from_utf8_lossy(line);
        }
    });
    match exit {
        Ok(Exit::Code(0)) => Version::read(&said),
        Ok(exit) => Err(failed(format!("the new program does not run here: {exit}"))),
        Err(failure) => Err(failed(format!(
            "the new program does not run here: {}",
            failure.words
        ))),
    }
}

/// The new program installs itself: what the manifest remembers, and texts of its own making. It undoes
/// all where a step fails.
fn install(program: &Path, reach: Reach, host: &Host<'_>) -> Result<(), Failure> {
    let word = match reach {
        Reach::System => "--system",
        Reach::User => "--user",
    };
    let command = Command::new(program).args(["self-install", "--yes", word]);
    let mut tail = Tail::default();
    let exit = host.processes.run(&command, &mut |heard| {
        if let Heard::Out(line) | Heard::Err(line) = heard {
            let line = String::from_utf8_lossy(line);
            tail.push(&line);
            host.bus.line(Level::Info, "", &line);
        }
    })?;
    let Exit::Code(code) = exit else {
        return Err(failed(format!("the new program was stopped: {exit}")));
    };
    if code == 0 {
        return Ok(());
    }
    let mut failure = failed("the new program could not install itself");
    failure.tail = tail.into_lines();
    Err(failure.status(u8::try_from(code).unwrap_or(1)))
}
