//! Places in text: sources, the tree of nodes, problems, the YAML reader. Knows no option.

pub mod edit;
mod frame;
pub mod json;
mod listed;
pub mod near;
pub mod node;
pub mod problem;
pub mod secret;
pub mod source;
mod yaml;

pub use listed::{listed, thousands};
pub use node::{Kind, Node, Origin};
pub use problem::{Fix, Problem, Problems, Severity};
pub use source::{Source, Span};
pub use yaml::{
    Include, Wanted, Within, decode, decode_included, emit, parse, parse_with, read_on, scalar,
};
