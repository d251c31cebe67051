//! A tree as JSON, for tools: names sorted; what JSON has no words for, as text.

use super::node::{Kind, Node};

/// On one line, with Python's spaces.
pub fn json(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Int(number) => number.to_string(),
        Kind::BigInt(text) => text.clone(),
        Kind::Float(number) if number.is_nan() => text("nan"),
        Kind::Float(number) if number.is_infinite() => {
            text(if *number > 0.0 { "inf" } else { "-inf" })
        }
        Kind::Float(number) => format!("{number:?}"),
        Kind::Date(word) | Kind::Text(word) => text(word),
        Kind::List(items) => {
            let items: Vec<_> = items.iter().map(json).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Map(pairs) => {
            let mut pairs: Vec<(String, String)> = pairs
                .iter()
                .map(|(key, value)| (name(key), json(value)))
                .collect();
            pairs.sort();
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(key, value)| format!("{key}: {value}"))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

pub fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A name that is no text, as the JSON of it.
fn name(key: &Node) -> String {
    match &key.kind {
        Kind::Text(word) | Kind::Date(word) => text(word),
        _ => text(json(key).trim_matches('"')),
    }
}

#[cfg(test)]
mod tests {
    use crate::text::{self, Problems, Source};

    fn shown(text: &str) -> String {
        let node = text::parse(&Source::plain("x", text), &mut Problems::default());
        super::json(&node.unwrap())
    }

    #[test]
    fn what_json_lacks_is_text() {
        let text = "b: [.inf, -.inf, .nan, 2024-01-01, 1e16, 99999999999999999999]\na: {2: ~, true: 'x\"', .inf: 1.0}\n";
        assert_eq!(
            shown(text),
            r#"{"a": {"2": null, "inf": 1.0, "true": "x\""}, "b": ["inf", "-inf", "nan", "2024-01-01", 1e16, 99999999999999999999]}"#
        );
        assert_eq!(shown(""), "null");
    }
}
