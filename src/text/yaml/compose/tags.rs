//! Scalars, and the tags before them and before collections: what a word means beside its tag, which
//! tags mean something. Must not know any option.

use saphyr_parser::{ScalarStyle, Tag};

use super::{Composer, Content};
use crate::text::node::{Kind, Node, Origin};
use crate::text::problem::Problem;
use crate::text::source::Span;
use crate::text::yaml::marks::Mark;
use crate::text::yaml::merge;
use crate::text::yaml::scalar::{self, Bad};

/// A tag with its place.
pub(super) struct Named {
    /// `!!str` is `tag:yaml.org,2002:str`.
    name: String,
    origin: Origin,
}

impl Named {
    fn mark(&self) -> Option<(Mark, Origin)> {
        Some((Mark::of(&self.name)?, self.origin.clone()))
    }
}

impl Composer<'_> {
    /// Takes the anchor and the tag off the front of a node's span.
    pub(super) fn properties(
        &self,
        span: Span,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> (Span, Option<Named>) {
        if anchor == 0 && tag.is_none() {
            return (span, None);
        }
        let mut start = span.start;
        let mut place = span.clone();
        while let Some(rest) = self.source.text.get(start..span.end) {
            let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
            match rest.as_bytes().first() {
                Some(b'!') => place = start..start + word,
                Some(b'&') => {}
                Some(b' ' | b'\t' | b'\n' | b'\r') => {
                    start += rest.len() - rest.trim_start().len();
                    continue;
                }
                Some(b'#') => {
                    start += rest.find('\n').unwrap_or(rest.len());
                    continue;
                }
                _ => break,
            }
            start += word;
        }
        let named = tag.map(|tag| Named {
            name: format!("{}{}", tag.handle, tag.suffix),
            origin: self.origin(place),
        });
        (start.min(span.end)..span.end, named)
    }

    /// A scalar, as its style and its tag say.
    pub(super) fn scalar(
        &mut self,
        mut text: String,
        style: ScalarStyle,
        mut span: Span,
        tag: Option<Named>,
    ) -> Node {
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            let written = &self.source.text;
            let unended = span.end >= written.len() && !written.ends_with(['\n', '\r']);
            if unended && text.ends_with('\n') {
                text.pop();
            }
            let shown = written.get(span.clone()).unwrap_or_default();
            let header = if tag.is_some() && shown.starts_with(['|', '>']) {
                shown.find(['\n', '\r']).unwrap_or(shown.len())
            } else {
                0
            };
            let words = shown[header..].trim();
            let start = span.start + shown.len() - shown[header..].trim_start().len();
            span = start..start + words.len();
        }
        let origin = self.origin(span);
        if let Some((mark, tag)) = tag.as_ref().and_then(Named::mark) {
            let node = Node::new(Kind::Text(text), origin);
            self.marks.set(&node, mark, tag);
            return node;
        }
        // The pure parser of the original: a lone `!` takes quotes away.
        let plain = style == ScalarStyle::Plain || tag.as_ref().is_some_and(|tag| tag.name == "!");
        let merge_key = style == ScalarStyle::Plain && text == merge::KEY && self.awaits_key();
        let read = match tag.and_then(|tag| self.core_tag(tag)) {
            Some(tag) => scalar::tagged(&tag.name, &text, self.version).unwrap_or_else(|| {
                self.wrong_tag(&tag);
                Ok(Kind::Null)
            }),
            None if merge_key || !plain => Ok(Kind::Text(text)),
            None => scalar::plain(&text, self.version),
        };
        let kind = read.unwrap_or_else(|bad| {
            self.problems.add(bad_scalar(bad, &origin));
            Kind::Null
        });
        Node::new(kind, origin)
    }

    /// Is the next value a key?
    fn awaits_key(&self) -> bool {
        let top = self.stack.last().map(|frame| &frame.content);
        matches!(top, Some(Content::Map(_, None)))
    }

    /// A tag of YAML's own, by its short name; all others are told of.
    fn core_tag(&mut self, tag: Named) -> Option<Named> {
        if tag.name == "!" {
            return None;
        }
        if let Some(core) = tag.name.strip_prefix("tag:yaml.org,2002:") {
            let name = core.to_owned();
            return Some(Named { name, ..tag });
        }
        self.wrong_tag(&tag);
        None
    }

    /// The mark of a list or a mapping; its tag may be `allowed`, and no other is.
    pub(super) fn collection_tag(
        &mut self,
        tag: Option<Named>,
        allowed: &str,
    ) -> Option<(Mark, Origin)> {
        let tag = tag?;
        let mark = tag.mark();
        if mark.is_none()
            && let Some(core) = self.core_tag(tag)
            && core.name != allowed
        {
            self.wrong_tag(&core);
        }
        mark
    }

    fn wrong_tag(&mut self, tag: &Named) {
        let shown = tag.origin.text();
        self.problems.add(
            Problem::new(
                "borgmatic::yaml::tag",
                format!("the tag `{shown}` means nothing here"),
            )
            .at(&tag.origin, "this tag")
            .help(format!(
                "take `{shown}` out; if it is part of the value, put the value in quotes"
            )),
        );
    }
}

fn bad_scalar(bad: Bad, origin: &Origin) -> Problem {
    let masked = origin.source.masked();
    let written = masked.get(origin.span.clone()).unwrap_or_default();
    let quoted = format!("put it in quotes to have it as text: `\"{written}\"`");
    match bad {
        Bad::Number => Problem::new(
            "borgmatic::yaml::number",
            format!("`{written}` starts like a number and has no digits"),
        )
        .at(origin, "no number")
        .help(quoted),
        Bad::Date => Problem::new(
            "borgmatic::yaml::date",
            format!("`{written}` reads like a date that does not exist"),
        )
        .at(origin, "no such date")
        .help(quoted),
        Bad::Reserved => Problem::new(
            "borgmatic::yaml::reserved",
            format!("`{written}` alone has a meaning of its own in YAML"),
        )
        .at(origin, "not a value")
        .help(quoted),
        Bad::Mismatch => Problem::new(
            "borgmatic::yaml::tag",
            format!("`{written}` is not what the tag before it promises"),
        )
        .at(origin, "does not fit its tag")
        .help("change the value, or take the tag out"),
    }
}
