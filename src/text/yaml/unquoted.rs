//! Values that YAML takes for something else because they have no quotes, and brackets. Must not know
//! any option.

use super::layout::Inside;
use super::scene::{Found, Scene, Trust, looks_like_structure};
use super::tabs::without_comment;
use crate::text::edit::{Edits, indent};
use crate::text::problem::Problem;

impl Scene<'_> {
    pub(super) fn unclosed_bracket(&self, complaint: &str) -> Option<Found> {
        let suspect = self.bracket_over_options();
        let open = suspect.or(self.layout.open)?;
        let mark = self.text.as_bytes()[open];
        let (close, name) = match mark {
            b'[' => (']', "bracket"),
            b'{' => ('}', "brace"),
            _ => return None,
        };
        let flow = suspect.is_some()
            || complaint.contains("flow")
            || complaint.contains("node content")
            || self.at >= open;
        flow.then(|| {
            let problem = Problem::new(
                "borgmatic::yaml::unclosed-bracket",
                format!("this {name} is never closed"),
            )
            .at(&self.origin(open..open + 1), "opened here")
            .help(format!("type `{close}` where it ends"));
            self.found(problem, self.closed(open), Trust::Never)
        })
    }

    /// A bracket that is still open where the parser stopped, at a line that looks like an option.
    fn bracket_over_options(&self) -> Option<usize> {
        let Inside::Flow(open) = self.layout.lines.get(self.line)?.inside else {
            return None;
        };
        let written = self.written(self.line);
        let left = indent(written) <= self.column(self.layout.line_at(open));
        (left && looks_like_structure(written.trim())).then_some(open)
    }

    /// Closes brackets before the first line that looks like an option of the same level.
    fn closed(&self, open: usize) -> Edits {
        let from = self.layout.line_at(open);
        let column = self.column(from);
        let next = (from + 1..self.layout.lines.len()).find(|&line| {
            let written = self.written(line);
            indent(written) <= column && looks_like_structure(written.trim())
        });
        let end = next.map_or(self.text.len(), |line| self.span(line).start);
        let mut closing = Vec::new();
        for mark in self.text[open..end].bytes() {
            match mark {
                b'[' => closing.push(']'),
                b'{' => closing.push('}'),
                b']' | b'}' => drop(closing.pop()),
                _ => {}
            }
        }
        let closing: String = closing.into_iter().rev().collect();
        let start = if self.text[..end].ends_with('\n') {
            ""
        } else {
            "\n"
        };
        let mut edits = Edits::default();
        edits.insert(end, format!("{start}{closing}\n"));
        edits
    }

    /// `: ` inside of a value.
    pub(super) fn colon(&self, complaint: &str) -> Option<Found> {
        if !complaint.contains("mapping values") && !complaint.contains("placement of ':'") {
            return None;
        }
        let (span, words) = self.words(self.line);
        let bare = without_comment(words);
        let name_ends = bare.find(": ").filter(|&at| span.start + at < self.at)?;
        let value = bare[name_ends + 2..].trim_start();
        let start = span.start + bare.len() - value.len();
        if value.starts_with(['"', '\'']) {
            return None;
        }
        let shown_value = self.quoted(start..start + value.len());
        let fixed = if shown_value.chars().count() > 60 {
            "'…'".to_owned()
        } else {
            format!("'{}'", shown_value.replace('\'', "''"))
        };
        let place = start..start + value.len();
        let problem = Problem::new(
            "borgmatic::yaml::colon",
            "a value with `: ` inside must be in quotes",
        )
        .at(&self.origin(place.clone()), "this value")
        .help(format!("type `{}: {fixed}`", &bare[..name_ends]));
        Some(self.found(problem, self.in_quotes(place), Trust::Guess))
    }

    /// A value that starts with a character that YAML keeps for itself.
    pub(super) fn reserved(&self) -> Option<Found> {
        let first = self.text[self.at..].chars().next()?;
        if !matches!(first, '@' | '`' | '%' | '&' | '*' | '!' | '|' | '>') {
            return None;
        }
        let end = self.span(self.line).end;
        let value = without_comment(self.text.get(self.at..end)?.trim_end());
        let place = self.at..self.at + value.len();
        let shown = self.quoted(place.clone()).replace('\'', "''");
        let problem = Problem::new(
            "borgmatic::yaml::reserved",
            format!("a value that starts with `{first}` must be in quotes"),
        )
        .at(&self.origin(place.clone()), "this value")
        .help(format!("type `'{shown}'`"));
        let trust = match first {
            '@' | '`' | '%' => Trust::Sure,
            _ => Trust::Guess,
        };
        Some(self.found(problem, self.in_quotes(place), trust))
    }

    /// A value such as `{hostname}-{now}`: YAML takes the braces for a mapping, and more follows.
    pub(super) fn text_after_bracket(&self) -> Option<Found> {
        let (span, words) = self.words(self.line);
        let bare = without_comment(words);
        let starts = |mark: &str| bare.find(mark).map(|at| at + mark.len());
        let before = starts(": ").or_else(|| starts("- "))?;
        let value = bare[before..].trim_start();
        let close = match value.chars().next()? {
            '{' => '}',
            '[' => ']',
            _ => return None,
        };
        let inner = value.find(close)?;
        let place = span.start + bare.len() - value.len();
        if value.len() == inner + 1 || self.at < place {
            return None;
        }
        let place = place..place + value.len();
        let shown = self.quoted(place.clone()).replace('\'', "''");
        let problem = Problem::new(
            "borgmatic::yaml::reserved",
            format!(
                "a value that starts with `{}` must be in quotes",
                &value[..1]
            ),
        )
        .at(&self.origin(place.clone()), "this value")
        .help(format!("type `'{shown}'`"));
        let trust = if close == '}' {
            Trust::Sure
        } else {
            Trust::Guess
        };
        Some(self.found(problem, self.in_quotes(place), trust))
    }
}
