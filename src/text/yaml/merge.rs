//! Makes the keys of a mapping unique: the merge key `<<` and keys that stand twice, joined as the
//! original joins them. Must not know any option.

use std::collections::HashMap;

use crate::text::node::{Kind, Node};
use crate::text::problem::{Problem, Problems};

/// The merge key, where it is written without quotes.
pub(super) const KEY: &str = "<<";

type Pairs = Vec<(Node, Node)>;

/// The pairs of one mapping as they stand, to the pairs that they mean. What `<<` brings in comes
/// first and gives way to the mapping's own. `within_mapping`: this mapping is a value of another,
/// where the original joins even two `<<`.
pub(super) fn mapping(pairs: Pairs, within_mapping: bool, problems: &mut Problems) -> Pairs {
    refuse_keys(&pairs, problems);
    let merges = pairs.iter().filter(|(key, _)| is_merge(key)).count();
    if merges == 0 && !repeats(&pairs) {
        return pairs;
    }
    tell_repeated(&pairs, problems);
    let (brought, own): (Pairs, Pairs) = pairs.into_iter().partition(|(key, _)| is_merge(key));
    if merges > 1 && !within_mapping {
        problems.add(
            Problem::new("borgmatic::yaml::merge", "`<<` stands twice in one mapping")
                .on(&brought[1].0, "again here")
                .on(&brought[0].0, "first here")
                .help("name both in one list: `<<: [*first, *second]`"),
        );
        return own;
    }
    let mut all = Vec::new();
    for (_, value) in join(brought, problems) {
        bring(value, &mut all, problems);
    }
    let alone = all.is_empty();
    all.extend(own);
    let joined = join(all, problems);
    if alone {
        refuse_same_values(&joined, problems);
    }
    joined
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
    let mut seen = std::collections::HashSet::with_capacity(pairs.len());
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

/// Adds the pairs that one `<<` brings in.
fn bring(value: Node, all: &mut Pairs, problems: &mut Problems) {
    match value.kind {
        Kind::Map(pairs) => all.extend(pairs),
        Kind::List(items) => {
            for item in items.into_iter().rev() {
                match item.kind {
                    Kind::Map(pairs) => all.extend(pairs),
                    _ => problems.add(wrong_merge(&item)),
                }
            }
        }
        _ => problems.add(wrong_merge(&value)),
    }
}

fn wrong_merge(value: &Node) -> Problem {
    let words = format!("`<<` takes a mapping, and this is {}", value.describe());
    Problem::new("borgmatic::yaml::merge", words)
        .on(value, "not a mapping")
        .help("write the alias of a mapping: `<<: *name`")
}

/// Joins what stands under one name: mappings deeply, lists one after the other, the last of all
/// else.
fn join(pairs: Pairs, problems: &mut Problems) -> Pairs {
    let mut at: HashMap<String, usize> = HashMap::with_capacity(pairs.len());
    let mut groups: Vec<(Node, Vec<(Node, Node)>)> = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        let index = *at.entry(name(&key).to_owned()).or_insert(groups.len());
        match groups.get_mut(index) {
            Some((last, group)) => {
                group.push((key.clone(), value));
                *last = key;
            }
            None => groups.push((key.clone(), vec![(key, value)])),
        }
    }
    groups
        .into_iter()
        .filter_map(|(key, group)| Some((key, one(group, problems)?)))
        .collect()
}

/// The one value of a group.
fn one(mut group: Vec<(Node, Node)>, problems: &mut Problems) -> Option<Node> {
    let (_, last) = group.pop()?;
    if group.is_empty() {
        return Some(last);
    }
    if let Some((_, other)) = group.iter().find(|(_, value)| shape(value) != shape(&last)) {
        problems.add(
            Problem::new(
                "borgmatic::yaml::duplicate-kinds",
                format!(
                    "{} and {} under one name cannot be joined",
                    other.describe(),
                    last.describe()
                ),
            )
            .on(&last, format!("{} here", last.describe()))
            .on(other, format!("{} here", other.describe()))
            .help("keep one of the two, or write both the same way"),
        );
        return Some(last);
    }
    let earlier = group.into_iter().map(|(_, value)| value.kind);
    let kind = match last.kind {
        Kind::Map(own) => {
            let all = earlier.filter_map(|kind| match kind {
                Kind::Map(pairs) => Some(pairs),
                _ => None,
            });
            Kind::Map(join(all.flatten().chain(own).collect(), problems))
        }
        Kind::List(own) => {
            let all = earlier.filter_map(|kind| match kind {
                Kind::List(items) => Some(items),
                _ => None,
            });
            Kind::List(all.flatten().chain(own).collect())
        }
        scalar => scalar,
    };
    Some(Node::new(kind, last.origin))
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
