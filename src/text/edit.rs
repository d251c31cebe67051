//! Changes of a text at places in it: what is not named stays as it is, byte for byte. Knows lines,
//! comments and where the pieces of a YAML value stand; must not know any option.

use super::node::{Kind, Node};
use super::source::Span;

/// Replacements in one text, in any order.
#[derive(Clone, Debug, Default)]
pub struct Edits(Vec<(Span, String)>);

impl Edits {
    pub fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.0.push((span, text.into()));
    }

    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order of the text. Stable: what is inserted at one place keeps its order.
    pub fn sorted(mut self) -> Vec<(Span, String)> {
        self.0.sort_by_key(|(span, _)| (span.start, span.end));
        self.0
    }

    /// The changed text. `None` where two edits touch the same bytes.
    pub fn apply(self, text: &str) -> Option<String> {
        let mut changed = String::with_capacity(text.len());
        let mut at = 0;
        for (span, new) in self.sorted() {
            changed += text.get(at..span.start)?;
            changed += &new;
            at = span.end;
        }
        changed += text.get(at..)?;
        Some(changed)
    }
}

/// A text as lines.
pub struct Lines<'t> {
    pub text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub fn of(text: &'t str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0)
            .chain(after_breaks)
            .filter(|&at| at < text.len())
            .collect();
        Self { text, starts }
    }

    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The line that a byte is in.
    pub fn at(&self, byte: usize) -> usize {
        self.starts
            .partition_point(|&start| start <= byte)
            .saturating_sub(1)
    }

    /// Where a line starts; the end of the text for the one after the last.
    pub fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// Lines with their ends.
    pub fn span(&self, lines: &Span) -> Span {
        self.start(lines.start)..self.start(lines.end)
    }

    /// A line without its end.
    pub fn line(&self, line: usize) -> &'t str {
        let span = self.span(&(line..line + 1));
        self.text[span].trim_end_matches(['\n', '\r'])
    }

    /// The spaces that a line starts with.
    pub fn indent(&self, line: usize) -> usize {
        indent(self.line(line))
    }

    pub fn is_blank(&self, line: usize) -> bool {
        self.line(line).trim().is_empty()
    }

    pub fn is_comment(&self, line: usize) -> bool {
        self.line(line).trim_start().starts_with('#')
    }

    /// How lines end here.
    pub fn ending(&self) -> &'static str {
        let crlf = self
            .text
            .find('\n')
            .is_some_and(|at| self.text[..at].ends_with('\r'));
        if crlf { "\r\n" } else { "\n" }
    }

    /// Lines moved to the right, or to the left as far as they have spaces. Blank ones stay.
    pub fn shifted(&self, lines: Span, by: isize) -> String {
        let mut moved = String::new();
        for line in lines {
            let text = &self.text[self.span(&(line..line + 1))];
            if self.is_blank(line) {
                moved += text;
                continue;
            }
            let spaces = self.indent(line);
            moved += &" ".repeat(spaces.saturating_add_signed(by));
            moved += &text[spaces..];
        }
        moved
    }
}

/// Where the pieces of `key: value` stand in a text.
#[derive(Clone, Debug)]
pub struct Place {
    pub key: Span,
    /// After the colon.
    pub colon: usize,
    /// With its anchor and tag; empty where nothing is written.
    pub value: Span,
    /// The value is the name of an anchor that is elsewhere.
    pub alias: bool,
}

impl Place {
    /// `None` where the text is not what it seems: an explicit key, a key from elsewhere.
    pub fn of(text: &str, key: &Node, value: &Node) -> Option<Self> {
        let start = key.origin.span.start;
        let end = scalar_end(text, start, key)?;
        let gap = text.get(end..)?;
        let colon = end + gap.len() - gap.trim_start_matches(' ').len();
        if text.as_bytes().get(colon) != Some(&b':') {
            // `{a, b}`: keys without values.
            let nothing =
                matches!(value.kind, Kind::Null) && gap.trim_start().starts_with([',', '}']);
            return nothing.then_some(Self {
                key: start..end,
                colon: end,
                value: end..end,
                alias: false,
            });
        }
        let colon = colon + 1;
        let (value, alias) = value_span(text, colon, value)?;
        Some(Self {
            key: start..end,
            colon,
            value,
            alias,
        })
    }

    /// Does the key start its line, and is it the only one there?
    pub fn leads(&self, lines: &Lines<'_>) -> bool {
        let line = lines.start(lines.at(self.key.start));
        lines.text[line..self.key.start]
            .bytes()
            .all(|byte| byte == b' ')
    }

    /// The column of the key.
    pub fn column(&self, lines: &Lines<'_>) -> usize {
        self.key.start - lines.start(lines.at(self.key.start))
    }

    /// The lines from the key to the end of the value.
    pub fn lines(&self, lines: &Lines<'_>) -> Span {
        let last = self.value.end.max(self.colon).saturating_sub(1);
        lines.at(self.key.start)..lines.at(last.max(self.key.start)) + 1
    }

    /// What stands behind the colon on the line of the key: a comment, if anything.
    pub fn comment<'t>(&self, lines: &Lines<'t>) -> &'t str {
        let line = lines.at(self.key.start);
        let end = lines.start(line) + lines.line(line).len();
        let rest = lines.text.get(self.colon..end).unwrap_or_default().trim();
        if rest.starts_with('#') { rest } else { "" }
    }
}

