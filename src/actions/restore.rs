//! `restore`: brings databases back from an archive. Its flags; what it does comes with the databases.

use super::select::Where;
use super::{Action, Answer, Context, Info, not_yet};
use crate::host::Failure;
use crate::option::{Port, Secret};
use crate::options;

options! {
    /// Flags of restore.
    pub struct Flags {
        /// The archive: its name, or latest.
        archive: String = "NAME", required;
        /// Only the database of this name; * and ? stand for anything. May be repeated.
        data_source: Vec<String> = "NAME", aliases = &["database"];
        /// Only this schema of the database (PostgreSQL, MongoDB). May be repeated.
        schema: Vec<String> = "NAME";
        /// The host to restore to.
        hostname: String = "HOST", default = "the option restore_hostname";
        /// The port to restore to.
        port: Port = "PORT", default = "the option restore_port";
        /// The container to restore to.
        container: String = "NAME", default = "the option restore_container";
        /// The user to restore as.
        username: String = "NAME", default = "the option restore_username";
        /// The password of that user.
        password: Secret = "PASSWORD", default = "the option restore_password";
        /// The file to restore to (SQLite).
        restore_path: String = "FILE", default = "the option restore_path";
        /// Only the dump that was made with this label.
        original_label: String = "LABEL";
        /// Only the dump that was made from this host.
        original_hostname: String = "HOST";
        /// Only the dump that was made from this container.
        original_container: String = "NAME";
        /// Only the dump that was made from this port.
        original_port: Port = "PORT";
        /// Only the dump of this kind of database: postgresql, mysql and so on.
        hook: String = "KIND";
        ..at: Where;
    }
}

pub struct Restore;

impl Action for Restore {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "restore",
        aliases: &["-r", "--restore"],
        about: "Bring databases back (not in this version yet)",
    };
    const TAKES_TURN: bool = true;

    fn run(_context: &Context<'_>, _flags: &Flags) -> Result<Answer, Failure> {
        Err(not_yet(Self::INFO.name))
    }
}
