//! A loaded configuration as text: YAML or JSON, the whole or one option, with the place of every
//! value. Secrets are shown only where the file itself is.

use super::load::Loaded;
use super::texts;
use crate::text::{Kind, Node, emit, json};

/// What is shown of a tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Only this option.
    pub option: Option<&'a str>,
    /// With the file and the line of every value, and without secrets: the lines get around.
    pub origins: bool,
}

/// One file as lines of YAML.
pub fn yaml(loaded: &Loaded, wanted: Wanted<'_>) -> Vec<String> {
    let Some(tree) = &loaded.tree else {
        return Vec::new();
    };
    if !wanted.origins {
        return part(tree, wanted).map_or_else(null, |node| emit(node, &|_| None));
    }
    let tree = without_secrets(tree);
    let comment = |node: &Node| Some(node.origin.place());
    part(&tree, wanted).map_or_else(null, |node| emit(node, &comment))
}

/// All files as one JSON document.
pub fn document<'a>(all: impl Iterator<Item = &'a Loaded>, wanted: Wanted<'_>) -> String {
    let each = |loaded: &Loaded| match &loaded.tree {
        Some(tree) if wanted.origins => {
            let tree = without_secrets(tree);
            let mut values = Vec::new();
            if let Some(node) = part(&tree, wanted) {
                list(node, wanted.option.unwrap_or_default(), &mut values);
            }
            format!("[{}]", values.join(", "))
        }
        Some(tree) => part(tree, wanted).map_or_else(|| "null".to_owned(), json::json),
        None => "null".to_owned(),
    };
    format!("[{}]", all.map(each).collect::<Vec<_>>().join(", "))
}

fn part<'n>(tree: &'n Node, wanted: Wanted<'_>) -> Option<&'n Node> {
    wanted.option.map_or(Some(tree), |name| tree.get(name))
}

fn null() -> Vec<String> {
    vec!["null".to_owned()]
}

fn without_secrets(tree: &Node) -> Node {
    let mut tree = tree.clone();
    texts::each(&mut tree, &mut |node, seat| {
        if seat.may_be_secret() && !matches!(node.kind, Kind::Null) {
            node.kind = Kind::Text("***".to_owned());
        }
    });
    tree
}

/// Each value with its path and its place.
fn list(node: &Node, path: &str, out: &mut Vec<String>) {
    match &node.kind {
        Kind::Map(pairs) if !pairs.is_empty() => {
            let mut pairs: Vec<(String, &Node)> = pairs
                .iter()
                .map(|(key, value)| {
                    (
                        key.as_text().map_or_else(|| json::json(key), str::to_owned),
                        value,
                    )
                })
                .collect();
            pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
            for (key, value) in pairs {
                let dot = if path.is_empty() { "" } else { "." };
                list(value, &format!("{path}{dot}{key}"), out);
            }
        }
        Kind::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                list(item, &format!("{path}[{index}]"), out);
            }
        }
        _ => {
            let (line, _) = node.origin.source.line_column(node.origin.span.start);
            out.push(format!(
                r#"{{"option": {}, "value": {}, "file": {}, "line": {line}}}"#,
                json::text(path),
                json::json(node),
                json::text(&node.origin.source.name),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::is_secret;
    use crate::text::{Problems, Source, parse};

    fn masked(text: &str) -> String {
        let source = Source::new("config.yaml", text, is_secret);
        let tree = parse(&source, &mut Problems::default()).unwrap();
        emit(&without_secrets(&tree), &|_| None).join("\n")
    }

    #[test]
    fn what_may_be_a_secret_is_masked_whatever_it_is() {
        for text in [
            "encryption_passphrase: 734",
            "encryption_passphrase: 73.4",
            "storage: {encryption_passphrase: 734}",
            "constants: {pass: 734, x: [734], 1: 734, y: {z: a734}}",
            "repositories: [{path: /r, constants: {pass: 734}}]",
            "postgresql_databases: [{name: a, password: 734}]",
            "hooks: {healthchecks: 'https://hc-ping.com/734'}",
            "healthchecks: 'https://hc-ping.com/734'",
        ] {
            let shown = masked(text);
            assert!(shown.contains("***") && !shown.contains("734"), "{shown}");
        }
        assert_eq!(masked("keep_daily: 7"), "keep_daily: 7");
    }
}
