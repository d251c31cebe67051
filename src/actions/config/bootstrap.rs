//! `config bootstrap`: gets the configuration files back from an archive, on a machine that has
//! nothing yet. Facts: borgmatic 2.1.10, `runtime.md` section 10.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::actions::{Alone, AloneAction, Answer, Info, extract, manifest};
use crate::borg::options::BorgOptions;
use crate::borg::{Borg, Known, Repository, archive, reply};
use crate::config::directories;
use crate::config::groups::Run;
use crate::host::{Failure, Level};
use crate::option::Opt;
use crate::options;
use crate::text::{Origin, Source, listed};

options! {
    /// Flags of config bootstrap.
    pub struct Flags {
        /// The repository to read from: a path or an address. No configuration is needed for it.
        repository: String = "REPOSITORY", required;
        /// The archive: its name, or latest.
        archive: String = "NAME", default = "latest";
        /// The directory to extract into.
        destination: String = "DIRECTORY", default = "/, so that each file comes to its own place";
        /// Leave out so many leading parts of each path; all leaves the names of the files.
        strip_components: String = "N";
        /// Show borg's progress.
        progress: bool = "";
        /// The borg to run on this machine.
        local_path: String = "PATH", default = "borg";
        /// The borg to run on the machine of the repository.
        remote_path: String = "PATH", default = "borg";
        /// The command that reaches a remote repository.
        ssh_command: String = "COMMAND";
        /// The user_runtime_directory with which the archive was made (Borg before 1.4).
        user_runtime_directory: String = "DIRECTORY", default = "as for a backup on this machine";
        /// Where borgmatic before 2.0 kept its files. Deprecated.
        borgmatic_source_directory: String = "DIRECTORY", default = "~/.borgmatic";
    }
}

pub struct Bootstrap;

impl AloneAction for Bootstrap {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "config bootstrap",
        aliases: &[],
        about: "Get the configuration files back from an archive",
    };
    const LOADS: bool = false;

    fn run(alone: &Alone<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let host = alone.host;
        let (options, run) = configuration(flags);
        let repository = Repository {
            path: flags.repository.clone(),
            ..Repository::default()
        };
        let known = Known::new(alone.dry);
        let state = directories::state(&run, host.env);
        let borg = Borg::ready(host, &known, &options, None, &state, repository.name())?;
        let archives = Archives {
            alone,
            borg: &borg,
            repository: &repository,
        };
        let name = archives.choose(flags.archive.text().unwrap_or("latest"))?;
        let paths = archives.configuration_paths(&name, &run)?;
        archives.extract(flags, &name, &paths)?;
        Ok(Answer::Done)
    }
}

/// What a configuration file would say. borgmatic 2.1.10: a repository may have moved, and the borg
/// at its other end is always named.
fn configuration(flags: &Flags) -> (BorgOptions, Run) {
    let origin = Origin::new(&Source::plain("bootstrap", ""), 0..0);
    let remote = flags.remote_path.text().unwrap_or("borg");
    let options = BorgOptions {
        local_path: flags.local_path.clone(),
        remote_path: Opt::set(remote.to_owned(), origin.clone()),
        ssh_command: flags.ssh_command.clone(),
        relocated_repo_access_is_ok: Opt::set(true, origin),
        ..BorgOptions::default()
    };
    let run = Run {
        user_runtime_directory: flags.user_runtime_directory.clone(),
        borgmatic_source_directory: flags.borgmatic_source_directory.clone(),
        ..Run::default()
    };
    (options, run)
}

/// The archives of the repository.
struct Archives<'a> {
    alone: &'a Alone<'a>,
    borg: &'a Borg<'a>,
    repository: &'a Repository,
}

/// What borg tells of an archive.
#[derive(Deserialize)]
struct Told {
    name: String,
    #[serde(default)]
    start: String,
    /// Borg 1: words; Borg 2: a line.
    #[serde(default)]
    command_line: serde_json::Value,
}

#[derive(Deserialize)]
struct AllTold {
    archives: Vec<Told>,
}

impl Told {
    /// The name format that it was made with: the last word of the command.
    fn format(&self) -> &str {
        let last = match &self.command_line {
            serde_json::Value::Array(words) => words.last().and_then(serde_json::Value::as_str),
            serde_json::Value::String(line) => line.split_whitespace().last(),
            _ => None,
        };
        last.unwrap_or(&self.name)
    }
}

