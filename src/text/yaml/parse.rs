//! YAML text to nodes: what is checked before, the reading, what is told after. Must not know any
//! option.

use std::sync::Arc;

use super::characters;
use super::compose::{Composer, Failure};
use super::layout::Layout;
use super::marks::Marks;
use super::places::{Pad, Places};
use super::resolve::{Include, Resolver, Within};
use super::scalar::Version;
use super::{repair, syntax, tabs};
use crate::text::{Node, Origin, Problem, Problems, Source};

/// Reads one YAML document that includes no other. `None` after an error, which is among
/// `problems`; warnings may be there in either case.
pub fn parse(source: &Arc<Source>, problems: &mut Problems) -> Option<Node> {
    document(source, None, Within::default(), problems)
}

/// The same, with files that `!include` names.
pub fn parse_with(
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
    let before = problems.errors().count();
    let node = Resolver::new(source, marks, includes).document(node, within, problems);
    (problems.errors().count() == before).then_some(node)
}

/// The tree as it is written.
fn written(source: &Arc<Source>, depth: usize, problems: &mut Problems) -> Option<(Node, Marks)> {
    if characters::lint(source, problems) {
        return None;
    }
    if source.text.contains('\t') {
        let layout = Layout::of(&source.text);
        if !layout.tabs.is_empty() {
            tabs::lint(source, &layout, problems);
            return None;
        }
    }
    let version = match version(source) {
        Ok(version) => version,
        Err(problem) => {
            problems.add(*problem);
            return None;
        }
    };
    let text = source.text.as_str();
    let mut found = Problems::default();
    let error = match read(source, text, &[], version, depth, &mut found) {
        Err(Failure::Syntax(error)) => error,
        finished => {
            problems.extend(found);
            return finished.ok();
        }
    };
    let mut at = Places::new(text, &[]).byte(error.marker().index());
    let mut complaint = error.info().to_owned();
    if let Some(repaired) = repair::repaired(text) {
        let mut again = Problems::default();
        let (text, pads) = (&repaired.text, &repaired.pads);
        match read(source, text, pads, version, depth, &mut again) {
            Err(Failure::Syntax(error)) => {
                let places = Places::new(&repaired.text, &repaired.pads);
                let further = places.byte(error.marker().index());
                if further > at {
                    at = further;
                    error.info().clone_into(&mut complaint);
                    found = again;
                }
            }
            finished => {
                problems.extend(again);
                return finished.ok();
            }
        }
    }
    problems.extend(found);
    problems.add(syntax::problem(source, at, &complaint));
    None
}

fn read(
    source: &Arc<Source>,
    text: &str,
    pads: &[Pad],
    version: Version,
    depth: usize,
    problems: &mut Problems,
) -> Result<(Node, Marks), Failure> {
    Composer::new(source, Places::new(text, pads), version, depth, problems).read(text)
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
