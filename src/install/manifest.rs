//! What was installed, as the installer wrote it down: every file with its hash, so that the next run
//! tells what is ours, what was edited, and what is somebody else's.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::claims;
use super::paths::Paths;
use super::recipe::{Crontab, Kind};
use super::schedulers::Scheduler;
use super::systemd;
use crate::host::files::moved_out;
use crate::host::{Failure, Files};

/// The largest manifest that is read, in bytes.
const LARGEST: u64 = 16 << 20;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of the program that wrote it.
    pub version: String,
    /// Who starts the backups.
    pub scheduler: Option<Scheduler>,
    /// The flags that say what an installation is.
    pub flags: Vec<String>,
    /// The configurations that were named.
    pub configs: Vec<String>,
    pub entries: Vec<Entry>,
    /// Directories that were made for it.
    pub folders: Vec<PathBuf>,
}

/// One file, link or block of lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub path: PathBuf,
    pub kind: What,
    /// Of the bytes of a file, of where a link points, of the lines of a block.
    pub sha256: String,
    pub mode: u32,
    /// User and group, as numbers: `0:0`.
    pub owner: String,
    /// Of the program whose text it is.
    pub template_version: String,
    pub origin: Origin,
    /// Where what it replaced is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<PathBuf>,
    /// As it was written, where people edit it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Edited, and to stay so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    File(Kind),
    Link(PathBuf),
    Block(Crontab),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Created,
    /// Something of somebody else's was there.
    Replaced,
}

impl What {
    /// Is it text that people edit?
    pub fn is_edited(&self) -> bool {
        match self {
            Self::File(kind) => kind.is_edited(),
            Self::Block(_) => true,
            Self::Link(_) => false,
        }
    }
}

impl Entry {
    /// Does it start backups?
    pub fn is_schedule(&self) -> bool {
        self.kind.is_edited() || systemd::is_enabling(&self.path)
    }
}

impl Manifest {
    pub fn entry(&self, path: &Path) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.path == path)
    }

    /// Does it say the same, in whatever order?
    pub fn is_like(&self, other: &Self) -> bool {
        let sorted = |one: &Self| {
            let mut one = one.clone();
            one.entries.sort_by(|one, next| one.path.cmp(&next.path));
            one
        };
        sorted(self) == sorted(other)
    }

    /// As the file has it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// What is known of earlier installations.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub manifest: Option<Manifest>,
    /// What a run that was killed had begun.
    pub begun: Option<Manifest>,
}

impl Known {
    pub fn read(files: &Files, paths: &Paths) -> Result<Self, Failure> {
        // An uninstallation that was killed at its very end has its note there.
        let moved_out = paths.state_and_above().map(moved_out);
        let notes = std::iter::once(paths.begun()).chain(moved_out);
        let begun = notes
            .map(|note| read(files, &note))
            .find(|read| !matches!(read, Ok(None)));
        let known = Self {
            manifest: read(files, &paths.manifest)?,
            begun: begun.transpose()?.flatten(),
        };
        known.claims_its_own(paths)?;
        Ok(known)
    }

    /// Refuses what names anything that we do not write: it would be removed.
    fn claims_its_own(&self, paths: &Paths) -> Result<(), Failure> {
        let strange = self.all().flat_map(|one| claims::strange(one, paths));
        let shown: Vec<String> = strange.map(|path| path.display().to_string()).collect();
        if shown.is_empty() {
            return Ok(());
        }
        let words = format!(
            "{} names what this installer does not write: {}",
            paths.manifest.display(),
            shown.join(", ")
        );
        Err(Failure::new("borgmatic::install::manifest", words).help(
            "somebody changed it: bring it back from a backup, or move it away and install again; \
             files that are as they would be installed count as ours",
        ))
    }

    pub fn is_empty(&self) -> bool {
        self.manifest.is_none() && self.begun.is_none()
    }

    /// The newest word on what is installed.
    pub fn last(&self) -> Option<&Manifest> {
        self.manifest.as_ref().or(self.begun.as_ref())
    }

    /// All that we have written, or were about to: later words first.
    fn all(&self) -> impl Iterator<Item = &Manifest> {
        self.begun.iter().chain(&self.manifest)
    }

    pub fn entry(&self, path: &Path) -> Option<&Entry> {
        self.last()?
            .entry(path)
            .or_else(|| self.begun.as_ref()?.entry(path))
    }

    /// Did we write these bytes there?
    pub fn is_ours(&self, path: &Path, hash: &str) -> bool {
        self.all()
            .any(|manifest| manifest.entry(path).is_some_and(|own| own.sha256 == hash))
    }

    /// Every entry of both, each path once.
    pub fn entries(&self) -> Vec<&Entry> {
        let mut found: Vec<&Entry> = Vec::new();
        for manifest in self.manifest.iter().chain(&self.begun) {
            for entry in &manifest.entries {
                if found.iter().all(|other| other.path != entry.path) {
                    found.push(entry);
                }
            }
        }
        found
    }

    /// Every directory that was made.
    pub fn folders(&self) -> Vec<&PathBuf> {
        let mut found: Vec<&PathBuf> = Vec::new();
        for folder in self.all().flat_map(|manifest| &manifest.folders) {
            if !found.contains(&folder) {
                found.push(folder);
            }
        }
        found
    }
}

fn read(files: &Files, path: &Path) -> Result<Option<Manifest>, Failure> {
    if !files.is_there(path) {
        return Ok(None);
    }
    let bytes = files
        .read(path, LARGEST)
        .map_err(|error| Failure::file("read", path, &error))?;
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        let words = format!("{} cannot be understood: {error}", path.display());
        Failure::new("borgmatic::install::manifest", words).help(
            "it tells which files are ours: bring it back from a backup, or move it away and \
             install again; files that are as they would be installed count as ours",
        )
    })
}
