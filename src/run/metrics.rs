//! The files for Prometheus that configurations name, written at the end of a run. One that cannot be
//! written is a warning.

use std::path::PathBuf;

use super::turn::writers;
use crate::actions::history::pasts;
use crate::actions::status::metrics;
use crate::config::Loaded;
use crate::config::find::expand;
use crate::host::{Failure, Host, Level};
use crate::plan::Outline;

/// Anybody may read them: the node exporter is a user of its own.
const MODE: u32 = 0o644;

/// Writes them, each with the repositories of all files of this run that name it.
pub fn write(host: &Host<'_>, outline: &Outline<'_>) {
    let mut wanted: Vec<(PathBuf, Vec<&Loaded>)> = Vec::new();
    for file in outline
        .files
        .iter()
        .filter(|file| !writers(file).is_empty())
    {
        let Some(path) = file.config.logging.metrics_file.text() else {
            continue;
        };
        let path = host.env.cwd.join(expand(path, host.env));
        match wanted.iter_mut().find(|(other, _)| *other == path) {
            Some((_, loaded)) => loaded.push(file.loaded),
            None => wanted.push((path, vec![file.loaded])),
        }
    }
    for (path, loaded) in wanted {
        if let Err(failure) = one(host, &path, &loaded) {
            let scope = loaded[0].path.to_string_lossy();
            host.bus.line(Level::Warning, &scope, &failure.words);
        }
    }
}

fn one(host: &Host<'_>, path: &std::path::Path, loaded: &[&Loaded]) -> Result<(), Failure> {
    let pasts = pasts(loaded.iter().copied(), host.files, host.env)?;
    host.files
        .write_whole(path, metrics::text(&pasts).as_bytes(), MODE)
}
