//! Files that borg names: what a dry run of create would store, and the entries of an archive. Pure.

use std::borrow::Cow;

use serde::Deserialize;

#[derive(Deserialize)]
struct Status<'a> {
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
}

/// A path that a dry run of create looked at.
#[derive(Debug, PartialEq, Eq)]
pub struct Looked<'a> {
    pub path: Cow<'a, str>,
    /// Would it be stored? Directories are, too.
    pub stored: bool,
}

impl<'a> Looked<'a> {
    /// `None` for a line that says something else.
    pub fn read(line: &'a str) -> Option<Self> {
        let stored = |status: &str| matches!(status, "-" | "+");
        if line.starts_with('{') {
            let status: Status<'_> = serde_json::from_str(line).ok()?;
            let stored = stored(&status.status);
            return Some(Self {
                path: status.path,
                stored,
            });
        }
        let (status, path) = line.split_once(' ')?;
        (status.len() == 1).then(|| Self {
            path: path.into(),
            stored: stored(status),
        })
    }
}

/// An entry of an archive, as `list --json-lines` has it.
#[derive(Debug, Deserialize)]
pub struct Entry<'a> {
    #[serde(borrow)]
    pub path: Cow<'a, str>,
    /// The first letter of a mode as `ls` shows it.
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    /// What a symbolic link leads to, or the first of the names that a file has.
    #[serde(borrow, default)]
    linktarget: Cow<'a, str>,
    /// The same in Borg 2.
    #[serde(borrow, default)]
    target: Cow<'a, str>,
    /// Of the content, in hexadecimal; empty where there is none.
    #[serde(borrow, default)]
    pub xxh64: Cow<'a, str>,
}

impl<'a> Entry<'a> {
    /// `None` for a line that says something else.
    pub fn read(line: &'a str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }

    pub fn is_link(&self) -> bool {
        self.kind == "l"
    }

    /// Is it a file with content, under any of its names?
    pub fn is_file(&self) -> bool {
        matches!(&*self.kind, "-" | "h" | "")
    }

    /// The target of a link, or the other name of a file.
    pub fn leads_to(&self) -> Option<&str> {
        [&self.linktarget, &self.target]
            .into_iter()
            .find(|target| !target.is_empty())
            .map(|target| &**target)
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Looked};

    #[test]
    fn lines_of_a_dry_run() {
        let looked =
            |line| Looked::read(line).map(|looked| (looked.path.into_owned(), looked.stored));
        let line = r#"{"type": "file_status", "status": "-", "path": "/a \"b\"\n"}"#;
        assert_eq!(looked(line), Some(("/a \"b\"\n".into(), true)));
        assert_eq!(looked("+ /a b"), Some(("/a b".into(), true)));
        assert_eq!(looked("x /a"), Some(("/a".into(), false)));
        assert_eq!(looked("Creating archive"), None);
        let line = r#"{"type": "log_message", "levelname": "WARNING", "message": "- /a"}"#;
        assert_eq!(looked(line), None);
    }

    #[test]
    fn entries_of_an_archive() {
        let line = r#"{"type": "-", "mode": "hrw-r--r--", "path": "a", "source": "b", "linktarget": "b", "xxh64": ""}"#;
        let entry = Entry::read(line).unwrap();
        assert!(entry.is_file() && !entry.is_link());
        assert_eq!(entry.leads_to(), Some("b"));
        let entry = Entry::read(r#"{"path": "a", "xxh64": "e4c191d091bd8853"}"#).unwrap();
        assert_eq!(
            (entry.leads_to(), &*entry.xxh64),
            (None, "e4c191d091bd8853")
        );
        assert!(Entry::read("not JSON").is_none());
    }
}
