//! Rules between options, which no single one can tell.

use std::path::Path;

use super::{Config, placeholders};
use crate::borg::Repository;
use crate::text::near::nearest;
use crate::text::{Problem, Problems, listed};

/// Adds a problem for each broken rule.
pub fn rules(config: &Config, out: &mut Problems) {
    empty(config, out);
    repositories(config, out);
    placeholders::rules(config, out);
    umask(config, out);
    line_ends(config, out);
}

/// Borg 1 takes line ends in names (Borg 2 refuses them): archives and directories are made that are
/// hard to name, and a pattern with one matches nothing else. Mostly a `|` has put it there.
fn line_ends(config: &Config, out: &mut Problems) {
    let archive = &config.archive;
    let names = [
        ("archive_name_format", &archive.archive_name_format),
        ("match_archives", &archive.match_archives),
    ];
    let repositories = config.repositories.repositories.items().iter();
    let paths = repositories.map(|repository| ("path", &repository.path));
    for (name, option) in names.into_iter().chain(paths) {
        let (Some(text), Some(origin)) = (option.text(), option.origin()) else {
            continue;
        };
        if text.contains(['\n', '\r']) {
            let words =
                format!("`{name}` holds a line end, which borg takes for a part of the name");
            let problem = Problem::new("borgmatic::config::line-end", words);
            let help = format!("write it behind `{name}:` in one line, without | or >");
            out.add(problem.at(origin, "more than a line").help(help).warning());
        }
    }
}

/// The decimal digits of `umask` are octal ones. borgmatic 2.1.10 finds that out when a hook is to run.
fn umask(config: &Config, out: &mut Problems) {
    let option = &config.borg.umask;
    if let (Some(digits), Some(origin)) = (option.get(), option.origin())
        && crate::hooks::command::run::umask(*digits).is_none_or(|mask| mask > 0o777)
    {
        let words = format!("`umask` is {digits}: it has three digits at most, from 0 to 7");
        let problem = Problem::new("borgmatic::config::umask", words);
        out.add(problem.at(origin, "here").help("for example: umask: 77"));
    }
}

/// What `check_repositories` names must exist.
fn repositories(config: &Config, out: &mut Problems) {
    let known = config.repositories.repositories.items();
    let chosen = &config.checks.check_repositories;
    for name in chosen.items() {
        let found = known
            .iter()
            .any(|repository| repository.matches(name, Path::new("/")));
        let (false, Some(origin)) = (found, chosen.origin()) else {
            continue;
        };
        let names: Vec<_> = known.iter().map(Repository::shown_name).collect();
        let help = match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", listed(&names)),
        };
        let words = format!("`check_repositories` names `{name}`, which is not a repository here");
        let problem = Problem::new("borgmatic::config::check-repository", words);
        out.add(problem.at(origin, "in this list").help(help));
    }
}

/// A list of repositories without one. borgmatic 2.1.10 takes it, and does nothing.
fn empty(config: &Config, out: &mut Problems) {
    let list = &config.repositories.repositories;
    if let (Some([]), Some(origin)) = (list.get().map(Vec::as_slice), list.origin()) {
        let words = "no repository is configured";
        out.add(
            Problem::new("borgmatic::config::no-repository", words)
                .at(origin, "an empty list: nothing is backed up")
                .help("name one: - path: /mnt/backup.borg")
                .warning(),
        );
    }
}
