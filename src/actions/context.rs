//! What an action may see. It goes to `run` and no further: builders take what they need.

use std::path::{Path, PathBuf};

use crate::borg::{Borg, Known, Repository, archive};
use crate::config::load::Wishes;
use crate::config::{Config, Loaded};
use crate::host::{Command, Failure, Host, Level};
use crate::option::{Opt, Words};

/// For an action on one repository.
pub struct Context<'a> {
    pub host: &'a Host<'a>,
    pub borg: &'a Borg<'a>,
    pub config: &'a Config,
    pub repository: &'a Repository,
    /// The file that configures the repository.
    pub file: &'a Path,
    /// All files that the run's configurations were read from.
    pub files: &'a [PathBuf],
    /// `--dry-run`.
    pub dry: bool,
}

/// For an action without a repository.
pub struct Alone<'a> {
    pub host: &'a Host<'a>,
    /// The configuration files, as far as they could be loaded.
    pub loaded: &'a [Loaded],
    /// The files and directories that `--config` names.
    pub configs: &'a [String],
    /// How the files were to be loaded.
    pub wishes: &'a Wishes,
    pub dry: bool,
}

/// For an action that runs once, after all repositories.
pub struct Last<'a> {
    pub host: &'a Host<'a>,
    /// That of the last file. borgmatic 2.1.10: the same.
    pub config: &'a Config,
    pub known: &'a Known,
    /// The borg of the first file. borgmatic 2.1.10: the same.
    pub program: &'a str,
    pub dry: bool,
}

impl Context<'_> {
    /// Says a line in the name of the repository.
    pub fn say(&self, level: Level, line: &str) {
        self.host.bus.line(level, self.repository.name(), line);
    }

    /// Says what is being done; in a dry run, that nothing changes.
    pub fn announce(&self, level: Level, line: &str) {
        if self.dry {
            self.say(level, &format!("{line} (dry run: nothing changes)"));
        } else {
            self.say(level, line);
        }
    }

    /// The flags that limit a command to this configuration's archives.
    pub fn matching(&self) -> Vec<String> {
        self.matching_name(self.config.archive.match_archives.text())
    }

    /// The same, for archives that were chosen another way.
    pub fn matching_name(&self, chosen: Option<&str>) -> Vec<String> {
        archive::matching(
            chosen,
            self.config.archive.archive_name_format.text(),
            &self.borg.version,
        )
    }

    /// The real name of an archive, `latest` included.
    pub fn archive_name(&self, name: &str) -> Result<String, Failure> {
        self.borg.archive_name(
            self.host,
            self.repository,
            name,
            &self.matching(),
            self.repository.name(),
        )
    }

    pub fn extra(&self, words: &Opt<Words>) -> Vec<String> {
        self.borg.extra(words).to_vec()
    }

    /// Runs a command for a JSON answer, with the repository's label in it.
    pub fn json(&self, command: &Command) -> Result<super::Answer, Failure> {
        let out = self.borg.capture(self.host, command)?;
        self.document(command, &out)
    }

    /// Reads the JSON answer of a command.
    pub fn document(&self, command: &Command, out: &str) -> Result<super::Answer, Failure> {
        if self.dry && out.trim().is_empty() {
            return Ok(super::Answer::Done);
        }
        let document = out.find('{').map_or(out, |start| &out[start..]);
        let mut value: serde_json::Value = crate::borg::reply::read(command, document)?;
        if let Some(repository) = value
            .get_mut("repository")
            .and_then(serde_json::Value::as_object_mut)
        {
            repository.insert(
                "label".into(),
                self.repository.label.or(String::new()).into(),
            );
        }
        Ok(super::Answer::Json(value))
    }

    /// Where relative paths start from.
    pub fn working(&self) -> &Path {
        self.borg.cwd.as_deref().unwrap_or(&self.host.env.cwd)
    }
}
