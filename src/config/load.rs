//! Files to configurations: read, parse, the passes over the tree in order, read typed, once for the
//! file and once for each repository that has options of its own. All problems of all files are
//! collected.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use super::include::{Includes, Texts};
use super::overrides::Override;
use super::{Config, check, constants, environment, find, is_secret, overrides, upgrade};
use crate::borg::Repository;
use crate::host::outcome::reason;
use crate::host::{Env, Files};
use crate::option::flags::{self, Step};
use crate::option::shape::field;
use crate::option::words::quote;
use crate::option::{At, Field, Groups, Options, walk};
use crate::text::{self, Kind, Node, Origin, Problem, Problems, Severity, Source, Within};

/// The largest configuration that is read, in bytes.
pub const LARGEST: u64 = 64 << 20;

/// An option that was given on the command line.
#[derive(Clone, Debug)]
pub struct Given {
    pub path: Vec<Step>,
    pub value: Node,
}

/// What a command line asks of loading.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// Options, in the order of the command line.
    pub given: Vec<Given>,
    pub overrides: Vec<Override>,
    /// Fill in `${VARIABLES}`.
    pub environment: bool,
    /// Only the tree as it is after includes and merges.
    pub parsed: bool,
    pub texts: Texts,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            given: Vec::new(),
            overrides: Vec::new(),
            environment: true,
            parsed: false,
            texts: Texts::new(),
        }
    }
}

/// One repository of a file, and the configuration as it holds for it.
#[derive(Debug)]
pub struct Unit {
    pub repository: Repository,
    /// That of the file, where it has no options of its own.
    pub config: Arc<Config>,
}

/// One configuration file.
#[derive(Debug)]
pub struct Loaded {
    pub path: PathBuf,
    /// Everything that was read to make it, sorted.
    pub files: Vec<PathBuf>,
    /// What it says, after all passes; where it has mistakes, what could be read of it, or `None`.
    pub tree: Option<Node>,
    /// `None`: it has problems and cannot be used.
    pub config: Option<Arc<Config>>,
    pub units: Vec<Unit>,
    /// The variables of the environment that it takes values from.
    pub variables: BTreeSet<String>,
    pub problems: Problems,
}

impl Loaded {
    /// «2 old forms that still work», if it has any.
    pub fn old_forms(&self) -> Option<String> {
        let is_old = |problem: &&Problem| problem.severity == Severity::Deprecation;
        match self.problems.iter().filter(is_old).count() {
            0 => None,
            1 => Some("1 old form that still works".to_owned()),
            many => Some(format!("{many} old forms that still work")),
        }
    }
}

/// Loads one file.
pub fn load(path: &Path, wishes: &Wishes, files: &Files, env: &Env) -> Loaded {
    let mut problems = Problems::default();
    let mut includes = Includes::of(path, files, env).with(wishes.texts.clone());
    let mut tree = tree(path, files, &mut includes, &mut problems);
    let mut loaded = None;
    let mut variables = BTreeSet::new();
    if let Some(node) = tree.as_mut().filter(|_| !wishes.parsed) {
        let mut further = Problems::default();
        variables = passes(node, wishes, env, &mut further);
        loaded = units(node, &mut further);
        if problems.has_errors() {
            problems.redact();
            further = certain(further, &problems);
        }
        problems.extend(further);
    }
    let good = !problems.has_errors();
    problems.sort();
    let (config, units) = loaded.filter(|_| good).unzip();
    Loaded {
        path: path.to_owned(),
        files: includes.into_read(),
        tree: tree.filter(|_| good || !wishes.parsed),
        config,
        units: units.unwrap_or_default(),
        variables,
        problems,
    }
}

