//! Paths by their words alone: no file is looked at.

use std::path::{Component, Path, PathBuf};

/// An absolute path without `.`, `..` and doubled slashes. Python docs: `os.path.abspath`.
pub fn lexical(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_of_a_path_are_followed() {
        for (path, plain) in [
            ("/a/./b/../c", "/a/c"),
            ("//a//b/", "/a/b"),
            ("/../a", "/a"),
            ("/", "/"),
        ] {
            assert_eq!(lexical(Path::new(path)).as_os_str(), plain, "{path}");
        }
    }
}
