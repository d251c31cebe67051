//! One mapping of a file that old forms are looked for in: the whole, or the entry of a repository.

use std::fmt;

use crate::text::Node;
use crate::text::edit::{Lines, Place};

/// A mapping and the text that it stands in.
pub(super) struct Scope<'t> {
    pub(super) node: &'t Node,
    pub(super) lines: Lines<'t>,
    /// Written in braces.
    pub(super) flow: bool,
    /// How many spaces one level has here.
    pub(super) step: usize,
    /// The file has constants, which may stand for anything.
    pub(super) has_constants: bool,
}

/// Why an old form stays in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The value is elsewhere.
    Alias,
    /// Others use the value.
    Anchor,
    /// Its lines are not what the rewrite understands.
    Layout,
    /// The new name is there already.
    Twice,
    /// What it says is known at run time only.
    Variable,
    /// The value comes from another file.
    Included,
    /// Nothing means quite the same.
    Meaning,
    /// There is nothing to write instead.
    Gone,
    /// The rewritten text would not mean the same, or would lose a comment.
    Unproven,
    /// With the files that it includes, or is included by, it would not mean the same.
    Together,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alias => "its value is an alias of another one",
            Self::Anchor => "other values refer to it",
            Self::Layout => "its lines cannot be moved safely",
            Self::Twice => "the new name is in the file already",
            Self::Variable => "it depends on a variable or constant",
            Self::Included => "its value comes from another file",
            Self::Meaning => "nothing else means quite the same",
            Self::Gone => "nothing has taken its place",
            Self::Together => {
                "with the files that include one another it could not be shown to mean the same"
            }
            Self::Unproven => "it could not be shown that the new text means the same",
        })
    }
}

impl<'t> Scope<'t> {
    pub(super) fn of(text: &'t str, root: &'t Node, node: &'t Node) -> Self {
        let lines = Lines::of(text);
        let step = step(&lines);
        Self {
            node,
            flow: text[node.origin.span.start.min(text.len())..].starts_with('{'),
            lines,
            step,
            has_constants: root.get("constants").is_some(),
        }
    }

    /// Where a pair of this mapping stands; an error if it came from elsewhere.
    pub(super) fn place(&self, key: &Node, value: &Node) -> Result<Place, Refused> {
        Place::of(self.lines.text, key, value).ok_or(Refused::Layout)
    }

    pub(super) fn refuse_twice(&self, name: &str) -> Result<(), Refused> {
        match self.node.get(name) {
            Some(_) => Err(Refused::Twice),
            None => Ok(()),
        }
    }

    /// The lines of `place` and the comments below that belong to it: indented deeper.
    pub(super) fn with_comments_below(&self, place: &Place) -> std::ops::Range<usize> {
        let mut lines = place.lines(&self.lines);
        let column = place.column(&self.lines);
        while lines.end < self.lines.count()
            && self.lines.is_comment(lines.end)
            && self.lines.indent(lines.end) > column
        {
            lines.end += 1;
        }
        lines
    }
}

/// The smallest indentation of a line of values that follows a less indented one; four if there is
/// none.
fn step(lines: &Lines<'_>) -> usize {
    let mut before = 0;
    for line in 0..lines.count() {
        if lines.is_blank(line) || lines.is_comment(line) {
            continue;
        }
        let indent = lines.indent(line);
        if indent > before && (1..=8).contains(&(indent - before)) {
            return (indent - before).max(2);
        }
        before = indent;
    }
    4
}
