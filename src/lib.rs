//! borgmatic as one static binary.
//!
//! The rooms, from the ground up. A room may use the rooms above it in this list, never one below;
//! `tests/layers.rs` holds that.
//!
//! 1. [`text`]: places in text · 2. [`option`]: the table's engine · 3. [`host`]: what we may ask of
//!    the world · 4. [`borg`]: what borg understands · 5. [`hooks`]: plug-ins · 6. [`config`]: the whole
//!    table, and how files become it · 7. [`actions`]: one file each · 8. [`plan`]: what runs, as a
//!    value · 9. [`run`]: the interpreter · 10. [`report`]: who hears · 11. [`cli`]: the command line ·
//!    12. [`sys`]: the machine. [`app`] joins them and is the story on one page.
// Tests may touch the world.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod actions;
pub mod app;
pub mod borg;
pub mod cli;
pub mod config;
pub mod hooks;
pub mod host;
pub mod option;
pub mod plan;
pub mod report;
pub mod run;
pub mod sys;
pub mod text;
