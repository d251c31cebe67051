//! Sections, as edits of the text: their options one level up, with the comments between them.

use super::rules::Rule;
use super::scope::{Refused, Scope};
use crate::text::edit::{Edits, Place};
use crate::text::{Kind, Node};

/// The edits that take a section away and leave its options.
pub(super) fn edits(scope: &Scope<'_>, rule: &Rule, pair: &(Node, Node)) -> Result<Edits, Refused> {
    let (key, value) = pair;
    let place = scope.place(key, value)?;
    if place.alias {
        return Err(Refused::Alias);
    }
    if matches!(value.kind, Kind::Date(_)) {
        return Err(Refused::Included);
    }
    if scope.flow || !place.leads(&scope.lines) {
        return Err(Refused::Layout);
    }
    let written = &scope.lines.text[place.value.clone()];
    if written.starts_with(['&', '!']) {
        return Err(Refused::Anchor);
    }
    let mut taken = Vec::new();
    for (own, other) in value.pairs() {
        let name = own.as_text().unwrap_or_default();
        match outside(scope, rule.at, name) {
            None => {}
            // Prefix and umask stood in two sections, often both times the same.
            Some(outside)
                if outside == other && !matches!(other.kind, Kind::List(_) | Kind::Map(_)) =>
            {
                taken.push(scope.place(own, other)?);
            }
            Some(_) => return Err(Refused::Twice),
        }
    }
    if written.starts_with('{') {
        braces(scope, &place, value, &taken)
    } else {
        block(scope, &place, value, &taken)
    }
}

/// The same option outside of the section.
fn outside<'n>(scope: &Scope<'n>, section: &str, name: &str) -> Option<&'n Node> {
    if name == section {
        return None;
    }
    scope.node.get(name)
}

fn block(
    scope: &Scope<'_>,
    place: &Place,
    value: &Node,
    taken: &[Place],
) -> Result<Edits, Refused> {
    let lines = &scope.lines;
    let base = place.column(lines);
    let first = lines.at(place.key.start);
    let own = place.lines(lines);
    let mut end = first + 1;
    while end < lines.count() && (end < own.end || lines.is_blank(end) || lines.indent(end) > base)
    {
        end += 1;
    }
    while end > own.end && lines.is_blank(end - 1) {
        end -= 1;
    }
    let inside = first + 1..end;
    let of_values = |line: &usize| !lines.is_blank(*line) && !lines.is_comment(*line);
    let empty = value.pairs().is_empty();
    let leader = inside
        .clone()
        .find(of_values)
        .filter(|_| !empty)
        .or_else(|| inside.clone().find(|line| !lines.is_blank(*line)));
    let by = leader.map_or(0, |line| lines.indent(line).saturating_sub(base));
    if !empty && (by == 0 || own.end == first + 1) {
        return Err(Refused::Layout);
    }
    let by = -isize::try_from(by).map_err(|_| Refused::Layout)?;
    let mut edits = Edits::default();
    let mut text = comment_line(scope, place, base);
    let mut at = inside.start;
    let mut taken: Vec<_> = taken.iter().collect();
    taken.sort_by_key(|place| place.key.start);
    for twice in taken {
        let gone = twice.lines(lines);
        if !twice.leads(lines) || gone.start < at {
            return Err(Refused::Layout);
        }
        text += &lines.shifted(at..gone.start, by);
        text += &comment_line(scope, twice, base);
        at = gone.end;
    }
    text += &lines.shifted(at..end, by);
    edits.replace(lines.span(&(first..end)), text);
    Ok(edits)
}

fn braces(
    scope: &Scope<'_>,
    place: &Place,
    value: &Node,
    taken: &[Place],
) -> Result<Edits, Refused> {
    let lines = &scope.lines;
    let base = place.column(lines);
    let own = place.lines(lines);
    let mut text = String::new();
    let line_end = lines.start(own.end - 1) + lines.line(own.end - 1).len();
    let after = lines.text[place.value.end..line_end].trim();
    let mut say = |words: &str| {
        if !words.is_empty() {
            text += &" ".repeat(base);
            text += words;
            text += lines.ending();
        }
    };
    say(after);
    for (key, value) in value.pairs() {
        let one = scope.place(key, value)?;
        let inside = place.value.start <= one.key.start && one.value.end <= place.value.end;
        if !inside {
            return Err(Refused::Layout);
        }
        if taken.iter().any(|twice| twice.key == one.key) {
            continue;
        }
        let name = &lines.text[one.key];
        say(format!("{name}: {}", &lines.text[one.value]).trim_end());
    }
    let mut edits = Edits::default();
    edits.replace(lines.span(&own), text);
    Ok(edits)
}

/// The comment on the line of a key, on a line of its own.
pub(super) fn comment_line(scope: &Scope<'_>, place: &Place, column: usize) -> String {
    let line = scope.lines.at(place.key.start);
    let end = scope.lines.start(line) + scope.lines.line(line).len();
    let mut comment = place.comment(&scope.lines);
    if comment.is_empty() && place.value.end >= place.colon && place.value.end <= end {
        let rest = scope.lines.text[place.value.end..end].trim();
        comment = if rest.starts_with('#') { rest } else { "" };
    }
    if comment.is_empty() {
        return String::new();
    }
    format!("{}{comment}{}", " ".repeat(column), scope.lines.ending())
}
