//! Actions on configuration files.

pub mod bootstrap;
pub mod generate;
pub mod outline;
pub mod schema;
pub mod show;
pub mod template;
pub mod upgrade;
pub mod validate;

use crate::actions::Alone;
use crate::host::{Body, Event, Failure, Level};
use crate::text::Problems;

fn fail(alone: &Alone<'_>, failure: &Failure) {
    alone.host.bus.say(Event {
        level: Level::Error,
        scope: "",
        body: Body::Failure(failure),
    });
}

/// Shows the errors among problems.
fn tell(alone: &Alone<'_>, problems: &Problems) {
    for problem in problems.errors() {
        fail(alone, &Failure::from(problem.clone()));
    }
}
