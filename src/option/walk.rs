//! Reading objects: each field by its own type, unknown keys and missing ones as problems.

use super::scalars::wrong_type;
use super::shape::{At, Groups, Opt, Options, Shape, Value, field};
use crate::text::near::nearest;
use crate::text::{Kind, Node, Problem, Problems};

/// One field of a mapping.
pub fn take<T: Value>(node: &Node, name: &str, at: &At<'_>, out: &mut Problems) -> Opt<T> {
    let value = node
        .get(name)
        .and_then(|node| Some((T::read(node, &At::Key(at, name), out)?, node.origin.clone())));
    value.map_or_else(Opt::default, |(value, origin)| Opt::set(value, origin))
}

/// A whole object: all its fields, and problems for keys it does not have and required ones that
/// are missing.
pub fn object<T: Options>(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<T> {
    if !matches!(node.kind, Kind::Map(_)) {
        out.add(wrong_type(node, at, &Shape::Object(T::GROUPS)));
        return None;
    }
    if !T::OPEN {
        unknown_keys(node, T::GROUPS, at, out);
    }
    missing_keys(node, T::GROUPS, at, out);
    Some(T::take(node, at, out))
}

/// A problem for each key that no group has, with the nearest name.
pub fn unknown_keys(node: &Node, groups: Groups, at: &At<'_>, out: &mut Problems) {
    for (key, value) in node.pairs() {
        let Some(name) = key.as_text() else {
            out.add(
                Problem::new(
                    "borgmatic::config::unknown-option",
                    format!("an option's name is text, not {}", key.describe()),
                )
                .on(key, "not a name"),
            );
            continue;
        };
        if field(groups, name).is_some() {
            continue;
        }
        // It may hold anything, a misspelt passphrase too.
        value.origin.hide();
        let names = groups.iter().copied().flatten().map(|field| field.name);
        let place = match at {
            At::Top => String::new(),
            _ => format!(" in `{at}`"),
        };
        let problem = Problem::new(
            "borgmatic::config::unknown-option",
            format!("unknown option `{name}`{place}"),
        )
        .on(key, "no such option");
        out.add(match nearest(name, names.clone()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None if matches!(at, At::Top) => problem.help("remove it, or look up the name: borgmatic config generate --destination sample.yaml"),
            None => problem.help(format!("the options here are: {}", names.collect::<Vec<_>>().join(", "))),
        });
    }
}

/// A problem for each required option that is not set.
pub fn missing_keys(node: &Node, groups: Groups, at: &At<'_>, out: &mut Problems) {
    for field in groups
        .iter()
        .copied()
        .flatten()
        .filter(|field| field.required)
    {
        if node.get(field.name).is_some() {
            continue;
        }
        let words = match at {
            At::Top => format!("`{}` is missing", field.name),
            _ => format!("`{at}` lacks `{}`", field.name),
        };
        let problem = Problem::new("borgmatic::config::missing", words).help(format!(
            "add it, for example:\n{}",
            super::sample::lines(field).join("\n")
        ));
        let mut origin = node.origin.clone();
        origin.span.end = origin.span.start;
        out.add(match at {
            At::Top => problem.at(&origin, "in this file"),
            _ => problem.at(&origin, "this entry"),
        });
    }
}
