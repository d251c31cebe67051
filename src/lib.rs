//! borgmatic as one static binary.
//!
//! The rooms, from the ground up. A room may use the rooms above it in this list, never one below;
//! `tests/layers.rs` holds that.
//!
//! 1. [`text`]: places in text · 2. [`option`]: the table's engine · 3. [`host`]: what we may ask of
//!    the world · 4. [`ledger`]: what earlier runs did · 5. [`borg`]: what borg understands · 6.
//!    [`hooks`]: plug-ins · 7. [`config`]: the whole table, and how files become it · 8. [`actions`]:
//!    one file each · 9. [`plan`]: what runs, as a value · 10. [`run`]: the interpreter · 11.
//!    [`report`]: who hears · 12. [`cli`]: the command line · 13.
//!    [`install`]: the installer · 14. [`sys`]: the machine. [`app`] joins them and is the story on one
//!    page.
// Tests may touch the world.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod actions;
pub mod app;
pub mod borg;
pub mod cli;
pub mod config;
pub mod hooks;
pub mod host;
pub mod install;
pub mod ledger;
pub mod option;
pub mod plan;
pub mod report;
pub mod run;
pub mod sys;
pub mod text;
