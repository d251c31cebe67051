//! How databases are reached: through a socket of this machine, or over the network; and the files
//! of those that are files.

use super::{Needs, Place, tell};
use crate::config::find;
use crate::hooks::Databases;

pub(super) fn find(databases: &Databases, place: Place<'_>, needs: &mut Needs) {
    macro_rules! servers {
        ($($list:ident: $($option:ident),+;)+) => {$(
            for database in databases.$list.items() {
                $(if database.$option.is_set() {
                    let names = [stringify!($list), stringify!($option)];
                    tell(&mut needs.network, names.join(": "));
                })+
            }
        )+};
    }
    servers! {
        postgresql_databases: hostname, container, port, options, list_options;
    }
    for (list, servers) in [
        (
            "mariadb_databases",
            databases
                .mariadb_databases
                .items()
                .iter()
                .map(|one| &one.server)
                .collect::<Vec<_>>(),
        ),
        (
            "mysql_databases",
            databases
                .mysql_databases
                .items()
                .iter()
                .map(|one| &one.server)
                .collect(),
        ),
    ] {
        for server in servers {
            for (option, is_set) in [
                ("hostname", server.hostname.is_set()),
                ("container", server.container.is_set()),
                ("port", server.port.is_set()),
                ("options", server.options.is_set()),
            ] {
                if is_set {
                    tell(&mut needs.network, format!("{list}: {option}"));
                }
            }
        }
    }
    // These have no sockets.
    if databases.mongodb_databases.is_set() {
        tell(&mut needs.network, "mongodb_databases");
    }
    if databases.influxdb_databases.is_set() {
        tell(&mut needs.network, "influxdb_databases");
    }
    for database in databases.sqlite_databases.items() {
        // SQLite writes its journal beside the file, even to read it.
        if let Some(path) = database.path.text() {
            let why = format!("sqlite_databases: {path}");
            let path = place.env.cwd.join(find::expand(path, place.env));
            needs.write_file(&path, why);
        }
    }
}
