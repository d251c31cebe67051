//! A tree as YAML text that reads back to the same tree: names sorted, quotes where they are needed,
//! indented as the original writes it. Knows no option.

use super::scalar::{self, Version};
use crate::text::node::{Kind, Node};

/// From how many bytes on a name needs a mark of its own: YAML looks no further than 1024 for the colon.
/// ruamel.yaml: 128.
const LONG: usize = 128;

/// The lines of a tree. `comment` says what stands after a value that lies on one line.
pub fn emit(node: &Node, comment: &dyn Fn(&Node) -> Option<String>) -> Vec<String> {
    match &node.kind {
        Kind::Map(pairs) if !pairs.is_empty() => {
            let mut pairs: Vec<(String, &Node)> = pairs
                .iter()
                .map(|(key, value)| (word(key), value))
                .collect();
            pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
            let mut lines = Vec::new();
            for (key, value) in pairs {
                let inner = emit(value, comment);
                let long = key.len() >= LONG;
                match (inner.as_slice(), is_block(value)) {
                    ([line], false) if long => {
                        lines.extend([format!("? {key}"), format!(": {line}")]);
                    }
                    ([line], false) => lines.push(format!("{key}: {line}")),
                    _ => {
                        if long {
                            lines.extend([format!("? {key}"), ":".to_owned()]);
                        } else {
                            lines.push(format!("{key}:"));
                        }
                        // A list is indented by itself.
                        let indent = if matches!(value.kind, Kind::Map(_)) {
                            "    "
                        } else {
                            ""
                        };
                        lines.extend(inner.iter().map(|line| format!("{indent}{line}")));
                    }
                }
            }
            lines
        }
        Kind::List(items) if !items.is_empty() => {
            let mut lines = Vec::new();
            for item in items {
                for (index, line) in emit(item, comment).into_iter().enumerate() {
                    let mark = if index == 0 { '-' } else { ' ' };
                    lines.push(format!("    {mark} {line}"));
                }
            }
            lines
        }
        _ => {
            let mut line = word(node);
            if let Some(comment) = comment(node) {
                line += &format!("  # {comment}");
            }
            vec![line]
        }
    }
}

/// Does it stand on lines of its own?
fn is_block(node: &Node) -> bool {
    !node.pairs().is_empty() || !node.items().is_empty()
}

