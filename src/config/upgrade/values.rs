//! Rules on one option, as edits of the text: names, words, text that becomes a list or a mapping.

use super::address;
use super::rules::{Change, Rule};
use super::scope::{Refused, Scope};
use crate::text::edit::{Edits, Place, value_span};
use crate::text::{Kind, Node};

/// The edits that bring one option of a mapping to today's form.
pub(super) fn edits(scope: &Scope<'_>, rule: &Rule, pair: &(Node, Node)) -> Result<Edits, Refused> {
    let (key, value) = pair;
    let place = scope.place(key, value)?;
    let mut edits = Edits::default();
    match rule.change {
        Change::Rename(to) => {
            scope.refuse_twice(to)?;
            rename(scope, &place, rule.at, to, &mut edits);
        }
        Change::Word(to, words) => {
            if place.alias {
                return Err(Refused::Alias);
            }
            if to != rule.at {
                scope.refuse_twice(to)?;
                rename(scope, &place, rule.at, to, &mut edits);
            }
            let truth = matches!(value.kind, Kind::Bool(true) | Kind::Int(1));
            let word = words[usize::from(truth)];
            if place.value.start != value.origin.span.start {
                return Err(Refused::Anchor);
            }
            edits.replace(place.value, word);
        }
        Change::Into(to) => {
            scope.refuse_twice(to)?;
            if scope.flow {
                edits.insert(place.key.start, format!("{to}: {{"));
                edits.insert(place.value.end, "}");
            } else {
                let inner = place.column(&scope.lines) + scope.step;
                let head = format!("{to}:{}{}", scope.lines.ending(), " ".repeat(inner));
                edits.insert(place.key.start, head);
                indent(scope, &place, place.key.start, &mut edits);
            }
        }
        Change::Wrap(name) => below(scope, &place, &format!("{name}: "), &mut edits)?,
        Change::List => below(scope, &place, "- ", &mut edits)?,
        Change::WrapItems(name) if value.as_text().is_some() => {
            if scope.flow {
                return Err(Refused::Layout);
            }
            below(scope, &place, &format!("- {name}: "), &mut edits)?;
        }
        Change::WrapItems(name) => {
            if place.alias {
                return Err(Refused::Alias);
            }
            items(scope, &place, value, name, &mut edits)?;
        }
        Change::Address => {
            let mut why = Refused::Meaning;
            for entry in value.items() {
                if let Err(refused) = one_address(scope, entry, &mut edits) {
                    why = refused;
                }
            }
            if edits.is_empty() {
                return Err(why);
            }
        }
        Change::Stay => return Err(Refused::Meaning),
        Change::Gone => return Err(Refused::Gone),
        Change::Section | Change::Command(..) => return Err(Refused::Layout),
    }
    Ok(edits)
}

/// Another name in the quotes that the key has.
fn rename(scope: &Scope<'_>, place: &Place, from: &str, to: &str, edits: &mut Edits) {
    let written = scope.lines.text[place.key.clone()].replace(from, to);
    edits.replace(place.key.clone(), written);
}

/// Puts a value on a line of its own below its key, after some words; in braces, into braces.
fn below(scope: &Scope<'_>, place: &Place, words: &str, edits: &mut Edits) -> Result<(), Refused> {
    if scope.flow {
        let (open, close) = match words.strip_suffix("- ") {
            Some(_) => ("[".to_owned(), "]"),
            None => (format!("{{{words}"), "}"),
        };
        edits.insert(place.value.start, open);
        edits.insert(place.value.end, close);
        return Ok(());
    }
    let gap = place.colon..place.value.start;
    if !scope.lines.text[gap.clone()].trim().is_empty() {
        return Err(Refused::Layout);
    }
    let inner = " ".repeat(place.column(&scope.lines) + scope.step);
    edits.replace(gap, format!("{}{inner}{words}", scope.lines.ending()));
    indent(scope, place, place.value.start, edits);
    Ok(())
}

