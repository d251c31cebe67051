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
use crate::host::{Failure, Level};
use crate::text::Problems;

/// Shows the errors among problems.
fn tell(alone: &Alone<'_>, problems: &Problems) {
    for problem in problems.errors() {
        let failure = Failure::from(problem.clone());
        alone.host.bus.failure(Level::Error, &failure);
    }
}