/// What a tree says that was made of a text with mistakes: only what is wrong for sure. What is not
/// there may have been lost with a mistake, and a line with one has been told.
fn certain(further: Problems, told: &Problems) -> Problems {
    let is_absence = |problem: &Problem| {
        matches!(
            problem.code,
            "borgmatic::config::missing"
                | "borgmatic::config::no-repository"
                | "borgmatic::config::check-repository"
        )
    };
    let line = |problem: &Problem| {
        let (origin, _) = problem.labels.first()?;
        Some((Arc::as_ptr(&origin.source), problem.line_number()?))
    };
    let told: HashSet<_> = told.errors().filter_map(line).collect();
    let is_new = |problem: &Problem| line(problem).is_none_or(|line| !told.contains(&line));
    let mut certain = Problems::default();
    certain.extend(
        further
            .into_iter()
            .filter(|problem| !is_absence(problem) && is_new(problem)),
    );
    certain
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

/// What happens to the tree between reading and understanding it. borgmatic 2.1.10: in this order.
/// Gives the variables that were used.
fn passes(
    node: &mut Node,
    wishes: &Wishes,
    env: &Env,
    problems: &mut Problems,
) -> BTreeSet<String> {
    apply(node, &wishes.given, problems);
    overrides::apply(node, &wishes.overrides, problems);
    constants::apply(node, problems);
    let variables = if wishes.environment {
        environment::apply(node, env, problems)
    } else {
        BTreeSet::new()
    };
    upgrade::apply(node, problems);
    at_home(node, env);
    if let Kind::Map(_) = node.kind
        && node.get("bootstrap").is_none()
    {
        // borgmatic 2.1.10 shows that the manifest is on.
        let origin = Origin::new(&Source::plain("default", ""), 0..0);
        let key = Node::new(Kind::Text("bootstrap".into()), origin.clone());
        node.set(key, Node::new(Kind::Map(Vec::new()), origin));
    }
    variables
}

/// A `~` before a local repository is the home directory. The original hands it to borg, which makes
/// a directory of that name.
fn at_home(node: &mut Node, env: &Env) {
    let Some(list) = node.get_mut("repositories") else {
        return;
    };
    let Kind::List(items) = &mut list.kind else {
        return;
    };
    for path in items.iter_mut().filter_map(|item| item.get_mut("path")) {
        if let Kind::Text(text) = &mut path.kind
            && text.starts_with("~/")
        {
            *text = find::expand(text, env).to_string_lossy().into_owned();
        }
    }
}

/// The configuration of a file, and each repository with the one that holds for it. `None` after an
/// error; all that are there have been told.
fn units(node: &Node, problems: &mut Problems) -> Option<(Arc<Config>, Vec<Unit>)> {
    let config = typed(node, problems);
    let list = At::Key(&At::Top, "repositories");
    let mut configs = Vec::new();
    for (index, entry) in entries(node).iter().enumerate() {
        walk::unknown_keys(entry, of_entry(), &At::Item(&list, index), problems);
        configs.push(match own_options(node, entry) {
            Some(node) => {
                let mut further = Problems::default();
                let config = typed(&node, &mut further);
                problems.extend_new(further);
                config
            }
            None => config.clone(),
        });
    }
    let config = config.filter(|_| !problems.has_errors())?;
    let repositories = config.repositories.repositories.items().iter().cloned();
    let units = repositories
        .zip(configs)
        .filter_map(|(repository, config)| {
            Some(Unit {
                repository,
                config: config?,
            })
        });
    let units = units.collect();
    Some((config, units))
}

/// The tree of a file, after includes and merges.
fn tree(
    path: &Path,
    files: &Files,
    includes: &mut Includes<'_>,
    problems: &mut Problems,
) -> Option<Node> {
    let bytes = match includes.bytes(path, LARGEST) {
        Ok(bytes) => bytes,
        Err(error) => {
            // A directory is here when it holds nothing to read, or cannot be looked into.
            let within = files.is_dir(path).then(|| files.names(path).err());
            problems.add(match within.flatten() {
                Some(error) => unreadable(path, "directory", &error),
                None => unreadable(path, "configuration file", &error),
            });
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
    let node = text::read_on(&source, includes, Within::default(), problems)?;
    if problems.has_errors() {
        return Some(node).filter(|node| matches!(node.kind, Kind::Map(_)));
    }
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
            "make a new one:\n    borgmatic config generate --overwrite -d {}",
            quote(&path.to_string_lossy())
        ))
}

fn unreadable(path: &Path, what: &str, error: &std::io::Error) -> Problem {
    use std::io::ErrorKind;
    let shown = path.display();
    let problem = |what: &str| Problem::new("borgmatic::config::file", format!("{shown}: {what}"));
    match error.kind() {
        ErrorKind::NotFound => problem("there is no such configuration file").help(format!(
            "check the path, or make the file:\n    borgmatic config generate --destination {}",
            quote(&path.to_string_lossy())
        )),
        ErrorKind::PermissionDenied => problem(&format!("no permission to read this {what}"))
            .help("run as a user who may read it (often: sudo borgmatic …)"),
        ErrorKind::IsADirectory => problem("this directory holds no .yaml file").help(format!(
            "make one:\n    borgmatic config generate --destination {}",
            quote(&path.join("config.yaml").to_string_lossy())
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
fn typed(node: &Node, problems: &mut Problems) -> Option<Arc<Config>> {
    // It is large: the one place that it never leaves is found at once.
    let config: Arc<Config> = Arc::new(walk::object(node, &At::Top, problems)?);
    check::rules(&config, problems);
    Some(config)
}

fn entries(node: &Node) -> &[Node] {
    node.get("repositories").map_or(&[], Node::items)
}

/// What an entry of `repositories` may hold: its own options, and those of a file.
fn of_entry() -> Groups {
    static ALL: LazyLock<Vec<&'static [Field]>> = LazyLock::new(|| {
        let own = Repository::GROUPS.iter();
        own.chain(Config::GROUPS).copied().collect()
    });
    ALL.as_slice()
}

/// The tree as it holds for a repository with options of its own: they take the place of the file's.
fn own_options(node: &Node, entry: &Node) -> Option<Node> {
    let own: Vec<_> = entry
        .pairs()
        .iter()
        .filter(|(key, _)| {
            let is_of = |groups, name| field(groups, name).is_some();
            key.as_text()
                .is_some_and(|name| !is_of(Repository::GROUPS, name) && is_of(of_entry(), name))
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
