//! The YAML dialect of configuration files: what the original's readers accept, and words for what
//! they refuse. Knows no option.

mod characters;
mod compose;
mod date;
mod emit;
mod layout;
mod lines;
mod marks;
mod merge;
mod parse;
mod places;
mod quotes;
mod repair;
mod resolve;
mod scalar;
mod scene;
mod syntax;
mod tabs;
mod unquoted;

pub use characters::{decode, decode_included};
pub use emit::{emit, quoted};
pub use parse::{parse, parse_with, read_on};
pub use resolve::{Include, Wanted, Within};

/// What an unquoted word means; a word that means nothing is text.
pub fn scalar(word: &str) -> crate::text::Kind {
    scalar::plain(word, scalar::Version::V1_2)
        .unwrap_or_else(|_| crate::text::Kind::Text(word.to_owned()))
}
