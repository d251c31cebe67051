//! While streams are read from FIFOs, borg reads all special files as if they were plain ones: another
//! FIFO would never end, a device give all that is on it. A dry run tells which ones a backup would
//! read; these are left out, with a warning. borgmatic 2.1.10: the same. Here they are left out also
//! where an include of the user's comes first, and where their names are no text.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Flags, Runtime, archive_place, checkpoint, command, patterns_file};
use crate::actions::Context;
use crate::borg::Feature;
use crate::borg::pattern::{Kind, Pattern};
use crate::borg::run::Strictness;
use crate::host::files::Sort;
use crate::host::{Failure, Feeder, Files, Level, Tail};
use crate::text::listed;

/// The patterns, with those that leave out what must not be read.
pub(super) fn leave_out(
    context: &Context<'_>,
    flags: &Flags,
    runtime: &Runtime,
    patterns: Vec<Pattern>,
    ours: &[Pattern],
    feeders: &[Feeder],
) -> Result<Vec<Pattern>, Failure> {
    let read_special = &context.config.exclude.read_special;
    let mut found = Found {
        files: context.host.files,
        working: context.working(),
        own: plain(&runtime.stored),
        planned: BTreeSet::new(),
        special: BTreeSet::new(),
        odd: BTreeSet::new(),
    };
    rehearse(context, flags, runtime, &patterns, &mut found)?;
    found.look_for_odd_names();
    for feeder in feeders {
        let is_text = feeder.fifo.to_str().is_some_and(str::is_ascii);
        if is_text && !found.planned.contains(&plain(&feeder.fifo)) {
            let words = format!(
                "{} would not be stored: the excludes leave out {}",
                feeder.what,
                feeder.fifo.display()
            );
            return Err(Failure::new("borgmatic::create::left-out", words)
                .help("make the excludes narrower: what dumps databases needs that directory"));
        }
    }
    if read_special.get() == Some(&false) {
        let words = "read_special: false does not count in this run: dumps are read from FIFOs";
        context.say(Level::Warning, words);
    }
    // What a person names, and wants to be read, is read.
    let special = found.special.into_iter().filter(|path| {
        !(read_special.is_on() && patterns.iter().any(|pattern| names(context, pattern, path)))
    });
    let special: Vec<PathBuf> = special.collect();
    if special.is_empty() {
        return Ok(patterns);
    }
    let shown: Vec<_> = special.iter().map(|path| path.to_string_lossy()).collect();
    let words = format!(
        "Special files are left out, which borg would wait for or read without an end: {}",
        listed(&shown)
    );
    context.say(Level::Warning, &words);
    let is_dropped = |pattern: &Pattern| {
        pattern.kind == Kind::Include && special.iter().any(|path| names(context, pattern, path))
    };
    let patterns = patterns.into_iter().filter(|pattern| !is_dropped(pattern));
    Ok(with(patterns.collect(), ours, &special))
}

/// Does a root or an include name this very path?
fn names(context: &Context<'_>, pattern: &Pattern, path: &Path) -> bool {
    matches!(pattern.kind, Kind::Root | Kind::Include)
        && plain(&context.working().join(&pattern.path)) == plain(&context.working().join(path))
}

/// Before the first of the user's patterns that is no root: borg takes the first that matches.
fn with(mut patterns: Vec<Pattern>, ours: &[Pattern], special: &[PathBuf]) -> Vec<Pattern> {
    let users = |pattern: &Pattern| pattern.kind != Kind::Root && !ours.contains(pattern);
    let at = patterns.iter().position(users).unwrap_or(patterns.len());
    let excludes = special.iter().map(|path| Pattern {
        kind: Kind::NoRecurse,
        style: "fm",
        path: literal(path).into(),
    });
    patterns.splice(at..at, excludes);
    patterns
}

/// A shell pattern for this path alone, or nearly so: a patterns file is text, has lines, and borg
/// takes away the spaces around each.
fn literal(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '*' | '?' | '[' => text.extend(['[', letter, ']']),
                '\n' | '\r' => text.push('?'),
                letter => text.push(letter),
            }
        }
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    let kept = text.trim_end();
    let spaces = text[kept.len()..].chars().map(|_| '?');
    kept.chars().chain(spaces).collect()
}

/// Runs borg over the same patterns, for the paths that it would store.
fn rehearse(
    context: &Context<'_>,
    flags: &Flags,
    runtime: &Runtime,
    patterns: &[Pattern],
    found: &mut Found<'_>,
) -> Result<(), Failure> {
    let borg = context.borg;
    let file = patterns_file(context, runtime, patterns)?;
    let wants = command::Wants::probe().fed(true);
    let comment = flags.comment.text();
    let command = command::flags(borg, context.config, file.as_deref(), comment, wants)
        .args(archive_place(context, checkpoint::SUFFIX))
        .args(["--dry-run", "--list"])
        .reads()
        .chatty();
    // Elsewhere a minus is what is left out.
    let minus = !borg.has(Feature::ExcludedMinus);
    let mut last = PathBuf::new();
    let mut rest = Tail::default();
    let ended = borg.lines(
        context.host,
        &command,
        &mut |line| match line.split_once(' ') {
            Some(("+", path)) => found.take(path, &mut last),
            Some(("-", path)) if minus => found.take(path, &mut last),
            Some((status, _)) if status.len() == 1 => {}
            _ => {
                // Perhaps the rest of a name that has lines.
                found.look_around(&last);
                rest.push(line);
            }
        },
    )?;
    let judged = borg.judge(context.host, &command, ended, Strictness::Rehearsal);
    judged.map(drop).map_err(|failure| Failure {
        tail: rest.into_lines(),
        ..failure
    })
}

