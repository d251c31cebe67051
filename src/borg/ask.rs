//! Questions to borg that several actions ask.

use super::Feature;
use super::ready::Borg;
use super::reply::{self, ArchiveReply, Listing};
use super::repository::Repository;
use crate::host::{Command, Failure, Host, Level, Scope};

impl Borg<'_> {
    /// The names of archives, one in a line; `choice` chooses among them and says `--short`.
    pub fn archive_names(
        &self,
        host: &Host<'_>,
        repository: &Repository,
        choice: Vec<String>,
    ) -> Result<Vec<String>, Failure> {
        let extra = self.options.extra();
        let command = self
            .command(self.renamed("repo-list", "list"))
            .args(self.verbose())
            .args(self.shared(true))
            .args(choice)
            .args(self.extra(self.renamed(&extra.repo_list, &extra.list)))
            .args(self.at(repository.path()))
            .reads();
        let out = self.capture(host, &command)?;
        let names = out.lines().filter(|name| !name.is_empty());
        Ok(names.map(str::to_owned).collect())
    }

    /// The real name of an archive: `latest` is looked up among this configuration's archives.
    pub fn archive_name(
        &self,
        host: &Host<'_>,
        repository: &Repository,
        name: &str,
        matching: &[String],
        scope: &Scope,
    ) -> Result<String, Failure> {
        if name != "latest" {
            return Ok(name.to_owned());
        }
        let latest = self.latest(host, repository, matching, false)?;
        let Some(latest) = latest.and_then(|archive| self.handle(archive)) else {
            let words = format!("{} has no archives that match", repository.name());
            return Err(Failure::new("borgmatic::borg::no-archive", words)
                .help("make one: borgmatic create, or see what is there: borgmatic repo-list --match-archives '*'"));
        };
        host.bus.line(
            Level::Debug,
            scope,
            &format!("the latest archive is {latest}"),
        );
        Ok(latest)
    }

    /// The latest of the archives that match; `checkpoints`: also of those whose names say that they
    /// are not whole.
    pub fn latest(
        &self,
        host: &Host<'_>,
        repository: &Repository,
        matching: &[String],
        checkpoints: bool,
    ) -> Result<Option<ArchiveReply>, Failure> {
        let command = self.ask_latest(repository.path(), matching, checkpoints);
        let out = self.capture(host, &command)?;
        let mut listing: Listing = reply::read(&command, &out)?;
        Ok(listing.archives.pop())
    }

    fn ask_latest(&self, repository: &str, matching: &[String], checkpoints: bool) -> Command {
        let extra = self.options.extra();
        // Borg 2 has no checkpoints.
        let checkpoints = checkpoints && !self.has(Feature::RepoCommands);
        self.command(self.renamed("repo-list", "list"))
            .args(self.shared(true))
            .args(matching)
            .when(checkpoints, ["--consider-checkpoints"])
            .args(["--last", "1", "--json"])
            .args(self.extra(self.renamed(&extra.repo_list, &extra.list)))
            .args(self.at(repository))
            .reads()
    }

    /// What a command calls an archive by.
    pub fn handle(&self, archive: ArchiveReply) -> Option<String> {
        if self.has(Feature::ArchiveSeries) {
            archive.id
        } else {
            archive.archive.or(archive.name)
        }
    }
}
