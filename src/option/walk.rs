//! Reading objects: each field by its own type, unknown keys and missing ones as problems.

use std::sync::Arc;

use super::scalars::wrong_type;
use super::shape::{At, Field, Groups, Opt, Options, Shape, Value, field, fields, meant};
use crate::text::{Fix, Kind, Node, Problem, Problems};

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
    let misspelt = if T::OPEN {
        Vec::new()
    } else {
        unknown_keys(node, T::GROUPS, at, out)
    };
    let bound = |field: &&Field| {
        field.required || !field.of.is_empty() || !field.or.is_empty() || !field.not.is_empty()
    };
    for field in fields(T::GROUPS).filter(bound) {
        // What stands there under a wrong name was told as that.
        if !misspelt.contains(&field.name) {
            presence(node, field, at, out);
        }
    }
    Some(T::take(node, at, out))
}

/// Shows every field of the table, the nested ones too, and its path: `checks[].name`.
pub fn visit(groups: Groups, above: &str, see: &mut dyn FnMut(&str, &'static Field)) {
    for field in fields(groups) {
        let path = match above {
            "" => field.name.to_owned(),
            above => format!("{above}.{}", field.name),
        };
        see(&path, field);
        if let Some(inner) = field.shape.inner() {
            let mark = if field.shape.item().is_some() {
                "[]"
            } else {
                ""
            };
            visit(inner, &format!("{path}{mark}"), see);
        }
    }
}

/// So many names can be told in one sentence.
const FEW: usize = 40;

/// For so many unknown names the nearest one is looked for: it takes long, and nobody reads on.
const LOOKED_UP: usize = 200;

/// A problem for each key that no group has, with the nearest name. The fields that were meant.
pub fn unknown_keys(
    node: &Node,
    groups: Groups,
    at: &At<'_>,
    out: &mut Problems,
) -> Vec<&'static str> {
    let (mut misspelt, mut unknown) = (Vec::new(), 0);
    for (key, value) in node.pairs() {
        let Some(name) = key.as_text() else {
            out.add(
                Problem::new(
                    "borgmatic::config::unknown-option",
                    format!("an option's name is text, not {}", key.describe()),
                )
                .on(key, "not a name")
                .help("write options as `name: value`"),
            );
            continue;
        };
        if field(groups, name).is_some() {
            continue;
        }
        unknown += 1;
        let owners = match at {
            At::Top => owners(node, groups, name),
            _ => Vec::new(),
        };
        let near = (unknown <= LOOKED_UP && owners.is_empty())
            .then(|| meant(groups, name))
            .flatten();
        misspelt.extend(near.map(|(field, _)| field.name));
        let section = near.is_none() && is_section(value, groups);
        let harmless = match near {
            Some((near, _)) => is_harmless(near),
            None => !owners.is_empty() && owners.iter().all(|(_, inner)| is_harmless(inner)),
        };
        if !section && !harmless {
            // It may hold anything, a misspelt passphrase too.
            hide(key, value);
        }
        let place = match at {
            At::Top => String::new(),
            _ => format!(" in `{at}`"),
        };
        let problem = Problem::new(
            "borgmatic::config::unknown-option",
            format!("unknown option `{name}`{place}"),
        )
        .on(key, "no such option");
        let names = fields(groups).map(|field| field.name);
        out.add(match near {
            Some((field, near)) => problem
                .help(format!("did you mean {}?", field.called(near)))
                .fix(Fix::guess(Fix::replace(key.origin.span.clone(), near))),
            None if !owners.is_empty() => problem.help(belongs(name, &owners)),
            None if section => problem.help("its options belong one level up: take out this line and the indentation below it"),
            None if matches!(at, At::Top) || names.clone().count() > FEW => problem.help("remove it, or look up its name among all options:\n    borgmatic config generate --destination sample.yaml"),
            None => problem.help(format!("the options here are: {}", names.collect::<Vec<_>>().join(", "))),
        });
    }
    misspelt
}

/// The options that have one of that name within them, and that one; of those the ones that are
/// there, if any is.
fn owners(node: &Node, groups: Groups, name: &str) -> Vec<(&'static Field, &'static Field)> {
    let inner = |owner: &'static Field| Some((owner, field(owner.shape.inner()?, name)?));
    let mut all: Vec<_> = fields(groups).filter_map(inner).collect();
    let is_there = |(owner, _): &(&Field, &Field)| node.get(owner.name).is_some();
    if all.iter().any(is_there) {
        all.retain(is_there);
    }
    all
}

