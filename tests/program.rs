//! The whole program on a played machine: what it says about mistakes, its pages, the commands that it
//! gives to borg, and laws that hold for every command line.
//!
//! `UPDATE=1 cargo test --test program` writes the texts that are compared; read what changed.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used)]

#[path = "program/abreast.rs"]
mod abreast;
#[path = "program/codes.rs"]
mod codes;
#[path = "program/commands.rs"]
mod commands;
#[path = "program/conditions.rs"]
mod conditions;
#[path = "program/corpus.rs"]
mod corpus;
#[path = "program/doctor.rs"]
mod doctor;
#[path = "program/dry.rs"]
mod dry;
#[path = "program/generate.rs"]
mod generate;
#[path = "program/globs.rs"]
mod globs;
#[path = "program/hooks.rs"]
mod hooks;
#[path = "program/install.rs"]
mod install;
#[path = "program/install_cron.rs"]
mod install_cron;
#[path = "program/install_faults.rs"]
mod install_faults;
#[path = "program/install_flags.rs"]
mod install_flags;
#[path = "program/installed.rs"]
mod installed;
#[path = "program/kept.rs"]
mod kept;
#[path = "program/laws.rs"]
mod laws;
#[path = "program/ledger.rs"]
mod ledger;
#[path = "program/logs.rs"]
mod logs;
#[path = "program/outline.rs"]
mod outline;
#[path = "program/pages.rs"]
mod pages;
#[path = "program/panics.rs"]
mod panics;
#[path = "program/recovery.rs"]
mod recovery;
#[path = "program/secrets.rs"]
mod secrets;
#[path = "program/status.rs"]
mod status;
#[path = "program/table.rs"]
mod table;
#[path = "program/validate.rs"]
mod validate;
#[path = "program/words.rs"]
mod words;
#[path = "program/world.rs"]
mod world;
