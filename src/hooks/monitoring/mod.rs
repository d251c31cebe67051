//! Services that are told how a run went: one file for each.

pub mod apprise;
pub mod cronitor;
pub mod healthchecks;
pub mod loki;
pub mod ntfy;
pub mod pagerduty;
pub mod pushover;
pub mod sentry;
pub mod uptime_kuma;
pub mod watchgoose;
pub mod zabbix;

use crate::options;

options! {
    /// Services that are told how a run went. They hear of create, prune, compact and check.
    pub struct Monitors {
        /// Send notifications by ntfy.
        ntfy: ntfy::Ntfy = "";
        /// Send notifications by Pushover.
        pushover: pushover::Pushover = "";
        /// Send values to Zabbix: to an item by its id, or by host and key.
        zabbix: zabbix::Zabbix = "";
        /// Send notifications by Apprise, which knows many services. The program apprise is needed.
        apprise: apprise::Apprise = "";
        /// Ping Healthchecks.
        healthchecks: healthchecks::Healthchecks = "";
        /// Push to Uptime Kuma.
        uptime_kuma: uptime_kuma::UptimeKuma = "";
        /// Ping Cronitor.
        cronitor: cronitor::Cronitor = "";
        /// Tell PagerDuty of failures.
        pagerduty: pagerduty::PagerDuty = "";
        /// Send log lines to Grafana Loki.
        loki: loki::Loki = "";
        /// Check in with Sentry.
        sentry: sentry::Sentry = "";
        /// Ping Watchgoose.
        watchgoose: watchgoose::Watchgoose = "";
    }
}

options! {
    /// A state of a run that a service can be told of.
    pub enum State { Start = "start", Finish = "finish", Fail = "fail" }
}

options! {
    /// The same, for services that take logs by themselves.
    pub enum LogState { Start = "start", Finish = "finish", Fail = "fail", Log = "log" }
}
