//! Questions to borg that several actions ask.

use super::Feature;
use super::ready::Borg;
use super::reply::{self, Listing};
use super::repository::Repository;
use crate::host::{Failure, Host, Level, Scope};

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
        let extra = self.options.extra();
        let command = self
            .command(self.renamed("repo-list", "list"))
            .args(self.shared(true))
            .args(matching)
            .args(["--last", "1", "--json"])
            .args(self.extra(self.renamed(&extra.repo_list, &extra.list)))
            .args(self.at(repository.path()))
            .reads();
        let out = self.capture(host, &command)?;
        let listing: Listing = reply::read(&command, &out)?;
        let series = self.has(Feature::ArchiveSeries);
        let latest = listing.archives.last().and_then(|archive| {
            if series {
                archive.id.clone()
            } else {
                archive.archive.clone().or(archive.name.clone())
            }
        });
        let Some(latest) = latest else {
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
}
