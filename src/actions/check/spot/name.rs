//! The name that a file of the source has in an archive. Pure.

use crate::borg::Version;
use crate::borg::pattern::{Kind, Pattern};

/// From this version on, borg stores `/a/./b/c` as `b/c`. Borg 1.4 docs: the slashdot hack.
const DOTS: Version = Version::new(1, 4, 0);

/// The sources whose first part is not stored.
pub(super) struct Names(Vec<Root>);

struct Root {
    /// Without `.`, and without slashes at its ends.
    path: String,
    /// What is taken away, the same.
    front: String,
}

impl Names {
    pub(super) fn of(patterns: &[Pattern], version: &Version) -> Self {
        let roots: Vec<Root> = patterns
            .iter()
            .filter(|pattern| pattern.kind == Kind::Root)
            .map(|pattern| {
                let path = pattern.path.to_string_lossy();
                let front = path.split_once("/./").map_or("", |(front, _)| front);
                Root {
                    path: plain(&path),
                    front: plain(front),
                }
            })
            .collect();
        if *version < DOTS || roots.iter().all(|root| root.front.is_empty()) {
            return Self(Vec::new());
        }
        Self(roots)
    }

    /// Borg goes through its roots in order, and takes each file once.
    pub(super) fn stored<'p>(&self, path: &'p str) -> &'p str {
        let path = path.trim_start_matches('/');
        let root = self.0.iter().find(|root| below(path, &root.path).is_some());
        root.and_then(|root| below(path, &root.front))
            .unwrap_or(path)
    }
}

/// The rest of a path below a directory; the empty one holds all.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder)?;
    if folder.is_empty() || rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix('/')
}

fn plain(path: &str) -> String {
    let parts = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".");
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_dot_is_not_stored() {
        let roots = ["/mnt/snap/./home", "/home/ann", "/"].map(Pattern::root);
        let names = Names::of(&roots, &Version::new(1, 4, 0));
        assert_eq!(names.stored("/mnt/snap/home/x"), "home/x");
        assert_eq!(names.stored("/mnt/snap/homes/x"), "mnt/snap/homes/x");
        assert_eq!(names.stored("/home/ann/y"), "home/ann/y");
        let names = Names::of(&roots, &Version::new(1, 2, 8));
        assert_eq!(names.stored("/mnt/snap/home/x"), "mnt/snap/home/x");
    }
}
