//! The table applied to a tree, when a file is loaded. Values keep their places in the text.

use super::address;
use super::rules::{Change, RULES, Rule};
use crate::text::{Kind, Node, Problem, Problems};

/// Options that sections may not set to different values.
const CONFLICTS: [(&str, &[&str]); 2] = [
    ("prefix", &["location", "retention", "consistency"]),
    ("umask", &["storage", "hooks"]),
];

/// Brings a tree to today's form, and adds a warning for each old one.
pub fn apply(node: &mut Node, out: &mut Problems) {
    mapping(node, out);
    if let Some(Kind::List(entries)) = node.get_mut("repositories").map(|list| &mut list.kind) {
        for entry in entries {
            mapping(entry, out);
        }
    }
}

fn mapping(node: &mut Node, out: &mut Problems) {
    conflicts(node, out);
    sections(node, out);
    for rule in RULES {
        rule.apply(node, out);
    }
}

impl Rule {
    /// The key and the value, where they are written in the old way.
    pub(super) fn find<'n>(&self, node: &'n Node) -> Option<&'n (Node, Node)> {
        let pair = node
            .pairs()
            .iter()
            .find(|(key, _)| key.as_text() == Some(self.at))?;
        self.is_old(&pair.1).then_some(pair)
    }

    fn is_old(&self, value: &Node) -> bool {
        let text = value.as_text().is_some();
        match self.change {
            Change::Wrap(_) | Change::List => text,
            // A single check is meant as a list of one; a single repository could be anything.
            Change::WrapItems(key) => {
                (text && key == "name") || value.items().iter().any(|item| item.as_text().is_some())
            }
            Change::Word(..) => truth(value).is_some(),
            Change::Into(_) => value.kind != Kind::Null,
            Change::Stay => !is_off(value),
            Change::Address => value.items().iter().any(|entry| {
                let path = entry.get("path").and_then(Node::as_text);
                path.is_some_and(|path| address::modern(path).is_some() || address::is_home(path))
            }),
            Change::Section | Change::Rename(_) | Change::Command(..) | Change::Gone => true,
        }
    }

    fn apply(&self, node: &mut Node, out: &mut Problems) {
        let Some((key, value)) = self.find(node).cloned() else {
            return;
        };
        if let Change::Address = self.change {
            if let Some(list) = node.get_mut(self.at) {
                address::apply(list, out);
            }
            return;
        }
        if self.change != Change::Section {
            out.add(self.problem(&key));
        }
        let text = |name: &str| Node::new(Kind::Text(name.to_owned()), key.origin.clone());
        let map = |pairs: Vec<(Node, Node)>| Node::new(Kind::Map(pairs), value.origin.clone());
        match self.change {
            Change::Section => {
                node.remove(self.at);
                self.open(node, key, value, out);
            }
            Change::Rename(to) => {
                node.remove(self.at);
                if value.kind != Kind::Null {
                    node.set(text(to), value);
                }
            }
            Change::Into(to) => {
                node.remove(self.at);
                if node.get(to).is_none_or(|group| group.kind == Kind::Null) {
                    node.set(text(to), map(Vec::new()));
                }
                if let Some(group) = node.get_mut(to) {
                    group.set(key, value);
                }
            }
            Change::Wrap(name) => {
                value.origin.hide();
                let inner = text(name);
                node.set(key.clone(), map(vec![(inner, value.clone())]));
            }
            Change::WrapItems(name) => node.set(key.clone(), wrapped(&text(name), value)),
            Change::List => {
                let list = Node::new(Kind::List(vec![value.clone()]), value.origin);
                node.set(key, list);
            }
            Change::Word(to, words) => {
                let word = words[usize::from(truth(&value) == Some(true))];
                node.remove(self.at);
                node.set(text(to), Node::new(Kind::Text(word.into()), value.origin));
            }
            Change::Command(moment, what, when) => {
                node.remove(self.at);
                if !is_off(&value) {
                    command(node, &key, value, (moment, what, when));
                }
            }
            Change::Gone => {
                node.remove(self.at);
            }
            Change::Address | Change::Stay => {}
        }
    }

    /// The options of a section become those of the mapping that has it.
    fn open(&self, node: &mut Node, key: Node, value: Node, out: &mut Problems) {
        match value.kind {
            Kind::Null => {}
            // From another file, which a rewrite does not look into.
            Kind::Date(ref tag) if tag.starts_with('!') => node.set(key, value),
            Kind::Map(pairs) => pairs
                .into_iter()
                .for_each(|(key, value)| node.set(key, value)),
            _ => out.add(self.no_section(&value)),
        }
    }

    fn problem(&self, key: &Node) -> Problem {
        let at = self.at;
        let (words, label) = match self.change {
            Change::Rename(_) => (format!("`{at}` has another name now"), "the old name"),
            Change::Into(_) => (format!("`{at}` has another place now"), "the old place"),
            Change::Command(..) => (format!("`{at}` is deprecated"), "the old form of a hook"),
            Change::Stay => (format!("`{at}` is deprecated"), "works still"),
            Change::Gone => {
                let problem = Problem::new(
                    "borgmatic::config::removed",
                    format!("`{at}` does not exist any more"),
                );
                return problem.on(key, "no such service").help(self.words);
            }
            _ => (format!("this form of `{at}` is deprecated"), "the old form"),
        };
        Problem::new("borgmatic::config::deprecated", words)
            .on(key, label)
            .help(self.help())
            .deprecation()
    }

    fn help(&self) -> String {
        match self.change {
            Change::Stay => self.words.to_owned(),
            _ => format!("{}; `borgmatic upgrade-config` does it for you", self.words),
        }
    }

    fn no_section(&self, value: &Node) -> Problem {
        let words = format!(
            "the section `{}` needs options, but this is {}",
            self.at,
            value.describe()
        );
        Problem::new("borgmatic::config::wrong-type", words)
            .on(value, format!("{} here", value.describe()))
            .help("write options as `name: value`, at the top level")
    }
}