/// Moves the lines of a value after the one of `from` to the right.
fn indent(scope: &Scope<'_>, place: &Place, from: usize, edits: &mut Edits) {
    let last = scope.lines.at(place.value.end.max(from + 1) - 1);
    for line in scope.lines.at(from) + 1..=last {
        if !scope.lines.is_blank(line) {
            edits.insert(scope.lines.start(line), " ".repeat(scope.step));
        }
    }
}

/// Texts of a list, in dashes or in brackets, to mappings.
fn items(
    scope: &Scope<'_>,
    place: &Place,
    list: &Node,
    name: &str,
    edits: &mut Edits,
) -> Result<(), Refused> {
    let text = scope.lines.text;
    let mut at = after_properties(text, place.value.start);
    let flow = text[at..].starts_with('[');
    at += usize::from(flow);
    for item in list.items() {
        if !flow {
            at += text[at..].find('-').ok_or(Refused::Layout)?;
            let before = &text[scope.lines.start(scope.lines.at(at))..at];
            let inside_comment = before.contains('#');
            if inside_comment {
                at = next_dash(scope, at).ok_or(Refused::Layout)?;
            }
            at += 1;
        }
        let (span, alias) = value_span(text, at, item).ok_or(Refused::Layout)?;
        at = span.end;
        if item.as_text().is_some() {
            if alias && flow && !text[at..].starts_with([' ', ',', ']']) {
                return Err(Refused::Alias);
            }
            if flow {
                edits.insert(span.start, format!("{{{name}: "));
                edits.insert(span.end, if alias { " }" } else { "}" });
            } else {
                edits.insert(span.start, format!("{name}: "));
                for line in scope.lines.at(span.start) + 1..=scope.lines.at(span.end - 1) {
                    if !scope.lines.is_blank(line) {
                        edits.insert(scope.lines.start(line), " ".repeat(scope.step));
                    }
                }
            }
        }
        if flow {
            let rest = &text[at..];
            at += rest.len() - rest.trim_start().len();
            at += usize::from(text[at..].starts_with(','));
        }
    }
    Ok(())
}

/// Behind an anchor and a tag.
fn after_properties(text: &str, mut at: usize) -> usize {
    while text[at..].starts_with(['&', '!']) {
        at += text[at..].find(char::is_whitespace).unwrap_or(0);
        let rest = &text[at..];
        at += rest.len() - rest.trim_start().len();
    }
    at
}

/// The next dash that starts a line.
fn next_dash(scope: &Scope<'_>, from: usize) -> Option<usize> {
    let first = scope.lines.at(from) + 1;
    (first..scope.lines.count())
        .find(|&line| scope.lines.line(line).trim_start().starts_with('-'))
        .map(|line| scope.lines.start(line) + scope.lines.indent(line))
}

/// The address of one repository, in the quotes that it has.
fn one_address(scope: &Scope<'_>, entry: &Node, edits: &mut Edits) -> Result<(), Refused> {
    let Some((key, value)) = entry
        .pairs()
        .iter()
        .find(|(key, _)| key.as_text() == Some("path"))
    else {
        return Ok(());
    };
    let Some(old) = value.as_text() else {
        return Ok(());
    };
    let Some(new) = address::modern(old) else {
        return Ok(());
    };
    if old.contains("${") || scope.has_constants && old.contains('{') {
        return Err(Refused::Variable);
    }
    if old.starts_with("file://") && !new.starts_with('/') {
        return Err(Refused::Meaning);
    }
    let place = scope.place(key, value)?;
    if place.alias {
        return Err(Refused::Alias);
    }
    let written = &scope.lines.text[place.value.clone()];
    let at = written.rfind(old).ok_or(Refused::Layout)?;
    let at = place.value.start + at;
    edits.replace(at..at + old.len(), new);
    Ok(())
}
