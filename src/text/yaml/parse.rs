//! YAML text to nodes: what is checked before, the reading, what is told after. Must not know any
//! option.

use std::sync::Arc;

use super::characters;
use super::compose::{Composer, Failure};
use super::layout::Layout;
use super::places::{Pad, Places};
use super::scalar::Version;
use super::{repair, syntax, tabs};
use crate::text::{Node, Origin, Problem, Problems, Source};

/// Reads one YAML document. `None` after an error, which is among `problems`; warnings may be
/// there in either case.
pub fn parse(source: &Arc<Source>, problems: &mut Problems) -> Option<Node> {
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
    let error = match read(source, text, &[], version, &mut found) {
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
        match read(source, &repaired.text, &repaired.pads, version, &mut again) {
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
    problems: &mut Problems,
) -> Result<Node, Failure> {
    Composer::new(source, Places::new(text, pads), version, problems).read(text)
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
