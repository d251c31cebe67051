//! SQLite.

use crate::options;

options! {
    /// An SQLite database.
    pub struct Sqlite {
        /// A name for the dump.
        name: String = "users", required;
        /// The file of the database. Where it does not exist, sqlite3 makes an empty one.
        path: String = "/var/lib/sqlite/users.db", required;
        /// A name of your own for this entry; restore finds it by that.
        label: String = "my_backup_label";
        /// The file to restore to. One that is there is replaced.
        restore_path: String = "/var/lib/sqlite/users.db", default = "path";
        /// The program sqlite3, split into words as a shell does.
        sqlite_command: String = "docker exec sqlite_container sqlite3", default = "sqlite3";
        /// The program sqlite3 when it restores, split into words as a shell does.
        sqlite_restore_command: String = "docker exec sqlite_container sqlite3", default = "sqlite3";
    }
}
