//! ntfy.

use super::State;
use crate::option::{Secret, Set};
use crate::options;

options! {
    /// ntfy.
    pub struct Ntfy {
        /// The topic to publish to. Who knows it can read it.
        topic: String = "topic", required;
        /// The server.
        server: String = "https://ntfy.your-domain.com", default = "https://ntfy.sh";
        /// The user to publish as.
        username: String = "testuser";
        /// The user's password.
        password: Secret = "fakepassword";
        /// An access token, in place of user and password.
        access_token: Secret = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2";
        /// What is sent when a run starts.
        start: Message = "title: Ping!\nmessage: Your backups have started.\npriority: min\ntags: borgmatic";
        /// What is sent when a run ends well.
        finish: Message = "title: Ping!\nmessage: Your backups have finished.\npriority: min\ntags: borgmatic,+1";
        /// What is sent when a run fails.
        fail: Message = "title: Ping!\nmessage: Your backups have failed.\npriority: max\ntags: borgmatic,-1,skull";
        /// The states to notify of.
        states: Set<State> = "- start\n- finish", default = "fail";
    }
}

options! {
    /// A notification.
    pub struct Message {
        /// Its title.
        title: String = "Ping!", default = "names the state";
        /// Its text.
        message: String = "Your backups have started.", default = "names the state";
        /// How urgent it is.
        priority: Priority = "min", default = "default";
        /// Its tags, separated by commas.
        tags: String = "borgmatic", default = "borgmatic";
    }
}

options! {
    /// How urgent a notification is.
    pub enum Priority {
        Max = "max",
        Urgent = "urgent",
        High = "high",
        Default = "default",
        Low = "low",
        Min = "min",
    }
}
