//! The tree of one file as it is written, for a rewrite: what `!include`, `!retain` and `!omit` stand
//! for is not looked up. Values with these tags are opaque and compare by what is written.

use std::collections::BTreeMap;

use crate::config::is_secret;
use crate::text::edit::comments;
use crate::text::{self, Kind, Node, Problems, Source};

const TAGS: [&str; 3] = ["!include", "!retain", "!omit"];

/// What `<<` is called while it cannot be looked up; as long as itself.
const MERGE: &str = "__";

/// A text and its tree.
pub(super) struct Read {
    pub(super) text: String,
    pub(super) root: Node,
}

impl Read {
    pub(super) fn of(name: &str, text: &str, problems: &mut Problems) -> Option<Self> {
        let tags = tags(text);
        if tags.is_empty() {
            let source = Source::new(name, text, is_secret);
            let root = text::parse(&source, problems)?;
            return Some(Self {
                text: text.to_owned(),
                root,
            });
        }
        let source = Source::new(name, masked(text, &tags), is_secret);
        let mut root = text::parse(&source, problems)?;
        let mut seen = Vec::new();
        mark(&mut root, text, &tags, &mut seen);
        // A tag that belongs to no value is part of one, which the mask has changed.
        let all: Vec<usize> = tags.keys().copied().collect();
        seen.sort_unstable();
        seen.dedup();
        if seen != all {
            let word = "its tags cannot be told from its values";
            problems.add(text::Problem::new("borgmatic::upgrade::unclear", word));
            return None;
        }
        Some(Self {
            text: text.to_owned(),
            root,
        })
    }

    /// What the comments say, sorted.
    pub(super) fn comments(&self) -> Vec<String> {
        let mut all: Vec<String> = comments(&self.text, &self.root)
            .into_iter()
            .map(str::to_owned)
            .collect();
        all.sort_unstable();
        all
    }

    /// The files that it includes, as they are written.
    pub(super) fn includes(&self) -> Vec<String> {
        let mut found = Vec::new();
        included(&self.root, &mut found);
        found
    }
}

/// Places where a tag may stand, and which.
fn tags(text: &str) -> BTreeMap<usize, &'static str> {
    let mut found = BTreeMap::new();
    for (start, line) in text.match_indices('!').map(|(at, _)| (at, &text[at..])) {
        let Some(tag) = TAGS.iter().find(|tag| {
            line.strip_prefix(**tag)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        }) else {
            continue;
        };
        let before = &text[text[..start].rfind('\n').map_or(0, |at| at + 1)..start];
        let comment = before.trim_start().starts_with('#') || before.contains(" #");
        let free = before.ends_with([' ', '[', ',', '{', '\t']) || before.is_empty();
        if free && !comment {
            found.insert(start, *tag);
        }
    }
    found
}

/// The text without the tags, byte for byte as long.
fn masked(text: &str, tags: &BTreeMap<usize, &'static str>) -> String {
    let mut masked = text.to_owned();
    for (at, tag) in tags {
        masked.replace_range(*at..at + tag.len(), &" ".repeat(tag.len()));
        let before = text[..*at].trim_end();
        if before.ends_with("<<:") {
            masked.replace_range(before.len() - 3..before.len() - 1, MERGE);
        }
    }
    masked
}

/// Makes the values with tags opaque.
fn mark(node: &mut Node, text: &str, tags: &BTreeMap<usize, &'static str>, seen: &mut Vec<usize>) {
    match &mut node.kind {
        Kind::Map(pairs) => {
            for (key, value) in pairs {
                if key.as_text() == Some(MERGE) && key_is_merge(key, text) {
                    key.kind = Kind::Text("<<".into());
                }
                mark(value, text, tags, seen);
            }
        }
        Kind::List(items) => items
            .iter_mut()
            .for_each(|item| mark(item, text, tags, seen)),
        _ => {}
    }
    let start = node.origin.span.start;
    let before = tags.range(..start).next_back();
    if let Some((at, tag)) = before
        && text[at + tag.len()..start].trim().is_empty()
    {
        seen.push(*at);
        node.kind = Kind::Date(format!("{tag} {}", written(node)));
    }
}

fn key_is_merge(key: &Node, text: &str) -> bool {
    text.get(key.origin.span.clone()) == Some("<<")
}

/// A value as text, without places.
fn written(node: &Node) -> String {
    match &node.kind {
        Kind::Text(text) => text.clone(),
        Kind::List(items) => {
            let items: Vec<_> = items.iter().map(written).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Map(pairs) => {
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(key, value)| format!("{}: {}", written(key), written(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
        other => format!("{other:?}"),
    }
}

fn included(node: &Node, found: &mut Vec<String>) {
    match &node.kind {
        Kind::Map(pairs) => pairs.iter().for_each(|(_, value)| included(value, found)),
        Kind::List(items) => items.iter().for_each(|item| included(item, found)),
        Kind::Date(opaque) => {
            let Some(names) = opaque.strip_prefix("!include ") else {
                return;
            };
            let inner = names
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'));
            match inner {
                Some(names) => found.extend(names.split(", ").map(str::to_owned)),
                None => found.push(names.to_owned()),
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Read {
        Read::of("x", text, &mut Problems::default()).unwrap()
    }

    #[test]
    fn includes_are_seen_and_not_followed() {
        let read = read(
            "<<: !include common.yaml\na:\n  <<: !include [x.yaml, y.yaml]\nb: !retain\n  - 1\n# !include no\n",
        );
        assert_eq!(read.includes(), ["common.yaml", "x.yaml", "y.yaml"]);
        assert!(matches!(read.root.get("b").unwrap().kind, Kind::Date(_)));
        assert!(read.root.get("<<").is_some());
    }

    #[test]
    fn a_tag_within_a_value_is_told_from_a_tag() {
        let mut problems = Problems::default();
        assert!(Read::of("x", "a: \"x !include y\"\n", &mut problems).is_none());
    }
}
