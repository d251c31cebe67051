//! Where a release comes from: a server, or a file that somebody brought.

use std::path::{Path, PathBuf};

use super::release::{LATEST, SIGNATURE, SUMS, Version, unusable};
use crate::config::find::expand;
use crate::host::{Env, Failure, Files, Host};

/// What is read at most, in bytes: a program, and the texts beside it.
const LARGEST_PROGRAM: u64 = 100 << 20;
const LARGEST_TEXT: u64 = 1 << 20;

pub(super) enum Source {
    /// The address of the folder that holds the folders of all versions.
    Server(String),
    /// A program, with its hashes and their signature beside it.
    File(PathBuf),
}

/// Where the files of one release lie.
pub(super) enum Release {
    /// The address of their folder.
    Folder(String),
    /// A program, whatever it is called; the other files are beside it.
    Beside(PathBuf),
}

/// What proves a release.
pub(super) struct Papers {
    pub(super) sums: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl Source {
    /// `--from`, else a mirror's address from the environment, else the address that the program was
    /// built with.
    pub(super) fn of(from: Option<&str>, built_in: &str, env: &Env) -> Result<Self, Failure> {
        if let Some(path) = from {
            return Ok(Self::File(env.cwd.join(expand(path, env))));
        }
        let base = env.text("BORGMATIC_BASE_URL").unwrap_or(built_in);
        if base.is_empty() {
            return Err(unusable(
                "this program does not know where its releases are",
                "name the address in BORGMATIC_BASE_URL, or a file: borgmatic self-update --from FILE",
            ));
        }
        Ok(Self::Server(base.trim_end_matches('/').to_owned()))
    }

    /// The release of a version; a file is of one only.
    pub(super) fn release(&self, version: &Version) -> Release {
        match self {
            Self::Server(base) => Release::Folder(format!("{base}/{}", version.text())),
            Self::File(path) => Release::Beside(path.clone()),
        }
    }
}

/// The newest version that a server has.
pub(super) fn newest(base: &str, host: &Host<'_>) -> Result<Version, Failure> {
    let url = format!("{base}/{LATEST}");
    let bytes = host.fetch.get(&url, LARGEST_TEXT)?;
    Version::read(&String::from_utf8_lossy(&bytes)).map_err(|failure| Failure {
        words: format!("{url}: {}", failure.words),
        ..failure
    })
}

impl Release {
    pub(super) fn papers(&self, host: &Host<'_>) -> Result<Papers, Failure> {
        let paper = |name: &str| match self {
            Self::Folder(url) => host.fetch.get(&format!("{url}/{name}"), LARGEST_TEXT),
            Self::Beside(program) => {
                let path = program.with_file_name(name);
                read(host.files, &path, LARGEST_TEXT).map_err(|failure| {
                    failure.help(format!(
                        "put {SUMS} and {SIGNATURE} of the release beside the program"
                    ))
                })
            }
        };
        Ok(Papers {
            sums: paper(SUMS)?,
            signature: paper(SIGNATURE)?,
        })
    }

    pub(super) fn program(&self, name: &str, host: &Host<'_>) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Folder(url) => host.fetch.get(&format!("{url}/{name}"), LARGEST_PROGRAM),
            Self::Beside(path) => read(host.files, path, LARGEST_PROGRAM),
        }
    }

    /// The program as a person knows it.
    pub(super) fn shown(&self, name: &str) -> String {
        match self {
            Self::Folder(_) => name.to_owned(),
            Self::Beside(path) => path.display().to_string(),
        }
    }
}

fn read(files: &Files, path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    files
        .read(path, limit)
        .map_err(|error| Failure::file("read", path, &error))
}
