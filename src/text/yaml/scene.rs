//! The place where the parser stopped, in the text that it was given, and the lines around it. Knows
//! no option and no complaint.

use std::sync::Arc;

use super::layout::{Inside, Layout};
use super::places::Way;
use super::tabs::without_comment;
use crate::text::edit::{Edits, indent};
use crate::text::node::Origin;
use crate::text::problem::{Fix, Problem};
use crate::text::source::{Source, Span};

/// The text that the parser was given last, and how it came about.
pub(super) struct Given<'a> {
    pub(super) source: &'a Arc<Source>,
    /// The source without its secrets.
    pub(super) masked: &'a str,
    pub(super) text: &'a str,
    /// From the source to the text.
    pub(super) ways: &'a [Way],
}

/// What is wrong, and what lets the parser go on behind it.
pub(super) struct Found {
    pub(super) problem: Problem,
    /// In the text that the parser was given.
    pub(super) mend: Edits,
    /// It comes from an earlier mend: the source has nothing of it.
    pub(super) made: bool,
}

impl Found {
    pub(super) fn new(problem: Problem, mend: Edits) -> Self {
        Self {
            problem,
            mend,
            made: false,
        }
    }
}

/// How far a mend may be trusted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Nothing else can have been meant.
    Sure,
    Guess,
    /// It only lets the parser go on.
    Never,
}

pub(super) struct Scene<'a> {
    pub(super) given: &'a Given<'a>,
    pub(super) text: &'a str,
    pub(super) layout: &'a Layout,
    pub(super) line: usize,
    pub(super) at: usize,
}

impl<'a> Scene<'a> {
    pub(super) fn at(given: &'a Given<'a>, layout: &'a Layout, at: usize) -> Self {
        let at = at.min(given.text.len());
        Self {
            given,
            text: given.text,
            layout,
            line: layout.line_at(at),
            at,
        }
    }

    /// Where a span of the given text comes from.
    fn back(&self, span: &Span) -> Span {
        let back = |byte| {
            let ways = self.given.ways.iter().rev();
            ways.fold(byte, |byte, way| way.back(byte))
        };
        let start = back(span.start);
        start..back(span.end).max(start)
    }

    pub(super) fn origin(&self, span: Span) -> Origin {
        Origin::new(self.given.source, self.back(&span))
    }

    /// A problem and its mend; a mend that can be trusted is offered as a fix.
    pub(super) fn found(&self, problem: Problem, mend: Edits, trust: Trust) -> Found {
        if trust == Trust::Never {
            return Found::new(problem, mend);
        }
        let mut edits = Edits::default();
        for (span, new) in mend.clone().sorted() {
            let place = self.back(&span);
            if !place.is_empty() || !new.is_empty() {
                edits.replace(place, new);
            }
        }
        let made = edits.is_empty();
        let sure = trust == Trust::Sure;
        let problem = problem.fix(Fix { edits, sure });
        Found {
            made,
            ..Found::new(problem, mend)
        }
    }

    /// The character at the place, or the end of the text.
    pub(super) fn character(&self) -> Origin {
        self.first(self.at)
    }

    pub(super) fn first(&self, at: usize) -> Origin {
        let rest = self.text.get(at..).unwrap_or_default();
        let len = rest.chars().next().map_or(0, char::len_utf8);
        self.origin(at..at + len)
    }

    pub(super) fn span(&self, line: usize) -> Span {
        self.layout
            .lines
            .get(line)
            .map_or(self.text.len()..self.text.len(), |line| {
                line.start..line.end
            })
    }

    pub(super) fn written(&self, line: usize) -> &'a str {
        &self.text[self.span(line)]
    }

    /// What may be quoted of the text: no secrets.
    pub(super) fn quoted(&self, span: Span) -> &'a str {
        self.given.masked.get(self.back(&span)).unwrap_or_default()
    }

    /// The words of a line, without white space around them.
    pub(super) fn words(&self, line: usize) -> (Span, &'a str) {
        let span = self.span(line);
        let written = &self.text[span.clone()];
        let start = span.start + written.len() - written.trim_start().len();
        let words = written.trim();
        (start..start + words.len(), words)
    }

    /// The column of the name on a line, behind the dashes before it.
    pub(super) fn column(&self, line: usize) -> usize {
        let written = self.written(line);
        let mut words = written.trim_start();
        while let Some(inner) = words.strip_prefix("- ") {
            words = inner.trim_start();
        }
        written.len() - words.len()
    }

    /// The lines of structure from here upwards, this one first.
    pub(super) fn upwards(&self) -> impl Iterator<Item = usize> {
        (0..=self.line).rev().filter(|&line| {
            let words = self.words(line).1;
            !words.is_empty() && !words.starts_with('#')
        })
    }

    /// The lines below one that are indented more than `column`, or are within what such a line
    /// opens: the index after the last.
    pub(super) fn below(&self, line: usize, column: usize) -> usize {
        let mut end = line + 1;
        for below in line + 1..self.layout.lines.len() {
            let written = self.written(below);
            let inside = self.layout.lines[below].inside;
            let within = !matches!(inside, Inside::Block | Inside::Plain);
            if !written.trim().is_empty() && !within && indent(written) <= column {
                break;
            }
            end = below + 1;
        }
        end
    }

    /// Takes out a line and those that lie below it.
    pub(super) fn without_block(&self, line: usize) -> Edits {
        let end = self.below(line, indent(self.written(line)));
        Fix::replace(self.span(line).start..self.span(end - 1).end, "")
    }

    /// Takes out the line where the parser stopped.
    pub(super) fn without_line(&self) -> Edits {
        let line = self.upwards().next().unwrap_or(self.line);
        Fix::replace(self.span(line), "")
    }

    /// Single quotes round a value.
    pub(super) fn in_quotes(&self, value: Span) -> Edits {
        let mut edits = Edits::default();
        edits.insert(value.start, "'");
        for (at, _) in self.text[value.clone()].match_indices('\'') {
            edits.insert(value.start + at, "'");
        }
        edits.insert(value.end, "'");
        edits
    }
}

pub(super) fn is_item(words: &str) -> bool {
    words.starts_with("- ") || words == "-"
}

/// `name:`, `name: value`, `- item`.
pub(super) fn looks_like_structure(words: &str) -> bool {
    if is_item(words) {
        return true;
    }
    let bare = without_comment(words);
    let name = bare.find(": ").map(|at| &bare[..at]);
    name.or_else(|| bare.strip_suffix(':'))
        .is_some_and(|name| !name.is_empty() && !name.contains(['"', '\'', ' ']))
}
