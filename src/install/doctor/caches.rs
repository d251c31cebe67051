//! Borg's own directories: whose they are, and whether there is room.

use std::path::{Path, PathBuf};

use super::{Finding, Visit, seen};
use crate::borg::BorgOptions;
use crate::option::words::quote;

/// Below it, look: the cache of a large repository takes about so much. In bytes.
const LITTLE: u64 = 1 << 30;
/// Below it, borg fails soon.
const NOTHING: u64 = 64 << 20;

pub(super) fn look(visit: &Visit<'_>) -> Vec<Finding> {
    let env = visit.host.env;
    let usual = BorgOptions::default();
    let units = visit.alone.loaded.iter().flat_map(|loaded| &loaded.units);
    let mut all: Vec<&BorgOptions> = units.map(|unit| &unit.config.borg).collect();
    if all.is_empty() {
        all.push(&usual);
    }
    let (mut caches, mut homes): (Vec<PathBuf>, Vec<PathBuf>) = (Vec::new(), Vec::new());
    for options in all {
        for (list, path) in [
            (&mut caches, seen::cache(options, env)),
            (&mut homes, seen::config(options, env)),
        ] {
            if !list.contains(&path) {
                list.push(path);
            }
        }
    }
    let mut found: Vec<Finding> = caches.iter().map(|cache| room(visit, cache)).collect();
    let foreign: Vec<Finding> = caches
        .iter()
        .chain(&homes)
        .filter_map(|folder| foreign(visit, folder))
        .collect();
    if foreign.is_empty() {
        found.push(Finding::good(
            "owners",
            "borg's directories belong to this user",
        ));
    }
    found.extend(foreign);
    found
}

fn room(visit: &Visit<'_>, cache: &Path) -> Finding {
    let files = visit.host.files;
    let there = cache
        .ancestors()
        .find(|path| files.is_dir(path))
        .unwrap_or(cache);
    let about = "cache";
    let Some(free) = files.free(there) else {
        return Finding::look(
            about,
            format!("the free space at {} is not known", there.display()),
        );
    };
    let words = match free >> 20 {
        megabytes @ ..10_240 => format!("{megabytes} MiB free for {}", cache.display()),
        megabytes => format!("{} GiB free for {}", megabytes >> 10, cache.display()),
    };
    let cure = "make room there, or set borg_cache_directory to another place";
    match free {
        ..NOTHING => Finding::wrong(about, words).cure(cure),
        NOTHING..LITTLE => Finding::look(about, words).cure(cure),
        _ => Finding::good(about, words),
    }
}

/// A directory of borg's, or one in it, that belongs to somebody else.
fn foreign(visit: &Visit<'_>, folder: &Path) -> Option<Finding> {
    let files = visit.host.files;
    let user = visit.host.env.user;
    let names = files.names(folder).unwrap_or_default();
    let inside = names.into_iter().map(|name| folder.join(name));
    let mut all = std::iter::once(folder.to_owned()).chain(inside);
    let (place, owner) = all.find_map(|path| {
        let owner = files.owner(&path).filter(|owner| *owner != user)?;
        Some((path, owner))
    })?;
    let words = format!(
        "{} belongs to user {owner}, and this is user {user}",
        place.display()
    );
    let shown = quote(&folder.to_string_lossy());
    Some(Finding::wrong("owners", words).cure(format!(
        "run as the user who makes the backups; or give it back: sudo chown -R {user} {shown}"
    )))
}
