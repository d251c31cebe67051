//! From the parser's events to nodes, without recursion: anchors, collections, limits. Must not know
//! what a syntax error should say, nor any option.

mod tags;

use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScanError};

use super::marks::{Mark, Marks};
use super::places::Places;
use super::scalar::Version;
use crate::text::node::{Kind, Node, Origin};
use crate::text::problem::Problem;
use crate::text::problems::Problems;
use crate::text::source::{Source, Span};

/// How deep values may lie within each other.
pub(super) const DEEPEST: usize = 1_000;
/// How many values anchors and aliases may add to those that are written.
const COPIES: usize = 1_000_000;

/// Why there is no tree.
pub(super) enum Failure {
    /// The parser stopped; somebody else finds the words.
    Syntax(ScanError),
    /// Said already.
    Told,
}

/// A finished anchor.
struct Anchor {
    node: Node,
    size: usize,
    height: usize,
}

/// A collection that is still open.
struct Frame {
    content: Content,
    anchor: usize,
    mark: Option<(Mark, Origin)>,
    start: usize,
    /// Written with brackets, so that its end is its own.
    bracket: bool,
    size: usize,
    height: usize,
}

enum Content {
    List(Vec<Node>),
    Map(Vec<(Node, Node)>, Option<Node>),
}

/// What was read, and how much of it there is.
struct Built {
    node: Node,
    size: usize,
    height: usize,
}

/// One reading of one source.
pub(super) struct Composer<'a> {
    source: &'a Arc<Source>,
    places: Places<'a>,
    version: Version,
    problems: &'a mut Problems,
    stack: Vec<Frame>,
    anchors: Vec<Option<Anchor>>,
    copies: usize,
    root: Option<Node>,
    marks: Marks,
    /// How deep the file is included.
    depth: usize,
}

impl<'a> Composer<'a> {
    pub(super) fn new(
        source: &'a Arc<Source>,
        places: Places<'a>,
        version: Version,
        depth: usize,
        problems: &'a mut Problems,
    ) -> Self {
        Self {
            source,
            places,
            version,
            problems,
            stack: Vec::new(),
            anchors: Vec::new(),
            copies: 0,
            root: None,
            marks: Marks::new(source),
            depth,
        }
    }

