//! Our words for what the parser refuses: finds the likely slip near the place where it stopped,
//! and says what to type. Must not know any option.

use std::sync::Arc;

use super::compose::too_deep;
use super::layout::{Inside, Layout, indent};
use super::tabs::{shown, without_comment};
use crate::text::near;
use crate::text::node::Origin;
use crate::text::problem::Problem;
use crate::text::source::{Source, Span};

/// The parser's complaint about a byte, as a problem.
pub(super) fn problem(source: &Arc<Source>, at: usize, complaint: &str) -> Problem {
    let layout = Layout::of(&source.text);
    let at = at.min(source.text.len());
    let scene = Scene {
        source,
        text: &source.text,
        line: layout.line_at(at),
        layout: &layout,
        at,
    };
    if complaint.contains("recursion limit") {
        return too_deep(&scene.character());
    }
    if scene.text[at..].starts_with('\u{feff}') {
        return Problem::new(
            "borgmatic::yaml::character",
            "an invisible byte order mark (U+FEFF) stands inside the file",
        )
        .at(&scene.character(), "here")
        .help("delete it, or type the line anew: it comes from joining files");
    }
    if complaint.contains("unknown anchor") {
        return scene.unknown_anchor();
    }
    scene
        .unclosed_quote(complaint)
        .or_else(|| scene.text_after_quote(complaint))
        .or_else(|| scene.escape(complaint))
        .or_else(|| scene.missing_space())
        .or_else(|| scene.unclosed_bracket(complaint))
        .or_else(|| scene.colon(complaint))
        .or_else(|| scene.reserved())
        .or_else(|| scene.text_after_bracket())
        .or_else(|| scene.mixed())
        .or_else(|| scene.indentation())
        .or_else(|| scene.lonely_word(complaint))
        .unwrap_or_else(|| scene.unknown(complaint))
}

/// The place where the parser stopped.
pub(super) struct Scene<'a> {
    source: &'a Arc<Source>,
    pub(super) text: &'a str,
    pub(super) layout: &'a Layout,
    pub(super) line: usize,
    pub(super) at: usize,
}

impl<'a> Scene<'a> {
    pub(super) fn origin(&self, span: Span) -> Origin {
        Origin::new(self.source, span)
    }

    /// The character at the place, or the end of the text.
    fn character(&self) -> Origin {
        self.first(self.at)
    }

    fn first(&self, at: usize) -> Origin {
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
        self.source.shown().get(span).unwrap_or_default()
    }

    /// The words of a line, without white space around them.
    fn words(&self, line: usize) -> (Span, &'a str) {
        let span = self.span(line);
        let written = &self.text[span.clone()];
        let start = span.start + written.len() - written.trim_start().len();
        let words = written.trim();
        (start..start + words.len(), words)
    }

    /// The lines of structure from here upwards, this one first.
    fn upwards(&self) -> impl Iterator<Item = usize> {
        (0..=self.line).rev().filter(|&line| {
            let words = self.words(line).1;
            !words.is_empty() && !words.starts_with('#')
        })
    }

