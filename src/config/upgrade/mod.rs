//! Old forms of configurations: one table of rules, applied to the tree when a file is loaded, and to
//! the text by `upgrade-config`.

mod address;
mod apply;
pub mod rules;

pub use apply::apply;
