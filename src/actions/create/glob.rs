//! Paths that a shell pattern means. Python docs: glob, not recursive: `*` and `?` do not match
//! a leading dot, `**` is like `*`, a trailing slash asks for directories.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::borg::pattern::fnmatch;
use crate::host::Files;

/// The paths that exist, sorted, written as the pattern is: relative to `base` if it is relative.
pub(super) fn paths(files: &Files, base: &Path, pattern: &Path) -> Vec<PathBuf> {
    let Some(text) = pattern.to_str() else {
        return vec![pattern.to_owned()];
    };
    if !has_magic(text) {
        return if files.is_there(&base.join(pattern)) {
            vec![pattern.to_owned()]
        } else {
            Vec::new()
        };
    }
    let mut found = vec![String::new()];
    let mut odd = Vec::new();
    let mut parts = text.split_inclusive('/').peekable();
    while let Some(part) = parts.next() {
        let (name, slash) = part
            .strip_suffix('/')
            .map_or((part, ""), |name| (name, "/"));
        let last = parts.peek().is_none();
        if name.is_empty() || !has_magic(name) {
            for path in &mut found {
                path.push_str(part);
            }
            continue;
        }
        let mut next = Vec::new();
        for path in found {
            let folder = base.join(if path.is_empty() { "." } else { &path });
            for child in files.names(&folder).unwrap_or_default() {
                if !matches(&child, name) {
                    continue;
                }
                match child.to_str() {
                    Some(child) => next.push(format!("{path}{child}{slash}")),
                    // A name that is no text cannot go on through the pattern; as its last part it can.
                    None if last => odd.push(PathBuf::from(&path).join(child)),
                    None => {}
                }
            }
        }
        found = next;
    }
    let there = |path: &String| {
        if path.ends_with('/') {
            files.is_dir(&base.join(path))
        } else {
            files.is_there(&base.join(path))
        }
    };
    let mut found: Vec<PathBuf> = found
        .into_iter()
        .filter(there)
        .map(PathBuf::from)
        .chain(odd)
        .collect();
    found.sort();
    found
}

fn has_magic(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

fn matches(name: &OsStr, pattern: &str) -> bool {
    let name = name.to_string_lossy();
    (pattern.starts_with('.') || !name.starts_with('.')) && fnmatch(&name, pattern)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::paths;
    use crate::host::Files;

    #[test]
    fn globs_find_what_a_shell_would() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b", "a", ".hidden", "c.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir_all(folder.path().join("d/e")).unwrap();
        let files = Files::new("/");
        let found = |pattern: &str| {
            let found = paths(&files, folder.path(), Path::new(pattern));
            found
                .into_iter()
                .map(|path| path.display().to_string())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(found("*"), "a b c.txt d");
        assert_eq!(found(".*"), ".hidden");
        assert_eq!(found("[ab]"), "a b");
        assert_eq!(found("**"), "a b c.txt d");
        assert_eq!(found("*/"), "d/");
        assert_eq!(found("*/e"), "d/e");
        assert_eq!(found("x*"), "");
        assert_eq!(found("./d/*"), "./d/e");
        let absolute = folder.path().join("?");
        assert_eq!(
            paths(&files, Path::new("/"), &absolute),
            ["a", "b", "d"].map(|name| folder.path().join(name))
        );
        assert_eq!(
            paths(&files, Path::new("/"), Path::new("/")),
            [PathBuf::from("/")]
        );
    }
}
