//! Watchgoose.

use super::LogState;
use crate::option::{Secret, Set};
use crate::options;

options! {
    /// Watchgoose.
    pub struct Watchgoose {
        /// The address to ping, or the last part of it: a UUID, or a ping key and a slug.
        ping_url: Secret = "https://watchgoose.com/your-uuid-here", required;
        /// Check the server's certificate.
        verify_tls: bool = "false", default = "true";
        /// Send log lines with finish, fail and log.
        send_logs: bool = "true", default = "false";
        /// The most of the log that is sent, in bytes. 0 is no limit.
        ping_body_limit: u32 = "0", default = "10000";
        /// The states to ping for.
        states: Set<LogState> = "- finish", default = "all";
        /// Let the service make a check that it does not know yet. It needs a slug in the address.
        create_slug: bool = "true", default = "false";
    }
}
