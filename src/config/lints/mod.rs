//! What is allowed, and seldom meant: looked for where somebody asks (`config validate`), never on a
//! run. Each can be allowed by its name, on the command line or by a comment in the file.

mod paths;
mod runs;
pub mod secrets;

use super::{Config, Loaded, Unit};
use crate::host::{Env, Failure, Files};
use crate::text::near::nearest;
use crate::text::{Node, Origin, Problem, Problems};

/// The last part of each code: `borgmatic::lint::NAME`.
pub const NAMES: [&str; 10] = [
    "source-missing",
    "repository-in-source",
    "no-retention",
    "keeps-nothing",
    "readable-secret",
    "checks-every-time",
    "prunes-others",
    "repository-twice",
    "secret-cut",
    "secret-example",
];

/// The name in what a person writes: `keeps-nothing` or its whole code.
fn name(written: &str) -> &str {
    written.rsplit("::").next().unwrap_or(written)
}

/// Refuses names that no lint has.
pub fn known(allowed: &[String]) -> Result<(), Failure> {
    let unknown = allowed
        .iter()
        .find(|written| !NAMES.contains(&name(written)));
    let Some(written) = unknown else {
        return Ok(());
    };
    let help = match nearest(name(written), NAMES) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are: {}", NAMES.join(", ")),
    };
    let words = format!("--allow {written}: there is no such lint");
    Err(Failure::new("borgmatic::cli::value", words).help(help))
}

/// The lints of a file that can be used, without those that are allowed.
pub fn of(loaded: &Loaded, files: &Files, env: &Env, allowed: &[String]) -> Problems {
    let mut found = Problems::default();
    if let (Some(config), Some(tree)) = (&loaded.config, &loaded.tree) {
        let file = File {
            config,
            tree,
            units: &loaded.units,
            files,
            env,
        };
        file.sources(&mut found);
        file.repositories(&mut found);
        file.retention(&mut found);
        file.checks(&mut found);
        file.secrets(&mut found);
    }
    let mut kept = Problems::default();
    kept.extend_new(found.into_iter().filter(|problem| {
        let lint = name(problem.code);
        !allowed.iter().any(|written| name(written) == lint) && !by_comment(problem, lint)
    }));
    kept
}

/// `# borgmatic: allow NAME` on the line, above it, or above the first option for the whole file.
fn by_comment(problem: &Problem, lint: &str) -> bool {
    let Some((origin, _)) = problem.labels.first() else {
        return false;
    };
    let allows = |line: &str| {
        let words = line
            .split_once("# borgmatic: allow ")
            .map(|(_, names)| names);
        words.is_some_and(|names| {
            let mut names = names.split([' ', ',']).map(str::trim);
            names.any(|written| name(written) == lint)
        })
    };
    let source = &origin.source;
    let here = origin.line();
    let line = |number: usize| source.line(number).unwrap_or_default().trim();
    let above = (1..here).rev();
    let above = above.take_while(|&number| line(number).starts_with('#'));
    let head = (1..=here).take_while(|&number| {
        let words = line(number);
        words.is_empty() || words.starts_with('#') || words == "---"
    });
    let mut places = above.chain(head).chain([here]);
    places.any(|number| allows(line(number)))
}

fn lint(code: &'static str, words: impl Into<String>, place: &Origin, label: &str) -> Problem {
    Problem::new(code, words).at(place, label).warning()
}

struct File<'a> {
    config: &'a Config,
    tree: &'a Node,
    units: &'a [Unit],
    files: &'a Files,
    env: &'a Env,
}

impl File<'_> {
    fn items(&self, name: &str) -> &[Node] {
        self.tree.get(name).map_or(&[], Node::items)
    }
}
