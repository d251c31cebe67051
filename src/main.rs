//! The program: the machine, and [`borgmatic::app`].

use std::process::ExitCode;
use std::sync::Arc;

use borgmatic::host::{Files, Terminal as _};
use borgmatic::{app, sys};

#[expect(clippy::disallowed_methods, reason = "the arguments enter here")]
fn main() -> ExitCode {
    sys::panics_end_the_process();
    let args: Vec<_> = std::env::args_os().collect();
    let machine = sys::Machine::default();
    let (files, env) = (Files::new("/"), sys::Machine::env());
    let code = app::run(
        &args,
        &app::Machine {
            processes: &machine.processes,
            clock: Arc::clone(&machine.clock) as _,
            terminal: Arc::clone(&machine.terminal) as _,
            network: &machine.network,
            sockets: Arc::clone(&machine.sockets) as _,
            fetch: &machine.fetch,
            files: &files,
            env: &env,
        },
    );
    // Output that got lost on a full disk is no success.
    let Some(why) = machine.terminal.lost() else {
        return ExitCode::from(code);
    };
    let words = format!("standard output could not be written: {why}\n");
    machine.terminal.err(words.as_bytes());
    ExitCode::from(code.max(1))
}
