//! Borg's answers in JSON, as far as we read them. Everything else in them is passed on untouched.

use serde::Deserialize;

use super::hear::MOST;
use crate::host::{Command, Failure};

#[derive(Debug, Deserialize)]
pub struct Info {
    pub repository: RepositoryReply,
    pub encryption: Option<Encryption>,
}

#[derive(Debug, Deserialize)]
pub struct RepositoryReply {
    pub id: String,
}

#[derive(Debug, Deserialize)]
pub struct Encryption {
    /// Borg 2 has other betas that call it otherwise.
    #[serde(alias = "encryption")]
    pub mode: String,
    /// Borg 2.
    pub id_hash: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Listing {
    pub archives: Vec<ArchiveReply>,
}

#[derive(Debug, Deserialize)]
pub struct ArchiveReply {
    pub name: Option<String>,
    pub archive: Option<String>,
    pub id: Option<String>,
    /// Borg 1: of its own clock, with no zone.
    pub start: Option<String>,
}

/// An answer of which nothing is kept.
pub(super) fn too_long(command: &Command) -> Failure {
    let most = MOST >> 20;
    let words = format!("the answer of `{command}` is longer than {most} MiB");
    Failure::new("borgmatic::borg::answer", words)
        .help("ask for fewer archives, with --last or --match-archives; or is this no borg?")
}

/// Reads an answer; says which command gave one that cannot be read.
pub fn read<'a, T: Deserialize<'a>>(command: &Command, answer: &'a str) -> Result<T, Failure> {
    serde_json::from_str(answer).map_err(|error| {
        let mut failure = Failure::new(
            "borgmatic::borg::answer",
            format!("the answer of `{command}` cannot be read: {error}"),
        )
        .help("is this a borg? see what it prints: borgmatic --verbosity 2");
        failure.tail = answer.lines().take(5).map(str::to_owned).collect();
        failure
    })
}
