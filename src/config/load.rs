//! Files to configurations: read, parse, apply flags, read typed, once for the file and once for each
//! repository that has options of its own. All problems of all files are collected.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Config, check, is_secret};
use crate::borg::Repository;
use crate::host::Files;
use crate::host::outcome::reason;
use crate::option::flags::{self, Step};
use crate::option::shape::field;
use crate::option::{At, Options, walk};
use crate::text::{self, Kind, Node, Origin, Problem, Problems, Source};

/// The largest configuration file that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// An option that was given on the command line.
#[derive(Clone, Debug)]
pub struct Given {
    pub path: Vec<Step>,
    pub value: Node,
}

/// One repository of a file, and the configuration as it holds for it.
#[derive(Debug)]
pub struct Unit {
    pub repository: Repository,
    pub config: Config,
}

/// One configuration file.
#[derive(Debug)]
pub struct Loaded {
    pub path: PathBuf,
    /// Everything that was read to make it.
    pub files: Vec<PathBuf>,
    /// `None`: it has problems and cannot be used.
    pub config: Option<Config>,
    pub units: Vec<Unit>,
    pub problems: Problems,
}

/// Loads one file.
pub fn load(path: &Path, given: &[Given], files: &Files) -> Loaded {
    let mut problems = Problems::default();
    let mut units = Vec::new();
    let config = tree(path, files, &mut problems).and_then(|mut node| {
        apply(&mut node, given, &mut problems);
        let config = typed(&node, &mut problems)?;
        if problems.has_errors() {
            return None;
        }
        for (repository, entry) in config
            .repositories
            .repositories
            .items()
            .iter()
            .zip(entries(&node))
        {
            let own = own_options(&node, entry);
            let config = match &own {
                Some(node) => typed(node, &mut problems)?,
                None => config.clone(),
            };
            units.push(Unit {
                repository: repository.clone(),
                config,
            });
        }
        Some(config)
    });
    let config = config.filter(|_| !problems.has_errors());
    Loaded {
        path: path.to_owned(),
        files: vec![path.to_owned()],
        config,
        units,
        problems,
    }
}

/// What the options of the command line make by themselves; what is wrong with them is found with a
/// file.
pub fn flags_alone(given: &[Given]) -> Config {
    let nowhere = Origin::new(&Source::plain("command line", ""), 0..0);
    let mut node = Node::new(Kind::Map(Vec::new()), nowhere);
    let mut ignored = Problems::default();
    apply(&mut node, given, &mut ignored);
    Config::take(&node, &At::Top, &mut ignored)
}

/// The tree of a file as it is written.
pub fn tree(path: &Path, files: &Files, problems: &mut Problems) -> Option<Node> {
    let bytes = match files.read(path, LARGEST) {
        Ok(bytes) => bytes,
        Err(error) => {
            problems.add(unreadable(path, &error));
            return None;
        }
    };
    let source = match text::decode(&path.to_string_lossy(), bytes, is_secret) {
        Ok(source) => source,
        Err(problem) => {
            problems.add(*problem);
            return None;
        }
    };
    let node = text::parse(&source, problems)?;
    if matches!(node.kind, Kind::Null) {
        problems.add(empty(path, &source));
        return None;
    }
    Some(node)
}

fn empty(path: &Path, source: &Arc<Source>) -> Problem {
    Problem::new("borgmatic::config::empty", "the configuration is empty")
        .at(&Origin::new(source, 0..0), "nothing here")
        .help(format!(
            "make a new one: borgmatic config generate --overwrite --destination {}",
            path.display()
        ))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    use std::io::ErrorKind;
    let shown = path.display();
    let problem = |what: &str| Problem::new("borgmatic::config::file", format!("{shown}: {what}"));
    match error.kind() {
        ErrorKind::NotFound => problem("there is no such configuration file").help(format!(
            "check the path, or make the file: borgmatic config generate --destination {shown}"
        )),
        ErrorKind::PermissionDenied => problem("no permission to read this configuration file")
            .help("run as a user who may read it (often: sudo borgmatic …)"),
        ErrorKind::IsADirectory => problem("this directory holds no .yaml file").help(format!(
            "make one: borgmatic config generate --destination {shown}/config.yaml"
        )),
        ErrorKind::FileTooLarge => {
            problem("larger than 64 MB, which no configuration is").help("is this the right file?")
        }
        _ => problem(&format!("cannot be read: {}", reason(error))),
    }
}

/// Writes the options of the command line into the tree.
fn apply(node: &mut Node, given: &[Given], problems: &mut Problems) {
    for option in given {
        if !flags::put(
            node,
            &option.path,
            option.value.clone(),
            &option.value.origin,
        ) {
            let problem = Problem::new(
                "borgmatic::cli::index",
                "the configuration has no element of that number",
            );
            problems.add(
                problem
                    .on(&option.value, "for this value")
                    .help("the first element is [0]; elements cannot be added here"),
            );
        }
    }
}

/// The typed configuration of a tree.
fn typed(node: &Node, problems: &mut Problems) -> Option<Config> {
    let config: Config = walk::object(node, &At::Top, problems)?;
    check::rules(&config, problems);
    Some(config)
}

fn entries(node: &Node) -> &[Node] {
    node.get("repositories").map_or(&[], Node::items)
}

/// The tree as it holds for a repository with options of its own: they take the place of the file's.
fn own_options(node: &Node, entry: &Node) -> Option<Node> {
    let own: Vec<_> = entry
        .pairs()
        .iter()
        .filter(|(key, _)| {
            key.as_text()
                .is_none_or(|name| field(Repository::GROUPS, name).is_none())
        })
        .collect();
    if own.is_empty() {
        return None;
    }
    let mut merged = node.clone();
    for (key, value) in own {
        merged.set(key.clone(), value.clone());
    }
    Some(merged)
}