/// Where an option that stands at the top belongs.
fn belongs(name: &str, owners: &[(&'static Field, &'static Field)]) -> String {
    let place = |(owner, _): &(&Field, &Field)| match owner.shape.item() {
        Some(_) => format!("an entry of `{}`", owner.name),
        None => format!("`{}`", owner.name),
    };
    let places: Vec<_> = owners.iter().map(place).collect();
    let at = match places.as_slice() {
        [first, ..] if places.len() > 5 => {
            format!("{first} or of {} other options", places.len() - 1)
        }
        [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
        all => all.concat(),
    };
    format!("`{name}` belongs to {at}: indent it as the options there are")
}

/// Keeps a value out of every frame, with its tag and its anchor.
fn hide(key: &Node, value: &Node) {
    value.origin.hide();
    let (name, written) = (&key.origin, &value.origin);
    let between = name.span.end + 1..written.span.start;
    if Arc::ptr_eq(&name.source, &written.source)
        && let Some(text) = name.source.text.get(between.clone())
    {
        let tag = text.trim();
        let start = between.end - text.trim_start().len();
        name.source.hide(start..start + tag.len());
    }
}

/// May the option's value be shown, with all that lies within?
fn is_harmless(field: &Field) -> bool {
    let mut harmless = !matches!(field.shape, Shape::Secret);
    visit(field.shape.inner().unwrap_or(&[]), "", &mut |_, inner| {
        harmless &= !matches!(inner.shape, Shape::Secret);
    });
    harmless
}

/// Does the value hold options that belong beside its key, and nothing else?
fn is_section(value: &Node, groups: Groups) -> bool {
    let pairs = value.pairs();
    let is_option = |(key, _): &(Node, Node)| {
        key.as_text()
            .is_some_and(|name| field(groups, name).is_some())
    };
    !pairs.is_empty() && pairs.iter().all(is_option)
}

/// Problems of a field that is there and should not be, or the other way round.
fn presence(node: &Node, field: &Field, at: &At<'_>, out: &mut Problems) {
    let pair = |name: &str| {
        let is_it = |(key, _): &&(Node, Node)| key.as_text() == Some(name);
        node.pairs().iter().find(is_it)
    };
    let found = pair(field.name);
    let other = pair(field.or);
    match (found, other) {
        (Some((key, _)), _) if !field.fits(node) => out.add(stranger(node, field, key, at)),
        (Some((key, _)), Some((other, _))) => {
            let words = format!("`{at}` has both `{}` and `{}`", field.name, field.or);
            let problem = Problem::new("borgmatic::config::either", words);
            out.add(
                problem
                    .on(key, "one")
                    .on(other, "the other")
                    .help("keep one of them"),
            );
        }
        (Some((_, value)), _) if !field.not.is_empty() && value.as_text() == Some(field.not) => {
            let words = format!("`{}` cannot be `{}`", At::Key(at, field.name), field.not);
            let problem = Problem::new("borgmatic::config::choice", words);
            out.add(
                problem
                    .on(value, "not this one")
                    .help(format!("write for example: {}", field.example)),
            );
        }
        (None, None) if field.required && field.fits(node) || !field.or.is_empty() => {
            out.add(missing(node, field, at));
        }
        _ => {}
    }
}

/// A key that belongs to another kind of the same object.
fn stranger(node: &Node, field: &Field, key: &Node, at: &At<'_>) -> Problem {
    let (beside, wanted) = field.condition().unwrap_or_default();
    let owner = wanted.map_or_else(
        || format!("`{beside}`"),
        |wanted| format!("`{beside}: {wanted}`"),
    );
    let problem = Problem::new(
        "borgmatic::config::unknown-option",
        format!("`{}` belongs to {owner} in `{at}`", field.name),
    )
    .on(key, "not in this entry");
    let problem = match node
        .pairs()
        .iter()
        .find(|(key, _)| key.as_text() == Some(beside))
    {
        Some((_, value)) if value.origin.source.name == key.origin.source.name => {
            problem.on(value, "because of this")
        }
        _ => problem,
    };
    problem.help(format!(
        "remove `{}`, or write it in an entry with {owner}",
        field.name
    ))
}

/// A required option that is not set.
fn missing(node: &Node, field: &Field, at: &At<'_>) -> Problem {
    let name = match field.or {
        "" => format!("`{}`", field.name),
        or => format!("`{}` or `{or}`", field.name),
    };
    if let At::Line = at {
        let flag = super::flags::written(field.name);
        let words = format!("`--{flag}` is missing");
        return Problem::new("borgmatic::config::missing", words)
            .on(node, "on this line")
            .help(format!("add it: --{flag} {}", field.example));
    }
    let words = match at {
        At::Top => format!("{name} is missing"),
        _ => format!("`{at}` lacks {name}"),
    };
    let problem = Problem::new("borgmatic::config::missing", words).help(format!(
        "add it, for example:\n{}",
        super::sample::lines(field).join("\n")
    ));
    let mut origin = node.origin.clone();
    origin.span.end = origin.span.start;
    match at {
        At::Top => problem.at(&origin, "in this file"),
        _ => problem.at(&origin, "this entry"),
    }
}
