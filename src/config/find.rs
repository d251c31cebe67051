//! Where configuration files are looked for. Facts: borgmatic 2.1.10, `cli.md` section 7.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::host::files::lexical;
use crate::host::{Env, Files};

/// The places that are searched when no `--config` is given, in order.
pub fn defaults(env: &Env) -> Vec<PathBuf> {
    let own = match env.text("XDG_CONFIG_HOME") {
        Some(folder) => expand(&with_variables(folder, env), env),
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

/// The files to read, each once: those that were named, else the default ones that exist. A directory
/// stands for its `.yaml` and `.yml` files, sorted by name.
pub fn files(named: &[String], env: &Env, files: &Files) -> Vec<PathBuf> {
    let places: Vec<PathBuf> = if named.is_empty() {
        defaults(env)
            .into_iter()
            .filter(|path| files.exists(path))
            .collect()
    } else {
        named
            .iter()
            .map(|path| plain(env.cwd.join(expand(path, env)), files))
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
    let mut seen = HashSet::new();
    found.retain(|path| seen.insert(path.clone()));
    found
}

/// A path without dots, where it leads to the same: the name of a file goes into archives, and borg
/// stores only what stands behind `/./`. borgmatic 2.1.10: always.
fn plain(path: PathBuf, files: &Files) -> PathBuf {
    let plain = lexical(&path);
    if files.real(&plain) == files.real(&path) {
        plain
    } else {
        path
    }
}

/// Fills in `$NAME` and `${NAME}`; those that are not set stay. Python docs: `os.path.expandvars`.
fn with_variables(text: &str, env: &Env) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        filled.push_str(before);
        let (name, behind) = match after.strip_prefix('{').and_then(|it| it.split_once('}')) {
            Some(parts) => parts,
            None => {
                let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
                let end = after.find(|letter| !is_name(letter));
                after.split_at(end.unwrap_or(after.len()))
            }
        };
        match env.get(name).and_then(OsStr::to_str) {
            Some(value) => filled.push_str(value),
            None => filled.extend(["$", &after[..after.len() - behind.len()]]),
        }
        rest = behind;
    }
    filled + rest
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

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn variables_are_filled_in() {
        let env = Env {
            variables: [("HOME".into(), "/root".into()), ("EMPTY".into(), "".into())].into(),
            ..Env::default()
        };
        for (text, filled) in [
            ("$HOME/.config", "/root/.config"),
            ("${HOME}/x$EMPTY", "/root/x"),
            ("$NONE/x${NONE}", "$NONE/x${NONE}"),
            ("a$", "a$"),
            ("${HOME", "${HOME"),
        ] {
            assert_eq!(with_variables(text, &env), filled, "{text}");
        }
    }
}
