//! PostgreSQL.

use crate::option::{Port, Secret, Word};
use crate::options;

options! {
    /// A PostgreSQL database.
    pub struct Postgresql {
        /// The name of the database, a pattern with *, or all. Without a format, all makes one dump of
        /// the whole server, roles included.
        name: String = "users", required;
        /// A name of your own for this entry; restore finds it by that.
        label: String = "my_backup_label";
        /// The container that the server runs in, in place of hostname.
        container: String = "debian_stable";
        /// The container to restore to.
        restore_container: String = "restore_container", default = "container";
        /// The machine that the server runs on.
        hostname: String = "database.example.org", default = "the local socket";
        /// The machine to restore to.
        restore_hostname: String = "database.example.org", default = "hostname";
        /// The port of the server.
        port: Port = "5433", default = "5432";
        /// The port to restore to.
        restore_port: Port = "5433", default = "port";
        /// The user to connect as. To dump all, it needs the rights of a superuser.
        username: String = "dbuser", default = "the current user";
        /// The user to restore as.
        restore_username: String = "dbuser", default = "username";
        /// The password to connect with. Not needed with peer authentication or a .pgpass file.
        password: Secret = "trustsome1";
        /// The password to restore with.
        restore_password: Secret = "trustsome1", default = "password";
        /// Do not dump or restore who owns what.
        no_owner: bool = "true", default = "false";
        /// The format of the dump. plain is SQL; directory is written to disk before the backup.
        format: Format = "directory", default = "custom; plain for all databases in one dump";
        /// How pg_dump compresses: a method, or a level from 0 to 9.
        compression: Word = "none", default = "pg_dump's own";
        /// How the connection is encrypted and checked.
        ssl_mode: SslMode = "require", default = "PostgreSQL's own";
        /// The client's certificate.
        ssl_cert: String = "/root/.postgresql/postgresql.crt";
        /// The key of the client's certificate.
        ssl_key: String = "/root/.postgresql/postgresql.key";
        /// The certificates of authorities that may have signed the server's.
        ssl_root_cert: String = "/root/.postgresql/root.crt";
        /// The list of certificates that were taken back.
        ssl_crl: String = "/root/.postgresql/root.crl";
        /// The program pg_dump or pg_dumpall, split into words as a shell does.
        pg_dump_command: String = "docker exec my_pg_container pg_dump", default = "pg_dump, or pg_dumpall for all";
        /// The program pg_restore, split into words as a shell does.
        pg_restore_command: String = "docker exec my_pg_container pg_restore", default = "pg_restore";
        /// The program psql, split into words as a shell does.
        psql_command: String = "docker exec my_pg_container psql", default = "psql";
        /// More words for pg_dump or pg_dumpall.
        options: String = "--role=someone";
        /// More words for psql when it lists databases.
        list_options: String = "--role=someone";
        /// More words for pg_restore or psql when it restores.
        restore_options: String = "--role=someone";
        /// More words for psql when it analyzes a restored database.
        analyze_options: String = "--role=someone";
    }
}

options! {
    /// The format of a dump.
    pub enum Format { Plain = "plain", Custom = "custom", Directory = "directory", Tar = "tar" }
}

options! {
    /// How a connection is encrypted and checked.
    pub enum SslMode {
        Disable = "disable",
        Allow = "allow",
        Prefer = "prefer",
        Require = "require",
        VerifyCa = "verify-ca",
        VerifyFull = "verify-full",
    }
}
