//! An event as lines of text, for those who write lines.

use crate::host::{Body, Event, Scope};
use crate::text::Problem;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Words,
    /// What the failed child said last.
    Tail,
    /// The first line of what to do, and those after it.
    Help,
    More,
}

impl Part {
    /// What stands before such a line.
    pub(super) fn lead(self) -> &'static str {
        match self {
            Self::Words => "",
            Self::Tail => "  ",
            Self::Help => "help: ",
            Self::More => "      ",
        }
    }
}

type Hand<'h> = dyn FnMut(Part, &Scope, &str) + 'h;

/// Hands out the lines of an event. A problem is told without its frame. A document is no event for
/// logs, and an empty line of our own only sets lines on a console apart.
pub(super) fn told(event: &Event<'_>, hand: &mut Hand<'_>) {
    match event.body {
        Body::Line(text) => lines(text, &mut |line| hand(Part::Words, event.scope, line)),
        // A file's name may hold a line end; nobody else's text has one by accident.
        Body::Passed(passed) if passed.name == Some("borg.file_status") => {
            hand(Part::Words, event.scope, passed.text);
        }
        Body::Passed(passed) => {
            lines(passed.text, &mut |line| {
                hand(Part::Words, event.scope, line);
            });
        }
        Body::Failure(failure) => {
            lines(&failure.words, &mut |line| {
                hand(Part::Words, event.scope, line);
            });
            failure
                .tail
                .iter()
                .for_each(|line| hand(Part::Tail, "", line));
            help(failure.help.as_deref(), hand);
        }
        Body::Problem(problem) => {
            hand(Part::Words, event.scope, &line(problem));
            help(problem.help.as_deref(), hand);
        }
        Body::Data(_) => {}
    }
}

/// A mistake as one line: its place, its words and its code.
pub(super) fn line(problem: &Problem) -> String {
    format!("{} ({})", problem.line(), problem.code)
}

fn lines(text: &str, hand: &mut dyn FnMut(&str)) {
    match text.strip_suffix('\n').unwrap_or(text) {
        one if !one.contains('\n') => hand(one),
        many => many.split('\n').for_each(hand),
    }
}

fn help(text: Option<&str>, hand: &mut Hand<'_>) {
    for (number, line) in text.into_iter().flat_map(str::lines).enumerate() {
        hand(if number == 0 { Part::Help } else { Part::More }, "", line);
    }
}

/// Is it an empty line of our own?
pub(super) fn is_gap(event: &Event<'_>) -> bool {
    matches!(event.body, Body::Line(""))
}
