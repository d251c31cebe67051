//! Something a person wrote wrong, and where. Data only: drawing is miette's, saying it is
//! `report`'s.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use miette::{Diagnostic, LabeledSpan, SourceCode};

use super::edit::Edits;
use super::frame::Frame;
use super::node::{Node, Origin};
use super::printable::printable;
use super::source::{Source, Span, between_words};

/// One mistake: what, where, why, what to type instead.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Stable, listed in `docs/diagnostics.md`: `borgmatic::yaml::tab`.
    pub code: &'static str,
    pub words: String,
    /// The first is the place; the others explain it.
    pub labels: Vec<(Origin, String)>,
    pub help: Option<String>,
    pub severity: Severity,
    /// What would mend it, in the text of the first label.
    pub fix: Option<Fix>,
    frame: OnceFrame,
    notes: OnceNotes,
}

/// A change of a text that mends a problem.
#[derive(Clone, Debug)]
pub struct Fix {
    pub edits: Edits,
    /// Nothing else can have been meant. What is not sure is only done where somebody asks for it.
    pub sure: bool,
}

impl Fix {
    pub fn sure(edits: Edits) -> Self {
        Self { edits, sure: true }
    }

    pub fn guess(edits: Edits) -> Self {
        Self { edits, sure: false }
    }

    /// Another text in this place.
    pub fn replace(span: Span, text: impl Into<String>) -> Edits {
        let mut edits = Edits::default();
        edits.replace(span, text);
        edits
    }
}

/// How bad it is, and with that: when it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing runs. Always shown.
    Error,
    /// Works, and will not for ever: shown on every run, as the original does.
    Deprecation,
    /// Works: shown only where somebody asks for it.
    Warning,
}

/// What is drawn, made when it is first needed. A copy makes its own.
#[derive(Debug, Default)]
struct OnceFrame(OnceLock<Frame>);

impl Clone for OnceFrame {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// The same for the frames of other texts.
#[derive(Debug, Default)]
struct OnceNotes(OnceLock<Vec<Note>>);

impl Clone for OnceNotes {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Words without those that are hidden. What is quoted from a text stands between backticks.
fn without(hidden: &HashSet<&str>, words: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_end_matches(between_words);
        if hidden.contains(bare) {
            word.replacen(bare, "***", 1)
        } else {
            word.to_owned()
        }
    };
    let part = |(index, part): (usize, &str)| match index % 2 {
        0 => part.to_owned(),
        _ => part.split_inclusive(between_words).map(word).collect(),
    };
    let parts: Vec<String> = words.split('`').enumerate().map(part).collect();
    parts.join("`")
}

/// A place in another text, with its own frame.
#[derive(Debug)]
struct Note {
    words: String,
    frame: Frame,
}

impl Note {
    fn new(words: &str, place: &Origin) -> Self {
        let source = &place.source;
        let frame = Frame::new(
            &source.name,
            source.shown(),
            std::slice::from_ref(&place.span),
        );
        let words = printable(words).into_owned();
        Self { words, frame }
    }
}

impl Problem {
    pub fn new(code: &'static str, words: impl Into<String>) -> Self {
        Self {
            code,
            words: words.into(),
            labels: Vec::new(),
            help: None,
            severity: Severity::Error,
            fix: None,
            frame: OnceFrame::default(),
            notes: OnceNotes::default(),
        }
    }

    #[must_use]
    pub fn at(mut self, origin: &Origin, label: impl Into<String>) -> Self {
        self.labels.push((origin.clone(), label.into()));
        self
    }

    #[must_use]
    pub fn on(self, node: &Node, label: impl Into<String>) -> Self {
        self.at(&node.origin, label)
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What would mend it. Nobody guesses what a secret is: a wrong one would look right until the
    /// repository is needed.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        let source = self.labels.first().map(|(origin, _)| &origin.source);
        let secret = source.filter(|_| !fix.sure).is_some_and(|source| {
            let edits = fix.edits.clone().sorted();
            edits.iter().any(|(span, _)| source.touches_secret(span))
        });
        self.fix = Some(fix).filter(|_| !secret);
        self
    }

    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    #[must_use]
    pub fn deprecation(mut self) -> Self {
        self.severity = Severity::Deprecation;
        self
    }

