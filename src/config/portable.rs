//! What Python borgmatic 2.1.10 would not accept: options that only this program has.

use super::{Config, Loaded};
use crate::option::{Groups, Options, shape};
use crate::text::{Node, Problem, Problems};

/// An error for each.
pub fn of(loaded: &Loaded) -> Problems {
    let mut found = Problems::default();
    if let Some(tree) = &loaded.tree {
        visit(tree, Config::GROUPS, &mut found);
        for entry in tree.get("repositories").map_or(&[][..], Node::items) {
            visit(entry, Config::GROUPS, &mut found);
        }
    }
    found
}

fn visit(node: &Node, groups: Groups, found: &mut Problems) {
    for (key, value) in node.pairs() {
        let Some(field) = key.as_text().and_then(|name| shape::field(groups, name)) else {
            continue;
        };
        if field.ours {
            let words = format!("`{}` is no option of Python borgmatic", field.name);
            found.add(
                Problem::new("borgmatic::config::not-portable", words)
                    .on(key, "only this program knows it")
                    .help("remove it from files that Python borgmatic reads, too"),
            );
        }
        let Some(inner) = field.shape.inner() else {
            continue;
        };
        visit(value, inner, found);
        for item in value.items() {
            visit(item, inner, found);
        }
    }
}
