//! An archive with streams in it is made under a name that says it is not whole, and gets its own name
//! once borg and all streams have ended well. borgmatic 2.1.10: the same, with the same commands.
//!
//! The name is borg's, so it has to be asked for. What is found must be the archive that was just made:
//! another one may lack what its own streams did not deliver.

use jiff::civil::DateTime;
use jiff::{Timestamp, Zoned};
use serde_json::Value;

use crate::actions::Context;
use crate::borg::reply::ArchiveReply;
use crate::borg::{Borg, archive, pattern};
use crate::host::{Command, Failure, Level};

pub(super) const SUFFIX: &str = ".checkpoint";

/// Gives the archive its name, and returns that. `told` is the name that borg told of; `ended`: when it
/// had made the archive.
pub(super) fn take_away(
    context: &Context<'_>,
    told: Option<&str>,
    ended: &Zoned,
) -> Result<String, Failure> {
    let (host, borg) = (context.host, context.borg);
    let found = find(context, told, ended)?;
    let old = name(&found).unwrap_or_default().to_owned();
    let Some(new) = old.strip_suffix(SUFFIX) else {
        return Err(missing(context, Some(&old)));
    };
    let Some(handle) = borg.handle(found) else {
        return Err(missing(context, Some(&old)));
    };
    let words = format!("All of it is there: {old} becomes {new}");
    context.say(Level::Info, &words);
    let path = context.repository.path();
    let command = rename(borg, path, &handle, new);
    let made = borg.made();
    borg.run(host, &command, Level::Info)?;
    borg.made_is(made.named(new));
    Ok(new.to_owned())
}

/// Puts the name and the new id of the archive into the answer of create.
pub(super) fn put_into(
    context: &Context<'_>,
    document: &mut Value,
    new: &str,
) -> Result<(), Failure> {
    let (host, borg) = (context.host, context.borg);
    let latest = borg.latest(host, context.repository, &context.matching(), false)?;
    let id = latest
        .filter(|archive| name(archive) == Some(new))
        .and_then(|archive| archive.id);
    if let Some(archive) = document.get_mut("archive").and_then(Value::as_object_mut) {
        archive.insert("name".into(), new.into());
        archive.insert("id".into(), id.into());
    }
    Ok(())
}

/// Pure.
fn rename(borg: &Borg<'_>, repository: &str, old: &str, new: &str) -> Command {
    borg.command("rename")
        .args(borg.verbose())
        .args(borg.shared(true))
        .args(borg.extra(&borg.options.extra().rename))
        .args(borg.at_archive(repository, old))
        .arg(new)
}

fn name(archive: &ArchiveReply) -> Option<&str> {
    archive.name.as_deref().or(archive.archive.as_deref())
}

fn find(context: &Context<'_>, told: Option<&str>, ended: &Zoned) -> Result<ArchiveReply, Failure> {
    let options = &context.config.archive;
    let format = options.archive_name_format.text();
    let format = format.unwrap_or(archive::default_format(&context.borg.version));
    let chosen = options.match_archives.text();
    let is_it = |found: &ArchiveReply| {
        let name = name(found).unwrap_or_default();
        name.ends_with(SUFFIX)
            && told.is_none_or(|told| told == name)
            && (chosen.is_none() || fits(name, format))
            && !found
                .start
                .as_deref()
                .is_some_and(|start| is_later(start, ended))
    };
    let mut last = None;
    for flags in searches(
        chosen,
        options.archive_name_format.text(),
        &context.borg.version,
    ) {
        match context
            .borg
            .latest(context.host, context.repository, &flags, true)?
        {
            Some(found) if is_it(&found) => return Ok(found),
            found => last = found.or(last),
        }
    }
    Err(missing(context, last.as_ref().and_then(name)))
}

/// The flags to look for the archive with, one after the other. Those that choose this configuration's
/// archives need not take in its own names with more behind them.
fn searches(
    chosen: Option<&str>,
    format: Option<&str>,
    version: &crate::borg::Version,
) -> Vec<Vec<String>> {
    // Those that are filled in anew each time they are asked for.
    let own = format.unwrap_or(archive::default_format(version));
    let own = own.replace("{uuid4}", "*").replace("{unixtime}", "*");
    let goes_on = |pattern: &str| pattern.ends_with('*');
    let usual = archive::matching(chosen, Some(&own), version);
    let exact = archive::matching(None, Some(&format!("{own}{SUFFIX}")), version);
    match chosen {
        None if goes_on(&archive::timeless(&own)) => vec![usual],
        None => vec![exact],
        Some(chosen) if archive::is_all(chosen) => vec![usual],
        Some(_) => vec![usual, exact],
    }
}