/// A list in which each text is a mapping with one name; a single text is a list of one.
fn wrapped(name: &Node, value: Node) -> Node {
    let origin = value.origin.clone();
    let items = match value.kind {
        Kind::List(items) => items,
        _ => vec![value],
    };
    let wrap = |item: Node| match item.kind {
        Kind::Text(_) => {
            let origin = item.origin.clone();
            Node::new(Kind::Map(vec![(name.clone(), item)]), origin)
        }
        _ => item,
    };
    Node::new(Kind::List(items.into_iter().map(wrap).collect()), origin)
}

/// A hook as an entry of `commands`.
fn command(node: &mut Node, key: &Node, value: Node, (moment, what, when): (&str, &str, &[&str])) {
    let word = |word: &str| Node::new(Kind::Text(word.into()), key.origin.clone());
    let place = value.origin.clone();
    let list = |items| Node::new(Kind::List(items), place.clone());
    let mut entry = vec![(word(moment), word(what))];
    if !when.is_empty() {
        let when = when.iter().map(|action| word(action)).collect();
        entry.push((word("when"), list(when)));
    }
    let run = match value.kind {
        Kind::Text(_) => list(vec![value]),
        _ => value,
    };
    entry.push((word("run"), run));
    if node
        .get("commands")
        .is_none_or(|all| all.kind == Kind::Null)
    {
        node.set(word("commands"), list(Vec::new()));
    }
    if let Some(Kind::List(all)) = node.get_mut("commands").map(|all| &mut all.kind) {
        all.push(Node::new(Kind::Map(entry), place.clone()));
    }
}

/// One warning for all sections.
fn sections(node: &Node, out: &mut Problems) {
    let mut found = RULES
        .iter()
        .filter(|rule| rule.change == Change::Section)
        .filter_map(|rule| Some((rule, &rule.find(node)?.0)));
    let Some((rule, first)) = found.next() else {
        return;
    };
    let others: Vec<_> = found.map(|(rule, _)| format!("`{}`", rule.at)).collect();
    let more = if others.is_empty() {
        String::new()
    } else {
        format!(", and {}", others.join(", "))
    };
    let words = format!("sections are deprecated: `{}`{more}", rule.at);
    out.add(
        Problem::new("borgmatic::config::deprecated", words)
            .on(first, "a section")
            .help(rule.help())
            .deprecation(),
    );
}

/// An error for each option that two sections set to different values.
fn conflicts(node: &Node, out: &mut Problems) {
    for (option, sections) in CONFLICTS {
        let values: Vec<_> = sections
            .iter()
            .filter_map(|section| Some((*section, node.get(section)?.get(option)?)))
            .filter(|(_, value)| !is_off(value))
            .collect();
        let Some(((first, one), rest)) = values.split_first() else {
            continue;
        };
        for (second, other) in rest.iter().filter(|(_, other)| other != one) {
            let words = format!("`{option}` has two values: in `{first}` and in `{second}`");
            out.add(
                Problem::new("borgmatic::config::conflict", words)
                    .on(other, "another value here")
                    .on(one, "one value here")
                    .help("there is one such option today: choose one of the values, and delete the other line"),
            );
        }
    }
}

fn truth(value: &Node) -> Option<bool> {
    match value.kind {
        Kind::Bool(truth) => Some(truth),
        Kind::Int(number @ (0 | 1)) => Some(number == 1),
        _ => None,
    }
}

/// Nothing, false, zero, or empty.
pub(super) fn is_off(value: &Node) -> bool {
    match &value.kind {
        Kind::Null | Kind::Bool(false) | Kind::Int(0) => true,
        Kind::Text(text) => text.is_empty(),
        Kind::List(items) => items.is_empty(),
        Kind::Map(pairs) => pairs.is_empty(),
        _ => false,
    }
}
