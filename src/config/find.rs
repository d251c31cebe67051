//! Where configuration files are looked for. Facts: borgmatic 2.1.10, `cli.md` section 7.

use std::path::{Component, Path, PathBuf};

use crate::host::{Env, Files};

/// The places that are searched when no `--config` is given, in order.
pub fn defaults(env: &Env) -> Vec<PathBuf> {
    let own = match env.text("XDG_CONFIG_HOME") {
        Some(folder) => expand(folder, env),
        None => env.home.join(".config"),
    };
    let system = Path::new("/etc");
    vec![
        system.join("borgmatic/config.yaml"),
        system.join("borgmatic.d"),
        own.join("borgmatic/config.yaml"),
        own.join("borgmatic.d"),
    ]
}

/// The files to read: those that were named, else the default ones that exist. A directory stands
/// for its `.yaml` and `.yml` files, sorted by name.
pub fn files(named: &[String], env: &Env, files: &Files) -> Vec<PathBuf> {
    let places: Vec<PathBuf> = if named.is_empty() {
        defaults(env)
            .into_iter()
            .filter(|path| files.exists(path))
            .collect()
    } else {
        named
            .iter()
            .map(|path| env.cwd.join(expand(path, env)))
            .collect()
    };
    let mut found = Vec::new();
    for place in places {
        // A directory that is named as a configuration file, `config.yaml/`, is a mistake to show.
        let is_file_name = has_yaml_ending(&place) && named.is_empty();
        if !files.is_dir(&place) || is_file_name {
            found.push(place);
            continue;
        }
        let Ok(names) = files.names(&place) else {
            // Loading it tells what is wrong: its backups must not be missed silently.
            found.push(place);
            continue;
        };
        let inside = names.iter().map(|name| place.join(name));
        let before = found.len();
        found.extend(inside.filter(|path| has_yaml_ending(path) && !files.is_dir(path)));
        if found.len() == before && !named.is_empty() {
            // Loading it tells that it holds no configuration.
            found.push(place);
        }
    }
    found
}

fn has_yaml_ending(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// A leading `~` is the home directory, `~name` that of another user. Without such a user it stays.
/// Python docs: `os.path.expanduser`.
pub fn expand(path: &str, env: &Env) -> PathBuf {
    let Some(rest) = path.strip_prefix('~') else {
        return PathBuf::from(path);
    };
    let (name, below) = rest.split_once('/').unwrap_or((rest, ""));
    let home = if name.is_empty() {
        Some(&env.home)
    } else {
        env.homes.get(name)
    };
    match home {
        None => PathBuf::from(path),
        Some(home) if below.is_empty() => home.clone(),
        Some(home) => home.join(below.trim_start_matches('/')),
    }
}

/// A path without `.`, `..` and doubled slashes, by its words alone.
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
            ("/a/..", "/"),
        ] {
            assert_eq!(lexical(Path::new(path)), Path::new(plain));
        }
    }

    #[test]
    fn a_tilde_is_a_home_directory() {
        let env = Env {
            home: "/root".into(),
            homes: [("ann".to_owned(), "/home/ann".into())].into(),
            ..Env::default()
        };
        for (path, meant) in [
            ("~", "/root"),
            ("~/x/*", "/root/x/*"),
            ("~ann", "/home/ann"),
            ("~ann/.cache", "/home/ann/.cache"),
            ("~ann//x", "/home/ann/x"),
            ("~bob/x", "~bob/x"),
            ("/a/~ann", "/a/~ann"),
        ] {
            assert_eq!(expand(path, &env), PathBuf::from(meant), "{path}");
        }
    }
}
