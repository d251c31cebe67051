//! Where a run keeps its files. Facts: borgmatic 2.1.10, `runtime.md` sections 8 and 9.

use std::path::PathBuf;

use super::find::expand;
use super::groups::{Run, Source};
use crate::host::{Env, Failure};

/// The directory that borg and all other commands run in, if it is set.
pub fn working(source: &Source, env: &Env) -> Option<PathBuf> {
    source
        .working_directory
        .text()
        .map(|path| env.cwd.join(expand(path, env)))
}

/// The directory below which each run makes its own runtime directory.
pub fn runtime(run: &Run, env: &Env) -> Result<PathBuf, Failure> {
    let list = |name| env.text(name).and_then(|list| list.split(':').next());
    let path = run
        .user_runtime_directory
        .text()
        .or_else(|| env.text("XDG_RUNTIME_DIR"))
        .or_else(|| list("RUNTIME_DIRECTORY"))
        .or_else(|| env.text("TMPDIR"))
        .or_else(|| env.text("TEMP"))
        .unwrap_or("/tmp");
    let path = expand(path, env);
    if path.is_absolute() {
        return Ok(path);
    }
    Err(Failure::new("borgmatic::run::runtime-directory", format!("the runtime directory {} is not an absolute path", path.display()))
        .help("set user_runtime_directory, or the variable XDG_RUNTIME_DIR, to a path that starts with a slash"))
}

/// The directory for what is remembered between runs.
pub fn state(run: &Run, env: &Env) -> PathBuf {
    let list = |name| env.text(name).and_then(|list| list.split(':').next());
    let base = run
        .user_state_directory
        .text()
        .or_else(|| env.text("XDG_STATE_HOME"))
        .or_else(|| list("STATE_DIRECTORY"));
    base.map_or_else(|| env.home.join(".local/state"), |path| expand(path, env))
        .join("borgmatic")
}

/// Where borgmatic before 1.9 kept what it stored in archives.
pub fn old_source(run: &Run, env: &Env) -> PathBuf {
    let named = run.borgmatic_source_directory.text();
    named.map_or_else(
        || env.home.join(".borgmatic"),
        |path| env.cwd.join(expand(path, env)),
    )
}

/// Where borgmatic before 2.0 kept the times of checks.
pub fn old_checks(run: &Run, env: &Env) -> PathBuf {
    old_source(run, env).join("checks")
}
