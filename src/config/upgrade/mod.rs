//! Old forms of configurations: one table of rules, applied to the tree when a file is loaded, and to
//! the text by `upgrade-config`.

mod address;
mod apply;
mod commands;
pub mod files;
pub mod ini;
mod read;
mod rewrite;
pub mod rules;
mod scope;
mod sections;
mod together;
mod values;

pub use apply::apply;
pub use rewrite::{Left, Rewritten, rewrite};
pub use scope::Refused;
