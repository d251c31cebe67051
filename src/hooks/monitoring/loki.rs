//! Grafana Loki.

use crate::option::{Map, Secret};
use crate::options;

options! {
    /// Grafana Loki.
    pub struct Loki {
        /// The address that takes log lines.
        url: Secret = "http://localhost:3100/loki/api/v1/push", required;
        /// The certificate that this machine shows to the server.
        tls: Tls = "";
        /// Labels of the log lines. __hostname, __config and __config_path stand for the name of this
        /// machine, of the configuration file, and for the file's path.
        labels: Map<String> = "app: borgmatic\nconfig: __config\nhostname: __hostname", required;
        /// Send all log lines, not only that a run started and how it ended.
        send_logs: bool = "true", default = "false";
    }
}

options! {
    /// The certificate of this machine. Both or none.
    pub struct Tls {
        /// The certificate.
        cert_path: String = "/etc/borgmatic/loki-client.crt";
        /// Its key.
        key_path: String = "/etc/borgmatic/loki-client.key";
    }
}
