//! YAML text to nodes: what is checked before, the reading, what is told after, and how it goes on. Must not know any
//! option.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::compose::{Composer, Failure};
use super::layout::Layout;
use super::marks::Marks;
use super::places::{Places, Way};
use super::resolve::{Include, Resolver, Within};
use super::scalar::Version;
use super::scene::Given;
use super::{characters, repair, syntax, tabs};
use crate::text::edit::Edits;
use crate::text::{Node, Origin, Problem, Problems, Source};

/// How often a text is mended to be read on.
const MOST: usize = 100;
/// How many bytes are parsed again for that, in all.
const WORK: usize = 16 << 20;

/// Reads one YAML document that includes no other. `None` after an error, which is among
/// `problems`; warnings may be there in either case.
pub fn parse(source: &Arc<Source>, problems: &mut Problems) -> Option<Node> {
    let before = problems.errors().count();
    let node = document(source, None, Within::default(), problems);
    node.filter(|_| problems.errors().count() == before)
}

/// The same, with files that `!include` names.
pub fn parse_with(
    source: &Arc<Source>,
    includes: &mut dyn Include,
    within: Within,
    problems: &mut Problems,
) -> Option<Node> {
    let before = problems.errors().count();
    let node = document(source, Some(includes), within, problems);
    node.filter(|_| problems.errors().count() == before)
}

/// The same, for the sake of what else is wrong: after an error there is a tree of what could be
/// read. It is good for nothing but to look for more errors.
pub fn read_on(
    source: &Arc<Source>,
    includes: &mut dyn Include,
    within: Within,
    problems: &mut Problems,
) -> Option<Node> {
    document(source, Some(includes), within, problems)
}

fn document<'a>(
    source: &'a Arc<Source>,
    includes: Option<&'a mut (dyn Include + 'a)>,
    within: Within,
    problems: &mut Problems,
) -> Option<Node> {
    let (node, marks) = written(source, within.depth, problems)?;
    Some(Resolver::new(source, marks, includes).document(node, within, problems))
}

/// The tree as it is written; after an error, as it would be with the least change.
fn written(source: &Arc<Source>, depth: usize, problems: &mut Problems) -> Option<(Node, Marks)> {
    let mut reading = Reading {
        source,
        depth,
        version: Version::V1_2,
        text: Cow::Borrowed(&source.text),
        ways: Vec::new(),
    };
    let clean = characters::lint(source, problems);
    if !clean.is_empty() {
        reading.mend(clean)?;
    }
    if reading.text.contains('\t') {
        // Its words are about the text as written, where nothing was taken out.
        let layout = Layout::of(&source.text);
        if !layout.tabs.is_empty() {
            let spaces = tabs::lint(source, &layout, problems);
            if !reading.ways.is_empty() {
                return None;
            }
            reading.mend(spaces)?;
        }
    }
    reading.version = match version(source) {
        Ok(version) => version,
        Err(problem) => {
            problems.add(*problem);
            return None;
        }
    };
    let stopped = match reading.read(problems) {
        Ok(read) => return Some(read),
        Err(stopped) => stopped?,
    };
    reading.go_on(stopped, problems)
}

/// Where the parser stopped, in the text that it was given, and why.
struct Stopped {
    at: usize,
    complaint: String,
}

/// A text on its way to be read.
struct Reading<'a> {
    source: &'a Arc<Source>,
    depth: usize,
    version: Version,
    /// What the parser is given.
    text: Cow<'a, str>,
    /// How it came from the source.
    ways: Vec<Way>,
}

