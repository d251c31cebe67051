//! The YAML dialect of configuration files: what the original's readers accept, and words for what
//! they refuse. Knows no option.

mod characters;
mod compose;
mod date;
mod layout;
mod merge;
pub mod parse;
mod places;
mod quotes;
mod repair;
mod scalar;
mod syntax;
mod tabs;

pub use characters::decode;
pub use parse::parse;
