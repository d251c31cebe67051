//! Actions on configuration files.

pub mod generate;
pub mod validate;
