//! Places in text: sources, the tree of nodes, problems, the YAML reader. Knows no option.

pub mod edit;
mod frame;
pub mod json;
mod listed;
pub mod near;
pub mod node;
pub mod printable;
pub mod problem;
mod problems;
pub mod secret;
pub mod source;
mod yaml;

pub use listed::{counted, listed, thousands};
pub use node::{Kind, Node, Origin};
pub use problem::{Fix, Problem, Severity};
pub use problems::Problems;
pub use source::{Source, Span};
pub use yaml::{
    Include, Wanted, Within, decode, decode_included, emit, parse, parse_with, quoted, read_on,
    scalar,
};
