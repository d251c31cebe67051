//! The table as a sample file: every option with its words and an example, most of them commented
//! out. What is uncommented by removing `# ` is right as it stands.

use super::shape::{Field, Groups, Shape, field, fields};
use crate::text::{Kind, Node, emit};

/// Width of a sample file, in characters. borgmatic 2.1.10: 80.
const WIDTH: usize = 80;

/// A whole file of all options.
pub fn file(groups: Groups) -> String {
    joined(fields(groups).map(option))
}

/// Options as a file, with an empty line between them.
pub fn joined(options: impl IntoIterator<Item = Vec<String>>) -> String {
    let options: Vec<_> = options
        .into_iter()
        .map(|lines| lines.join("\n") + "\n")
        .collect();
    options.join("\n")
}

/// One option of a file, with its words.
pub fn option(field: &Field) -> Vec<String> {
    let mut all = words(field, 0);
    all.extend(commented(body(field), field.active));
    if field.active
        && let Some(inner) = field.shape.item().and_then(Shape::groups)
    {
        // What an element may have besides stands below the last one.
        let last = field.example.rsplit("- ").next().unwrap_or_default();
        let set = |name: &str| {
            last.lines()
                .any(|line| line.trim().starts_with(&format!("{name}:")))
        };
        for field in fields(inner).filter(|field| !set(field.name)) {
            all.push(String::new());
            all.extend(indented("      ", nested(field, false)));
        }
    }
    all
}

/// The same, with the values of a file: what that sets is on. With `rest`, what it does not set
/// stands there as comments.
pub fn filled(field: &Field, values: &Node, rest: bool) -> Vec<String> {
    let mut all = words(field, 0);
    match values.pairs().iter().find(|(key, _)| is(key, field)) {
        Some((key, value)) => all.extend(valued(field, key, value, rest)),
        None if field.active => all.extend(commented(body(field), false)),
        None => return option(field),
    }
    all
}

/// What a file says that is no option, as it stands there.
pub fn strange(groups: Groups, values: &Node) -> Vec<Vec<String>> {
    let known = |key: &Node| {
        key.as_text()
            .is_some_and(|name| field(groups, name).is_some())
    };
    let strange = values.pairs().iter().filter(|(key, _)| !known(key));
    strange.map(|(key, value)| plain(key, value)).collect()
}

/// An option with a value. With `rest`, the options within it that are not set stand there as comments.
fn valued(field: &Field, key: &Node, value: &Node, rest: bool) -> Vec<String> {
    match (field.shape.inner(), &value.kind) {
        (Some(groups), Kind::Map(pairs)) if field.shape.item().is_none() && !pairs.is_empty() => {
            block(field.name, false, entries(groups, value, rest, false))
        }
        (Some(groups), Kind::List(items))
            if !items.is_empty() && items.iter().all(|item| !item.pairs().is_empty()) =>
        {
            let mut all = vec![format!("{}:", field.name)];
            for (at, item) in items.iter().enumerate() {
                let rest = rest && at + 1 == items.len();
                all.extend(block("", true, entries(groups, item, rest, true)).split_off(1));
            }
            all
        }
        _ => plain(key, value),
    }
}

/// The lines of a mapping's options. In a list, those that are set come first: the dash is theirs.
fn entries(groups: Groups, values: &Node, rest: bool, list: bool) -> Vec<String> {
    let of = |field: &Field| values.pairs().iter().find(|(key, _)| is(key, field));
    let all = fields(groups);
    let mut fields: Vec<_> = all
        .map(|field| (field, of(field)))
        .filter(|(field, set)| set.is_some() || rest && may_join(field, values))
        .collect();
    if list {
        fields.sort_by_key(|(_, set)| set.is_none());
    }
    let mut blocks: Vec<Vec<String>> = Vec::new();
    for (field, set) in fields {
        blocks.push(match set {
            Some((key, value)) => {
                // The words stand above the dash only in the example.
                let told = rest && !(list && blocks.is_empty());
                let mut all = if told { words(field, 6) } else { Vec::new() };
                all.extend(valued(field, key, value, rest));
                all
            }
            None => nested(field, false),
        });
    }
    let strange = strange(groups, values);
    let at = blocks.len().min(values.pairs().len() - strange.len());
    blocks.splice(at..at, strange);
    let gap: &[String] = if rest { &[String::new()] } else { &[] };
    blocks.join(gap)
}

/// May it stand beside what is there?
fn may_join(field: &Field, values: &Node) -> bool {
    field.fits(values) && (field.or.is_empty() || values.get(field.or).is_none())
}

fn is(key: &Node, field: &Field) -> bool {
    key.as_text() == Some(field.name)
}