/// What the dry run tells.
struct Found<'a> {
    files: &'a Files,
    working: &'a Path,
    /// The runtime directory, whose FIFOs are ours.
    own: PathBuf,
    /// What is in it.
    planned: BTreeSet<PathBuf>,
    special: BTreeSet<PathBuf>,
    /// Directories in which a name is not what borg says: its list is text.
    odd: BTreeSet<PathBuf>,
}

impl Found<'_> {
    fn take(&mut self, path: &str, last: &mut PathBuf) {
        let path = Path::new(path);
        let place = self.working.join(path);
        if plain(&place).starts_with(&self.own) {
            self.planned.insert(plain(&place));
        } else if self.files.is_special(&place) {
            self.special.insert(path.to_path_buf());
        } else if !self.files.is_there(&place) {
            self.look_around(&place);
        }
        *last = place;
    }

    fn look_around(&mut self, place: &Path) {
        let there = { place.ancestors().skip(1) }.find(|folder| self.files.is_dir(folder));
        self.odd.extend(there.map(Path::to_path_buf));
    }

    /// Takes what is special among the names that no line of a list can hold, and below them.
    fn look_for_odd_names(&mut self) {
        for folder in std::mem::take(&mut self.odd) {
            for name in self.files.names(&folder).unwrap_or_default() {
                if name.to_str().is_none_or(|name| name.contains('\n')) {
                    self.look_below(&folder.join(name));
                }
            }
        }
    }

    fn look_below(&mut self, place: &Path) {
        if self.files.is_special(place) {
            self.special.insert(place.to_path_buf());
        } else if matches!(self.files.sort(place), Ok(Sort::Directory)) {
            for name in self.files.names(place).unwrap_or_default() {
                self.look_below(&place.join(name));
            }
        }
    }
}

/// Without `.`.
fn plain(path: &Path) -> PathBuf {
    Path::new("/").join(path).components().collect()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    use super::*;
    use crate::borg::pattern::fnmatch;

    #[test]
    fn a_pattern_is_made_for_one_path() {
        let literal = |bytes: &[u8]| literal(Path::new(&OsString::from_vec(bytes.to_vec())));
        assert_eq!(literal(b"/src/pipe"), "/src/pipe");
        assert_eq!(literal(b"/a\nb/c\xff "), "/a?b/c??");
        for name in ["/a[b]", "/a*", "/[!x]?", "/é ]"] {
            let pattern = literal(name.as_bytes());
            assert!(fnmatch(name, &pattern), "{pattern}");
            assert!(!fnmatch("/ab", &pattern), "{pattern}");
        }
    }

    #[test]
    fn what_is_left_out_comes_before_what_would_take_it_in() {
        let lines = |lines: &[&str]| {
            let parsed = lines.iter().map(|line| Pattern::parse(line).unwrap());
            parsed.collect::<Vec<_>>()
        };
        let ours = lines(&["R /run/b", "+ /run/b"]);
        let placed = |users: &[&str]| {
            let all = [ours.clone(), lines(users)].concat();
            let all = with(all, &ours, &["/src/pipe".into()]);
            all.iter()
                .skip(2)
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        let pipe = "! fm:/src/pipe";
        assert_eq!(placed(&["R /src"]), ["R /src", pipe]);
        assert_eq!(
            placed(&["R /src", "+ /src", "R /b"]),
            ["R /src", pipe, "+ /src", "R /b"]
        );
        assert_eq!(placed(&["P sh", "- *"]), [pipe, "P sh", "- *"]);
    }

    #[test]
    fn names_that_are_no_text_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let below = |name: &[u8]| folder.path().join(OsString::from_vec(name.to_vec()));
        for name in [&b"a\xff"[..], b"c\nd"] {
            std::fs::create_dir(below(name)).unwrap();
        }
        let fifos = [below(b"a\xff/pipe"), below(b"c\nd/pipe"), below(b"e\xff")];
        for fifo in fifos.iter().chain([&below(b"plain")]) {
            let mode = rustix::fs::Mode::RWXU;
            rustix::fs::mkfifoat(rustix::fs::CWD, fifo, mode).unwrap();
        }
        std::fs::write(below(b"f\xff"), "").unwrap();
        let files = Files::new("/");
        let mut found = Found {
            files: &files,
            working: Path::new("/"),
            own: "/run/x".into(),
            planned: BTreeSet::new(),
            special: BTreeSet::new(),
            odd: BTreeSet::new(),
        };
        let mut last = PathBuf::new();
        found.take(&below(b"a?/pipe").to_string_lossy(), &mut last);
        found.look_for_odd_names();
        assert!(found.special.into_iter().eq(fifos));
    }
}
