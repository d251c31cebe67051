//! Retries: a repository that failed goes behind the others, as often as `retries` says, and waits.

use std::time::Duration;

use crate::host::{Failure, Host, Level};
use crate::plan::UnitPart;

/// A repository in the queue.
pub(super) struct Try<'a, 'f> {
    pub(super) part: &'a UnitPart<'f>,
    /// 0 is the first.
    pub(super) number: u32,
}

impl<'a, 'f> Try<'a, 'f> {
    pub(super) fn first(part: &'a UnitPart<'f>) -> Self {
        Self { part, number: 0 }
    }

    /// The next try, if there is one left.
    pub(super) fn next(&self) -> Option<Self> {
        (self.number < self.most()).then_some(Self {
            part: self.part,
            number: self.number + 1,
        })
    }

    pub(super) fn announce(&self) -> String {
        format!(
            "Trying again later: retry {} of {}",
            self.number,
            self.most()
        )
    }

    /// Waits before a retry: longer each time. borgmatic 2.1.10: the number of the retry times
    /// `retry_wait`, in seconds.
    pub(super) fn wait(&self, host: &Host<'_>) -> Result<(), Failure> {
        let config = &self.part.unit.config;
        let seconds = u64::from(config.run.retry_wait.or(0)) * u64::from(self.number);
        if seconds > 0 {
            let words = format!("Waiting {seconds} s before the retry");
            host.bus
                .line(Level::Warning, self.part.unit.repository.name(), &words);
            host.bus.flush();
            host.clock.sleep(Duration::from_secs(seconds));
        }
        host.processes
            .stop()
            .map_or(Ok(()), |signal| Err(Failure::interrupted(signal)))
    }

    fn most(&self) -> u32 {
        self.part.unit.config.run.retries.or(0)
    }
}
