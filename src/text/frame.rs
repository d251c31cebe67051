//! The text that a diagnostic's code frame is cut from: secrets and control characters gone, long
//! lines shortened round the place. Knows no YAML.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::printable::printable;
use super::source::Span;

/// Lines up to this many characters are shown whole.
const WIDEST: usize = 160;
/// How much of a longer line is shown before the place.
const BEFORE: usize = 40;
/// How much is shown in all.
const WINDOW: usize = 100;

/// A text with shortened lines, and where the labels have gone.
#[derive(Debug)]
pub(super) struct Frame {
    name: String,
    text: String,
    places: Vec<Place>,
}

#[derive(Clone, Debug)]
struct Place {
    span: Span,
    /// Counted from zero, in the text as written.
    column: usize,
}

impl Frame {
    /// Cuts the long lines of a text that secrets have been taken out of.
    pub(super) fn new(name: &str, masked: &str, labels: &[Span]) -> Self {
        let mut frame = Self {
            name: printable(name).into_owned(),
            text: String::with_capacity(masked.len()),
            places: vec![
                Place {
                    span: 0..0,
                    column: 0
                };
                labels.len()
            ],
        };
        let mut start = 0;
        for line in masked.split_inclusive('\n') {
            frame.line(line, start, labels);
            start += line.len();
        }
        let end = frame.text.len();
        for (label, place) in labels.iter().zip(&mut frame.places) {
            if label.start >= start {
                let last = masked.rfind('\n').map_or(0, |at| at + 1);
                let column = masked[last..].chars().count();
                *place = Place {
                    span: end..end,
                    column,
                };
            }
        }
        frame
    }

    /// Where a label lies in the frame's text.
    pub(super) fn label(&self, index: usize) -> Span {
        self.places
            .get(index)
            .map_or(0..0, |place| place.span.clone())
    }

    fn line(&mut self, line: &str, start: usize, labels: &[Span]) {
        let end = start + line.len();
        let first = labels
            .iter()
            .filter(|label| (start..end).contains(&label.start))
            .map(|label| label.start - start)
            .min();
        let window = window(line, first.unwrap_or(0));
        let shown = self.text.len();
        if window.start > 0 {
            self.text.push('…');
        }
        let moved = self.text.len();
        self.text.push_str(&line[window.clone()]);
        let kept_end = self.text.len();
        if window.end < line.trim_end().len() {
            self.text.push('…');
            self.text.push('\n');
        }
        let place = |at: usize| {
            let within = at.saturating_sub(start);
            if within < window.start {
                shown
            } else {
                (moved + within - window.start).min(kept_end)
            }
        };
        for (label, kept) in labels.iter().zip(&mut self.places) {
            if (start..end).contains(&label.start) {
                let before = line.floor_char_boundary(label.start - start);
                kept.column = line[..before].chars().count();
                kept.span.start = place(label.start);
                kept.span.end = kept_end.max(kept.span.start);
            }
            if (start..=end).contains(&label.end) && label.end > label.start {
                kept.span.end = place(label.end).max(kept.span.start);
            } else if label.end == label.start && label.start >= start && label.start < end {
                kept.span.end = kept.span.start;
            }
        }
    }
}

/// The bytes of a line that are shown.
fn window(line: &str, place: usize) -> Span {
    if line.chars().count() <= WIDEST {
        return 0..line.len();
    }
    let place = line.floor_char_boundary(place);
    let start = match line[..place].char_indices().rev().nth(BEFORE) {
        Some((at, _)) => at,
        None => 0,
    };
    let end = line[start..]
        .char_indices()
        .nth(WINDOW)
        .map_or(line.len(), |(at, _)| start + at);
    start..end
}

impl SourceCode for Frame {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let cut = self.text.as_str().read_span(span, before, after)?;
        let place = self
            .places
            .iter()
            .find(|place| place.span.start == span.offset());
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            cut.data(),
            *cut.span(),
            cut.line(),
            place.map_or(cut.column(), |place| place.column),
            cut.line_count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_line_is_cut_round_its_place() {
        let text = format!("a: 1\nb: {}HERE{}\n", "é".repeat(300), "x".repeat(300));
        let at = text.find("HERE").unwrap();
        let place = at..at + 4;
        let frame = Frame::new("x", &text, &[place]);
        assert_eq!(&frame.text[frame.label(0)], "HERE");
        let line = frame.text.lines().nth(1).unwrap();
        assert!(line.starts_with('…') && line.ends_with('…'));
        assert!(line.chars().count() < WIDEST);
        assert_eq!(frame.places[0].column, 303);
    }

    #[test]
    fn the_name_of_a_file_does_not_steer_a_terminal() {
        let frame = Frame::new("a\u{1b}[31m\u{202e}.yaml", "a: 1\n", &[]);
        assert_eq!(frame.name, "a\\x1b[31m\\u{202e}.yaml");
    }

    proptest! {
        #[test]
        fn any_label_in_any_text_can_be_drawn(
            text in "([a-z ]|é|🎉|日|\t|\n|[x]{150,200}){0,40}",
            starts in prop::collection::vec((0usize..600, 0usize..300), 1..3),
        ) {
            let labels: Vec<Span> = starts
                .iter()
                .map(|(start, len)| {
                    let start = text.floor_char_boundary(*start);
                    start..text.floor_char_boundary(start + len).max(start)
                })
                .collect();
            let frame = Frame::new("x", &text, &labels);
            for index in 0..labels.len() {
                let label = frame.label(index);
                prop_assert!(frame.text.get(label).is_some());
            }
        }
    }
}
