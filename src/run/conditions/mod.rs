//! Under which conditions a run goes on: the flags that schedulers give. What is left out is written
//! down in the ledger with its reason, and ends well.

mod battery;
mod due;
mod inhibit;
mod network;

use super::observe::{Acted, Ended, Observer};
use crate::host::{Beside, Host};
use crate::ledger::BACKUP;
use crate::option::Age;
use crate::options;
use crate::plan::{ActPart, FilePart, Outline, UnitPart};

pub use due::Due;

options! {
    /// What a run does where the machine runs on its battery.
    pub enum Battery { Run = "run", Skip = "skip" }
}

options! {
    /// What a run keeps the machine from doing.
    pub enum Inhibit { Sleep = "sleep", None = "none" }
}

options! {
    /// Conditions for a run, for schedulers.
    pub struct Conditions {
        /// Leave out repositories whose last success is no older than this (24h, 7d) or than the last point of a schedule (daily, Mon..Fri 02:30), and those that were tried within the last hour.
        if_due: Due = "24h";
        /// Wait until the machines of remote repositories answer, at most so long: 2m.
        wait_network: Age = "2m";
        /// With skip, nothing is done while the machine runs on its battery.
        on_battery: Battery = "skip", default = "run";
        /// With sleep, the machine stays awake during the run.
        inhibit: Inhibit = "sleep", default = "none";
    }
}

/// A run that may go on.
pub struct Met {
    /// Keeps the machine awake until the end of the run.
    _awake: Option<Beside>,
}

impl Conditions {
    /// Takes out of the outline what is not to run now, then waits and holds what is to be waited for
    /// and held. `None`: nothing is left to do, or a signal came meanwhile.
    pub fn meet(
        &self,
        host: &Host<'_>,
        outline: &mut Outline<'_>,
        dry: bool,
        observer: &dyn Observer,
    ) -> Option<Met> {
        if let Some(due) = self.due()
            && !due.leave_out(host, outline, observer)
        {
            return None;
        }
        let skips = self.on_battery.or(Battery::Run) == Battery::Skip;
        if skips && battery::is_source(host) {
            battery::skip(host, outline, observer);
            return None;
        }
        if let Some(longest) = self.wait_network.get() {
            network::wait(host, outline, longest.0);
        }
        if host.processes.stop().is_some() {
            return None;
        }
        let holds = self.inhibit.or(Inhibit::None) == Inhibit::Sleep && !dry;
        Some(Met {
            _awake: holds.then(|| inhibit::hold(host)).flatten(),
        })
    }

    pub(super) fn due(&self) -> Option<&Due> {
        self.if_due.get()
    }
}

/// The action in whose line nothing is told to be done in a repository.
fn decisive<'p, 'a>(part: &'p UnitPart<'a>) -> Option<&'p ActPart<'a>> {
    let backup = part.running().find(|act| act.name() == BACKUP);
    backup.or_else(|| part.running().next())
}

/// Tells that nothing is done in a repository now: one line, as it may be told each hour.
fn tell(
    host: &Host<'_>,
    observer: &dyn Observer,
    file: &FilePart<'_>,
    unit: &UnitPart<'_>,
    ended: Ended<'_>,
) {
    let Some(act) = decisive(unit) else {
        return;
    };
    let now = host.clock.now();
    observer.acted(&Acted::not_started(now, file, unit, act, ended));
}