/// Can a name come from this format?
fn fits(name: &str, format: &str) -> bool {
    let (mut glob, mut rest) = (String::new(), format);
    while let Some((before, after)) = rest.split_once('{') {
        glob += &before.replace(['*', '?', '['], "?");
        glob.push('*');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    glob += &rest.replace(['*', '?', '['], "?");
    pattern::fnmatch(name, &format!("{glob}{SUFFIX}"))
}

/// Was an archive begun after ours had ended? Then another run has made it.
fn is_later(start: &str, ended: &Zoned) -> bool {
    let start = start.parse::<Timestamp>().or_else(|_| {
        let start = start.parse::<DateTime>()?;
        start
            .to_zoned(ended.time_zone().clone())
            .map(|start| start.timestamp())
    });
    start.is_ok_and(|start| start > ended.timestamp())
}

fn missing(context: &Context<'_>, found: Option<&str>) -> Failure {
    let repository = context.repository.name();
    let words = match found {
        Some(name) => format!(
            "the archive that was just made is not found in {repository}: the latest that matches is {name}, and nothing is renamed"
        ),
        None => format!("the archive that was just made is not found in {repository}"),
    };
    Failure::new("borgmatic::create::checkpoint", words).help(format!(
        "it is whole, but its name ends in {SUFFIX}: see it with borgmatic borg list --consider-checkpoints, and take the option match_archives out, or let it match the names that archive_name_format makes"
    ))
}

#[cfg(test)]
mod tests {
    use super::{fits, is_later, searches};
    use crate::borg::Version;

    const ONE: Version = Version::new(1, 4, 5);
    const TWO: Version = Version::beta(2, 0, 0, 22);

    /// The patterns that are tried; none means all archives.
    fn tried(chosen: Option<&str>, format: Option<&str>, version: &Version) -> Vec<String> {
        let searches = searches(chosen, format, version);
        let pattern = |flags: &Vec<String>| flags.last().cloned().unwrap_or_default();
        searches.iter().map(pattern).collect()
    }

    #[test]
    fn the_search_takes_in_the_name_with_its_suffix() {
        assert_eq!(tried(None, None, &ONE), ["{hostname}-*"]);
        assert_eq!(tried(None, Some("a-{now}"), &ONE), ["a-*"]);
        assert_eq!(tried(None, Some("{now}"), &ONE), [""]);
        // borgmatic 2.1.10: fails with these.
        assert_eq!(tried(None, None, &TWO), ["sh:{hostname}.checkpoint"]);
        assert_eq!(tried(None, Some("one"), &ONE), ["one.checkpoint"]);
        assert_eq!(tried(None, Some("{now}-a"), &ONE), ["*-a.checkpoint"]);
        assert_eq!(tried(None, Some("a-{uuid4}"), &ONE), ["a-*"]);
        assert_eq!(tried(Some("*"), Some("a"), &ONE), [""]);
        let both = ["a", "a-*.checkpoint"];
        assert_eq!(tried(Some("a"), Some("a-{now}"), &ONE), both);
    }

    #[test]
    fn a_name_is_told_from_those_of_other_formats() {
        assert!(fits("host-1.checkpoint", "{hostname}-{now}"));
        assert!(fits("a[b]-1.checkpoint", "a[b]-{now:%d}"));
        assert!(!fits("host-1", "{hostname}-{now}"));
        assert!(!fits("other-1.checkpoint", "docs-{now}"));
        assert!(!fits("docs-1-old.checkpoint", "docs-{now}-new"));
    }

    #[test]
    fn an_archive_of_a_later_run_is_told_by_its_start() {
        let ended = "2026-11-29T18:00:00+01:00[+01:00]".parse().unwrap();
        for (start, later) in [
            ("2026-11-29T17:59:59.999999", false),
            ("2026-11-29T18:00:00.000001", true),
            ("2026-11-29T17:00:01+00:00", true),
            ("2026-11-29T16:59:59+00:00", false),
            ("Sun, 2026-11-29", false),
        ] {
            assert_eq!(is_later(start, &ended), later, "{start}");
        }
    }
}
