//! Databases that are dumped into each backup: one file for each kind.

pub mod influxdb;
pub mod mongodb;
pub mod mysql;
pub mod openldap;
pub mod postgresql;
pub mod sqlite;

use crate::options;

options! {
    /// Databases that are dumped into each backup.
    pub struct Databases {
        /// PostgreSQL databases to dump into each backup.
        postgresql_databases: Vec<postgresql::Postgresql> = "- name: users\n  hostname: database.example.org";
        /// MariaDB databases to dump into each backup.
        mariadb_databases: Vec<mysql::Mariadb> = "- name: users\n  hostname: database.example.org";
        /// MySQL databases to dump into each backup.
        mysql_databases: Vec<mysql::Mysql> = "- name: users\n  hostname: database.example.org";
        /// SQLite databases to dump into each backup.
        sqlite_databases: Vec<sqlite::Sqlite> = "- name: users\n  path: /var/lib/db.sqlite";
        /// MongoDB databases to dump into each backup.
        mongodb_databases: Vec<mongodb::Mongodb> = "- name: users\n  hostname: database.example.org";
        /// InfluxDB buckets to dump into each backup.
        influxdb_databases: Vec<influxdb::Influxdb> = "";
        /// OpenLDAP databases to dump into each backup.
        openldap_databases: Vec<openldap::Openldap> = "- name: dc=example,dc=com";
    }
}
