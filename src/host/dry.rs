//! The guard of `--dry-run`: commands that change something do not get through.

use std::time::Duration;

use super::command::{Command, Effect};
use super::feeder::{Fed, Feeder};
use super::outcome::{Exit, Failure, Signal};
use super::ports::{Beside, Heard, Processes};

pub struct Dry<'a>(pub &'a dyn Processes);

impl Processes for Dry<'_> {
    fn run(&self, command: &Command, hear: &mut dyn FnMut(Heard<'_>)) -> Result<Exit, Failure> {
        let_through(command)?;
        self.0.run(command, hear)
    }

    fn run_fed(
        &self,
        command: &Command,
        feeders: &[Feeder],
        fails: &dyn Fn(Exit) -> bool,
        hear: &mut dyn FnMut(Option<usize>, Heard<'_>),
    ) -> Result<Fed, Failure> {
        let all = feeders.iter().map(|feeder| &feeder.command);
        all.chain([command]).try_for_each(let_through)?;
        self.0.run_fed(command, feeders, fails, hear)
    }

    fn stop(&self) -> Option<Signal> {
        self.0.stop()
    }

    fn is_above(&self, process: u32) -> bool {
        self.0.is_above(process)
    }

    fn beside(&self, command: &Command, longest: Duration) -> Result<Beside, Failure> {
        let_through(command)?;
        self.0.beside(command, longest)
    }
}

fn let_through(command: &Command) -> Result<(), Failure> {
    match command.effect {
        Effect::Reads => Ok(()),
        Effect::Writes => Err(Failure::new(
            "borgmatic::host::dry",
            format!("not run, because of --dry-run: {command}"),
        )
        .help("this action cannot tell what it would do; leave it out of the dry run")),
    }
}
