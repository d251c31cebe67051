//! The configuration files: can they be used, what is seldom meant, and can what is to be backed up
//! be read?

use std::io;
use std::path::Path;

use super::{Finding, Visit};
use crate::actions::config::nothing_configured;
use crate::borg::pattern::is_glob;
use crate::config::find::expand;
use crate::config::{Config, Loaded, directories, lints};
use crate::host::files::Sort;
use crate::host::outcome::reason;
use crate::install::strangers;
use crate::option::words::quote;
use crate::text::{Problem, Severity};

pub(super) fn look(visit: &Visit<'_>) -> Vec<Finding> {
    if visit.alone.loaded.is_empty() {
        return vec![Finding::failed(
            "configuration",
            &nothing_configured(visit.host.env),
        )];
    }
    let mut found = Vec::new();
    for loaded in visit.alone.loaded {
        found.push(file(visit, loaded));
        if visit.host.env.user == 0 {
            let others = strangers::of_configurations(&loaded.files, visit.host.files);
            found.extend(
                others.map(|(words, cure)| Finding::look("configuration", words).cure(cure)),
            );
        }
        if let Some(config) = &loaded.config {
            found.extend(sources(visit, config));
        }
    }
    found
}

fn file(visit: &Visit<'_>, loaded: &Loaded) -> Finding {
    let path = loaded.path.to_string_lossy();
    let about = "configuration";
    let see = format!("borgmatic config validate -c {}", quote(&path));
    if loaded.config.is_none() || loaded.problems.has_errors() {
        let first = loaded.problems.errors().next();
        let words = first.map_or_else(String::new, |problem| format!(": {}", problem.words));
        return Finding::wrong(about, format!("{path} cannot be used{words}")).cure(see);
    }
    let hints = lints::of(loaded, visit.host.files, visit.host.env, &[]);
    let is_warning = |problem: &&Problem| problem.severity == Severity::Warning;
    let seldom = hints
        .iter()
        .chain(loaded.problems.iter().filter(is_warning));
    let mut words: Vec<String> = seldom.map(|problem| problem.words.clone()).collect();
    words.extend(loaded.old_forms());
    match words.split_first() {
        None => Finding::good(about, path),
        Some((first, [])) => Finding::look(about, format!("{path}: {first}")).cure(see),
        Some((first, more)) => {
            Finding::look(about, format!("{path}: {first}, and {} more", more.len())).cure(see)
        }
    }
}

/// Can the sources be read? Globs are followed to their first letter that is one.
fn sources(visit: &Visit<'_>, config: &Config) -> Vec<Finding> {
    let env = visit.host.env;
    let base = directories::working(&config.source, env).unwrap_or_else(|| env.cwd.clone());
    let own = config
        .source
        .source_directories
        .items()
        .iter()
        .map(String::as_str);
    let lines = config.exclude.patterns.items().iter();
    let roots = lines.filter_map(|line| line.0.trim().strip_prefix("R "));
    let written: Vec<&str> = own.chain(roots.map(str::trim)).collect();
    let about = "sources";
    let mut found = Vec::new();
    for source in &written {
        let path = base.join(expand(plain(source), env));
        if let Err(error) = readable(visit, &path) {
            let words = format!("{} cannot be read: {}", path.display(), reason(&error));
            found.push(match error.kind() {
                io::ErrorKind::PermissionDenied => Finding::wrong(about, words)
                    .cure("run backups as a user who may read it, often root"),
                _ => Finding::wrong(about, words)
                    .cure("correct source_directories, or mount what is missing"),
            });
        }
    }
    if found.is_empty() && !written.is_empty() {
        let words = match written.len() {
            1 => format!("{} can be read", written[0]),
            count => format!("all {count} can be read"),
        };
        found.push(Finding::good(about, words));
    }
    found
}

/// The part of a path before its first glob.
fn plain(source: &str) -> &str {
    if !is_glob(source) {
        return source;
    }
    let mut end = 0;
    for part in source.split_inclusive('/') {
        if is_glob(part) {
            break;
        }
        end += part.len();
    }
    &source[..end]
}

fn readable(visit: &Visit<'_>, path: &Path) -> io::Result<()> {
    let files = visit.host.files;
    match files.sort(path)? {
        Sort::Directory => files.names(path).map(drop),
        Sort::File => files.open(path).map(drop),
        // borg stores the link itself, and opens nothing special.
        Sort::Link | Sort::Special => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_glob_is_followed_to_where_it_begins() {
        for (source, before) in [
            ("/home", "/home"),
            ("/home/*/mail", "/home/"),
            ("/var/log/sys*", "/var/log/"),
            ("~/a?", "~/"),
            ("*", ""),
        ] {
            assert_eq!(plain(source), before);
        }
    }
}