impl Reading<'_> {
    /// Changes the text.
    fn mend(&mut self, edits: Edits) -> Option<()> {
        let (text, way) = Way::change(&self.text, edits)?;
        self.text = Cow::Owned(text);
        self.ways.push(way);
        Some(())
    }

    /// Reads the text; where the parser stops, once more with the spaces that it wants.
    fn read(&mut self, problems: &mut Problems) -> Result<(Node, Marks), Option<Stopped>> {
        let mut found = Problems::default();
        let error = match self.parsed(&self.text, &mut found) {
            Err(Failure::Syntax(error)) => error,
            finished => {
                problems.extend(found);
                return finished.map_err(|_| None);
            }
        };
        let mut stopped = Stopped {
            at: Places::new(&self.text, &[]).byte(error.marker().index()),
            complaint: error.info().to_owned(),
        };
        let spaces = repair::edits(&self.text);
        if spaces.is_empty() {
            return Err(Some(stopped));
        }
        let Some((text, way)) = Way::change(&self.text, spaces) else {
            return Err(Some(stopped));
        };
        self.ways.push(way);
        let mut again = Problems::default();
        let result = self.parsed(&text, &mut again);
        let way = self.ways.pop().unwrap_or_default();
        match result {
            Err(Failure::Syntax(error)) => {
                let further = Places::new(&text, &[way]).byte(error.marker().index());
                if further > stopped.at {
                    stopped.at = further;
                    error.info().clone_into(&mut stopped.complaint);
                }
                Err(Some(stopped))
            }
            finished => {
                problems.extend(again);
                finished.map_err(|_| None)
            }
        }
    }

    fn parsed(&self, text: &str, problems: &mut Problems) -> Result<(Node, Marks), Failure> {
        let places = Places::new(text, &self.ways);
        Composer::new(self.source, places, self.version, self.depth, problems).read(text)
    }

    /// Tells what stopped the parser, mends it, and reads on: one mistake shall not hide the next.
    /// One problem is told of a line; what else is wrong with it may come from the mend.
    fn go_on(mut self, mut stopped: Stopped, problems: &mut Problems) -> Option<(Node, Marks)> {
        let masked = self.source.masked();
        let told = problems
            .errors()
            .filter(|problem| problem.is_in(self.source));
        let mut lines: HashSet<usize> = told.filter_map(Problem::line_number).collect();
        let mut told = !lines.is_empty();
        let mut others = HashSet::new();
        for _ in 0..MOST.min(1 + WORK / self.source.text.len().max(1)) {
            let given = Given {
                source: self.source,
                masked: &masked,
                text: &self.text,
                ways: &self.ways,
            };
            let found = syntax::problem(&given, stopped.at, &stopped.complaint);
            let line = found.problem.line_number();
            let mend = if line.is_none_or(|line| lines.insert(line)) {
                // Lines that do not go with the same one above them are one mistake.
                let other = found.problem.labels.get(1).map(|(origin, _)| origin.line());
                let fresh = other.is_none_or(|other| others.insert(other)) && !found.made;
                // A text that was mended has an error, whatever else.
                if fresh || !told {
                    problems.add(found.problem);
                    told = true;
                }
                found.mend
            } else {
                syntax::last_resort(&given, stopped.at)
            };
            if mend.is_empty() {
                return None;
            }
            self.mend(mend)?;
            stopped = match self.read(problems) {
                Ok(read) => return Some(read),
                Err(stopped) => stopped?,
            };
        }
        None
    }
}

/// What a `%YAML` line at the top asks for.
fn version(source: &Arc<Source>) -> Result<Version, Box<Problem>> {
    let mut start = 0;
    for line in source.text.split_inclusive(['\n', '\r']) {
        let here = start;
        start += line.len();
        let words = line.trim_start_matches('\u{feff}').trim_end();
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        if words.split(' ').next() == Some("...") {
            let origin = Origin::new(source, here..here + 3);
            return Err(Box::new(
                Problem::new(
                    "borgmatic::yaml::documents",
                    "a document ends before it starts",
                )
                .at(&origin, "nothing to end")
                .help("delete this line"),
            ));
        }
        if !words.starts_with('%') {
            break;
        }
        let Some(number) = words.strip_prefix("%YAML") else {
            continue;
        };
        match number.split_whitespace().next() {
            Some("1.1") => return Ok(Version::V1_1),
            Some("1.2") => break,
            _ => {
                let from = here + line.find('%').unwrap_or(0);
                let origin = Origin::new(source, from..from + words.len());
                return Err(Box::new(
                    Problem::new(
                        "borgmatic::yaml::version",
                        "this version of YAML is unknown",
                    )
                    .at(&origin, "1.1 and 1.2 are known")
                    .help("delete this line"),
                ));
            }
        }
    }
    Ok(Version::V1_2)
}
