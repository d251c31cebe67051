//! The table as a page to look things up in: Markdown, one section for each group.

use super::sample;
use super::shape::{Field, Groups, Shape, fields};

/// The page's options, group by group; `about` has the words on each group.
pub fn page(groups: Groups, about: &[&str]) -> String {
    let mut text = String::new();
    for (fields, about) in groups.iter().zip(about) {
        if fields.is_empty() {
            continue;
        }
        let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
        let (title, rest) = about.split_once(". ").unwrap_or((&about, ""));
        text += &format!("\n## {}\n", title.trim_end_matches('.'));
        if !rest.is_empty() {
            text += &format!("\n{rest}\n");
        }
        fields.iter().for_each(|field| text += &option(field));
    }
    text
}

fn option(field: &Field) -> String {
    let mut text = format!("\n### `{}`\n\n{}\n", field.name, words(field));
    let example = sample::example(field).join("\n");
    if !example.is_empty() {
        text += &format!("\n```yaml\n{example}\n```\n");
    }
    let mut rows = String::new();
    if let Some(groups) = field.shape.inner() {
        nested(groups, "", &mut rows);
    }
    if !rows.is_empty() {
        text += &format!("\n| option | value | meaning |\n|---|---|---|\n{rows}");
    }
    text
}

fn nested(groups: Groups, above: &str, rows: &mut String) {
    for field in fields(groups) {
        let path = format!("{above}{}", field.name);
        let example = match field.example {
            example if example.is_empty() || example.contains('\n') => String::new(),
            example => format!(", such as `{}`", example.trim_start_matches("- ")),
        };
        *rows += &format!(
            "| `{path}` | {}{example} | {} |\n",
            kind(field.shape),
            words(field).replace("\n\n", " ")
        );
        if let Some(inner) = field.shape.inner() {
            let mark = if field.shape.item().is_some() {
                "[]"
            } else {
                ""
            };
            nested(inner, &format!("{path}{mark}."), rows);
        }
    }
}

/// What it means, and what else is to be known.
pub fn words(field: &Field) -> String {
    let mut text = field.about();
    if field.required {
        text += match field.condition() {
            None => " Required.",
            Some(_) => " Required there.",
        };
    }
    if let Shape::Choice(choices) = field.shape.item().unwrap_or(field.shape) {
        text += &format!(" Choices: {}.", choices.join(", "));
    }
    if let Some((key, value)) = field.condition() {
        let owner = value.map_or_else(|| key.to_owned(), |value| format!("{key}: {value}"));
        text += &format!(" Only beside `{owner}`.");
    }
    if !field.default.is_empty() {
        text += &format!("\n\nDefault: {}.", field.default);
    }
    if field.ours {
        text += "\n\nPython borgmatic does not have it.";
    }
    if !field.deprecated.is_empty() {
        text += &format!("\n\n**Deprecated:** use {}.", field.deprecated);
    }
    text
}

/// What its value is.
pub fn kind(shape: &Shape) -> String {
    match *shape {
        Shape::Int(i64::MIN, i64::MAX) => "whole number".into(),
        Shape::Int(least, most) if most >= i64::from(u32::MAX) => {
            format!("whole number from {least}")
        }
        Shape::Int(least, most) => format!("whole number from {least} to {most}"),
        Shape::List(item) | Shape::Set(item) => format!("list of {}", kind(item)),
        Shape::Choice(_) => "choice".into(),
        Shape::Secret => "secret text".into(),
        ref other => other.describe().trim_start_matches("a ").to_owned(),
    }
}