    /// Takes out of its words what has been found to be a secret since: the values of unknown options
    /// are known as such only when the whole text is read.
    pub fn redact(&mut self) {
        let Some((origin, _)) = self.labels.first() else {
            return;
        };
        let hidden = origin.source.hidden_words(&origin.span);
        if hidden.is_empty() {
            return;
        }
        let (words, help) = (without(&hidden, &self.words), self.help.as_deref());
        self.help = help.map(|help| without(&hidden, help));
        self.words = words;
    }

    /// The name of the text it is in.
    pub fn source_name(&self) -> Option<&str> {
        self.labels
            .first()
            .map(|(origin, _)| origin.source.name.as_str())
    }

    /// Is it about this text?
    pub fn is_in(&self, source: &Arc<Source>) -> bool {
        self.labels
            .first()
            .is_some_and(|(origin, _)| Arc::ptr_eq(&origin.source, source))
    }

    /// The line that it is about.
    pub fn line_number(&self) -> Option<usize> {
        self.labels.first().map(|(origin, _)| origin.line())
    }

    /// What makes it the same as another: the code, and the place.
    pub(super) fn place(&self) -> (&'static str, Option<(*const Source, usize, usize)>) {
        let place = self.labels.first().map(|(origin, _)| {
            let source = Arc::as_ptr(&origin.source);
            (source, origin.span.start, origin.span.end)
        });
        (self.code, place)
    }

    /// The labels in the text of the first, which can be drawn in one frame; or the others.
    fn drawn(&self, same: bool) -> impl Iterator<Item = &(Origin, String)> {
        let first = self.labels.first().map(|(origin, _)| &origin.source);
        self.labels.iter().filter(move |(origin, _)| {
            let is_same = first.is_some_and(|first| Arc::ptr_eq(first, &origin.source));
            is_same == same
        })
    }

    /// Labels in other texts, and the lines that include this one.
    fn notes(&self) -> &[Note] {
        self.notes.0.get_or_init(|| {
            let label = |(origin, label): &(Origin, String)| Note::new(label, origin);
            let mut notes: Vec<Note> = self.drawn(false).map(label).collect();
            let Some((first, _)) = self.labels.first() else {
                return notes;
            };
            let mut source = &first.source;
            while let Some(place) = &source.included_from {
                let words = format!("{} is included here", source.name);
                notes.push(Note::new(&words, place));
                source = &place.source;
            }
            notes
        })
    }

    fn frame(&self) -> Option<&Frame> {
        let (origin, _) = self.labels.first()?;
        let make = || {
            let spans: Vec<Span> = self
                .drawn(true)
                .map(|(origin, _)| origin.span.clone())
                .collect();
            Frame::new(&origin.source.name, origin.source.shown(), &spans)
        };
        Some(self.frame.0.get_or_init(make))
    }

    /// For a log line: the place and the words, without a frame.
    pub fn line(&self) -> String {
        match self.labels.first() {
            Some((origin, _)) => {
                let (line, column) = origin.source.line_column(origin.span.start);
                format!("{}:{line}:{column}: {}", origin.source.name, self.words)
            }
            None => self.words.clone(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Deprecation | Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let notes = self.notes();
        let each = notes.iter().map(|note| note as &dyn Diagnostic);
        (!notes.is_empty()).then(|| Box::new(each) as Box<dyn Iterator<Item = _>>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.frame().map(|frame| frame as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let frame = self.frame()?;
        Some(Box::new(self.drawn(true).enumerate().map(
            |(index, (_, label))| {
                let span = frame.label(index);
                let place = (span.start, span.len());
                let label = printable(label).into_owned();
                if index == 0 {
                    LabeledSpan::new_primary_with_span(Some(label), place)
                } else {
                    LabeledSpan::new_with_span(Some(label), place)
                }
            },
        )))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for Note {}

impl Diagnostic for Note {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.frame)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.frame.label(0);
        let label = LabeledSpan::new_primary_with_span(None, (span.start, span.len()));
        Some(Box::new(std::iter::once(label)))
    }
}
