//! Apprise: notifications of many kinds, by its own program.

use super::LogState;
use crate::option::{Secret, Set};
use crate::options;

options! {
    /// Apprise.
    pub struct Apprise {
        /// The services to notify.
        services: Vec<Service> = "- url: kodi://user@hostname\n  label: kodi\n- url: line://Token@User\n  label: line", required;
        /// Send log lines with finish, fail and log.
        send_logs: bool = "true", default = "false";
        /// The most of the log that is sent, in bytes. 0 is no limit.
        logs_size_limit: u32 = "100000", default = "100000";
        /// What is sent when a run starts.
        start: Message = "title: Ping!\nbody: Starting backup process.";
        /// What is sent when a run ends well.
        finish: Message = "title: Ping!\nbody: Backups successfully made.";
        /// What is sent when a run fails.
        fail: Message = "title: Ping!\nbody: Your backups have failed.";
        /// What is sent with the log.
        log: Message = "title: Ping!\nbody: Here is some info about your backups.";
        /// The states to notify of.
        states: Set<LogState> = "- start\n- finish", default = "fail";
    }
}

options! {
    /// A service of Apprise.
    pub struct Service {
        /// The service's address as Apprise writes it.
        url: Secret = "gotify://hostname/token", required;
        /// What log lines call it.
        label: String = "gotify", required;
    }
}

options! {
    /// A notification.
    pub struct Message {
        /// Its title.
        title: String = "Ping!", default = "none";
        /// Its text.
        body: String = "Starting backup process.", required;
    }
}
