//! Actions on configuration files.

pub mod generate;
pub mod show;
pub mod validate;
