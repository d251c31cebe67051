//! Actions on configuration files.

pub mod generate;
pub mod schema;
pub mod show;
pub mod upgrade;
pub mod validate;
