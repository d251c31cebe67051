//! The configuration files of a run: loads them all, and tells what is wrong with them.

use std::collections::HashSet;
use std::path::PathBuf;
use std::thread;

use super::Machine;
use crate::cli::Invocation;
use crate::config::{Config, Loaded, find, load};
use crate::host::{Bus, Level};
use crate::option::words::quote;
use crate::report::Summary;
use crate::text::{Problem, Problems, Severity, counted};

/// From how many configuration files on they are loaded by several threads.
const MANY: usize = 8;

pub(super) fn good(loaded: &[Loaded]) -> impl Iterator<Item = &Config> {
    loaded.iter().filter_map(|loaded| loaded.config.as_deref())
}

pub(super) fn load_all(invocation: &Invocation, machine: &Machine<'_>) -> Vec<Loaded> {
    let paths = find::files(&invocation.configs, machine.env, machine.files);
    let one = |path: &PathBuf| load::load(path, &invocation.wishes, machine.files, machine.env);
    if paths.len() < MANY {
        return paths.iter().map(one).collect();
    }
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|scope| {
        let chunks: Vec<_> = paths
            .chunks(paths.len().div_ceil(threads))
            .map(|chunk| scope.spawn(move || chunk.iter().map(one).collect::<Vec<_>>()))
            .collect();
        chunks
            .into_iter()
            .flat_map(|chunk| {
                chunk
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
}

/// Tells the problems of files, and which of them are not run.
pub(super) fn tell(loaded: &[Loaded], bus: &Bus, summary: &mut Summary) {
    let mut said = HashSet::new();
    for one in loaded {
        // A mistake on the command line is one for each file: it is shown once.
        let fresh = |problem: &&Problem| said.insert(problem.line());
        let errors = one.problems.errors();
        show(errors.take(Problems::DRAWN).filter(fresh), bus, false);
        old_forms(one, bus);
        let count = one.problems.errors().count();
        let more = count.saturating_sub(Problems::DRAWN);
        if more > 0 {
            let words = counted(more, "more problem");
            bus.line(Level::Error, &one.path.to_string_lossy(), &words);
        }
        if count > 0 {
            let words = counted(count, "problem");
            summary.line(
                Level::Critical,
                format!("{}: not run: {words}, shown above", one.path.display()),
            );
        }
    }
}

/// One line for all old forms of a file: they work, and `config validate` draws them.
fn old_forms(loaded: &Loaded, bus: &Bus) {
    let Some(forms) = loaded.old_forms() else {
        return;
    };
    let path = loaded.path.to_string_lossy();
    let file = quote(&path);
    let words = format!(
        "{forms}; see: borgmatic config validate -c {file}; rewrite: borgmatic upgrade-config -c {file}"
    );
    bus.line(Level::Warning, &path, &words);
}

/// Says problems; lints only where they were asked for.
pub(super) fn show<'p>(problems: impl Iterator<Item = &'p Problem>, bus: &Bus, warnings: bool) {
    for problem in problems.filter(|problem| warnings || problem.severity == Severity::Error) {
        bus.problem(problem);
    }
}