/// A value on one line.
fn word(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Int(number) => number.to_string(),
        Kind::BigInt(text) | Kind::Date(text) => text.clone(),
        Kind::Float(number) if number.is_nan() => ".nan".to_owned(),
        Kind::Float(number) if number.is_infinite() => {
            if *number > 0.0 { ".inf" } else { "-.inf" }.to_owned()
        }
        Kind::Float(number) => format!("{number:?}"),
        Kind::Text(text) => quoted(text),
        Kind::List(items) => {
            let items: Vec<_> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Map(pairs) => {
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(key, value)| format!("{}: {}", flow(key), flow(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

/// The same, between brackets.
fn flow(node: &Node) -> String {
    match &node.kind {
        Kind::Text(text) => double(text),
        _ => word(node),
    }
}

/// A text on one line, in quotes where it could be anything else.
pub fn quoted(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else if text
        .chars()
        .all(|letter| letter == ' ' || is_printable(letter))
    {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        double(text)
    }
}

/// Can it stand without quotes, and still be this text?
fn is_plain(text: &str) -> bool {
    let starts = |letter: char| letter.is_ascii_alphanumeric() || "/_~.$(+^;\\".contains(letter);
    text.starts_with(starts)
        && !text.starts_with("...")
        && text
            .chars()
            .all(|letter| letter == ' ' || is_printable(letter))
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && scalar::plain(text, Version::V1_2) == Ok(Kind::Text(text.to_owned()))
}

/// Does it look the same everywhere, and mean nothing to a reader of YAML?
fn is_printable(letter: char) -> bool {
    letter.is_ascii_graphic() || letter.is_alphanumeric()
}

fn double(text: &str) -> String {
    let mut all = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => all += "\\\"",
            '\\' => all += "\\\\",
            '\n' => all += "\\n",
            '\t' => all += "\\t",
            '\r' => all += "\\r",
            ' ' => all.push(' '),
            _ if is_printable(letter) => all.push(letter),
            _ => {
                let code = u32::from(letter);
                all += &match code {
                    0..=0xff => format!("\\x{code:02x}"),
                    0x100..=0xffff => format!("\\u{code:04x}"),
                    _ => format!("\\U{code:08x}"),
                };
            }
        }
    }
    all.push('"');
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{self, Origin, Problems, Source};

    fn node(kind: Kind) -> Node {
        Node::new(kind, Origin::new(&Source::plain("x", ""), 0..0))
    }

    fn read(text: &str) -> Node {
        let mut problems = Problems::default();
        let node = text::parse(&Source::plain("x", text), &mut problems);
        node.unwrap_or_else(|| panic!("{text}\n{problems:?}"))
    }

    fn shown(text: &str) -> String {
        emit(&read(text), &|_| None).join("\n")
    }

    #[test]
    fn a_configuration_looks_as_the_original_writes_it() {
        let text = "b: [{path: /x, label: y}, 2]\na:\n  d: {}\n  c: 'yes'\n  e: 'a: b'\n  n: ~\n";
        insta::assert_snapshot!(shown(text), @r"
        a:
            c: yes
            d: {}
            e: 'a: b'
            n: null
        b:
            - label: y
              path: /x
            - 2
        ");
        assert_eq!(
            shown("- a\n- - b\n  - c\n"),
            "    - a\n    -     - b\n          - c"
        );
        assert_eq!(
            shown("a: '12'\nb: 2024-01-01\nc: 'é\n\n  x'\n"),
            "a: '12'\nb: 2024-01-01\nc: \"é\\nx\""
        );
    }

    #[test]
    fn comments_stand_after_values() {
        let node = read("a: {b: 1}\nc: []\n");
        let lines = emit(&node, &|node| Some(node.describe().to_owned()));
        assert_eq!(
            lines,
            ["a:", "    b: 1  # a whole number", "c: []  # a list"]
        );
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a:]{120,1100}",
            any::<String>().prop_map(|text| text.replace(['\u{fffe}', '\u{ffff}'], "")),
            "[a-z0-9 :#'\"{}\\[\\],&*!|>%@`~?=<.\n\t\\\\-]{0,12}",
            prop::sample::select(vec![
                "",
                "yes",
                "true",
                "null",
                "~",
                "<<",
                "=",
                "0x1f",
                "1e3",
                ".5",
                "1_0",
                "2024-01-01",
                "12:30",
                "---",
                "...",
                "- a",
                "? a",
                "a:",
                "a: b",
                "a #b",
                "#a",
                "!a",
                "0o7",
                "\u{85}",
                "\u{2028}",
                "\u{feff}",
            ])
            .prop_map(str::to_owned),
        ]
    }

    fn tree() -> impl Strategy<Value = Node> {
        let leaf = prop_oneof![
            Just(Kind::Null),
            any::<bool>().prop_map(Kind::Bool),
            any::<i64>().prop_map(Kind::Int),
            prop::num::f64::NORMAL.prop_map(Kind::Float),
            Just(Kind::Float(f64::INFINITY)),
            Just(Kind::Float(0.0)),
            Just(Kind::BigInt("-9223372036854775809".to_owned())),
            Just(Kind::Date("2024-01-01".to_owned())),
            Just(Kind::Date("2001-12-15T02:59:43.100000+00:00".to_owned())),
            text().prop_map(Kind::Text),
        ]
        .prop_map(node);
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4)
                    .prop_map(|items| node(Kind::List(items))),
                prop::collection::btree_map(text(), inner, 0..4).prop_map(|pairs| {
                    let pairs = pairs
                        .into_iter()
                        .map(|(key, value)| (node(Kind::Text(key)), value));
                    node(Kind::Map(pairs.collect()))
                }),
            ]
        })
    }

    fn sorted(node: &Node) -> Node {
        let mut node = node.clone();
        match &mut node.kind {
            Kind::Map(pairs) => {
                for (_, value) in &mut *pairs {
                    *value = sorted(value);
                }
                pairs.sort_by_key(|(key, _)| key.as_text().map(str::to_owned));
            }
            Kind::List(items) => items.iter_mut().for_each(|item| *item = sorted(item)),
            _ => {}
        }
        node
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn every_tree_reads_back(tree in tree()) {
            let text = emit(&tree, &|_| None).join("\n") + "\n";
            prop_assert_eq!(sorted(&read(&text)), sorted(&tree), "{}", text);
        }
    }
}
