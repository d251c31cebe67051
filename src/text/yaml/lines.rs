//! Lines that are not where they belong, or are no lines of a configuration. Must not know any option.

use super::layout::Inside;
use super::scene::{Found, Scene, Trust, is_item, looks_like_structure};
use super::tabs::{shown, without_comment};
use crate::text::counted;
use crate::text::edit::{Edits, indent};
use crate::text::problem::{Fix, Problem};
use crate::text::source::Span;

impl Scene<'_> {
    /// `name:value` or `-value`.
    pub(super) fn missing_space(&self) -> Option<Found> {
        let line = self.upwards().take(2).find(|&line| {
            let block = matches!(
                self.layout.lines[line].inside,
                Inside::Block | Inside::Plain
            );
            block && missing_space_at(self.words(line).1).is_some()
        })?;
        let (span, words) = self.words(line);
        let gap = missing_space_at(words)?;
        let before = &words[..gap];
        let after = self.quoted(span.start + gap..span.end);
        let mark = &before[before.len() - 1..];
        let problem = Problem::new(
            "borgmatic::yaml::missing-space",
            format!("a space is missing after `{mark}`"),
        )
        .at(
            &self.origin(span.start + gap - 1..span.start + gap),
            "no space after this",
        )
        .help(format!("type `{}`", shown(&format!("{before} {after}"))));
        let place = span.start + gap;
        Some(self.found(problem, Fix::replace(place..place, " "), Trust::Sure))
    }

    /// An option among items, or an item among options.
    pub(super) fn mixed(&self) -> Option<Found> {
        let mut lines = self.upwards();
        let line = lines.next()?;
        let (span, words) = self.words(line);
        let own = indent(self.written(line));
        let other = lines.find(|&other| indent(self.written(other)) <= own)?;
        let (other_span, other_words) = self.words(other);
        let level = indent(self.written(other)) == own;
        let both = looks_like_structure(words) && looks_like_structure(other_words);
        if !level || !both || is_item(words) == is_item(other_words) {
            return None;
        }
        let (sentence, help) = if is_item(words) {
            let help = "give the list a name on a line above: `name:`; or take the `- ` away";
            ("an item of a list stands among options", help.to_owned())
        } else {
            let shown = shown(self.quoted(span.clone()));
            let help = format!("type `- {shown}` for one more item, or indent the line");
            ("an option stands among the items of a list", help)
        };
        let problem = Problem::new("borgmatic::yaml::mixed", sentence)
            .at(&self.first(span.start), "this line")
            .at(&self.first(other_span.start), "does not go with this one")
            .help(help);
        let inner = other_words.strip_prefix('-').map(str::trim_start);
        let mend = match inner.filter(|inner| !is_item(inner) && looks_like_structure(inner)) {
            Some(inner) => self.shifted(line, own, own + other_words.len() - inner.len()),
            None => self.without_block(line),
        };
        Some(self.found(problem, mend, Trust::Never))
    }

    /// A line that lines up with nothing above it.
    pub(super) fn indentation(&self) -> Option<Found> {
        let mut lines = self.upwards();
        let line = lines.next()?;
        let (span, words) = self.words(line);
        if !looks_like_structure(words) {
            return None;
        }
        let own = indent(self.written(line));
        if self.lines_up(line, own) {
            return None;
        }
        let above = lines.next()?;
        let (_, above_words) = self.words(above);
        let above_own = indent(self.written(above));
        let candidates: Vec<_> = std::iter::once(above)
            .chain(lines)
            .enumerate()
            .filter(|(_, other)| looks_like_structure(self.words(*other).1))
            .filter_map(|(steps, other)| {
                let (column, span) = self.start_in(other, is_item(words))?;
                (column != own).then_some((steps, other, column, span))
            })
            .collect();
        let mut nearest = candidates
            .iter()
            .min_by_key(|(steps, _, place, _)| (place.abs_diff(own), *steps))?;
        if own > above_own && without_comment(above_words).ends_with(':') {
            return None;
        }
        // An entry just above that it may go on with, although it stands nearer to the left.
        let mut second = candidates
            .iter()
            .take_while(|(_, other, ..)| indent(self.written(*other)) > own)
            .find(|(_, _, place, _)| nearest.2 < own && *place > own);
        // Who puts two spaces or more before a line does not mean the left edge.
        if let Some(deeper) = &mut second
            && own > 1
            && nearest.2 == 0
        {
            std::mem::swap(&mut nearest, deeper);
        }
        let (_, _, place, other) = nearest;
        let label = match own {
            0 => "no spaces before this".to_owned(),
            _ => before_this(own),
        };
        let mut help = self.target(*place, other);
        let problem = Problem::new(
            "borgmatic::yaml::indentation",
            "this line does not line up with the lines above it",
        )
        .at(&self.first(span.start), label)
        .at(&self.first(other.start), before_this(*place));
        let problem = match second {
            Some((_, _, place, other)) => {
                help += &format!("; or {}", self.target(*place, other));
                problem.at(&self.first(other.start), before_this(*place))
            }
            None => problem,
        };
        let mend = self.shifted(line, own, *place);
        Some(self.found(problem.help(help), mend, Trust::Guess))
    }

    /// Where a line begins that an entry of a list, or an option, could line up with: the line, or
    /// what stands behind its dash.
    fn start_in(&self, line: usize, item: bool) -> Option<(usize, Span)> {
        let (span, words) = self.words(line);
        let place = indent(self.written(line));
        if is_item(words) == item {
            return Some((place, span));
        }
        let inner = words.strip_prefix('-')?.trim_start();
        let start = span.end - inner.len();
        (!inner.is_empty()).then_some((place + start - span.start, start..span.end))
    }

    /// Where to put a line so that it lines up with `other`.
    fn target(&self, place: usize, other: &Span) -> String {
        let target = match place {
            0 => "start this line at the left edge".to_owned(),
            _ => format!("put {} before this line", counted(place, "space")),
        };
        let other = shown(self.quoted(other.clone()));
        format!("{target}, so that it lines up with `{other}`")
    }

    /// Does a line stand in the column of one above that it can follow?
    fn lines_up(&self, line: usize, own: usize) -> bool {
        let item = is_item(self.words(line).1);
        let above = self.upwards().filter(|&above| above < line);
        for above in above.filter(|&above| self.is_block(above)) {
            let column = indent(self.written(above));
            let words = self.words(above).1;
            let inner = words.strip_prefix('-').map_or("", str::trim_start);
            let starts = column + words.len() - inner.len();
            let opens = without_comment(words).ends_with(':');
            if !inner.is_empty() && starts == own && looks_like_structure(inner) {
                return is_item(inner) == item || item && opens;
            }
            if column <= own {
                return column == own && (is_item(words) == item || item && opens);
            }
        }
        false
    }

    fn is_block(&self, line: usize) -> bool {
        matches!(self.layout.lines[line].inside, Inside::Block)
    }

    /// Moves a line from one column to another, with those that follow on its level or below.
    fn shifted(&self, line: usize, own: usize, place: usize) -> Edits {
        let mut edits = Edits::default();
        let end = self.below(line, own.saturating_sub(1));
        let inner = self.column(line) - own;
        for moved in line..end {
            let start = self.span(moved).start;
            let spaces = indent(self.written(moved));
            if self.written(moved).trim().is_empty() {
                continue;
            }
            // What follows lines up with where the line belongs.
            let fits = place > own && spaces == place || inner > 0 && spaces == place + inner;
            if moved > line && fits {
                break;
            }
            if place > own {
                edits.insert(start, " ".repeat(place - own));
            } else {
                edits.replace(start..start + spaces.min(own - place), "");
            }
        }
        edits
    }

    /// A line that is neither an option nor an item.
    pub(super) fn lonely_word(&self, complaint: &str) -> Option<Found> {
        let known = ["simple key", "document start", "mapping values"];
        if !known.iter().any(|known| complaint.contains(known)) {
            return None;
        }
        let line = self.upwards().take(3).find(|&line| {
            let outside = !matches!(self.layout.lines[line].inside, Inside::Quote(_));
            outside && !looks_like_structure(self.words(line).1)
        })?;
        let (span, _) = self.words(line);
        let words = shown(without_comment(self.quoted(span.clone())));
        let problem = Problem::new(
            "borgmatic::yaml::syntax",
            "this line is neither an option nor an item of a list",
        )
        .at(&self.origin(span.clone()), "what is this?")
        .help(format!(
            "type `{}` for an option or `- {words}` for an item; to go on with the value above, indent the line",
            with_colon(&words)
        ));
        Some(self.found(problem, Fix::replace(span, ""), Trust::Never))
    }
}

