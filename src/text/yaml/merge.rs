//! Makes the keys of a mapping unique: the merge key `<<` and keys that stand twice, joined as the
//! original joins them. Must not know any option.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::marks::Mark;
use super::resolve::Resolver;
use crate::text::node::{Kind, Node};
use crate::text::problem::Problem;
use crate::text::problems::Problems;

/// The merge key, where it is written without quotes.
pub(super) const KEY: &str = "<<";

type Pairs = Vec<(Node, Node)>;

impl Resolver<'_> {
    /// The pairs of one mapping as they stand, to the pairs that they mean. What `<<` brings in
    /// comes first and gives way to the mapping's own. `within_mapping`: this mapping is a value of
    /// another, where the original joins even two `<<`.
    pub(super) fn mapping(&mut self, pairs: Pairs, within_mapping: bool, depth: usize) -> Pairs {
        refuse_keys(&pairs, &mut self.problems);
        let merges = pairs.iter().filter(|(key, _)| is_merge(key)).count();
        if merges == 0 && !repeats(&pairs) {
            return pairs;
        }
        tell_repeated(&pairs, &mut self.problems);
        let (brought, own): (Pairs, Pairs) = pairs.into_iter().partition(|(key, _)| is_merge(key));
        if merges > 1 && !within_mapping {
            self.problems.add(
                Problem::new("borgmatic::yaml::merge", "`<<` stands twice in one mapping")
                    .on(&brought[1].0, "again here")
                    .on(&brought[0].0, "first here")
                    .help("name both in one list: `<<: [*first, *second]`"),
            );
            return own;
        }
        let mut all = Vec::new();
        for (_, value) in self.join(brought) {
            self.bring(value, &mut all, within_mapping, depth);
        }
        all.extend(own);
        let joined = self.join(all);
        refuse_same_values(&joined, &mut self.problems);
        joined
    }

    /// Adds the pairs that one `<<` brings in.
    fn bring(&mut self, value: Node, all: &mut Pairs, within_mapping: bool, depth: usize) {
        let value = match self.marks.of(&value).cloned() {
            Some((Mark::Include, tag)) => match self.include(&value, &tag, depth, false) {
                Some(node) => node,
                None => return,
            },
            _ => value,
        };
        let own = self.marks.owns(&value);
        match value.kind {
            Kind::Map(pairs) if own => all.extend(self.mapping(pairs, within_mapping, depth)),
            Kind::Map(pairs) => all.extend(pairs),
            Kind::List(items) => {
                for item in items.into_iter().rev() {
                    let own = self.marks.owns(&item);
                    match item.kind {
                        Kind::Map(pairs) if own => all.extend(self.mapping(pairs, false, depth)),
                        Kind::Map(pairs) => all.extend(pairs),
                        _ => {
                            self.problems.add(wrong_merge(&item, own));
                            return;
                        }
                    }
                }
            }
            _ => self.problems.add(wrong_merge(&value, own)),
        }
    }

    /// Joins what stands under one name: mappings deeply, lists one after the other, the last of
    /// all else.
    fn join(&mut self, pairs: Pairs) -> Pairs {
        let mut at: HashMap<String, usize> = HashMap::with_capacity(pairs.len());
        let mut groups: Vec<(Node, Vec<Node>)> = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let index = *at.entry(name(&key).to_owned()).or_insert(groups.len());
            match groups.get_mut(index) {
                Some((last, group)) => {
                    group.push(value);
                    *last = key;
                }
                None => groups.push((key, vec![value])),
            }
        }
        groups
            .into_iter()
            .filter_map(|(key, group)| Some((key, self.one(group)?)))
            .collect()
    }

    /// The one value of a group.
    fn one(&mut self, mut group: Vec<Node>) -> Option<Node> {
        let last = group.pop()?;
        if group.is_empty() {
            return Some(last);
        }
        if let Some(other) = group.iter().find(|value| shape(value) != shape(&last)) {
            self.problems.add(unlike(other, &last));
            return Some(last);
        }
        if shape(&last) > 0 && self.marks.is(&last, Mark::Retain) {
            self.marks.clear(&last);
            return Some(last);
        }
        let earlier = group.into_iter().map(|value| value.kind);
        let kind = match last.kind {
            Kind::Map(own) => {
                let all = earlier.filter_map(|kind| match kind {
                    Kind::Map(pairs) => Some(pairs),
                    _ => None,
                });
                Kind::Map(self.join(all.flatten().chain(own).collect()))
            }
            Kind::List(own) => {
                let all = earlier.filter_map(|kind| match kind {
                    Kind::List(items) => Some(items),
                    _ => None,
                });
                let mut items: Vec<Node> = all.flatten().chain(own).collect();
                self.leave_out(&mut items);
                Kind::List(items)
            }
            scalar => scalar,
        };
        Some(Node::new(kind, last.origin))
    }

    /// Takes out the elements that `!omit` names, and itself.
    fn leave_out(&self, items: &mut Vec<Node>) {
        if self.marks.is_empty() {
            return;
        }
        let omitted: HashSet<String> = items
            .iter()
            .filter(|item| shape(item) == 0 && self.marks.is(item, Mark::Omit))
            .map(|item| self.word(item).into_owned())
            .collect();
        items.retain(|item| {
            let named = shape(item) == 0 && omitted.contains(self.word(item).as_ref());
            !named && !self.marks.is(item, Mark::Omit)
        });
    }

    /// A scalar in one word, for comparing. The original: as it is written, in an included file as
    /// Python writes it.
    pub(super) fn word<'n>(&self, node: &'n Node) -> Cow<'n, str> {
        let own = self.marks.owns(node);
        match &node.kind {
            Kind::Text(text) => Cow::Borrowed(text),
            Kind::Null if !own => Cow::Borrowed("null"),
            Kind::Bool(truth) if !own => Cow::Borrowed(if *truth { "true" } else { "false" }),
            Kind::Int(number) if !own => Cow::Owned(number.to_string()),
            _ => Cow::Borrowed(node.origin.text()),
        }
    }
}

