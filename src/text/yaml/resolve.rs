//! From what is written to what is meant, from the root down as the original does it: names that
//! stand twice, `<<`, `!include`, `!retain`, `!omit`. Opens no file itself; must not know any option.

use std::collections::HashSet;
use std::sync::Arc;

use super::marks::{Mark, Marks};
use crate::text::node::{Kind, Node, Origin};
use crate::text::problem::Problem;
use crate::text::problems::Problems;
use crate::text::source::Source;

/// Who reads the files that `!include` names.
pub trait Include {
    /// The tree of a file; `None` after a problem.
    fn include(&mut self, wanted: &Wanted<'_>, problems: &mut Problems) -> Option<Node>;
}

/// A file that is to be included.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// As it is written.
    pub name: &'a str,
    /// The tag and the name.
    pub place: Origin,
    pub within: Within,
}

/// Where a text stands that is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Within {
    /// How deep its values lie within others already.
    pub depth: usize,
    /// It is the value of a secret option.
    pub secret: bool,
}

pub(super) struct Resolver<'a> {
    source: &'a Arc<Source>,
    pub(super) marks: Marks,
    includes: Option<&'a mut (dyn Include + 'a)>,
    pub(super) problems: Problems,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        source: &'a Arc<Source>,
        marks: Marks,
        includes: Option<&'a mut (dyn Include + 'a)>,
    ) -> Self {
        Self {
            source,
            marks,
            includes,
            problems: Problems::default(),
        }
    }

    /// The tree that is meant. An alias may have a problem a second time: it is told once.
    pub(super) fn document(mut self, mut node: Node, within: Within, out: &mut Problems) -> Node {
        self.value(&mut node, within, false);
        let mut told = HashSet::new();
        for problem in self.problems {
            if told.insert(problem.place()) {
                out.add(problem);
            }
        }
        node
    }

    /// `within_mapping`: it is the value of a name.
    fn value(&mut self, node: &mut Node, within: Within, within_mapping: bool) {
        // What was included is what it means.
        if !self.marks.owns(node) {
            return;
        }
        match self.marks.of(node).cloned() {
            Some((Mark::Include, tag)) => {
                let found = self.include(node, &tag, within.depth, within.secret);
                *node = found.unwrap_or_else(|| Node::new(Kind::Null, node.origin.clone()));
                return;
            }
            Some((mark, tag)) => self.problems.add(misplaced(mark, node, &tag)),
            None => {}
        }
        let below = Within {
            depth: within.depth + 1,
            ..within
        };
        match &mut node.kind {
            Kind::Map(pairs) => {
                let written = std::mem::take(pairs);
                *pairs = self.mapping(written, within_mapping, within.depth);
                for (key, value) in pairs {
                    if let Some((mark, tag)) = self.marks.of(key) {
                        self.problems.add(misplaced(*mark, key, tag));
                    }
                    let named = key
                        .as_text()
                        .is_some_and(|name| self.source.is_secret(name));
                    let secret = below.secret || named;
                    self.value(value, Within { secret, ..below }, true);
                }
            }
            Kind::List(items) => {
                for item in items {
                    self.value(item, below, false);
                }
            }
            _ => {}
        }
    }

    /// What a value with the tag `!include` stands for.
    pub(super) fn include(
        &mut self,
        node: &Node,
        tag: &Origin,
        depth: usize,
        secret: bool,
    ) -> Option<Node> {
        let within = Within { depth, secret };
        match &node.kind {
            Kind::Text(name) => self.file(name, node, tag, within),
            Kind::List(items)
                if items
                    .first()
                    .is_some_and(|first| first.items().is_empty() && first.pairs().is_empty()) =>
            {
                // In this order `<<` joins them as they are written: the last one wins.
                let all = items
                    .iter()
                    .rev()
                    .map(|item| {
                        let name = self.word(item).into_owned();
                        self.file(&name, item, tag, within)
                    })
                    .collect::<Vec<_>>();
                let all: Option<Vec<Node>> = all.into_iter().collect();
                Some(Node::new(Kind::List(all?), node.origin.clone()))
            }
            _ => {
                self.problems.add(
                    Problem::new(
                        "borgmatic::yaml::include",
                        format!(
                            "`!include` takes the name of a file, and this is {}",
                            node.describe()
                        ),
                    )
                    .on(node, "not a name")
                    .help("write `!include FILE`, or for several files `<<: !include [ONE, TWO]`"),
                );
                None
            }
        }
    }

    fn file(&mut self, name: &str, node: &Node, tag: &Origin, within: Within) -> Option<Node> {
        let mut place = node.origin.clone();
        if tag.span.start < place.span.start && shares_line(tag, &place) {
            place.span.start = tag.span.start;
        }
        let Some(includes) = self.includes.as_mut() else {
            self.problems.add(
                Problem::new("borgmatic::yaml::include", "no file can be included here")
                    .at(&place, "only a configuration file includes others")
                    .help("write the value itself"),
            );
            return None;
        };
        let wanted = Wanted {
            name,
            place,
            within,
        };
        includes.include(&wanted, &mut self.problems)
    }
}

fn shares_line(tag: &Origin, value: &Origin) -> bool {
    let between = tag.span.end..value.span.start;
    let between = tag.source.text.get(between).unwrap_or_default();
    between.chars().all(|letter| letter == ' ')
}

/// A tag that nothing took away.
fn misplaced(mark: Mark, node: &Node, tag: &Origin) -> Problem {
    let collection = matches!(node.kind, Kind::List(_) | Kind::Map(_));
    let (code, words, help) = match mark {
        Mark::Retain if collection => (
            "borgmatic::yaml::retain",
            "`!retain` has nothing to keep out here",
            "it belongs beside a `<<: !include …` whose file has the same option; else take `!retain` out",
        ),
        Mark::Retain => (
            "borgmatic::yaml::retain",
            "`!retain` is for a list or a mapping",
            "take `!retain` out: a single value takes the place of an included one anyway",
        ),
        Mark::Omit => (
            "borgmatic::yaml::omit",
            "`!omit` has nothing to leave out of here",
            "it belongs before an element of a list, beside a `<<: !include …` whose file has the same list",
        ),
        Mark::Include => (
            "borgmatic::yaml::include",
            "a name cannot be included",
            "put `!include` after the name: `name: !include FILE`",
        ),
    };
    Problem::new(code, words).at(tag, "this tag").help(help)
}
