//! PagerDuty.

use crate::option::Secret;
use crate::options;

options! {
    /// PagerDuty.
    pub struct PagerDuty {
        /// The integration key of a service.
        integration_key: Secret = "a177cad45bd374409f78906a810a3074", required;
        /// Send log lines with a failure.
        send_logs: bool = "true", default = "false";
    }
}
