//! Plug-ins around the actions; each file owns its options and its behaviour. Must not know the
//! configuration as a whole.

pub mod manifest;

pub use manifest::Bootstrap;
