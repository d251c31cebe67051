//! Which borg can do what: one table. borgmatic 2.1.10: the same gates.

use super::version::Version;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// The `compact` command; below it, prune frees the space.
    Compact,
    /// `--atime`; below it, access times are stored unless `--noatime`.
    Atime,
    /// `--noflags`; below it, `--nobsdflags`.
    Noflags,
    /// `--numeric-ids`; below it, `--numeric-owner`.
    NumericIds,
    /// `--upload-ratelimit`; below it, `--remote-ratelimit`.
    UploadRatelimit,
    CompactDryRun,
    /// `--repo REPO ARCHIVE`; below it, `REPO::ARCHIVE`.
    SeparateRepository,
    /// `repo-create`, `repo-list`, `repo-info`, `repo-delete`; below it, `init`, `list`, `info`,
    /// `delete`.
    RepoCommands,
    /// `--match-archives`; below it, `--glob-archives`.
    MatchArchives,
    /// `-` in a list filter shows excluded files; below it, they are `x`.
    ExcludedMinus,
    /// `--stats` of prune and delete is gone.
    NoPruneStats,
    /// Archives of one name form a series, and hashes name archives.
    ArchiveSeries,
    /// `BORG_REMOTE_PATH` instead of `--remote-path`.
    RemotePathVariable,
}

impl Feature {
    /// The first version that has it.
    pub const fn since(self) -> Version {
        match self {
            Self::Compact => Version::alpha(1, 2, 0, 2),
            Self::Atime => Version::alpha(1, 2, 0, 7),
            Self::Noflags => Version::alpha(1, 2, 0, 8),
            Self::NumericIds | Self::UploadRatelimit => Version::beta(1, 2, 0, 3),
            Self::CompactDryRun => Version::new(1, 2, 9),
            Self::SeparateRepository | Self::RepoCommands => Version::alpha(2, 0, 0, 2),
            Self::MatchArchives => Version::beta(2, 0, 0, 3),
            Self::ExcludedMinus => Version::beta(2, 0, 0, 5),
            Self::NoPruneStats => Version::beta(2, 0, 0, 10),
            Self::ArchiveSeries => Version::beta(2, 0, 0, 11),
            Self::RemotePathVariable => Version::beta(2, 0, 0, 23),
        }
    }
}
