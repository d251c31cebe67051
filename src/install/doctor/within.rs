//! Children that are not waited for longer than so long, and that ask nobody.

use std::time::Duration;

use crate::host::{Beside, Command, Exit, Failure, Heard, Processes, Signal, Streams};

pub(super) struct Within<'a> {
    pub(super) processes: &'a dyn Processes,
    pub(super) limit: Duration,
}

impl Processes for Within<'_> {
    fn run(&self, command: &Command, hear: &mut dyn FnMut(Heard<'_>)) -> Result<Exit, Failure> {
        let own = command.limit.unwrap_or(self.limit);
        let command = Command {
            limit: Some(own.min(self.limit)),
            streams: Streams::Heard,
            ..command.clone()
        };
        self.processes.run(&command, hear)
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
