//! Children that are not waited for longer than so long, and that ask nobody.

use std::time::Duration;

use crate::host::{Beside, Command, Exit, Failure, Fed, Feeder, Heard, Processes, Signal, Streams};

pub(super) struct Within<'a> {
    pub(super) processes: &'a dyn Processes,
    pub(super) limit: Duration,
}

impl Within<'_> {
    fn limited(&self, command: &Command) -> Command {
        let own = command.limit.unwrap_or(self.limit);
        Command {
            limit: Some(own.min(self.limit)),
            streams: Streams::Heard,
            ..command.clone()
        }
    }
}

impl Processes for Within<'_> {
    fn run(&self, command: &Command, hear: &mut dyn FnMut(Heard<'_>)) -> Result<Exit, Failure> {
        self.processes.run(&self.limited(command), hear)
    }

    fn run_fed(
        &self,
        command: &Command,
        feeders: &[Feeder],
        fails: &dyn Fn(Exit) -> bool,
        hear: &mut dyn FnMut(Option<usize>, Heard<'_>),
    ) -> Result<Fed, Failure> {
        let command = self.limited(command);
        self.processes.run_fed(&command, feeders, fails, hear)
    }

    fn beside(&self, command: &Command, longest: Duration) -> Result<Beside, Failure> {
        self.processes.beside(command, longest.min(self.limit))
    }

    fn stop(&self) -> Option<Signal> {
        self.processes.stop()
    }

    fn is_above(&self, process: u32) -> bool {
        self.processes.is_above(process)
    }
}
