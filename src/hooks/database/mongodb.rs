//! MongoDB.

use crate::option::{Port, Secret};
use crate::options;

options! {
    /// A MongoDB database.
    pub struct Mongodb {
        /// The name of the database, or all for the whole server.
        name: String = "users", required;
        /// A name of your own for this entry; restore finds it by that.
        label: String = "my_backup_label";
        /// The container that the server runs in, in place of hostname.
        container: String = "debian_stable";
        /// The container to restore to.
        restore_container: String = "restore_container", default = "container";
        /// The machine that the server runs on.
        hostname: String = "database.example.org", default = "localhost";
        /// The machine to restore to.
        restore_hostname: String = "database.example.org", default = "hostname";
        /// The port of the server.
        port: Port = "27018", default = "27017";
        /// The port to restore to.
        restore_port: Port = "5433", default = "port";
        /// The user to connect as.
        username: String = "dbuser", default = "none";
        /// The user to restore as.
        restore_username: String = "dbuser", default = "username";
        /// The password to connect with.
        password: Secret = "trustsome1";
        /// The password to restore with.
        restore_password: Secret = "trustsome1", default = "password";
        /// How the programs get the password: through a pipe, or in a private file.
        password_transport: Transport = "file", default = "pipe";
        /// The database that knows the user.
        authentication_database: String = "admin";
        /// The format of the dump. directory is written to disk before the backup.
        format: Format = "directory", default = "archive";
        /// More words for mongodump.
        options: String = "--dumpDbUsersAndRoles";
        /// More words for mongorestore.
        restore_options: String = "--restoreDbUsersAndRoles";
        /// The program mongodump, split into words as a shell does.
        mongodump_command: String = "docker exec mongodb_container mongodump", default = "mongodump";
        /// The program mongorestore, split into words as a shell does.
        mongorestore_command: String = "docker exec mongodb_container mongorestore", default = "mongorestore";
    }
}

options! {
    /// How a program gets the password.
    pub enum Transport { Pipe = "pipe", File = "file" }
}

options! {
    /// The format of a dump.
    pub enum Format { Archive = "archive", Directory = "directory" }
}
