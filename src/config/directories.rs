//! Where a run keeps its files, and the folders of a user. Facts: borgmatic 2.1.10, `runtime.md` sections 8 and 9.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::find::expand;
use super::groups::{Run, Source};
use crate::host::files::lexical;
use crate::host::{Env, Failure, Files};

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

/// The directory of locks. Never below `/tmp`, where others could stand in the way. Not below
/// `XDG_RUNTIME_DIR` either: cron has none, so that its runs and those of a login would not meet.
pub fn locks(run: &Run, env: &Env, files: &Files) -> PathBuf {
    let machine = Path::new("/run/lock");
    if env.user == 0 && files.is_dir(machine) {
        machine.join("borgmatic")
    } else {
        state(run, env).join("locks")
    }
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

/// The name of a file that stands for these bytes: their SHA-256 in hexadecimal digits.
pub fn hashed(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A folder of the user's own: as a variable names it, if that is an absolute path, or the usual one below
/// the home directory.
pub fn own_folder(env: &Env, name: &str, usual: &str) -> PathBuf {
    let named = env.text(name).map(|path| expand(path, env));
    let named = named.filter(|path| path.is_absolute());
    lexical(&named.unwrap_or_else(|| env.home.join(usual)))
}

/// Where the user's own programs keep what they share, such as the schema for editors.
pub fn own_share(env: &Env) -> PathBuf {
    own_folder(env, "XDG_DATA_HOME", ".local/share")
}
