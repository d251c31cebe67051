//! The command line as a text with places: each word knows where it stands.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use crate::option::words::quote;
use crate::text::{Kind, Node, Origin, Problem, Problems, Source, Span};

pub struct Argv {
    source: Arc<Source>,
    pub words: Vec<Word>,
}

#[derive(Clone, Debug)]
pub struct Word {
    pub text: String,
    span: Span,
}

/// The action that an old name of the program stands for. borgmatic 2.1.10: the first two; 1.5: all
/// of them.
pub fn implied(program: &str) -> &'static [&'static str] {
    match program {
        "generate-borgmatic-config" => &["config", "generate"],
        "validate-borgmatic-config" => &["config", "validate"],
        "upgrade-borgmatic-config" => &["upgrade-config"],
        _ => &[],
    }
}

impl Argv {
    /// The words after the program's name. The old names of the program stand for actions.
    pub fn new(args: &[OsString], is_secret: fn(&str) -> bool, problems: &mut Problems) -> Self {
        let program = args
            .first()
            .and_then(|path| Path::new(path).file_name())
            .unwrap_or_default();
        let implied = implied(program.to_str().unwrap_or_default());
        let mut line = String::from("borgmatic");
        let mut words = Vec::new();
        let mut odd = Vec::new();
        let given = args
            .iter()
            .skip(1)
            .map(|word| word.to_string_lossy().into_owned());
        for (index, text) in implied
            .iter()
            .map(|word| (*word).to_owned())
            .chain(given)
            .enumerate()
        {
            line.push(' ');
            let start = line.len();
            line += &quote(&text);
            let span = start..line.len();
            if index >= implied.len()
                && args
                    .get(index + 1 - implied.len())
                    .is_some_and(|word| word.to_str().is_none())
            {
                odd.push(span.clone());
            }
            words.push(Word { text, span });
        }
        let source = Source::new("command line", line, is_secret);
        for span in odd {
            problems.add(
                Problem::new(
                    "borgmatic::cli::utf8",
                    "a word of the command line is not UTF-8",
                )
                .at(&Origin::new(&source, span), "this word")
                .help("rename the file, or name its directory instead"),
            );
        }
        Self { source, words }
    }

    pub fn origin(&self, index: usize) -> Origin {
        let span = self.words.get(index).map_or(0..0, |word| word.span.clone());
        Origin::new(&self.source, span)
    }

    /// A value of a word, or of a part of it.
    pub fn node(&self, index: usize, kind: Kind) -> Node {
        Node::new(kind, self.origin(index))
    }

    /// The whole line.
    pub fn everything(&self) -> Origin {
        Origin::new(&self.source, 0..self.source.text.len())
    }
}
