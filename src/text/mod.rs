//! Places in text: sources, the tree of nodes, problems, the YAML reader. Knows no option.

mod characters;
mod compose;
mod date;
mod frame;
mod layout;
mod merge;
pub mod near;
pub mod node;
pub mod parse;
mod places;
pub mod problem;
mod quotes;
mod repair;
mod scalar;
mod secret;
pub mod source;
mod syntax;
mod tabs;

pub use characters::decode;
pub use node::{Kind, Node, Origin};
pub use parse::parse;
pub use problem::{Problem, Problems};
pub use source::{Source, Span};
