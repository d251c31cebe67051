//! Actions on configuration files.

pub mod generate;
pub mod upgrade;
pub mod validate;
