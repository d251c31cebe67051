//! Where a release comes from: a server, or a folder with files that somebody brought.

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

/// What is needed of a release to install it.
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

    /// The version that it has: the newest one, or that of the file.
    pub(super) fn version(&self, host: &Host<'_>) -> Result<Version, Failure> {
        match self {
            Self::Server(base) => {
                let url = format!("{base}/{LATEST}");
                let bytes = host.fetch.get(&url, LARGEST_TEXT)?;
                Version::read(&String::from_utf8_lossy(&bytes)).map_err(|failure| Failure {
                    words: format!("{url}: {}", failure.words),
                    ..failure
                })
            }
            Self::File(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                Version::of_program(&name).ok_or_else(|| {
                    let like = Version::own().program();
                    let words = format!(
                        "{}: is this a released program for this machine?",
                        path.display()
                    );
                    unusable(words, format!("it is named like {like}: keep that name"))
                })
            }
        }
    }

    pub(super) fn papers(&self, version: &Version, host: &Host<'_>) -> Result<Papers, Failure> {
        Ok(Papers {
            sums: self.read(version, SUMS, LARGEST_TEXT, host)?,
            signature: self.read(version, SIGNATURE, LARGEST_TEXT, host)?,
        })
    }

    pub(super) fn program(&self, version: &Version, host: &Host<'_>) -> Result<Vec<u8>, Failure> {
        self.read(version, &version.program(), LARGEST_PROGRAM, host)
    }

    fn read(
        &self,
        version: &Version,
        name: &str,
        limit: u64,
        host: &Host<'_>,
    ) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Server(base) => host
                .fetch
                .get(&format!("{base}/{}/{name}", version.text()), limit),
            Self::File(path) => beside(host.files, path, name, limit),
        }
    }
}

fn beside(files: &Files, program: &Path, name: &str, limit: u64) -> Result<Vec<u8>, Failure> {
    let path = program.with_file_name(name);
    files.read(&path, limit).map_err(|error| {
        let failure = Failure::file("read", &path, &error);
        if name == SUMS || name == SIGNATURE {
            return failure.help(format!(
                "put {SUMS} and {SIGNATURE} of the release beside the program"
            ));
        }
        failure
    })
}
