//! Healthchecks.

use super::LogState;
use crate::option::{Secret, Set};
use crate::options;

options! {
    /// Healthchecks.
    pub struct Healthchecks {
        /// The address to ping, or the last part of it: a UUID, or a ping key and a slug.
        ping_url: Secret = "https://hc-ping.com/your-uuid-here", required;
        /// Check the server's certificate.
        verify_tls: bool = "false", default = "true";
        /// Send log lines with finish, fail and log.
        send_logs: bool = "true", default = "false";
        /// The most of the log that is sent, in bytes. 0 is no limit.
        ping_body_limit: u32 = "200000", default = "100000";
        /// The states to ping for.
        states: Set<LogState> = "- finish", default = "all";
        /// Let the service make a check that it does not know yet. It needs a slug in the address.
        create_slug: bool = "true", default = "false";
    }
}
