//! MySQL and MariaDB, which differ in the names of their programs.

use crate::option::{Port, Secret};
use crate::options;

options! {
    /// A MariaDB database.
    pub struct Mariadb {
        ..server: Server;
        ..programs: MariadbPrograms;
    }
}

options! {
    /// A MySQL database.
    pub struct Mysql {
        ..server: Server;
        ..programs: MysqlPrograms;
    }
}

options! {
    /// A database of either kind.
    pub struct Server {
        /// The name of the database, a pattern with *, or all. Without a format, all makes one dump of
        /// every database.
        name: String = "users", required;
        /// Databases to leave out when the name stands for several.
        skip_names: Vec<String> = "- cache";
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
        port: Port = "3307", default = "3306";
        /// The port to restore to.
        restore_port: Port = "5433", default = "port";
        /// The socket of a local server.
        socket_path: String = "database.example.org", default = "the client's own";
        /// The socket to restore to.
        restore_socket_path: String = "database.example.org", default = "socket_path";
        /// The user to connect as.
        username: String = "dbuser", default = "the current user";
        /// The user to restore as.
        restore_username: String = "dbuser", default = "username";
        /// The password to connect with.
        password: Secret = "trustsome1";
        /// The password to restore with.
        restore_password: Secret = "trustsome1", default = "password";
        /// How the client gets the password: through a pipe, or in its environment, which every process
        /// of the same user can read.
        password_transport: Transport = "environment", default = "pipe";
        /// Encrypt the connection.
        tls: bool = "false", default = "the client's own";
        /// Encrypt the connection to restore over.
        restore_tls: bool = "false", default = "tls";
        /// Dump scheduled events.
        events: bool = "false", default = "true";
        /// Dump stored procedures and functions.
        routines: bool = "false", default = "true";
        /// Dump tablespaces.
        tablespaces: bool = "false", default = "true";
        /// sql makes a dump of each database, where the name stands for several.
        format: Format = "sql", default = "one dump of all";
        /// Let the dump drop a database before it is made again, as --add-drop-database does.
        add_drop_database: bool = "false", default = "true";
        /// More words for the dumping program.
        options: String = "--skip-comments";
    }
}

options! {
    /// MariaDB's own programs.
    pub struct MariadbPrograms {
        /// More words for the client when it lists databases.
        list_options: String = "--defaults-extra-file=mariadb.cnf";
        /// More words for the client when it restores.
        restore_options: String = "--defaults-extra-file=mariadb.cnf";
        /// The program mariadb-dump, split into words as a shell does.
        mariadb_dump_command: String = "docker exec mariadb_container mariadb-dump", default = "mariadb-dump";
        /// The program mariadb, split into words as a shell does.
        mariadb_command: String = "docker exec mariadb_container mariadb", default = "mariadb";
    }
}

options! {
    /// MySQL's own programs.
    pub struct MysqlPrograms {
        /// More words for the client when it lists databases.
        list_options: String = "--defaults-extra-file=my.cnf";
        /// More words for the client when it restores.
        restore_options: String = "--defaults-extra-file=my.cnf";
        /// The program mysqldump, split into words as a shell does.
        mysql_dump_command: String = "docker exec mysql_container mysqldump", default = "mysqldump";
        /// The program mysql, split into words as a shell does.
        mysql_command: String = "docker exec mysql_container mysql", default = "mysql";
    }
}

options! {
    /// How the client gets the password.
    pub enum Transport { Pipe = "pipe", Environment = "environment" }
}

options! {
    /// The format of a dump.
    pub enum Format { Sql = "sql" }
}
