//! A repository as it is configured, and how one is chosen by name.

use crate::options;

options! {
    /// One place to back up to.
    pub struct Repository, open {
        /// Where it is: a local path, or an address such as ssh://user@host/./repo.
        path: String = "ssh://user@backupserver/./sourcehostname.borg", required;
        /// A short name for messages and for --repository.
        label: String = "backupserver";
        /// The encryption that a new repository gets.
        encryption: String = "repokey";
        /// Borg 2: the hash that identifies data in a new repository.
        id_hash: String = "blake3";
        /// Borg 2: where the key of a new repository is kept.
        key_location: String = "repokey";
        /// A new repository refuses to delete data.
        append_only: bool = "true", default = "false";
        /// The most space that a new repository may use.
        storage_quota: String = "5G", default = "no quota";
        /// Make the directories above a new repository.
        make_parent_directories: bool = "true", default = "false";
    }
}

impl Repository {
    pub fn path(&self) -> &str {
        self.path.get().map_or("", String::as_str)
    }

    /// What messages call it: the label, else the path.
    pub fn name(&self) -> &str {
        self.label.text().unwrap_or_else(|| self.path())
    }

    /// Is it a path of this machine?
    pub fn is_local(&self) -> bool {
        !self.path().contains(':')
    }

    /// Does `--repository WORD` mean it? borgmatic 2.1.10: label or path, as a glob in either
    /// direction; local paths are compared as absolute ones.
    pub fn matches(&self, word: &str, cwd: &std::path::Path) -> bool {
        let absolute = |path: &str| {
            let path = path.strip_prefix("file://").unwrap_or(path);
            if path.contains(':') {
                path.to_owned()
            } else {
                cwd.join(path).to_string_lossy().into_owned()
            }
        };
        let either = |one: &str, other: &str| {
            super::pattern::fnmatch(one, other) || super::pattern::fnmatch(other, one)
        };
        self.label.text().is_some_and(|label| either(label, word))
            || either(&absolute(self.path()), &absolute(word))
    }
}
