//! Files that include each other, read as one: do the new texts mean what the old ones mean, and
//! which old forms stay because their value comes from another file?

use std::path::{Path, PathBuf};

use super::apply::apply;
use super::files::Planned;
use super::rewrite::Left;
use super::rules::RULES;
use super::scope::Refused;
use crate::config::include::{Includes, Texts};
use crate::config::is_secret;
use crate::host::{Env, Files};
use crate::text::{self, Node, Problems, Source, Within};

/// A file that was named and would not mean the same.
pub(super) struct Broken {
    pub(super) named: PathBuf,
    /// With what it includes.
    pub(super) read: Vec<PathBuf>,
    /// Why it cannot be loaded as it is.
    pub(super) problems: Problems,
}

pub(super) fn broken(planned: &[Planned], files: &Files, env: &Env) -> Option<Broken> {
    let (old, new) = (texts(planned, files, false), texts(planned, files, true));
    for one in with_includes(planned) {
        let (before, read, problems) = meaning(one, &old, files, env);
        let named = one.path.clone();
        let Some(before) = before else {
            // Nothing can be told of it and what it includes.
            return Some(Broken {
                named,
                read,
                problems,
            });
        };
        let after = meaning(one, &new, files, env).0;
        let same = after.is_some_and(|after| before.means(&after));
        if !same {
            return Some(Broken {
                named,
                read,
                problems: Problems::default(),
            });
        }
    }
    None
}

/// What a file means with what it includes, and the files that were read.
fn meaning(
    one: &Planned,
    texts: &Texts,
    files: &Files,
    env: &Env,
) -> (Option<Node>, Vec<PathBuf>, Problems) {
    let mut found = Problems::default();
    let (mut node, read) = tree(one, texts, files, env, &mut found);
    if let Some(node) = &mut node {
        apply(node, &mut found);
    }
    // Two sections may contradict each other only when all files are read.
    let good = !found.has_errors();
    (node.filter(|_| good), read, found)
}

/// The order in which files can be replaced one by one, so that what a kill leaves means the same
/// after each of them. Where there is none, the rest comes as it was planned.
pub fn order(planned: &[Planned], files: &Files, env: &Env) -> Vec<usize> {
    let mut state = texts(planned, files, false);
    let read = with_includes(planned);
    let before: Vec<_> = read
        .filter_map(|one| Some((one, meaning(one, &state, files, env).0?)))
        .collect();
    let is_same = |state: &Texts| {
        before.iter().all(|(one, before)| {
            let now = meaning(one, state, files, env).0;
            now.is_some_and(|now| before.means(&now))
        })
    };
    let changes = |at: &usize| planned[*at].joined && planned[*at].new_text().is_some();
    let mut rest: Vec<usize> = (0..planned.len()).filter(changes).collect();
    let mut order = Vec::new();
    while !rest.is_empty() {
        let after = |at: usize| {
            let mut next = state.clone();
            let text = planned[at].new_text().unwrap_or_default();
            next.insert(real(&planned[at].path, files), text.to_owned());
            next
        };
        let found = rest.iter().position(|at| is_same(&after(*at)));
        let next = found.unwrap_or_default();
        state = after(rest[next]);
        order.push(rest.remove(next));
    }
    order
}

/// Names the old forms whose value is all that another file holds: `healthchecks: !include hc.yaml`.
/// One file alone does not tell them.
pub(super) fn name_included(planned: &mut [Planned], files: &Files, env: &Env) {
    let texts = texts(planned, files, true);
    let mut found: Vec<(String, Left)> = Vec::new();
    for one in with_includes(planned) {
        let (node, _) = tree(one, &texts, files, env, &mut Problems::default());
        let Some(node) = node else { continue };
        let entries = node.get("repositories").map_or(&[][..], Node::items);
        for mapping in std::iter::once(&node).chain(entries) {
            let old = RULES
                .iter()
                .filter_map(|rule| Some((rule, rule.find(mapping)?)));
            for (rule, (key, value)) in old {
                if key.origin.source.name != value.origin.source.name {
                    let line = key.origin.line();
                    let why = Refused::Included;
                    found.push((key.origin.source.name.clone(), Left { rule, line, why }));
                }
            }
        }
    }
    for (name, left) in found {
        let one = planned.iter_mut().find(|one| one.path == Path::new(&name));
        if let Some(Ok(rewritten)) = one.map(|one| &mut one.result)
            && !rewritten.left.iter().any(|it| it.line == left.line)
        {
            rewritten.left.push(left);
            rewritten.left.sort_by_key(|left| left.line);
        }
    }
}

/// The files that were named; those without includes have been proven alone.
fn with_includes(planned: &[Planned]) -> impl Iterator<Item = &Planned> {
    planned.iter().filter(|one| {
        let made = one.result.as_ref();
        !one.included && made.is_ok_and(|made| !made.includes.is_empty())
    })
}

fn real(path: &Path, files: &Files) -> PathBuf {
    files.real(path).unwrap_or_else(|| path.to_owned())
}

/// The old texts, or the new ones, by their path without links.
fn texts(planned: &[Planned], files: &Files, new: bool) -> Texts {
    let text = |one: &Planned| match one.new_text().filter(|_| new) {
        Some(text) => text.to_owned(),
        None => one.old.clone(),
    };
    let all = planned.iter();
    all.map(|one| (real(&one.path, files), text(one))).collect()
}

/// The tree of a file with what it includes, and the files that were read.
fn tree(
    one: &Planned,
    texts: &Texts,
    files: &Files,
    env: &Env,
    found: &mut Problems,
) -> (Option<Node>, Vec<PathBuf>) {
    let mut includes = Includes::of(&one.path, files, env).with(texts.clone());
    let text = texts.get(&real(&one.path, files));
    let text = text.map_or(one.old.as_str(), String::as_str);
    let source = Source::new(one.path.to_string_lossy(), text, is_secret);
    let node = text::parse_with(&source, &mut includes, Within::default(), found);
    (node, includes.into_read())
}