/// Where a value stands that is looked for from `from` on, and whether it is an alias.
pub fn value_span(text: &str, from: usize, value: &Node) -> Option<(Span, bool)> {
    let written = !matches!(value.kind, Kind::Null)
        || matches!(value.origin.text(), "~" | "null" | "Null" | "NULL");
    let start = skip(text, from);
    let rest = text.get(start..)?;
    if rest.starts_with('*') {
        let len = rest.find([' ', '\n', '\r', ',', ']', '}']);
        return Some((start..start + len.unwrap_or(rest.len()), true));
    }
    let mut at = start;
    while text.get(at..)?.starts_with(['&', '!']) {
        let word = text[at..]
            .find(char::is_whitespace)
            .unwrap_or(text.len() - at);
        at = skip(text, at + word);
    }
    if !written {
        return (at == start).then_some((from..from, false));
    }
    let end = match text.as_bytes().get(at)? {
        b'|' | b'>' if matches!(value.kind, Kind::Text(_)) => {
            let header = at + text[at..].find(['\n', '\r']).unwrap_or(text.len() - at);
            value.origin.span.end.max(text[..header].trim_end().len())
        }
        // A list whose dashes are not indented starts, to the parser, behind the first.
        b'-' if matches!(value.kind, Kind::List(_)) => end(text, value)?.max(at + 1),
        _ if value.origin.span.start != at => return None,
        _ => end(text, value)?,
    };
    (start <= end).then_some((start..end, false))
}

/// The end of a value, where its last scalar ends.
fn end(text: &str, node: &Node) -> Option<usize> {
    let start = node.origin.span.start;
    let bracket = text.get(start..)?.starts_with(['[', '{']);
    let last = match &node.kind {
        Kind::Map(pairs) => pairs
            .iter()
            .flat_map(|(key, value)| [key, value])
            .max_by_key(|node| node.origin.span.start),
        Kind::List(items) => items.iter().max_by_key(|node| node.origin.span.start),
        _ => return scalar_end(text, start, node),
    };
    let span = node.origin.span.end;
    let inside = last.filter(|last| (start..=span).contains(&last.origin.span.start));
    let at = match (inside, last) {
        (Some(last), _) => end(text, last)?.max(start),
        (None, None) => start + 1,
        // An alias leads elsewhere: the span alone tells.
        (None, Some(_)) => return Some(span),
    };
    if !bracket {
        return Some(at);
    }
    let close = skip(text, at);
    let close = if text.get(close..)?.starts_with(',') {
        skip(text, close + 1)
    } else {
        close
    };
    let closed = text.get(close..)?.starts_with([']', '}']);
    Some(if closed { close + 1 } else { span })
}

/// The end of a scalar that starts here, quotes counted and what follows them not.
fn scalar_end(text: &str, start: usize, node: &Node) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    match bytes.get(start)? {
        b'"' => loop {
            match bytes.get(at)? {
                b'\\' => at += 2,
                b'"' => return Some(at + 1),
                _ => at += 1,
            }
        },
        b'\'' => loop {
            match (bytes.get(at)?, bytes.get(at + 1)) {
                (b'\'', Some(b'\'')) => at += 2,
                (b'\'', _) => return Some(at + 1),
                _ => at += 1,
            }
        },
        _ => {
            let span = node.origin.span.clone();
            let written = text.get(span.clone())?;
            (span.start == start).then_some(start + written.trim_end().len())
        }
    }
}

/// The first byte from here on that is neither blank nor in a comment.
fn skip(text: &str, mut at: usize) -> usize {
    while let Some(rest) = text.get(at..) {
        let blank = rest.len() - rest.trim_start().len();
        at += blank;
        let comment = text[at..].starts_with('#')
            && text[..at]
                .chars()
                .next_back()
                .is_none_or(char::is_whitespace);
        if !comment {
            break;
        }
        at += text[at..].find('\n').unwrap_or(text.len() - at);
    }
    at
}

/// The comments of a text: each `#` after a blank that is in no value. Without their ends.
pub fn comments<'t>(text: &'t str, root: &Node) -> Vec<&'t str> {
    let mut values = Vec::new();
    scalars(text, root, &mut values);
    values.sort_by_key(|span| span.start);
    let mut found = Vec::new();
    let mut at = 0;
    let mut next = 0;
    while let Some(hash) = text[at..].find('#').map(|found| at + found) {
        while values.get(next).is_some_and(|span| span.end <= hash) {
            next += 1;
        }
        if let Some(inside) = values.get(next).filter(|span| span.start <= hash) {
            at = inside.end;
            continue;
        }
        at = hash + 1;
        if text[..hash]
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace)
        {
            let end = hash + text[hash..].find(['\n', '\r']).unwrap_or(text.len() - hash);
            found.push(text[hash..end].trim_end());
            at = end;
        }
    }
    found
}

fn scalars(text: &str, node: &Node, found: &mut Vec<Span>) {
    let span = node.origin.span.clone();
    match &node.kind {
        Kind::Map(pairs) => pairs.iter().for_each(|(key, value)| {
            scalars(text, key, found);
            scalars(text, value, found);
        }),
        Kind::List(items) => items.iter().for_each(|item| scalars(text, item, found)),
        _ => found.push(span.start..scalar_end(text, span.start, node).unwrap_or(span.end)),
    }
}

/// How many spaces a text starts with.
pub fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
