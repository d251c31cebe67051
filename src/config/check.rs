//! Rules between options, which no single one can tell.

use std::path::Path;

use super::Config;
use crate::text::near::nearest;
use crate::text::{Problem, Problems};

/// Adds a problem for each broken rule.
pub fn rules(config: &Config, out: &mut Problems) {
    patterns(config, out);
    repositories(config, out);
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
        let names = known.iter().map(crate::borg::Repository::name);
        let help = match nearest(name, names.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", names.collect::<Vec<_>>().join(", ")),
        };
        let words = format!("`check_repositories` names `{name}`, which is not a repository here");
        let problem = Problem::new("borgmatic::config::check-repository", words);
        out.add(problem.at(origin, "in this list").help(help));
    }
}

/// Each line of `patterns` must be one.
fn patterns(config: &Config, out: &mut Problems) {
    let patterns = config.exclude.patterns.items();
    for line in patterns
        .iter()
        .map(|line| line.trim())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if let (Err(words), Some(origin)) = (
            crate::borg::pattern::Pattern::parse(line),
            config.exclude.patterns.origin(),
        ) {
            let problem =
                Problem::new("borgmatic::config::pattern", words).at(origin, "in this list");
            out.add(problem.help("write for example: R /home, - /home/*/.cache, + /home/susan"));
        }
    }
}
