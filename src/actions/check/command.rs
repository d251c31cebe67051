//! The command lines of `borg check`, and of the extract check.

use super::due::Wanted;
use crate::actions::Context;
use crate::borg::archive;
use crate::config::groups::CheckName;
use crate::host::{Command, Failure, FailureKind, Level};

/// What borg is asked to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) repository: bool,
    pub(super) archives: bool,
    pub(super) data: bool,
    /// Seconds that the repository check may take.
    pub(super) longest: Option<u32>,
}

impl Plan {
    /// The checks that this does.
    pub(super) fn names(self) -> impl Iterator<Item = CheckName> {
        let all = [
            (self.repository, CheckName::Repository),
            (self.archives, CheckName::Archives),
            (self.data, CheckName::Data),
        ];
        all.into_iter()
            .filter_map(|(does, name)| does.then_some(name))
    }

    /// One call of borg, or two: a limited repository check cannot be joined with archives.
    pub(super) fn parts(self) -> Vec<Self> {
        let archives = Self {
            repository: false,
            longest: None,
            ..self
        };
        let repository = Self {
            archives: false,
            data: false,
            ..self
        };
        match (self.repository, self.archives) {
            (true, true) if self.longest.is_some() => vec![archives, repository],
            (true, true) => vec![self],
            (true, false) => vec![repository],
            (false, true) => vec![archives],
            (false, false) => Vec::new(),
        }
    }
}

/// The flags that choose archives: the same ones name the file that remembers the time.
pub(super) fn matching(context: &Context<'_>, wanted: &[Wanted]) -> Vec<String> {
    let looks = wanted
        .iter()
        .any(|check| matches!(check.name, CheckName::Archives | CheckName::Data));
    let (last, prefix) = (
        context
            .config
            .checks
            .check_last
            .get()
            .filter(|last| **last > 0),
        context.config.retention.prefix.text(),
    );
    if !looks {
        if last.is_some() {
            context.say(
                Level::Warning,
                "check_last does nothing here: neither archives nor data are checked",
            );
        }
        if prefix.is_some() {
            context.say(
                Level::Warning,
                "prefix does nothing here: neither archives nor data are checked",
            );
        }
        return Vec::new();
    }
    let mut flags = Vec::new();
    if let Some(last) = last {
        flags.extend(["--last".to_owned(), last.to_string()]);
    }
    flags.extend(match prefix {
        Some(prefix) => archive::with_prefix(prefix, &context.borg.version),
        None => context.matching(),
    });
    flags
}

pub(super) fn command(
    context: &Context<'_>,
    plan: &Plan,
    matching: &[String],
    repair: bool,
) -> Command {
    let borg = context.borg;
    let progress = context.config.output.progress.is_on();
    let command = borg
        .command("check")
        .when(repair, ["--repair"])
        .option("--max-duration", plan.longest.filter(|_| plan.repository))
        .when(plan.repository && !plan.archives, ["--repository-only"])
        .when(plan.archives && !plan.repository, ["--archives-only"])
        .args(if plan.archives { matching } else { &[] })
        .when(plan.data, ["--verify-data"])
        .args(borg.remote())
        .args(borg.umask())
        .when(
            context.config.logging.takes_json(repair || progress),
            ["--log-json"],
        )
        .args(borg.lock_wait())
        .args(borg.verbose())
        .when(progress, ["--progress"])
        .args(context.extra(&borg.options.extra().check))
        .args(borg.at(context.repository.path()));
    // Repair asks the user; progress is drawn.
    match (repair, progress) {
        (true, _) => command.on_terminal().progress_if(progress),
        (false, true) => command.progress_if(true).reads(),
        (false, false) => command.reads(),
    }
}

/// Extracts the latest archive to nowhere.
pub(super) fn extract(context: &Context<'_>) -> Result<(), Failure> {
    let borg = context.borg;
    let name = match context.archive_name("latest") {
        Err(failure)
            if matches!(failure.kind, FailureKind::Refused)
                && failure.code == "borgmatic::borg::no-archive" =>
        {
            context.say(
                Level::Warning,
                "There is no archive to extract: the extract check is skipped",
            );
            return Ok(());
        }
        name => name?,
    };
    let progress = context.config.output.progress.is_on();
    let command = borg
        .command("extract")
        .arg("--dry-run")
        .args(borg.remote())
        .when(!progress, ["--log-json"])
        .args(borg.lock_wait())
        .args(borg.verbose())
        .when(progress, ["--progress"])
        .when(borg.is_debugging(), ["--list"])
        .args(context.extra(&borg.options.extra().extract))
        .args(borg.at_archive(context.repository.path(), &name))
        .reads();
    borg.run(context.host, &command.progress_if(progress), Level::Info)
}

#[cfg(test)]
mod tests {
    use super::Plan;

    #[test]
    fn a_limited_repository_check_goes_alone_and_last() {
        let all = Plan {
            repository: true,
            archives: true,
            data: false,
            longest: Some(60),
        };
        let parts = all.parts();
        assert_eq!(parts.len(), 2);
        assert!(parts[0].archives && !parts[0].repository && parts[0].longest.is_none());
        assert!(parts[1].repository && !parts[1].archives && parts[1].longest == Some(60));
        assert_eq!(
            Plan {
                longest: None,
                ..all
            }
            .parts()
            .len(),
            1
        );
        assert!(
            Plan {
                repository: false,
                archives: false,
                ..all
            }
            .parts()
            .is_empty()
        );
    }
}
