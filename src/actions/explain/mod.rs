//! `explain`: what the code of a diagnostic means, at length, with an example before and after; and
//! what an option is ([`option`]). The texts beside this file are the one source of codes;
//! `docs/diagnostics.md` is checked against them.

mod option;

use crate::actions::{Alone, AloneAction, Answer, Info, named};
use crate::host::Failure;
use crate::option::sample;
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
        /// What to explain: options, or codes (all of one, or only its end). Without one, all codes are
        /// listed.
        options: Vec<String> = "OPTION|CODE", no_flag;
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

    fn paragraphs(&self) -> Vec<String> {
        let parts = [self.code, self.summary].into_iter();
        let parts = parts.chain(self.text.split("\n\n"));
        parts.map(str::to_owned).collect()
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
        let width = alone.host.terminal.width().clamp(40, 100);
        for word in words {
            let codes = all.iter().filter(|entry| entry.is_called(word));
            let codes = codes.map(Entry::paragraphs);
            let options = option::about(word);
            let options = Some(options).filter(|parts| !parts.is_empty());
            let mut found: Vec<_> = codes.chain(options).collect();
            let action = named(word).map(|action| action.info.name);
            if let (Some(last), Some(name)) = (found.last_mut(), action) {
                last.push(format!(
                    "`{name}` is an action, too: borgmatic {name} --help"
                ));
            }
            if found.is_empty() {
                return Err(unknown(word, &all));
            }
            for parts in found {
                if !page.is_empty() {
                    page.push('\n');
                }
                page += &drawn(&parts, width);
            }
        }
        alone.host.bus.data(&page);
        Ok(Answer::Done)
    }
}

/// Paragraphs for a terminal: they are wrapped, examples stay.
fn drawn(parts: &[String], width: usize) -> String {
    let mut page = String::new();
    for part in parts {
        if !page.is_empty() {
            page.push('\n');
        }
        if part.starts_with(' ') {
            page += part;
        } else {
            page += &sample::wrap(part, width).join("\n");
        }
        page.push('\n');
    }
    page
}

fn unknown(word: &str, all: &[Entry]) -> Failure {
    let words = format!("there is no option and no code `{word}`");
    let failure = Failure::new("borgmatic::cli::value", words);
    if let Some(action) = named(word) {
        let name = action.info.name;
        return failure.help(format!("it is an action: borgmatic {name} --help"));
    }
    let whole = all.iter().map(|entry| entry.code);
    let short = whole.clone().filter_map(|code| code.strip_prefix(ROOM));
    let ends = whole.clone().filter_map(|code| code.rsplit("::").next());
    let options = option::names();
    let options = options.iter().map(String::as_str);
    let written = word.strip_prefix("--").unwrap_or(word).replace('-', "_");
    // A code has dashes, an option none.
    let near = nearest(&written, options).or_else(|| nearest(word, whole.chain(short).chain(ends)));
    failure.help(match near {
        Some(near) => format!("did you mean {near}?"),
        None => "borgmatic explain lists all codes, borgmatic --help --all all options".to_owned(),
    })
}
