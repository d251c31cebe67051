//! How long loading and checking a configuration takes beside a bare parse of the same bytes into
//! events. Started by `scripts/bench load`; prints seconds of both, each the best of its rounds.
//!
//!     bench-load FILE

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::expect_used,
    clippy::print_stdout
)]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use borgmatic::config::load::{Wishes, load};
use borgmatic::host::{Env, Files};
use saphyr_parser::Parser;

/// How long one round takes, so that the clock is fine enough.
const ROUND: Duration = Duration::from_millis(60);
const ROUNDS: usize = 15;

fn main() {
    let path = PathBuf::from(std::env::args_os().nth(1).expect("a file"));
    let path = path.canonicalize().expect("the file");
    let text = std::fs::read_to_string(&path).expect("its text");
    let files = Files::new("/");
    let env = Env {
        cwd: "/".into(),
        home: "/root".into(),
        ..Env::default()
    };
    let wishes = Wishes::default();
    let events = || {
        for event in Parser::new_from_str(&text) {
            black_box(event.expect("an event"));
        }
    };
    let whole = || {
        let loaded = load(&path, &wishes, &files, &env);
        assert!(loaded.config.is_some(), "{:?}", loaded.problems);
        black_box(loaded);
    };
    // In turns, so that whatever else the machine does hits both alike.
    let (mut bare, mut ours) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        bare = bare.min(seconds(&events));
        ours = ours.min(seconds(&whole));
    }
    println!("{bare} {ours}");
}

/// Of one go, on average over a round.
fn seconds(go: &dyn Fn()) -> f64 {
    let (start, mut count) = (Instant::now(), 0_u32);
    while start.elapsed() < ROUND {
        go();
        count += 1;
    }
    start.elapsed().as_secs_f64() / f64::from(count)
}