fn plain(key: &Node, value: &Node) -> Vec<String> {
    let pair = Kind::Map(vec![(key.clone(), value.clone())]);
    emit(&Node::new(pair, value.origin.clone()), &|_| None)
}

/// An option as it may stand in a file, without words, as short as can be.
pub fn lines(field: &Field) -> Vec<String> {
    let name = field.name;
    match field.shape.inner() {
        Some(groups) if field.example.is_empty() => {
            let inner: Vec<_> = live(groups).flat_map(lines).collect();
            block(name, field.shape.item().is_some(), inner)
        }
        _ => example(field),
    }
}

/// An option with its example, nested ones included.
pub fn example(field: &Field) -> Vec<String> {
    let name = field.name;
    if field.example.is_empty() {
        return match field.shape.inner() {
            Some(groups) => {
                let inner = fields(groups).flat_map(example).collect();
                block(name, field.shape.item().is_some(), inner)
            }
            None => vec![format!("{name}:")],
        };
    }
    if !field.shape.is_nested() {
        return vec![format!("{name}: {}", field.example)];
    }
    let mut all = vec![format!("{name}:")];
    all.extend(indented("    ", field.example.lines().map(str::to_owned)));
    all
}

/// The option and what it holds. Of an object, what is not needed is commented out.
fn body(field: &Field) -> Vec<String> {
    let Some(groups) = field.shape.inner().filter(|_| !field.active) else {
        return example(field);
    };
    if !field.example.is_empty() && field.shape.item().is_none() {
        return example(field);
    }
    let on: Vec<_> = live(groups)
        .map(|field| field.name)
        .filter(|_| !matches!(field.shape, Shape::OrEmpty(_)))
        .collect();
    let mut inner: Vec<String> = Vec::new();
    for field in fields(groups) {
        if !inner.is_empty() {
            inner.push(String::new());
        }
        inner.extend(nested(field, on.contains(&field.name)));
    }
    if field.shape.item().is_none() {
        return block(field.name, false, inner);
    }
    // The words stand above the dash.
    let first = inner
        .iter()
        .position(|line| !line.starts_with('#'))
        .unwrap_or_default();
    let mut all = vec![format!("{}:", field.name)];
    for (at, line) in inner.into_iter().enumerate() {
        let mark = match at {
            at if at < first => "    ",
            at if at == first => "    - ",
            _ => "      ",
        };
        all.push(format!("{mark}{line}").trim_end().to_owned());
    }
    all
}

fn nested(field: &Field, on: bool) -> Vec<String> {
    let mut all = words(field, 6);
    all.extend(commented(body(field), on));
    all
}

/// The options of an object that a short example needs: the required ones, else the first.
fn live(groups: Groups) -> impl Iterator<Item = &'static Field> {
    let any = needed(groups).next().is_some();
    let first = fields(groups).next().filter(|_| !any);
    needed(groups).chain(first)
}

/// The options without which an object cannot be.
pub fn needed(groups: Groups) -> impl Iterator<Item = &'static Field> {
    let needed = |field: &&Field| field.required && field.of.is_empty() || !field.or.is_empty();
    fields(groups).filter(needed)
}

pub fn block(name: &str, list: bool, inner: Vec<String>) -> Vec<String> {
    let mut all = vec![format!("{name}:")];
    for (at, line) in inner.into_iter().enumerate() {
        let mark = match (list, at) {
            (false, _) => "    ",
            (true, 0) => "    - ",
            (true, _) => "      ",
        };
        all.push(format!("{mark}{line}").trim_end().to_owned());
    }
    all
}

fn indented(by: &str, lines: impl IntoIterator<Item = String>) -> impl Iterator<Item = String> {
    lines
        .into_iter()
        .map(move |line| format!("{by}{line}").trim_end().to_owned())
}

fn commented(lines: Vec<String>, on: bool) -> Vec<String> {
    let mark = if on { "" } else { "# " };
    indented(mark, lines).collect()
}

/// What a person is told about an option, as comments.
fn words(field: &Field, indent: usize) -> Vec<String> {
    let mut all = wrap(&field.about(), WIDTH - 2 - indent);
    if let Shape::Choice(choices) = field.shape.item().unwrap_or(field.shape)
        && choices.len() < 10
    {
        all.extend(wrap(
            &format!("Choices: {}", choices.join(", ")),
            WIDTH - 2 - indent,
        ));
    }
    if !field.default.is_empty() {
        all.push(format!("Default: {}", field.default));
    }
    if field.ours {
        all.push("Python borgmatic does not have it.".into());
    }
    if !field.deprecated.is_empty() {
        all.push(format!("Deprecated: use {}", field.deprecated));
    }
    all.into_iter().map(|line| format!("# {line}")).collect()
}

/// Words in lines of at most `width` characters.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}
