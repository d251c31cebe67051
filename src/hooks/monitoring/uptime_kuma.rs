//! Uptime Kuma.

use super::State;
use crate::option::{Secret, Set};
use crate::options;

options! {
    /// Uptime Kuma.
    pub struct UptimeKuma {
        /// The push address of the monitor, without what stands after its question mark.
        push_url: Secret = "https://example.uptime.kuma/api/push/abcd1234", required;
        /// The states to push for.
        states: Set<State> = "- start\n- finish\n- fail", default = "all";
        /// Check the server's certificate.
        verify_tls: bool = "false", default = "true";
    }
}