    fn unknown_anchor(&self) -> Problem {
        let rest = &self.text[self.at..];
        let len = rest
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}'))
            .unwrap_or(rest.len());
        let origin = self.origin(self.at..self.at + len);
        let name = origin.text().trim_start_matches('*');
        let anchors = self.text[..self.at]
            .split(|c: char| c.is_whitespace() || matches!(c, '[' | '{' | ','))
            .filter_map(|word| word.strip_prefix('&'));
        let help = match near::nearest(name, anchors) {
            Some(near) => format!("did you mean `*{near}`?"),
            None if self.text[self.at..].contains(&format!("&{name}")) => {
                format!("move `&{name}` above its first use")
            }
            None => format!(
                "write `&{name}` before the value that it should stand for, above this line; for a value that starts with `*`, use quotes"
            ),
        };
        Problem::new(
            "borgmatic::yaml::unknown-anchor",
            format!("nothing above is named `&{name}`"),
        )
        .at(&origin, "unknown name")
        .help(help)
    }

    /// `name:value` or `-value`.
    fn missing_space(&self) -> Option<Problem> {
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
        Some(
            Problem::new(
                "borgmatic::yaml::missing-space",
                format!("a space is missing after `{mark}`"),
            )
            .at(
                &self.origin(span.start + gap - 1..span.start + gap),
                "no space after this",
            )
            .help(format!("type `{}`", shown(&format!("{before} {after}")))),
        )
    }

    fn unclosed_bracket(&self, complaint: &str) -> Option<Problem> {
        let open = self.layout.open?;
        let mark = self.text.as_bytes()[open];
        let (close, name) = match mark {
            b'[' => (']', "bracket"),
            b'{' => ('}', "brace"),
            _ => return None,
        };
        let flow =
            complaint.contains("flow") || complaint.contains("node content") || self.at >= open;
        flow.then(|| {
            Problem::new(
                "borgmatic::yaml::unclosed-bracket",
                format!("this {name} is never closed"),
            )
            .at(&self.origin(open..open + 1), "opened here")
            .help(format!("type `{close}` where it ends"))
        })
    }

    /// `: ` inside of a value.
    fn colon(&self, complaint: &str) -> Option<Problem> {
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
        Some(
            Problem::new(
                "borgmatic::yaml::colon",
                "a value with `: ` inside must be in quotes",
            )
            .at(&self.origin(start..start + value.len()), "this value")
            .help(format!("type `{}: {fixed}`", &bare[..name_ends])),
        )
    }

    /// A value that starts with a character that YAML keeps for itself.
    fn reserved(&self) -> Option<Problem> {
        let first = self.text[self.at..].chars().next()?;
        if !matches!(first, '@' | '`' | '%' | '&' | '*' | '!' | '|' | '>') {
            return None;
        }
        let end = self.span(self.line).end;
        let value = without_comment(self.text.get(self.at..end)?.trim_end());
        Some(
            Problem::new(
                "borgmatic::yaml::reserved",
                format!("a value that starts with `{first}` must be in quotes"),
            )
            .at(&self.origin(self.at..self.at + value.len()), "this value")
            .help(format!(
                "type `'{}'`",
                self.quoted(self.at..self.at + value.len())
                    .replace('\'', "''")
            )),
        )
    }

    /// A value such as `{hostname}-{now}`: YAML takes the braces for a mapping, and more follows.
    fn text_after_bracket(&self) -> Option<Problem> {
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
        let shown = self.quoted(place..place + value.len());
        Some(
            Problem::new(
                "borgmatic::yaml::reserved",
                format!(
                    "a value that starts with `{}` must be in quotes",
                    &value[..1]
                ),
            )
            .at(&self.origin(place..place + value.len()), "this value")
            .help(format!("type `'{}'`", shown.replace('\'', "''"))),
        )
    }

    /// An option among items, or an item among options.
    fn mixed(&self) -> Option<Problem> {
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
        Some(
            Problem::new("borgmatic::yaml::mixed", sentence)
                .at(&self.first(span.start), "this line")
                .at(&self.first(other_span.start), "does not go with this one")
                .help(help),
        )
    }

    /// A line that lines up with nothing above it.
    fn indentation(&self) -> Option<Problem> {
        let mut lines = self.upwards();
        let line = lines.next()?;
        let (span, words) = self.words(line);
        if !looks_like_structure(words) {
            return None;
        }
        let own = indent(self.written(line));
        let above = lines.next()?;
        let (_, above_words) = self.words(above);
        let above_own = indent(self.written(above));
        let place = |other: usize| {
            let (span, other_words) = self.words(other);
            let place = indent(self.written(other));
            if is_item(other_words) == is_item(words) {
                return Some((place, span));
            }
            let inner = other_words.strip_prefix('-')?.trim_start();
            let start = span.end - inner.len();
            (!inner.is_empty()).then_some((place + start - span.start, start..span.end))
        };
        let (place, other) = std::iter::once(above)
            .chain(lines)
            .enumerate()
            .filter(|(_, other)| looks_like_structure(self.words(*other).1))
            .filter_map(|(steps, other)| Some((steps, place(other)?)))
            .filter(|(_, (place, _))| *place != own)
            .min_by_key(|(steps, (place, _))| (place.abs_diff(own), *steps))
            .map(|(_, found)| found)?;
        if own > above_own && without_comment(above_words).ends_with(':') {
            return None;
        }
        let unit = |count: usize| if count == 1 { "space" } else { "spaces" };
        let label = match own {
            0 => "no spaces before this".to_owned(),
            _ => format!("{own} {} before this", unit(own)),
        };
        let target = match place {
            0 => "start this line at the left edge".to_owned(),
            _ => format!("put {place} {} before this line", unit(place)),
        };
        Some(
            Problem::new(
                "borgmatic::yaml::indentation",
                "this line does not line up with the lines above it",
            )
            .at(&self.first(span.start), label)
            .at(
                &self.first(other.start),
                format!("{place} {} before this", unit(place)),
            )
            .help(format!(
                "{target}, so that it lines up with `{}`",
                shown(self.quoted(other.clone()))
            )),
        )
    }

    /// A line that is neither an option nor an item.
    fn lonely_word(&self, complaint: &str) -> Option<Problem> {
        let known = ["simple key", "document start", "mapping values"];
        if !known.iter().any(|known| complaint.contains(known)) {
            return None;
        }
        let line = self.upwards().take(3).find(|&line| {
            let outside = !matches!(self.layout.lines[line].inside, Inside::Quote(_));
            outside && !looks_like_structure(self.words(line).1)
        })?;
        let (span, _) = self.words(line);
        Some(
            Problem::new(
                "borgmatic::yaml::syntax",
                "this line is neither an option nor an item of a list",
            )
            .at(&self.origin(span.clone()), "what is this?")
            .help(format!(
                "type `{0}: …` for an option or `- {0}` for an item; to go on with the value above, indent the line",
                shown(without_comment(self.quoted(span)))
            )),
        )
    }

    fn unknown(&self, complaint: &str) -> Problem {
        let words = if complaint.contains("block sequence entries") {
            "a list cannot start on the line of its name"
        } else if complaint.contains("node content") {
            "a value is missing here"
        } else {
            "YAML cannot be read on from here"
        };
        let help = if complaint.contains("block sequence entries") {
            "start the `- ` on a line of its own, below the name"
        } else {
            "look at this line and the one above: a value that holds any of `: # [ ] { } , & * ! | > ' \" % @` is safe in quotes"
        };
        Problem::new("borgmatic::yaml::syntax", words)
            .at(&self.character(), "the trouble starts here")
            .help(help)
    }
}

fn is_item(words: &str) -> bool {
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