impl Archives<'_> {
    /// The archive to read. The latest one is only clear where all are of one kind.
    fn choose(&self, name: &str) -> Result<String, Failure> {
        let (host, borg, path) = (self.alone.host, self.borg, self.repository.path());
        if name != "latest" {
            return Ok(name.to_owned());
        }
        let command = borg
            .command("info")
            .args(borg.shared(true))
            .args(archive::every(&borg.version))
            .arg("--json")
            .args(borg.at(path))
            .reads();
        let out = borg.capture(host, &command)?;
        let told: AllTold = reply::read(&command, &out)?;
        let mut latest: BTreeMap<&str, &Told> = BTreeMap::new();
        let finished = |told: &&Told| !told.format().ends_with("checkpoint");
        for told in told.archives.iter().filter(finished) {
            let newest = latest.entry(told.format()).or_insert(told);
            if told.start > newest.start {
                *newest = told;
            }
        }
        if latest.len() > 1 {
            let names: Vec<_> = latest.values().map(|told| told.name.as_str()).collect();
            let words = format!(
                "{path} holds archives of several kinds, and the latest ones are: {}",
                listed(&names)
            );
            return Err(Failure::new("borgmatic::bootstrap::several", words)
                .help(format!("choose one of them: --archive {}", names[0])));
        }
        borg.archive_name(host, self.repository, name, &[], self.repository.name())
    }

    /// The configuration files that the archive was made with, as its manifest tells.
    fn configuration_paths(&self, name: &str, run: &Run) -> Result<Vec<PathBuf>, Failure> {
        let (host, repository) = (self.alone.host, self.absolute());
        let mut paths = Vec::new();
        let found = &mut |found| paths = found;
        manifest::config_paths(host, self.borg, run, false, &repository, name, found)?;
        Some(paths).filter(|paths| !paths.is_empty()).ok_or_else(|| {
            let words = format!("archive {name} holds no list of configuration files");
            Failure::new("borgmatic::bootstrap::manifest", words).help(
                "choose another one: --archive NAME. Archives that were made without borgmatic, or with the option \
                 store_config_files: false, hold none; one that was made with Borg before 1.4 may need \
                 --user-runtime-directory, as it was there",
            )
        })
    }

    fn absolute(&self) -> String {
        extract::absolute(self.repository, &self.alone.host.env.cwd)
    }

    fn extract(&self, flags: &Flags, name: &str, paths: &[PathBuf]) -> Result<(), Failure> {
        let (host, dry) = (self.alone.host, self.alone.dry);
        let stored: Vec<String> = paths
            .iter()
            .map(|path| path.to_string_lossy().trim_start_matches('/').to_owned())
            .collect();
        let written = flags.destination.text().unwrap_or("/");
        let folder = extract::destination(host, &host.env.cwd, written)?;
        let strip = extract::strip(flags.strip_components.text(), &stored)?;
        let targets: Vec<PathBuf> = stored
            .iter()
            .map(|path| {
                folder.join(
                    Path::new(path)
                        .iter()
                        .skip(strip.unwrap_or(0))
                        .collect::<PathBuf>(),
                )
            })
            .collect();
        if !dry {
            for target in targets.iter().filter(|path| host.files.is_file(path)) {
                let copy = host.files.keep_copy(target)?;
                let words = format!(
                    "{} was there; it is kept as {}",
                    target.display(),
                    copy.display()
                );
                host.bus.line(Level::Warning, "", &words);
            }
        }
        let wants = extract::Wants {
            progress: flags.progress.is_on(),
            dry,
            strip,
            ..extract::Wants::default()
        };
        let mut command = extract::command(self.borg, &self.absolute(), name, wants).args(&stored);
        command.cwd = Some(folder);
        self.borg.run(host, &command, Level::Info)?;
        let back: Vec<_> = targets
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let words = if dry {
            format!(
                "These files would come back from archive {name}: {}",
                back.join(", ")
            )
        } else {
            format!(
                "These files are back, from archive {name}: {}",
                back.join(", ")
            )
        };
        host.bus.line(Level::Answer, "", &words);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Told;

    #[test]
    fn the_format_of_a_name_is_the_last_word() {
        let format = |json: &str| {
            let told: Told = serde_json::from_str(json).unwrap();
            told.format().to_owned()
        };
        let one = r#"{"name": "a-1", "command_line": ["borg", "create", "r::a-{now}"]}"#;
        let two = r#"{"name": "a", "command_line": "borg create --repo r a"}"#;
        assert_eq!(format(one), "r::a-{now}");
        assert_eq!(format(two), "a");
        assert_eq!(format(r#"{"name": "a"}"#), "a");
    }
}