fn unlike(other: &Node, last: &Node) -> Problem {
    Problem::new(
        "borgmatic::yaml::duplicate-kinds",
        format!(
            "{} and {} under one name cannot be joined",
            other.describe(),
            last.describe()
        ),
    )
    .on(last, format!("{} here", last.describe()))
    .on(other, format!("{} here", other.describe()))
    .help("keep one of the two, or write both the same way")
}

fn is_merge(key: &Node) -> bool {
    key.as_text() == Some(KEY) && key.origin.text() == KEY
}

/// What a key is called: two keys of one name are one key, `1` and `"1"` too.
fn name(key: &Node) -> &str {
    key.as_text().unwrap_or_else(|| key.origin.text())
}

fn repeats(pairs: &[(Node, Node)]) -> bool {
    const FEW: usize = 8;
    if pairs.len() <= FEW {
        let same = |(at, (key, _)): (usize, &(Node, Node))| {
            pairs[..at]
                .iter()
                .any(|(other, _)| name(other) == name(key))
        };
        return pairs.iter().enumerate().any(same) || has_two_plain_words(pairs);
    }
    let mut seen = HashSet::with_capacity(pairs.len());
    !pairs.iter().all(|(key, _)| seen.insert(name(key))) || has_two_plain_words(pairs)
}

/// Two keys that are no text may be one value in two spellings.
fn has_two_plain_words(pairs: &[(Node, Node)]) -> bool {
    pairs
        .iter()
        .filter(|(key, _)| key.as_text().is_none())
        .nth(1)
        .is_some()
}

/// `own`: it is not in an included file.
fn wrong_merge(value: &Node, own: bool) -> Problem {
    let help = if own {
        "write the alias of a mapping: `<<: *name`; or a file: `<<: !include FILE`"
    } else {
        "a file that is merged holds options, `name: value`; another one goes under the name of an option: `name: !include FILE`"
    };
    let words = format!("`<<` takes a mapping, and this is {}", value.describe());
    Problem::new("borgmatic::yaml::merge", words)
        .on(value, "not a mapping")
        .help(help)
}

fn shape(node: &Node) -> u8 {
    match node.kind {
        Kind::Map(_) => 2,
        Kind::List(_) => 1,
        _ => 0,
    }
}

fn tell_repeated(pairs: &[(Node, Node)], problems: &mut Problems) {
    let mut first: HashMap<&str, &(Node, Node)> = HashMap::with_capacity(pairs.len());
    for pair in pairs.iter().filter(|(key, _)| !is_merge(key)) {
        let Some(earlier) = first.insert(name(&pair.0), pair) else {
            continue;
        };
        let help = match shape(&pair.1) {
            0 => "the last value counts: delete the other line",
            1 => "both lists are joined: move their items under one name",
            _ => "both are joined: move their options under one name",
        };
        problems.add(
            Problem::new(
                "borgmatic::yaml::duplicate-key",
                format!("`{}` stands twice in one mapping", name(&pair.0)),
            )
            .on(&pair.0, "again here")
            .on(&earlier.0, "first here")
            .help(help)
            .warning(),
        );
    }
}

/// A mapping cannot be a key, and a list only a lonely one.
fn refuse_keys(pairs: &[(Node, Node)], problems: &mut Problems) {
    for (key, _) in pairs {
        let allowed = match shape(key) {
            0 => true,
            1 => pairs.len() == 1,
            _ => false,
        };
        if !allowed {
            problems.add(
                Problem::new(
                    "borgmatic::yaml::key",
                    format!("{} cannot be a name", key.describe()),
                )
                .on(key, "the name of an option is expected")
                .help("if it is text, put it in quotes"),
            );
        }
    }
}

/// `1` and `0x1` are two names for one value: the original refuses them.
fn refuse_same_values(pairs: &[(Node, Node)], problems: &mut Problems) {
    let words: Vec<&Node> = pairs
        .iter()
        .map(|(key, _)| key)
        .filter(|key| key.as_text().is_none())
        .collect();
    // A mapping with hundreds of numbers for names is no configuration; do not compare them all.
    for (at, key) in words.iter().enumerate().take(500) {
        if let Some(other) = words[..at].iter().find(|other| same_value(other, key)) {
            problems.add(
                Problem::new(
                    "borgmatic::yaml::same-key",
                    format!("`{}` and `{}` are one value", name(other), name(key)),
                )
                .on(key, "again here")
                .on(other, "first here")
                .help("put one of them in quotes, or delete it"),
            );
        }
    }
}

fn same_value(one: &Node, other: &Node) -> bool {
    match (number(one), number(other)) {
        (Some(one), Some(other)) => (one - other).abs() < f64::EPSILON,
        _ => one == other,
    }
}

#[expect(clippy::cast_precision_loss, reason = "names are small numbers")]
fn number(node: &Node) -> Option<f64> {
    match node.kind {
        Kind::Bool(truth) => Some(f64::from(u8::from(truth))),
        Kind::Int(value) => Some(value as f64),
        Kind::Float(value) => Some(value),
        _ => None,
    }
}
