//! Rules between options, which no single one can tell.

use super::Config;
use crate::text::{Problem, Problems};

/// Adds a problem for each broken rule.
pub fn rules(config: &Config, out: &mut Problems) {
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