    /// Reads the parsed text, which may have spaces that the source has not. Keys may stand twice
    /// in a mapping, and tags of the original's own are marks still: [`super::resolve`] goes on.
    /// There is a tree after errors, too, as far as it goes.
    pub(super) fn read(mut self, parsed: &str) -> Result<(Node, Marks), Failure> {
        let mut parser = Parser::new_from_str(parsed);
        let mut documents = 0;
        while let Some(next) = parser.next_event() {
            let (event, span) = next.map_err(Failure::Syntax)?;
            let span = self.places.byte(span.start.index())..self.places.byte(span.end.index());
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        self.another_document(&span);
                        break;
                    }
                }
                Event::Scalar(text, style, anchor, tag) => {
                    let (span, tag) = self.properties(span, anchor, tag.as_deref());
                    let node = self.scalar(text.into_owned(), style, span, tag);
                    self.add(node, anchor)?;
                }
                Event::SequenceStart(anchor, tag) => {
                    let (span, tag) = self.properties(span, anchor, tag.as_deref());
                    let mark = self.collection_tag(tag, "seq");
                    self.open(Content::List(Vec::new()), anchor, mark, &span)?;
                }
                Event::MappingStart(anchor, tag) => {
                    let (span, tag) = self.properties(span, anchor, tag.as_deref());
                    let mark = self.collection_tag(tag, "map");
                    self.open(Content::Map(Vec::new(), None), anchor, mark, &span)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(&span)?,
                Event::Alias(anchor) => self.alias(anchor, &span)?,
                Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => {}
            }
        }
        let empty = || Node::new(Kind::Null, Origin::new(self.source, 0..0));
        Ok((self.root.take().unwrap_or_else(empty), self.marks))
    }

    fn origin(&self, span: Span) -> Origin {
        Origin::new(self.source, span)
    }

    fn open(
        &mut self,
        content: Content,
        anchor: usize,
        mark: Option<(Mark, Origin)>,
        span: &Span,
    ) -> Result<(), Failure> {
        if self.depth + self.stack.len() >= DEEPEST {
            let rest = &self.source.text[span.start..];
            let first = rest.chars().next().map_or(0, char::len_utf8);
            let origin = self.origin(span.start..span.start + first);
            self.problems.add(too_deep(&origin));
            return Err(Failure::Told);
        }
        let first = self.source.text.as_bytes().get(span.start);
        let bracket = !span.is_empty() && matches!(first, Some(b'[' | b'{'));
        self.stack.push(Frame {
            content,
            anchor,
            mark,
            start: span.start,
            bracket,
            size: 1,
            height: 1,
        });
        Ok(())
    }

    fn close(&mut self, span: &Span) -> Result<(), Failure> {
        let Some(frame) = self.stack.pop() else {
            return Ok(());
        };
        let last = match &frame.content {
            Content::List(items) => items.last(),
            Content::Map(pairs, _) => pairs.last().map(|(_, value)| value),
        };
        let end = if frame.bracket && !span.is_empty() {
            span.end
        } else {
            last.map_or(frame.start, |node| node.origin.span.end)
        };
        let origin = self.origin(frame.start..end.max(frame.start));
        let kind = match frame.content {
            Content::List(items) => Kind::List(items),
            Content::Map(pairs, _) => Kind::Map(pairs),
        };
        let node = Node::new(kind, origin);
        if let Some((mark, tag)) = frame.mark {
            self.marks.set(&node, mark, tag);
        }
        self.place(
            Built {
                node,
                size: frame.size,
                height: frame.height,
            },
            frame.anchor,
        )
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Failure> {
        self.place(
            Built {
                node,
                size: 1,
                height: 0,
            },
            anchor,
        )
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, built: Built, anchor: usize) -> Result<(), Failure> {
        if anchor > 0 {
            self.copy(built.size, &built.node.origin)?;
            if self.anchors.len() <= anchor {
                self.anchors.resize_with(anchor + 1, || None);
            }
            self.anchors[anchor] = Some(Anchor {
                node: built.node.clone(),
                size: built.size,
                height: built.height,
            });
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(built.node);
            return Ok(());
        };
        frame.size += built.size;
        frame.height = frame.height.max(built.height + 1);
        match &mut frame.content {
            Content::List(items) => items.push(built.node),
            Content::Map(pairs, key) => match key.take() {
                Some(key) => pairs.push((key, built.node)),
                None => *key = Some(built.node),
            },
        }
        Ok(())
    }

    /// Counts what an anchor or an alias multiplies.
    fn copy(&mut self, size: usize, place: &Origin) -> Result<(), Failure> {
        self.copies += size;
        if self.copies <= COPIES {
            return Ok(());
        }
        self.problems.add(
            Problem::new(
                "borgmatic::yaml::alias-bomb",
                format!("the aliases in this file multiply to more than {COPIES} values"),
            )
            .at(place, "the limit is passed here")
            .help("write the values out, or let fewer aliases refer to other aliases"),
        );
        Err(Failure::Told)
    }

    fn alias(&mut self, id: usize, span: &Span) -> Result<(), Failure> {
        let origin = self.origin(span.clone());
        let Some(anchor) = self.anchors.get(id).and_then(Option::as_ref) else {
            let name = origin.text().trim_start_matches('*').to_owned();
            self.problems.add(
                Problem::new(
                    "borgmatic::yaml::recursive-alias",
                    format!("`*{name}` stands inside of what `&{name}` names"),
                )
                .at(&origin, "a value cannot contain itself")
                .help(format!(
                    "move `&{name}` to a value that does not contain `*{name}`"
                )),
            );
            return self.add(Node::new(Kind::Null, origin), 0);
        };
        if self.depth + self.stack.len() + anchor.height > DEEPEST {
            self.problems.add(too_deep(&origin));
            return Err(Failure::Told);
        }
        let (size, height) = (anchor.size, anchor.height);
        self.copy(size, &origin)?;
        let Some(node) = self.anchors[id].as_ref().map(|anchor| anchor.node.clone()) else {
            return Ok(());
        };
        self.place(Built { node, size, height }, 0)
    }

    fn another_document(&mut self, span: &Span) {
        let line = self.source.text[span.start..]
            .find(['\n', '\r'])
            .map_or(self.source.text.len(), |len| span.start + len);
        let written = self.source.text[span.start..line].trim_end().len();
        let origin = self.origin(span.start..span.start + written);
        let help = if origin.text().starts_with("---") {
            "delete this line, or move what follows into a file of its own"
        } else {
            "move what follows into a file of its own, or delete the `...` above it"
        };
        self.problems.add(
            Problem::new(
                "borgmatic::yaml::documents",
                "a configuration file holds one document, and a second one starts here",
            )
            .at(&origin, "second document")
            .help(help),
        );
    }
}

/// Said by the composer and where the parser itself gives up.
pub(super) fn too_deep(origin: &Origin) -> Problem {
    Problem::new(
        "borgmatic::yaml::depth",
        "too many values lie within each other",
    )
    .at(origin, "too deep")
    .help("no option needs more than a few levels: look for a missing line break or bracket")
}
