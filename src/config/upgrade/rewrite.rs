//! The table applied to a text. Each step is proven: the new text loads to what the old one loads to,
//! and has all its comments; a step that is not is left out and named.

use super::apply::apply;
use super::read::Read;
use super::rules::{Change, RULES, Rule};
use super::scope::{Refused, Scope};
use super::{commands, sections, values};
use crate::text::edit::Edits;
use crate::text::{Node, Problems};

/// What a rewrite did to one text.
#[derive(Debug)]
pub struct Rewritten {
    pub text: String,
    /// The old forms that were brought to today's.
    pub done: Vec<&'static Rule>,
    pub left: Vec<Left>,
    /// The files that it includes, as they are written.
    pub includes: Vec<String>,
}

/// An old form that stays.
#[derive(Debug)]
pub struct Left {
    pub rule: &'static Rule,
    /// In the new text.
    pub line: usize,
    pub why: Refused,
}

/// Brings a text to today's form. Problems of the text itself, or of old forms that contradict each
/// other, are the error.
pub fn rewrite(name: &str, text: &str) -> Result<Rewritten, Problems> {
    if let Some(rest) = text.strip_prefix('\u{feff}') {
        let mut rewritten = rewrite(name, rest)?;
        rewritten.text.insert(0, '\u{feff}');
        return Ok(rewritten);
    }
    let mut problems = Problems::default();
    let Some(read) = Read::of(name, text, &mut problems) else {
        return Err(problems);
    };
    let mut goal = read.root.clone();
    apply(&mut goal, &mut problems);
    if is_wrong(&problems) {
        return Err(problems);
    }
    let mut work = Work {
        name,
        comments: read.comments(),
        goal,
        read,
        done: Vec::new(),
        left: Vec::new(),
    };
    work.scope(None);
    let repositories = work
        .read
        .root
        .get("repositories")
        .map_or(0, |list| list.items().len());
    for index in 0..repositories {
        work.scope(Some(index));
    }
    let mut left: Vec<Left> = work.left.iter().map(|left| work.placed(left)).collect();
    left.sort_by_key(|left| left.line);
    Ok(Rewritten {
        includes: work.read.includes(),
        text: work.read.text,
        done: work.done,
        left,
    })
}

/// Errors, other than options that are gone: those stay and are named.
fn is_wrong(problems: &Problems) -> bool {
    let removed = "borgmatic::config::removed";
    problems.errors().any(|problem| problem.code != removed)
}

/// A rewrite under way.
struct Work<'a> {
    name: &'a str,
    read: Read,
    /// What the old text loads to.
    goal: Node,
    comments: Vec<String>,
    done: Vec<&'static Rule>,
    left: Vec<Pending>,
}

struct Pending {
    rule: &'static Rule,
    /// The entry of a repository.
    entry: Option<usize>,
    why: Refused,
}

impl Work<'_> {
    /// All rules in one mapping: the whole, or the entry of a repository.
    fn scope(&mut self, entry: Option<usize>) {
        let mut hooks = true;
        for rule in RULES {
            if !self.stays(entry, rule) {
                continue;
            }
            if let Change::Command(..) = rule.change {
                if std::mem::take(&mut hooks) {
                    self.hooks(entry);
                }
                continue;
            }
            let mut result = self.step(entry, rule);
            if result.is_ok() {
                self.done.push(rule);
            }
            // Some repositories of several, or a key that stands in the text more than once.
            while result.is_ok() && self.stays(entry, rule) {
                result = self.step(entry, rule);
            }
            if let Err(why) = result {
                self.left.push(Pending { rule, entry, why });
            }
        }
    }

    fn node(&self, entry: Option<usize>) -> Option<&Node> {
        match entry {
            None => Some(&self.read.root),
            Some(index) => self.read.root.get("repositories")?.items().get(index),
        }
    }

    fn stays(&self, entry: Option<usize>, rule: &Rule) -> bool {
        let old = |node| rule.find(node).is_some();
        self.node(entry).is_some_and(old)
    }

    fn step(&mut self, entry: Option<usize>, rule: &Rule) -> Result<(), Refused> {
        let edits = {
            let node = self.node(entry).ok_or(Refused::Layout)?;
            let pair = rule.find(node).ok_or(Refused::Layout)?;
            let scope = Scope::of(&self.read.text, &self.read.root, node);
            match rule.change {
                Change::Section => sections::edits(&scope, rule, pair)?,
                _ => values::edits(&scope, rule, pair)?,
            }
        };
        self.accept(edits)
    }

    /// All hooks of a mapping at once, for they become one list.
    fn hooks(&mut self, entry: Option<usize>) {
        let mut before: Vec<&Rule> = Vec::new();
        while let Some(node) = self.node(entry) {
            let found = commands::found(node);
            let rules: Vec<_> = found.into_iter().map(|(rule, _)| rule).collect();
            if rules.is_empty() {
                return;
            }
            let scope = Scope::of(&self.read.text, &self.read.root, node);
            let result = commands::edits(&scope).and_then(|edits| self.accept(edits));
            if let Err(why) = result {
                let pending = |rule| Pending { rule, entry, why };
                self.left.extend(rules.into_iter().map(pending));
                return;
            }
            // A hook that stands in the text more than once is met again.
            let new = |rule: &&&Rule| before.iter().all(|old| old.at != rule.at);
            self.done.extend(rules.iter().filter(new));
            before = rules;
        }
    }

    /// Takes a changed text, if it loads to the goal and has all the comments.
    fn accept(&mut self, edits: Edits) -> Result<(), Refused> {
        let text = edits.apply(&self.read.text).ok_or(Refused::Unproven)?;
        if text == self.read.text {
            return Err(Refused::Layout);
        }
        let read = Read::of(self.name, &text, &mut Problems::default()).ok_or(Refused::Unproven)?;
        let mut loaded = read.root.clone();
        let mut problems = Problems::default();
        apply(&mut loaded, &mut problems);
        if is_wrong(&problems) || !loaded.means(&self.goal) || read.comments() != self.comments {
            return Err(Refused::Unproven);
        }
        self.read = read;
        Ok(())
    }

    fn placed(&self, pending: &Pending) -> Left {
        let key = self
            .node(pending.entry)
            .and_then(|node| pending.rule.find(node))
            .map(|(key, _)| key.origin.clone());
        Left {
            rule: pending.rule,
            line: key.map_or(1, |key| key.source.line_column(key.span.start).0),
            why: pending.why,
        }
    }
}
