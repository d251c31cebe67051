//! Sentry.

use super::State;
use crate::option::{Secret, Set};
use crate::options;

options! {
    /// Sentry.
    pub struct Sentry {
        /// The data source name (DSN) of your project.
        data_source_name_url: Secret = "https://5f80ec@o294220.ingest.us.sentry.io/203069", required;
        /// The slug of the cron monitor.
        monitor_slug: String = "mymonitor", required;
        /// The environment of the monitor.
        environment: String = "production", default = "none";
        /// The states to check in for.
        states: Set<State> = "- start\n- finish", default = "all";
    }
}
