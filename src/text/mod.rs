//! Places in text: sources, the tree of nodes, problems, the YAML reader. Knows no option.

pub mod near;
pub mod node;
pub mod parse;
pub mod problem;
mod secret;
pub mod source;

pub use node::{Kind, Node, Origin};
pub use problem::{Problem, Problems};
pub use source::{Source, Span};
