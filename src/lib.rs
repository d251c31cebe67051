//! borgmatic as one static binary.
//!
//! The rooms, from the ground up. A room may use the rooms above it in this list, never one below;
//! `tests/layers.rs` holds that.

pub mod host;
pub mod option;
pub mod report;
pub mod sys;
pub mod text;
