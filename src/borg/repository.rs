//! A repository as it is configured, and how one is chosen by name.

use super::remote::local;
use crate::host::files::lexical;
use crate::options;
use crate::text::{Span, secret};

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

    /// The same as diagnostics may show it.
    pub fn shown_name(&self) -> String {
        let label = self.label.text().map(str::to_owned);
        label.unwrap_or_else(|| self.shown_path())
    }

    /// Its path as files and lists may show it: a password in an address is masked.
    pub fn shown_path(&self) -> String {
        masked(self.path())
    }

    /// Its path, if it is a directory of this machine.
    pub fn local_path(&self) -> Option<&str> {
        local(self.path())
    }

    /// Does `--repository WORD` mean it? borgmatic 2.1.10: label or path, as a glob in either
    /// direction; local paths are compared as absolute ones.
    pub fn matches(&self, word: &str, cwd: &std::path::Path) -> bool {
        let absolute = |path: &str| match local(path) {
            Some(path) => lexical(&cwd.join(path)).to_string_lossy().into_owned(),
            None => path.to_owned(),
        };
        let either = |one: &str, other: &str| {
            super::pattern::fnmatch(one, other) || super::pattern::fnmatch(other, one)
        };
        self.label.text().is_some_and(|label| either(label, word))
            || either(&absolute(self.path()), &absolute(word))
    }
}

/// `scheme://user:***@host`.
fn masked(path: &str) -> String {
    secret::of_address(path).map_or_else(
        || path.to_owned(),
        |Span { start, end }| format!("{}***{}", &path[..start], &path[end..]),
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Repository, masked};
    use crate::option::Opt;
    use crate::text::{Origin, Source};

    #[test]
    fn a_repository_is_chosen_by_any_way_to_write_its_path() {
        let origin = Origin::new(&Source::plain("test", ""), 0..0);
        let repository = |path: &str| Repository {
            path: Opt::set(path.to_owned(), origin.clone()),
            label: Opt::set("one".to_owned(), origin.clone()),
            ..Repository::default()
        };
        for (path, word, meant) in [
            ("/mnt/a.borg", "./a.borg", true),
            ("/mnt/a.borg/", "a.borg", true),
            ("/mnt/a.borg", "/mnt/a.borg/", true),
            ("../mnt/a.borg", "a.borg", true),
            ("/mnt/a.borg", "sub/../../mnt//a.borg", true),
            ("/mnt/a.borg", "file:///mnt/a.borg", true),
            ("/mnt/a.borg", "/mnt/*", true),
            ("/mnt/a.borg", "../*", true),
            ("/mnt/a.borg", "o?e", true),
            ("ssh://me@host/./a.borg", "ssh://me@host/./a.borg", true),
            ("ssh://me@host/./a.borg", "ssh://*", true),
            ("/mnt/a.borg", "b.borg", false),
            ("ssh://me@host/./a.borg", "a.borg", false),
        ] {
            let found = repository(path).matches(word, Path::new("/mnt"));
            assert_eq!(found, meant, "{path} {word}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_masked() {
        for (path, shown) in [
            ("/mnt/a:b@c.borg", "/mnt/a:b@c.borg"),
            ("ssh://me@host:22/./x.borg", "ssh://me@host:22/./x.borg"),
            ("ssh://host:22/a:b@c", "ssh://host:22/a:b@c"),
            ("sftp://me:pa:ss@w@host/x", "sftp://me:***@host/x"),
            ("https://me:pass@host", "https://me:***@host"),
            ("s3:key:sec/ret@https://host/x", "s3:key:***@https://host/x"),
            ("s3:profile@/bucket/x", "s3:profile@/bucket/x"),
            ("b2:key:secret@/bucket/x", "b2:key:***@/bucket/x"),
            ("me@host:repo", "me@host:repo"),
        ] {
            assert_eq!(masked(path), shown);
        }
    }
}