/// The label of a line that stands so far in.
fn before_this(column: usize) -> String {
    format!("{} before this", counted(column, "space"))
}

/// The option that was meant: `keep_daily 7` and `keep_daily = 7` lack a colon.
fn with_colon(words: &str) -> String {
    let in_name = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    let rest = words.trim_start_matches(in_name);
    let name = &words[..words.len() - rest.len()];
    let value = rest.trim_start().trim_start_matches('=').trim_start();
    let prose = value.contains(' ') && !name.contains('_');
    if name.is_empty() || value.is_empty() || prose || !rest.starts_with([' ', '=']) {
        return format!("{words}: …");
    }
    format!("{name}: {value}")
}

/// Where a space is missing in `name:value` or `-value`.
fn missing_space_at(words: &str) -> Option<usize> {
    if let Some(item) = words.strip_prefix('-')
        && item.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '"' | '\''))
        && !item.contains(": ")
    {
        return Some(1);
    }
    let inner = words.strip_prefix("- ").unwrap_or(words);
    let colon = inner.find(':')?;
    let name = &inner[..colon];
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let value = &inner[colon + 1..];
    let is_value = !value.is_empty() && !value.starts_with([' ', '\t']) && !value.starts_with("//");
    (is_name && is_value && !value.contains(": ")).then_some(words.len() - value.len())
}
