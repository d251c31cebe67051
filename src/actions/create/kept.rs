//! Will borg store what borgmatic puts into the runtime directory, whatever the user leaves out? Where
//! that is plain to see, borg need not be asked. Pure.
//!
//! Borg reads patterns from the top and takes the first that matches, and ours come before the
//! user's. Only what does not follow that order can leave a path out: patterns of the style `pf` (borg
//! looks for the whole path first), names of files that mark a directory, and the user's own flags.

use std::path::{Path, PathBuf};

use crate::borg::Borg;
use crate::borg::pattern::{Kind, Pattern};
use crate::config::Config;

/// The files that stand in the runtime directory, below its `stored` path.
const OWN: [&str; 2] = ["bootstrap", "bootstrap/manifest.json"];

/// `false` where it is not sure.
pub(super) fn is_kept(
    patterns: &[Pattern],
    stored: &Path,
    config: &Config,
    borg: &Borg<'_>,
) -> bool {
    let own = OWN.map(|name| plain(&stored.join(name)));
    borg.extra(&borg.options.extra().create).is_empty()
        && no_tag(config.exclude.exclude_if_present.items())
        && by_patterns(patterns, &own)
}

fn by_patterns(patterns: &[Pattern], own: &[PathBuf]) -> bool {
    let style_is_set = patterns.iter().any(|pattern| pattern.kind == Kind::Style);
    let full =
        |pattern: &&Pattern| pattern.style == "pf" || (pattern.style.is_empty() && style_is_set);
    let leaves_out = |pattern: &&Pattern| matches!(pattern.kind, Kind::Exclude | Kind::NoRecurse);
    let hit = patterns
        .iter()
        .filter(leaves_out)
        .filter(full)
        .any(|pattern| own.contains(&plain(Path::new(&pattern.path))));
    let before = patterns
        .iter()
        .take_while(|pattern| matches!(pattern.kind, Kind::Root | Kind::Include));
    !hit && own
        .iter()
        .all(|path| before.clone().any(|pattern| takes_in(pattern, path)))
}

/// Does an include of ours match this path for certain? Without a style, the letters of a shell
/// pattern may mean something else.
fn takes_in(pattern: &Pattern, path: &Path) -> bool {
    let text = pattern.path.to_string_lossy();
    let literal = pattern.style == "pp"
        || (pattern.style.is_empty() && !text.contains(['*', '?', '[', ']', '\\', '\u{fffd}']));
    pattern.kind == Kind::Include && literal && path.starts_with(plain(Path::new(&pattern.path)))
}

/// A tag is looked for in each directory; a path may lead anywhere.
fn no_tag(names: &[String]) -> bool {
    let own = |name: &String| OWN.iter().any(|own| own.ends_with(name.as_str()));
    names
        .iter()
        .all(|name| !name.contains('/') && !name.is_empty() && !own(name))
}

/// As borg matches it: absolute, without `.`.
fn plain(path: &Path) -> PathBuf {
    Path::new("/").join(path).components().collect()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{OWN, by_patterns, no_tag, plain};
    use crate::borg::pattern::Pattern;

    fn kept(lines: &[&str]) -> bool {
        let stored = Path::new("/run/borgmatic-a1/./borgmatic");
        let ours = stored.join("bootstrap").display().to_string();
        let own: Vec<PathBuf> = OWN.iter().map(|name| plain(&stored.join(name))).collect();
        let patterns: Vec<Pattern> = lines
            .iter()
            .map(|line| Pattern::parse(&line.replace("OURS", &ours)).unwrap())
            .collect();
        by_patterns(&patterns, &own)
    }

    #[test]
    fn the_first_pattern_decides() {
        assert!(kept(&["R OURS", "+ OURS", "R /", "! re:.*"]));
        assert!(kept(&["R OURS", "+ pp:OURS", "P re", "- .*"]));
        assert!(kept(&["+ /etc/c.yaml", "+ OURS"]));
        assert!(!kept(&["R OURS", "! fm:*", "+ OURS"]));
        assert!(!kept(&["P sh", "+ OURS"]));
        assert!(!kept(&["R OURS", "R /"]));
        assert!(!kept(&["+ OURS/bootstrap/manifest.json"]));
        assert!(!kept(&["+ /run/*"]));
    }

    #[test]
    fn a_whole_path_goes_before_all_others() {
        assert!(!kept(&[
            "+ OURS",
            "! pf:/run/borgmatic-a1/borgmatic/bootstrap"
        ]));
        assert!(!kept(&[
            "+ OURS",
            "P pf",
            "- run//borgmatic-a1/./borgmatic/bootstrap/manifest.json"
        ]));
        assert!(kept(&["+ OURS", "- pf:/run/borgmatic-a1"]));
    }

    #[test]
    fn tags_are_names_of_files() {
        let names = |names: &[&str]| {
            no_tag(
                &names
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert!(names(&[".nobackup", "CACHEDIR.TAG"]));
        assert!(!names(&["manifest.json"]));
        assert!(!names(&["x", "../bootstrap"]));
        assert!(!names(&["/etc/hostname"]));
    }
}
