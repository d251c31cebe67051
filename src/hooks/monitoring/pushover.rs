//! Pushover.

use super::State;
use crate::option::{Secret, Set};
use crate::options;

options! {
    /// Pushover.
    pub struct Pushover {
        /// The token of your application.
        token: Secret = "7ms6TXHpTokTou2P6x4SodDeentHRa", required;
        /// Your user key, or that of a group.
        user: Secret = "hwRwoWsXMBWwgrSecfa9EfPey55WSN", required;
        /// What is sent when a run starts.
        start: Message = "message: A backup job has started.\npriority: 0\nexpire: 600\nretry: 30\ndevice: pixel8\nhtml: true\nsound: bike\ntitle: A backup job has started.\nttl: 3600\nurl: https://pushover.net/apps/xxxxx-borgbackup\nurl_title: Pushover Link";
        /// What is sent when a run ends well.
        finish: Message = "message: A backup job has finished.\npriority: 0\nexpire: 600\nretry: 30\ndevice: pixel8\nhtml: true\nsound: bike\ntitle: A backup job has started.\nttl: 3600\nurl: https://pushover.net/apps/xxxxx-borgbackup\nurl_title: Pushover Link";
        /// What is sent when a run fails.
        fail: Message = "message: A backup job has failed.\npriority: 0\nexpire: 600\nretry: 30\ndevice: pixel8\nhtml: true\nsound: bike\ntitle: A backup job has started.\nttl: 3600\nurl: https://pushover.net/apps/xxxxx-borgbackup\nurl_title: Pushover Link";
        /// The states to notify of.
        states: Set<State> = "- start\n- finish", default = "fail";
    }
}

options! {
    /// A notification.
    pub struct Message {
        /// Its text.
        message: String = "A backup job has started.", default = "the name of the state";
        /// How urgent it is: -2 to 2. 2 is repeated until somebody confirms it.
        priority: i64 = "0", default = "0";
        /// For priority 2: the seconds after which it is repeated no more.
        expire: u32 = "600", default = "600";
        /// For priority 2: the seconds between repetitions.
        retry: u32 = "30", default = "30";
        /// The device it goes to.
        device: String = "pixel8", default = "all";
        /// The text is HTML.
        html: bool = "true", default = "false";
        /// The sound it makes.
        sound: String = "bike", default = "the user's own";
        /// Its title.
        title: String = "A backup job has started.", default = "the application's name";
        /// The seconds after which it goes away.
        ttl: u32 = "3600", default = "never";
        /// An address to show with it.
        url: String = "https://pushover.net/apps/xxxxx-borgbackup";
        /// What to show for the address.
        url_title: String = "Pushover Link", default = "the address";
    }
}
