//! From the options to patterns: collect, fill in `~` and globs, leave out roots that would read the
//! runtime directory twice.

use std::collections::HashSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::glob;
use crate::actions::Context;
use crate::borg::pattern::{self, Kind, Pattern};
use crate::config::find;
use crate::host::files::Sort;
use crate::host::{Failure, Level};
use crate::text::listed;

/// The largest file of patterns that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// All patterns, in the order in which borg is to read them.
pub(in crate::actions) fn collect(context: &Context<'_>) -> Result<Vec<Pattern>, Failure> {
    let exclude = &context.config.exclude;
    let mut all: Vec<Pattern> = context
        .config
        .source
        .source_directories
        .items()
        .iter()
        .map(Pattern::root)
        .collect();
    let patterns: Vec<String> = exclude
        .patterns
        .items()
        .iter()
        .map(|line| line.0.clone())
        .collect();
    for line in meant(&patterns) {
        all.push(Pattern::parse(line).map_err(|words| bad_pattern(&words, "the option patterns"))?);
    }
    all.extend(
        exclude
            .exclude_patterns
            .items()
            .iter()
            .map(|line| Pattern::exclude(line.trim())),
    );
    for name in exclude.patterns_from.items() {
        for path in places(context, name) {
            for line in meant(&lines(context, &path)?) {
                let parsed = Pattern::parse(line);
                all.push(parsed.map_err(|words| bad_pattern(&words, &path.to_string_lossy()))?);
            }
        }
    }
    for name in exclude.exclude_from.items() {
        for path in places(context, name) {
            all.extend(meant(&lines(context, &path)?).map(Pattern::exclude));
        }
    }
    Ok(all)
}

fn bad_pattern(words: &str, place: &str) -> Failure {
    Failure::new("borgmatic::create::pattern", format!("{place}: {words}")).help(pattern::HELP)
}

/// Lines that are neither empty nor comments.
fn meant(lines: &[String]) -> impl Iterator<Item = &str> {
    lines.iter().filter_map(|line| pattern::meant(line))
}

