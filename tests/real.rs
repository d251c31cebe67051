//! The built program with real borg and real files. Each test runs with borg 1.2 and with borg 1.4, in a
//! world of its own: a temporary directory that holds home, repositories, sources and the only PATH.
//!
//! `scripts/test` sets up what is needed and names it: BORG_12, BORG_14, SSHD. BORGMATIC_BIN runs the same
//! tests over another borgmatic.
// Tests touch the world directly; the set-up functions beside them are not `#[test]`s to clippy.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used)]

#[path = "real/world.rs"]
mod world;

/// Makes each function `fn name(world: &World)` a test per borg.
macro_rules! with_both_borgs {
    ($($(#[$attribute:meta])* $name:ident)*) => {
        mod borg_1_2 {
            $(#[test] $(#[$attribute])* fn $name() { super::$name(&crate::world::World::new("1.2")); })*
        }
        mod borg_1_4 {
            $(#[test] $(#[$attribute])* fn $name() { super::$name(&crate::world::World::new("1.4")); })*
        }
    };
}

#[path = "real/abreast.rs"]
mod abreast;
#[path = "real/actions.rs"]
mod actions;
#[path = "real/archives.rs"]
mod archives;
#[path = "real/booted.rs"]
mod booted;
#[path = "real/borg_2.rs"]
mod borg_2;
#[path = "real/borgs.rs"]
mod borgs;
#[path = "real/check.rs"]
mod check;
#[path = "real/completion.rs"]
mod completion;
#[path = "real/conditions.rs"]
mod conditions;
#[path = "real/cron.rs"]
mod cron;
#[path = "real/doctor.rs"]
mod doctor;
#[path = "real/faults.rs"]
mod faults;
#[path = "real/from_nothing.rs"]
mod from_nothing;
#[path = "real/inside.rs"]
mod inside;
#[path = "real/install.rs"]
mod install;
#[path = "real/killed.rs"]
mod killed;
#[path = "real/life.rs"]
mod life;
#[path = "real/logs.rs"]
mod logs;
#[path = "real/machine.rs"]
mod machine;
#[path = "real/man.rs"]
mod man;
#[path = "real/old_names.rs"]
mod old_names;
#[path = "real/patterns.rs"]
mod patterns;
#[path = "real/progress.rs"]
mod progress;
#[path = "real/reached.rs"]
mod reached;
#[path = "real/sandboxed.rs"]
mod sandboxed;
#[path = "real/secrets.rs"]
mod secrets;
#[path = "real/self_update.rs"]
mod self_update;
#[path = "real/snapshots.rs"]
mod snapshots;
#[path = "real/ssh.rs"]
mod ssh;
#[path = "real/streams.rs"]
mod streams;
#[path = "real/tended.rs"]
mod tended;
#[path = "real/terminal.rs"]
mod terminal;
#[path = "real/trouble.rs"]
mod trouble;
#[path = "real/turns.rs"]
mod turns;
