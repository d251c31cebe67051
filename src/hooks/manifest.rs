//! The bootstrap manifest: puts the configuration files and a list of them into each archive, so that
//! `config bootstrap` can get them back.

use std::path::{Path, PathBuf};

use crate::borg::pattern::Pattern;
use crate::host::{Failure, Files};
use crate::options;

options! {
    /// What is needed to get started again from a backup alone.
    pub struct Bootstrap {
        /// Store the configuration files in each backup.
        store_config_files: bool = "false", default = "true";
    }
}

impl Bootstrap {
    pub fn is_on(&self) -> bool {
        self.store_config_files.or(true)
    }
}

/// A chain of symbolic links is followed this far. borgmatic 2.1.10: 10.
const LINKS: usize = 10;

/// Writes the manifest into the runtime directory and returns the patterns that store it and the
/// configuration files. They go before all others: the includes keep the user's excludes away.
pub fn store(files: &Files, runtime: &Path, configs: &[PathBuf]) -> Result<Vec<Pattern>, Failure> {
    let folder = runtime.join("bootstrap");
    files.make_dir(&folder, 0o700)?;
    let mut stored: Vec<PathBuf> = Vec::new();
    for path in configs.iter().flat_map(|path| with_targets(files, path)) {
        // `/etc/./x` would be stored as `x`, and not be found again.
        let path: PathBuf = path.components().collect();
        if !stored.contains(&path) {
            stored.push(path);
        }
    }
    let quoted = |path: &PathBuf| serde_json::Value::from(path.to_string_lossy()).to_string();
    let paths: Vec<_> = stored.iter().map(quoted).collect();
    // With Python's spaces: the file is the original's to the byte.
    let manifest = format!(
        "{{\"borgmatic_version\": \"{}\", \"config_paths\": [{}]}}",
        env!("CARGO_PKG_VERSION"),
        paths.join(", ")
    );
    files.write_scratch(&folder.join("manifest.json"), manifest.as_bytes())?;

    // borgmatic 2.1.10: each goes before those that were there.
    stored.reverse();
    stored.push(folder);
    Ok(stored
        .iter()
        .flat_map(|path| [Pattern::root(path), Pattern::include(path)])
        .collect())
}

/// What a manifest tells.
#[derive(serde::Deserialize)]
struct Manifest {
    config_paths: Vec<PathBuf>,
}

/// The configuration files that a manifest names.
pub fn read(text: &str) -> Result<Vec<PathBuf>, Failure> {
    let wrong = |why: &str| {
        let words = format!("the list of configuration files in the archive cannot be read: {why}");
        Failure::new("borgmatic::bootstrap::manifest", words)
            .help("choose another archive: --archive NAME; or make a new one: borgmatic create")
    };
    // Where the pattern has found several, they follow each other.
    let mut all = serde_json::Deserializer::from_str(text).into_iter::<Manifest>();
    match all.next() {
        Some(Ok(manifest)) => Ok(manifest.config_paths),
        Some(Err(error)) => Err(wrong(&error.to_string())),
        None => Err(wrong("it is empty")),
    }
}

/// A path, and what it links to.
fn with_targets(files: &Files, path: &Path) -> Vec<PathBuf> {
    let mut all = vec![path.to_path_buf()];
    while all.len() <= LINKS {
        let Some(last) = all.last() else { break };
        let Some(target) = files.read_link(last) else {
            break;
        };
        let target = last.parent().unwrap_or(Path::new("/")).join(target);
        if all.contains(&target) {
            break;
        }
        all.push(target);
    }
    all
}
