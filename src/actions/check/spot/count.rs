//! Counts the files of the source and those of the archive at once: borg names both, in two
//! processes.

use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::thread;

use super::name::Names;
use super::tally::{Counted, Source, Tally};
use crate::actions::{Context, list};
use crate::borg::listed::{Entry, Looked};
use crate::config::directories;
use crate::host::files::Sort;
use crate::host::{Command, Failure};

/// Names of the archive are kept of so many percent, to tell some that are in it only.
const TELLING: f64 = 1.0;

/// What a backup would store now, held against the archive; `sample` percent of it are to be compared.
/// The listing starts with the first file that the dry run names: where that fails, or finds nothing,
/// nothing else need be asked.
pub(super) fn both(
    context: &Context<'_>,
    dry_run: &Command,
    archive: &str,
    names: &Names,
    sample: f64,
) -> Result<Counted, Failure> {
    let mut source = Tally::new(sample);
    let mut stored = source.beside(TELLING);
    let (begins, begun) = mpsc::channel();
    thread::scope(|scope| {
        let naming = scope.spawn(|| sources(context, dry_run, names, &mut source, begins));
        let listed = match begun.recv() {
            Ok(()) => entries(context, archive, &mut stored),
            Err(mpsc::RecvError) => Ok(()),
        };
        let named = naming
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        named.and(listed)
    })?;
    Ok(Counted::of(source, stored))
}

/// The files of the source.
fn sources(
    context: &Context<'_>,
    dry_run: &Command,
    names: &Names,
    tally: &mut Tally<Source>,
    begins: Sender<()>,
) -> Result<(), Failure> {
    let (files, working) = (context.host.files, context.working());
    let mut begins = Some(begins);
    context.borg.sift(context.host, dry_run, &mut |line| {
        let Some(looked) = Looked::read(line) else {
            return false;
        };
        let is_file = || {
            let sort = files.sort(&working.join(&*looked.path));
            matches!(sort, Ok(Sort::File | Sort::Link))
        };
        if looked.stored && is_file() {
            let name = names.stored(&looked.path);
            tally.add(name, || Source {
                path: looked.path.to_string(),
                name: name.to_owned(),
            });
            if let Some(begins) = begins.take() {
                // Who does not listen any more has failed, and tells so.
                let _unheard = begins.send(());
            }
        }
        true
    })
}

/// The files of the archive.
fn entries(context: &Context<'_>, archive: &str, tally: &mut Tally<String>) -> Result<(), Failure> {
    let own = own_folders(context)?;
    let command = list::entries(context, archive, None, None, &[]);
    context.borg.sift(context.host, &command, &mut |line| {
        let Some(entry) = Entry::read(line) else {
            return false;
        };
        let counts = entry.is_file() || entry.is_link();
        if counts && !own.iter().any(|is_own| is_own.holds(&entry.path)) {
            tally.add(&entry.path, || entry.path.to_string());
        }
        true
    })
}

/// A directory that holds what borgmatic itself put into an archive, without the first slash.
struct Own {
    path: String,
    /// Has each run a directory of its own in it?
    random: bool,
}

impl Own {
    fn holds(&self, path: &str) -> bool {
        let below = |path: &str, folder: &str| {
            let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
            Some(rest.to_owned())
        };
        match below(path, &self.path) {
            Some(rest) if self.random => rest
                .split_once('/')
                .is_some_and(|(top, _)| top.starts_with("borgmatic-")),
            found => found.is_some(),
        }
    }
}

fn own_folders(context: &Context<'_>) -> Result<[Own; 3], Failure> {
    let (run, env) = (&context.config.run, context.host.env);
    let bare = |path: &Path| path.to_string_lossy().trim_matches('/').to_owned();
    let own = |path, random| Own { path, random };
    Ok([
        own("borgmatic".to_owned(), false),
        own(bare(&directories::old_source(run, env)), false),
        own(bare(&directories::runtime(run, env)?), true),
    ])
}

#[cfg(test)]
mod tests {
    use super::Own;

    #[test]
    fn what_borgmatic_stores_for_itself_is_no_file_of_the_user() {
        let own = Own {
            path: "run/user/0".into(),
            random: true,
        };
        assert!(own.holds("run/user/0/borgmatic-x1/borgmatic/bootstrap/manifest.json"));
        assert!(!own.holds("run/user/0/other/file"));
        assert!(!own.holds("run/user/01/borgmatic-x1/file"));
        let own = Own {
            path: "borgmatic".into(),
            random: false,
        };
        assert!(own.holds("borgmatic/bootstrap/manifest.json"));
        assert!(!own.holds("borgmatic") && !own.holds("home/borgmatic/x"));
    }
}
