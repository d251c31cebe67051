//! OpenLDAP.

use crate::options;

options! {
    /// An OpenLDAP database.
    pub struct Openldap {
        /// The suffix of the database. Each needs an entry of its own.
        name: String = "dc=example,dc=com", required, not = "all";
        /// A name of your own for this entry; restore finds it by that.
        label: String = "my_backup_label";
        /// The program slapcat, split into words as a shell does.
        slapcat_command: String = "/usr/sbin/slapcat", default = "slapcat";
        /// The program slapadd, split into words as a shell does. The server must be stopped meanwhile.
        slapadd_command: String = "/usr/sbin/slapadd", default = "slapadd";
    }
}
