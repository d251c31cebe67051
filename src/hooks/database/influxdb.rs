//! InfluxDB.

use crate::option::{Port, Secret};
use crate::options;

options! {
    /// An InfluxDB bucket.
    pub struct Influxdb {
        /// The name of the bucket, or all.
        name: String = "mybucket", required;
        /// The id of the bucket, in place of its name.
        bucket_id: String = "3c9bb0c293be4658";
        /// A name of your own for this entry; restore finds it by that.
        label: String = "my_backup_label";
        /// The program influx, split into words as a shell does.
        influx_command: String = "/usr/local/bin/influx", default = "influx";
        /// The token to connect with.
        password: Secret = "trustsome1";
        /// Encrypt the connection.
        tls: bool = "false", default = "true";
        /// The machine that the server runs on.
        hostname: String = "localhost", default = "localhost";
        /// The port of the server.
        port: Port = "8086", default = "8086";
        /// The id of the organization that owns the bucket.
        organization_id: String = "ccf6258c1e195e27";
        /// The name of the organization that owns the bucket.
        organization_name: String = "my-org";
        /// The file with influx's own configurations.
        configurations_path: String = "/root/.influxdbv2/configs";
        /// Which of influx's own configurations to use.
        active_configuration: String = "default";
        /// The bucket to restore to.
        restore_bucket: String = "mybucket-restored", default = "name";
        /// The organization to restore to.
        restore_organization: String = "my-org-restored", default = "organization_name";
        /// Check the server's certificate.
        verify_tls: bool = "false", default = "true";
        /// Replace all data of the server when all is restored.
        full_replace: bool = "true", default = "false";
        /// How the dump is compressed.
        compression: Compression = "none", default = "gzip";
    }
}

options! {
    /// How a dump is compressed.
    pub enum Compression { None = "none", Gzip = "gzip" }
}
