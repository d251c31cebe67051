//! `explain`: what the code of a diagnostic means, at length, with an example before and after. The
//! texts beside this file are the one source; `docs/diagnostics.md` is checked against them.

use crate::actions::{Alone, AloneAction, Answer, Info};
use crate::host::Failure;
use crate::options;
use crate::text::near::nearest;

const TEXTS: [&str; 8] = [
    include_str!("yaml.md"),
    include_str!("config.md"),
    include_str!("lint.md"),
    include_str!("cli.md"),
    include_str!("borg.md"),
    include_str!("actions.md"),
    include_str!("machine.md"),
    include_str!("install.md"),
];

const ROOM: &str = "borgmatic::";

options! {
    /// Flags of explain.
    pub struct Flags {
        /// The codes to explain: all of one, or only its end. Without one, all are listed.
        options: Vec<String> = "CODE", no_flag;
    }
}

/// One code.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// `borgmatic::yaml::tab`
    pub code: &'static str,
    /// The sentence that the page has of it.
    pub summary: &'static str,
    /// The long text and the examples.
    pub text: &'static str,
}

impl Entry {
    fn is_called(&self, word: &str) -> bool {
        let rest = self.code.strip_prefix(ROOM).unwrap_or(self.code);
        let end = rest.rsplit("::").next();
        self.code == word || rest == word || end == Some(word)
    }
}

/// All codes, in the order of the page.
pub fn all() -> Vec<Entry> {
    let entries = TEXTS.iter().flat_map(|text| text.split("## ").skip(1));
    entries
        .filter_map(|entry| {
            let (code, rest) = entry.split_once("\n\n")?;
            let (summary, text) = rest.split_once("\n\n")?;
            Some(Entry {
                code,
                summary,
                text: text.trim_end(),
            })
        })
        .collect()
}

pub struct Explain;

impl AloneAction for Explain {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "explain",
        aliases: &[],
        about: "Explain an option, or the code of a diagnostic",
    };
    const LOADS: bool = false;
    const FIRST: bool = true;

    fn run(alone: &Alone<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let all = all();
        let words = flags.options.items();
        let mut page = String::new();
        if words.is_empty() {
            for entry in &all {
                page += &format!("{}\n    {}\n", entry.code, entry.summary);
            }
        }
        for word in words {
            let found: Vec<_> = all.iter().filter(|entry| entry.is_called(word)).collect();
            if found.is_empty() {
                return Err(unknown(word, &all));
            }
            for entry in found {
                if !page.is_empty() {
                    page.push('\n');
                }
                page += &drawn(entry, alone.host.terminal.width());
            }
        }
        alone.host.bus.data(&page);
        Ok(Answer::Done)
    }
}

/// An entry for a terminal: paragraphs are wrapped, examples stay.
fn drawn(entry: &Entry, width: usize) -> String {
    let mut page = format!("{}\n", entry.code);
    for part in [entry.summary, entry.text] {
        for paragraph in part.split("\n\n") {
            page.push('\n');
            if paragraph.starts_with(' ') {
                page += paragraph;
            } else {
                page += &textwrap::fill(paragraph, width.clamp(40, 100));
            }
            page.push('\n');
        }
    }
    page
}

fn unknown(word: &str, all: &[Entry]) -> Failure {
    let whole = all.iter().map(|entry| entry.code);
    let short = whole.clone().filter_map(|code| code.strip_prefix(ROOM));
    let ends = whole.clone().filter_map(|code| code.rsplit("::").next());
    let help = match nearest(word, whole.chain(short).chain(ends)) {
        Some(near) => format!("did you mean {near}?"),
        None => "borgmatic explain lists them all".to_owned(),
    };
    let words = format!("there is no code `{word}`");
    Failure::new("borgmatic::cli::value", words).help(help)
}
