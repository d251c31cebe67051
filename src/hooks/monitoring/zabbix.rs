//! Zabbix.

use super::State;
use crate::option::{Secret, Set, Word};
use crate::options;

options! {
    /// Zabbix.
    pub struct Zabbix {
        /// The address of Zabbix' API.
        server: String = "https://zabbix.your-domain.com", required;
        /// The id of the item that takes the value.
        itemid: i64 = "55105";
        /// The host of the item, in place of its id; together with key.
        host: String = "borg-server";
        /// The key of the item, in place of its id; together with host.
        key: String = "borg.status";
        /// The user to log in as.
        username: String = "testuser";
        /// The user's password.
        password: Secret = "fakepassword";
        /// An API key, in place of user and password.
        api_key: Secret = "fakekey";
        /// What is sent when a run starts.
        start: Message = "value: STARTED";
        /// What is sent when a run ends well.
        finish: Message = "value: FINISH";
        /// What is sent when a run fails.
        fail: Message = "value: ERROR";
        /// The states to send.
        states: Set<State> = "- start\n- finish", default = "fail";
    }
}

options! {
    /// A value.
    pub struct Message {
        /// The value: text or a whole number.
        value: Word = "STARTED", default = "the name of the state";
    }
}
