//! What can be mended in the files: the fixes that problems offer, and old forms, as `upgrade-config`
//! rewrites them. Planned on texts; written only in the end.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::actions::Alone;
use crate::actions::config::upgrade;
use crate::config::load::Wishes;
use crate::config::upgrade::files;
use crate::config::{Loaded, find, load};
use crate::host::{Failure, Level};
use crate::text::edit::Edits;
use crate::text::{Problem, Span, counted};

/// A mended text may show further mistakes; so often is it looked at again.
const ROUNDS: usize = 20;

/// One file that would change.
pub(super) struct Changed {
    path: PathBuf,
    old: String,
    new: String,
    /// Codes of what was mended.
    fixed: usize,
    /// Old forms that were rewritten.
    upgraded: usize,
}

/// Loads the files of the command line.
pub(super) fn load_all(alone: &Alone<'_>, wishes: &Wishes) -> Vec<Loaded> {
    let host = alone.host;
    find::files(alone.configs, host.env, host.files)
        .iter()
        .map(|path| load(path, wishes, host.files, host.env))
        .collect()
}

/// The new texts. Guesses are done only where they are asked for.
pub(super) fn plan(alone: &Alone<'_>, guesses: bool) -> Vec<Changed> {
    let real = |path: &Path| alone.host.files.real(path);
    let mut changed: Vec<Changed> = Vec::new();
    let mut wishes = alone.wishes.clone();
    for _ in 0..ROUNDS {
        let loaded = load_all(alone, &wishes);
        let mut any = false;
        for (name, (text, fixes)) in fixes(&loaded, guesses) {
            let path = PathBuf::from(name);
            let fixed = fixes.len();
            let mut edits = Edits::default();
            for (span, new) in fixes.into_iter().flatten() {
                edits.replace(span, new);
            }
            let (Some(new), Some(real)) = (edits.apply(&text), real(&path)) else {
                continue;
            };
            any |= new != text;
            wishes.texts.insert(real, new.clone());
            note(&mut changed, &path, &text, new, (fixed, 0));
        }
        if !any {
            break;
        }
    }
    let paths: Vec<PathBuf> = alone.loaded.iter().map(|one| one.path.clone()).collect();
    for one in files::plan(&paths, &wishes.texts, alone.host.files, alone.host.env) {
        if let (Some(new), Ok(rewritten)) = (one.new_text(), &one.result) {
            let count = rewritten.done.len();
            note(
                &mut changed,
                &one.path,
                &one.old,
                new.to_owned(),
                (0, count),
            );
        }
    }
    changed.retain(|one| one.new != one.old);
    changed
}

fn note(changed: &mut Vec<Changed>, path: &Path, old: &str, new: String, counts: (usize, usize)) {
    let (fixed, upgraded) = counts;
    if let Some(one) = changed.iter_mut().find(|one| one.path == path) {
        one.new = new;
        one.fixed += fixed;
        one.upgraded += upgraded;
        return;
    }
    changed.push(Changed {
        path: path.to_owned(),
        old: old.to_owned(),
        new,
        fixed,
        upgraded,
    });
}

type Change = Vec<(Span, String)>;

/// The fixes for each file, and its text; those that touch others wait for the next round.
fn fixes(loaded: &[Loaded], guesses: bool) -> HashMap<String, (String, Vec<Change>)> {
    let mut all: HashMap<String, (String, Vec<Change>)> = HashMap::new();
    for one in loaded {
        for problem in one.problems.iter() {
            let Some((name, text, change)) = wanted(problem, one, guesses) else {
                continue;
            };
            let (_, changes) = all.entry(name).or_insert_with(|| (text, Vec::new()));
            let touches = |(span, _): &(Span, String)| {
                changes
                    .iter()
                    .flatten()
                    .any(|(other, _)| span.start <= other.end && other.start <= span.end)
            };
            if !change.iter().any(touches) {
                changes.push(change);
            }
        }
    }
    all
}

/// Can `--fix` mend it in a file? It is asked with the files that were loaded.
pub(super) fn mends(problem: &Problem, loaded: &[Loaded], guesses: bool) -> bool {
    let mut all = loaded.iter();
    all.any(|one| wanted(problem, one, guesses).is_some())
}

/// The file, its text and the change that mends a problem in it.
fn wanted(problem: &Problem, loaded: &Loaded, guesses: bool) -> Option<(String, String, Change)> {
    let fix = problem.fix.as_ref().filter(|fix| fix.sure || guesses)?;
    let (origin, _) = problem.labels.first()?;
    let source = &origin.source;
    // Not what stands on the command line or in the environment.
    let is_file = loaded
        .files
        .iter()
        .any(|path| path == Path::new(&source.name));
    is_file.then(|| {
        let edits = fix.edits.clone().sorted();
        (source.name.clone(), source.text.clone(), edits)
    })
}

/// Shows what would change.
pub(super) fn show(alone: &Alone<'_>, changed: &[Changed]) {
    for one in changed {
        upgrade::show_change(alone, &one.path, &one.old, &one.new);
    }
}

/// Writes the new texts; the old ones are kept beside them. Where standard output is for people, it
/// is told there.
pub(super) fn write(
    alone: &Alone<'_>,
    changed: &[Changed],
    for_people: bool,
) -> Result<(), Failure> {
    let level = if for_people {
        Level::Answer
    } else {
        Level::Warning
    };
    let texts: Vec<_> = changed
        .iter()
        .map(|one| (one.path.as_path(), one.new.as_bytes()))
        .collect();
    let copies = alone.host.files.replace_all(&texts)?;
    for (one, copy) in changed.iter().zip(copies) {
        let words = format!(
            "{}: {}; the old text is in {}",
            one.path.display(),
            done(one.fixed, one.upgraded),
            copy.display()
        );
        alone.host.bus.line(level, "", &words);
    }
    Ok(())
}

fn done(fixed: usize, upgraded: usize) -> String {
    let all = [
        (fixed, "mistake", "mended"),
        (upgraded, "old form", "rewritten"),
    ];
    let there = all.iter().filter(|(count, ..)| *count > 0);
    let told = there.map(|(count, thing, done)| format!("{} {done}", counted(*count, thing)));
    told.collect::<Vec<_>>().join(", ")
}