fn lines(context: &Context<'_>, path: &Path) -> Result<Vec<String>, Failure> {
    let full = context.working().join(path);
    let bytes = context
        .host
        .files
        .read(&full, LARGEST)
        .map_err(|error| Failure::file("read the patterns in", &full, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::new(
            "borgmatic::create::pattern",
            format!("{} is not UTF-8", full.display()),
        )
        .help("save it as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(text.lines().map(str::to_owned).collect())
}

/// The paths that a configured path means: `~` and globs filled in, relative to the working
/// directory. Without a match it stays as it is, so that what is missing can be named.
fn places(context: &Context<'_>, path: &str) -> Vec<PathBuf> {
    let path = find::expand(path, context.host.env);
    let found = glob::paths(
        context.host.files,
        context.working(),
        &path,
        &mut |folder| {
            let words = format!(
                "{} cannot be read: what lies in it is not backed up",
                folder.display()
            );
            context.say(Level::Warning, &words);
        },
    );
    if found.is_empty() { vec![path] } else { found }
}

/// Fills in `~` everywhere, and globs in roots.
pub(in crate::actions) fn expand(context: &Context<'_>, patterns: Vec<Pattern>) -> Vec<Pattern> {
    let mut all = Vec::new();
    for pattern in patterns {
        let Some(path) = pattern.path.to_str() else {
            all.push(pattern);
            continue;
        };
        if pattern.kind == Kind::Root {
            // Borg would read a root called `-` from its standard input.
            let path = if path == "-" { "./-" } else { path };
            all.extend(
                places(context, path)
                    .into_iter()
                    .map(|path| pattern.with_path(path)),
            );
        } else {
            let path = find::expand(path, context.host.env);
            all.push(pattern.with_path(path));
        }
    }
    all
}

/// Leaves out roots that lie below another root when both hold the runtime directory: borg would read
/// it twice. Roots on other file systems stay when borg keeps to one. Where excludes could keep borg
/// from reaching such a root through the other one, it goes before that instead: borg does not enter
/// a root again that it has gone through.
pub(super) fn without_runtime_twice(
    context: &Context<'_>,
    patterns: Vec<Pattern>,
    runtime: &Path,
) -> Vec<Pattern> {
    let one_file_system = context.config.exclude.one_file_system.is_on();
    let holds_runtime = |path: &Path| runtime.starts_with(path);
    let roots: Vec<(PathBuf, Option<u64>)> = patterns
        .iter()
        .filter(|pattern| pattern.kind == Kind::Root)
        .map(|pattern| (PathBuf::from(&pattern.path), device(context, &pattern.path)))
        .collect();
    let is_second = |pattern: &Pattern| {
        let path = Path::new(&pattern.path);
        let own = device(context, &pattern.path);
        pattern.kind == Kind::Root
            && own.is_some()
            && holds_runtime(path)
            && roots.iter().any(|(other, theirs)| {
                path != other
                    && path.starts_with(other)
                    && holds_runtime(other)
                    && (!one_file_system || own == *theirs)
            })
    };
    let (mut seconds, mut patterns): (Vec<_>, Vec<_>) =
        once_each(patterns).into_iter().partition(is_second);
    if leaves_out(context, &patterns) {
        // The inner ones first.
        seconds.sort_by_key(|root| std::cmp::Reverse(root.path.len()));
        let first = patterns
            .iter()
            .position(|root| root.kind == Kind::Root && holds_runtime(Path::new(&root.path)));
        let at = first.unwrap_or(0);
        patterns.splice(at..at, seconds);
    }
    patterns
}

/// Without repetitions. What follows another style means something else, unless it is a root.
fn once_each(patterns: Vec<Pattern>) -> Vec<Pattern> {
    let mut seen = HashSet::new();
    let fresh = |pattern: &Pattern| {
        if pattern.kind == Kind::Style {
            seen.retain(|other: &Pattern| other.kind == Kind::Root);
        }
        seen.insert(pattern.clone())
    };
    let mut patterns = patterns;
    patterns.retain(fresh);
    patterns
}

/// Can anything keep borg from a path below a root?
fn leaves_out(context: &Context<'_>, patterns: &[Pattern]) -> bool {
    let exclude = &context.config.exclude;
    patterns
        .iter()
        .any(|pattern| matches!(pattern.kind, Kind::Exclude | Kind::NoRecurse))
        || !exclude.exclude_if_present.items().is_empty()
        || exclude.exclude_caches.is_on()
        || exclude.exclude_nodump.is_on()
        || context.borg.options.extra().create.is_set()
}

/// Warns of roots that are links to directories: borg stores the link, and nothing of what is there.
pub(super) fn warn_of_links(context: &Context<'_>, patterns: &[Pattern]) {
    let files = context.host.files;
    let roots: Vec<PathBuf> = patterns
        .iter()
        .filter(|pattern| pattern.kind == Kind::Root)
        // Without a slash at the end, as borg takes them.
        .map(|pattern| context.working().join(&pattern.path).components().collect())
        .collect();
    for root in &roots {
        let is_link = matches!(files.sort(root), Ok(Sort::Link)) && files.is_dir(root);
        let Some(real) = files.real(root).filter(|_| is_link) else {
            continue;
        };
        let elsewhere = |other: &PathBuf| {
            let own = files.real(other.parent().unwrap_or(other));
            let name = other.file_name().unwrap_or_default();
            own.is_some_and(|own| real.starts_with(own.join(name)))
        };
        if !roots.iter().any(elsewhere) {
            let words = format!(
                "The source {} is a symbolic link: the link is stored, but nothing of {}. Name that directory in source_directories",
                root.display(),
                real.display()
            );
            context.say(Level::Warning, &words);
        }
    }
}

/// The device of the longest part of a path that exists.
fn device(context: &Context<'_>, path: &OsString) -> Option<u64> {
    context
        .working()
        .join(path)
        .ancestors()
        .find_map(|path| context.host.files.device(path))
}

/// Refuses paths that borg would read otherwise than they are written: a patterns file has lines,
/// and borg takes away the spaces around each. An empty pattern matches nothing, but as a regular
/// expression everything.
pub(in crate::actions) fn can_be_written(patterns: &[Pattern]) -> Result<(), Failure> {
    for pattern in patterns {
        let bytes = pattern.path.as_bytes();
        let why = if bytes.iter().any(|byte| b"\n\r\0".contains(byte)) {
            "holds a line end"
        } else if bytes.is_empty() && (pattern.kind == Kind::Root || pattern.style == "re") {
            "is empty"
        } else if pattern.kind == Kind::Root && !is_trim(&pattern.path.to_string_lossy()) {
            "starts or ends with a space"
        } else {
            continue;
        };
        let words = format!(
            "the path {:?} {why}, which borg's patterns cannot hold",
            pattern.path.to_string_lossy()
        );
        return Err(Failure::new("borgmatic::create::path", words)
            .help("rename it, or name the directory above it instead"));
    }
    Ok(())
}

/// Is there nothing at its ends that Python's `strip` takes for a space?
fn is_trim(text: &str) -> bool {
    let space = |letter: char| letter.is_whitespace() || ('\x1c'..='\x1f').contains(&letter);
    !text.starts_with(space) && !text.ends_with(space)
}

/// Refuses a backup of nothing.
pub(in crate::actions) fn some_source(patterns: &[Pattern]) -> Result<(), Failure> {
    if patterns.iter().any(|pattern| pattern.kind == Kind::Root) {
        return Ok(());
    }
    Err(Failure::new(
        "borgmatic::create::no-source",
        "there is nothing to back up: no source is configured",
    )
    .help("set source_directories, or add a line such as \"R /home\" to patterns"))
}

/// Refuses roots that do not exist: a backup without them could go unnoticed.
pub(super) fn all_exist(context: &Context<'_>, patterns: &[Pattern]) -> Result<(), Failure> {
    let missing: Vec<String> = patterns
        .iter()
        .filter(|pattern| {
            pattern.kind == Kind::Root
                && !context
                    .host
                    .files
                    .exists(&context.working().join(&pattern.path))
        })
        .map(|pattern| pattern.path.display().to_string())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let words = format!("these sources do not exist: {}", listed(&missing));
    Err(Failure::new("borgmatic::create::missing-source", words)
        .help("correct source_directories; or, if they may be absent, set source_directories_must_exist: false"))
}
