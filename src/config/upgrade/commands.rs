//! Command hooks, as edits of the text: all of a mapping become entries of one `commands` list, each
//! with the comments above it.

use std::ops::Range;

use super::apply::is_off;
use super::rules::{Change, RULES, Rule};
use super::scope::{Refused, Scope};
use super::sections::comment_line;
use crate::text::Node;
use crate::text::edit::{Edits, Place};

/// One hook and its lines.
struct Hook {
    rule: &'static Rule,
    place: Place,
    text: bool,
    off: bool,
    /// Blank lines and comments above the hook.
    above: Range<usize>,
    own: Range<usize>,
}

/// The rules of the hooks that a mapping has.
pub(super) fn found(node: &Node) -> Vec<(&'static Rule, &(Node, Node))> {
    RULES
        .iter()
        .filter(|rule| matches!(rule.change, Change::Command(..)))
        .filter_map(|rule| Some((rule, rule.find(node)?)))
        .collect()
}

/// The edits that make entries of all hooks.
pub(super) fn edits(scope: &Scope<'_>) -> Result<Edits, Refused> {
    let hooks = found(scope.node)
        .into_iter()
        .map(|(rule, pair)| hook(scope, rule, pair))
        .collect::<Result<Vec<_>, _>>()?;
    let (off, on): (Vec<&Hook>, Vec<&Hook>) = hooks.iter().partition(|hook| hook.off);
    let mut edits = Edits::default();
    for hook in off {
        take_away(scope, hook, &mut edits);
    }
    let Some(first) = on.iter().min_by_key(|hook| hook.own.start) else {
        return Ok(edits);
    };
    let lines = &scope.lines;
    let column = first.place.column(lines);
    let (dash, at, mut text) = match existing(scope)? {
        Some((dash, line)) => (dash, lines.start(line), open_line(scope, line)),
        None => {
            let head = format!("{}commands:{}", " ".repeat(column), lines.ending());
            (column + scope.step, lines.start(first.own.start), head)
        }
    };
    // The blank lines above the first hook stay above a new list.
    let is_new = scope.node.get("commands").is_none();
    let heads = |hook: &Hook| is_new && hook.own.start == first.own.start;
    let below_blank = |hook: &Hook| {
        let blank = hook.above.clone().filter(|&line| lines.is_blank(line));
        hook.above.start + blank.count()
    };
    for (index, hook) in on.iter().enumerate() {
        let from = if index == 0 || heads(hook) {
            below_blank(hook)
        } else {
            hook.above.start
        };
        text += &entry(scope, hook, from, dash);
    }
    for hook in &on {
        if heads(hook) {
            let span = lines.span(&(below_blank(hook)..hook.own.end));
            edits.replace(span, std::mem::take(&mut text));
        } else {
            edits.replace(lines.span(&(hook.above.start..hook.own.end)), "");
        }
    }
    if !text.is_empty() {
        edits.insert(at, text);
    }
    Ok(edits)
}

fn hook(
    scope: &Scope<'_>,
    rule: &'static Rule,
    (key, value): &(Node, Node),
) -> Result<Hook, Refused> {
    let lines = &scope.lines;
    let place = scope.place(key, value)?;
    if scope.flow || !place.leads(lines) {
        return Err(Refused::Layout);
    }
    let own = scope.with_comments_below(&place);
    let column = place.column(lines);
    let mut start = own.start;
    while start > 0 && lines.is_comment(start - 1) && lines.indent(start - 1) == column {
        start -= 1;
    }
    if start == 0 {
        // The head of the file is about more than this hook.
        start = own.start;
    }
    while start > 0 && lines.is_blank(start - 1) {
        start -= 1;
    }
    Ok(Hook {
        rule,
        text: value.as_text().is_some(),
        off: is_off(value),
        above: start..own.start,
        own,
        place,
    })
}

/// A hook that does nothing: its comments stay.
fn take_away(scope: &Scope<'_>, hook: &Hook, edits: &mut Edits) {
    let lines = hook.place.lines(&scope.lines);
    let comment = comment_line(scope, &hook.place, hook.place.column(&scope.lines));
    edits.replace(scope.lines.span(&lines), comment);
}

/// The lines of an entry: what stood above the hook, when it runs, and its commands as they were.
fn entry(scope: &Scope<'_>, hook: &Hook, from: usize, dash: usize) -> String {
    let Change::Command(moment, what, when) = hook.rule.change else {
        return String::new();
    };
    let lines = &scope.lines;
    let column = hook.place.column(lines);
    let by = |to: usize| {
        isize::try_from(to).unwrap_or_default() - isize::try_from(column).unwrap_or_default()
    };
    let end = lines.ending();
    let spaces = " ".repeat(dash);
    let mut text = lines.shifted(from..hook.own.start, by(dash));
    text += &format!("{spaces}- {moment}: {what}{end}");
    if !when.is_empty() {
        text += &format!("{spaces}  when: [{}]{end}", when.join(", "));
    }
    let inner = dash + 2;
    let first = hook.own.start;
    if hook.text {
        // One command: a list of one.
        let value = &lines.text[hook.place.value.clone()];
        let rest = lines.text[hook.place.value.end..lines.span(&hook.own).end].to_owned();
        let mut moved = format!("{}- {value}{rest}", " ".repeat(inner + scope.step));
        if value.contains('\n') {
            let source = crate::text::edit::Lines::of(&moved);
            let body = source.shifted(1..source.count(), by(inner + scope.step));
            moved = moved[..source.start(1)].to_owned() + &body;
        }
        text += &format!("{spaces}  run:{end}{moved}");
    } else {
        let head = &lines.text[hook.place.key.end..lines.span(&(first..first + 1)).end];
        text += &format!("{spaces}  run{head}");
        text += &lines.shifted(first + 1..hook.own.end, by(inner));
    }
    if !text.ends_with('\n') {
        text += end;
    }
    text
}

/// Where the dashes of a `commands` list are, and the line below it. `None` if there is no list yet.
fn existing(scope: &Scope<'_>) -> Result<Option<(usize, usize)>, Refused> {
    let pair = scope
        .node
        .pairs()
        .iter()
        .find(|(key, _)| key.as_text() == Some("commands"));
    let Some((key, value)) = pair else {
        return Ok(None);
    };
    let lines = &scope.lines;
    let place = scope.place(key, value)?;
    if value.items().is_empty() || place.alias || !lines.text[place.value.clone()].starts_with('-')
    {
        return Err(Refused::Twice);
    }
    let dash = place.value.start - lines.start(lines.at(place.value.start));
    Ok(Some((dash, scope.with_comments_below(&place).end)))
}

/// A line end where the text before has none.
fn open_line(scope: &Scope<'_>, line: usize) -> String {
    let before = &scope.lines.text[..scope.lines.start(line)];
    if before.ends_with('\n') {
        String::new()
    } else {
        scope.lines.ending().to_owned()
    }
}
