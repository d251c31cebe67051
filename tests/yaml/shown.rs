//! What a text means, as `expected.json` and `differential.py` write what it means to the original.

use borgmatic::text::{Kind, Node};

/// A value with its type, names sorted.
pub(crate) fn show(node: &Node) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Int(value) => value.to_string(),
        Kind::BigInt(value) => value.clone(),
        Kind::Float(value) if value.is_nan() => "f:nan".to_owned(),
        Kind::Float(value) => format!("f:{:016x}", value.to_bits()),
        Kind::Date(value) if value.len() > 10 => format!("datetime({value})"),
        Kind::Date(value) => format!("date({value})"),
        Kind::Text(value) => quoted(value),
        Kind::List(items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(","))
        }
        Kind::Map(pairs) => {
            let mut shown: Vec<String> = pairs
                .iter()
                .map(|(key, value)| format!("{}:{}", show(key), show(value)))
                .collect();
            shown.sort();
            format!("{{{}}}", shown.join(","))
        }
    }
}
