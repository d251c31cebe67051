//! Old addresses of repositories. Facts: borgmatic 2.1.10, `config.md` section 8.

use std::path::Path;

use crate::host::files::lexical;
use crate::text::{Kind, Node, Problem, Problems};

/// What borgmatic has known as addresses since ssh:// is the form of all remote ones.
const SCHEMES: [&str; 5] = ["ssh://", "sftp://", "rclone:", "s3:", "b2:"];

/// Addresses of entries, each with a warning of its own.
pub(super) fn apply(list: &mut Node, out: &mut Problems) {
    let Kind::List(entries) = &mut list.kind else {
        return;
    };
    for path in entries.iter_mut().filter_map(|entry| entry.get_mut("path")) {
        let Some(old) = path.as_text() else { continue };
        let new = modern(old);
        let words = "this way to write a repository is deprecated";
        let problem = Problem::new("borgmatic::config::deprecated", words).deprecation();
        match &new {
            // It never meant anything else: nothing to say.
            Some(_) if old.starts_with("file://") => {}
            Some(new) => out.add(
                problem
                    .on(path, "an address without ssh://")
                    .help(format!("write {new}")),
            ),
            None if is_home(old) => out.add(
                problem
                    .on(path, "~ in the path of a repository")
                    .help("write the whole path of the home directory"),
            ),
            None => {}
        }
        if let Some(new) = new {
            path.kind = Kind::Text(new);
        }
    }
}

/// Today's form of an address; `None` if it is that already.
pub(super) fn modern(path: &str) -> Option<String> {
    if let Some(local) = path.strip_prefix("file://") {
        return Some(lexical(Path::new(local)).to_string_lossy().into_owned());
    }
    // A colon in a local path is part of a name. borgmatic 2.1.10 makes an address of a host without a
    // name from it, which no borg understands.
    let local = path.starts_with(['/', '.']) || path.contains("://");
    if local || !path.contains(':') || SCHEMES.iter().any(|scheme| path.starts_with(scheme)) {
        return None;
    }
    let address = path
        .replace(":~", "/~")
        .replace(":/", "/")
        .replace(':', "/./");
    Some(format!("ssh://{address}"))
}

/// Is there a `~` in a path of this machine?
pub(super) fn is_home(path: &str) -> bool {
    path.contains('~') && !path.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scp_addresses_become_ssh_and_file_addresses_paths() {
        for (old, new) in [
            ("user@host:repo", "ssh://user@host/./repo"),
            ("host:/abs/b.borg", "ssh://host/abs/b.borg"),
            ("host:~/x", "ssh://host/~/x"),
            ("file:///mnt//a/../b/", "/mnt/b"),
            ("file://a/b", "a/b"),
        ] {
            assert_eq!(modern(old).as_deref(), Some(new));
            assert_eq!(modern(new), None);
        }
    }

    #[test]
    fn addresses_of_today_and_local_paths_stay() {
        for path in [
            "/mnt/a",
            "/mnt/a:b",
            "~/a",
            "ssh://h:22/x",
            "sftp://h/x",
            "rclone:x:y",
            "s3:x",
            "b2:x",
            "socket:///x",
        ] {
            assert_eq!(modern(path), None, "{path}");
        }
    }
}
