//! Our words for what the parser refuses: finds the likely slip near the place where it stopped,
//! says what to type, and how to read on. Must not know any option.

use super::compose::too_deep;
use super::layout::Layout;
use super::scene::{Found, Given, Scene, Trust};
use crate::text::edit::Edits;
use crate::text::near;
use crate::text::problem::{Fix, Problem};

/// The parser's complaint about a byte of the text that it was given, as a problem.
pub(super) fn problem(given: &Given<'_>, at: usize, complaint: &str) -> Found {
    let layout = Layout::of(given.text);
    let scene = Scene::at(given, &layout, at);
    if complaint.contains("recursion limit") {
        return Found::new(too_deep(&scene.character()), Edits::default());
    }
    if scene.text[scene.at..].starts_with('\u{feff}') {
        let problem = Problem::new(
            "borgmatic::yaml::character",
            "an invisible byte order mark (U+FEFF) stands inside the file",
        )
        .at(&scene.character(), "here")
        .help("delete it, or type the line anew: it comes from joining files");
        let mend = Fix::replace(scene.at..scene.at + '\u{feff}'.len_utf8(), "");
        return scene.found(problem, mend, Trust::Sure);
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

/// Where nothing that was tried lets the parser go on: the text without the line where it stopped.
pub(super) fn last_resort(given: &Given<'_>, at: usize) -> Edits {
    Scene::at(given, &Layout::of(given.text), at).without_line()
}

impl Scene<'_> {
    fn unknown_anchor(&self) -> Found {
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
        let problem = Problem::new(
            "borgmatic::yaml::unknown-anchor",
            format!("nothing above is named `&{name}`"),
        )
        .at(&origin, "unknown name")
        .help(help);
        let mend = self.in_quotes(self.at..self.at + len);
        self.found(problem, mend, Trust::Guess)
    }

    fn unknown(&self, complaint: &str) -> Found {
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
        let problem = Problem::new("borgmatic::yaml::syntax", words)
            .at(&self.character(), "the trouble starts here")
            .help(help);
        let line = self.upwards().next().unwrap_or(self.line);
        self.found(problem, self.without_block(line), Trust::Never)
    }
}
