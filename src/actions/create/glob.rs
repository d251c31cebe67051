//! Paths that a shell pattern means. Python docs: glob, not recursive: `*` and `?` do not match
//! a leading dot, `**` is like `*`, a trailing slash asks for directories.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::borg::pattern::{fnmatch, is_glob};
use crate::host::Files;

/// The paths that exist, sorted, written as the pattern is: relative to `base` if it is relative.
/// `closed` hears of directories that we may not look into: they may hold what is meant.
pub(super) fn paths(
    files: &Files,
    base: &Path,
    pattern: &Path,
    closed: &mut dyn FnMut(&Path),
) -> Vec<PathBuf> {
    let Some(text) = pattern.to_str() else {
        return vec![pattern.to_owned()];
    };
    if !is_glob(text) {
        let there = files.is_there(&base.join(pattern));
        return there.then(|| pattern.to_owned()).into_iter().collect();
    }
    let mut found = vec![OsString::new()];
    for part in text.split_inclusive('/') {
        let (name, slash) = part
            .strip_suffix('/')
            .map_or((part, ""), |name| (name, "/"));
        if name.is_empty() || !is_glob(name) {
            found.iter_mut().for_each(|path| path.push(part));
            continue;
        }
        let mut next = Vec::new();
        for path in found {
            let folder = base.join(if path.is_empty() {
                OsStr::new(".")
            } else {
                &path
            });
            match files.names(&folder) {
                Ok(names) => next.extend(names.iter().filter(|child| matches(child, name)).map(
                    |child| {
                        let mut path = path.clone();
                        path.push(child);
                        path.push(slash);
                        path
                    },
                )),
                Err(error) if error.kind() == ErrorKind::PermissionDenied => closed(&folder),
                Err(_) => {}
            }
        }
        found = next;
    }
    let there = |path: &PathBuf| {
        let full = base.join(path);
        if text.ends_with('/') {
            files.is_dir(&full)
        } else {
            files.is_there(&full)
        }
    };
    let mut found: Vec<PathBuf> = found.into_iter().map(PathBuf::from).filter(there).collect();
    // A path that is called so itself is meant, too.
    if files.is_there(&base.join(pattern)) && !found.iter().any(|path| path == pattern) {
        found.push(pattern.to_owned());
    }
    found.sort();
    found
}

fn matches(name: &OsStr, pattern: &str) -> bool {
    let name = name.to_string_lossy();
    (pattern.starts_with('.') || !name.starts_with('.')) && fnmatch(&name, pattern)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
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
            let found = paths(&files, folder.path(), Path::new(pattern), &mut |_| ());
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
        std::fs::create_dir(folder.path().join("[b]")).unwrap();
        assert_eq!(found("[b]"), "[b] b");
        let odd = folder.path().join(OsStr::from_bytes(b"\xff"));
        std::fs::create_dir_all(odd.join("e")).unwrap();
        assert_eq!(found("*/e"), "d/e \u{fffd}/e");
        std::fs::remove_dir_all(odd).unwrap();
        std::fs::remove_dir(folder.path().join("[b]")).unwrap();
        let absolute = folder.path().join("?");
        assert_eq!(
            paths(&files, Path::new("/"), &absolute, &mut |_| ()),
            ["a", "b", "d"].map(|name| folder.path().join(name))
        );
        assert_eq!(
            paths(&files, Path::new("/"), Path::new("/"), &mut |_| ()),
            [PathBuf::from("/")]
        );
    }
}
