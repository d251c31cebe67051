//! What borg remembers of repositories it has seen. The doctor gives it a copy: borg finds a moved
//! repository as always, and writes nothing into the real one.

use std::path::{Path, PathBuf};

use crate::borg::BorgOptions;
use crate::host::{Env, Failure, Files};

/// The largest file that is copied, in bytes.
const LARGEST: u64 = 1 << 16;

/// A directory that goes with the value.
pub(super) struct Seen<'a> {
    files: &'a Files,
    scratch: PathBuf,
    /// The copy.
    pub(super) security: PathBuf,
    /// Where there is no cache yet, borg would make one.
    pub(super) cache: Option<PathBuf>,
}

impl<'a> Seen<'a> {
    pub(super) fn copied(
        options: &BorgOptions,
        env: &Env,
        files: &'a Files,
    ) -> Result<Self, Failure> {
        let parent = options
            .temporary_directory
            .text()
            .or_else(|| env.text("TMPDIR"));
        let scratch = files.scratch(Path::new(parent.unwrap_or("/tmp")), "borgmatic-doctor-")?;
        let security = scratch.join("security");
        let no_cache = !files.is_dir(&cache(options, env));
        let seen = Self {
            files,
            cache: no_cache.then(|| scratch.join("cache")),
            security,
            scratch,
        };
        files.make_dir(&seen.security, 0o700)?;
        let real = place(options, env);
        for repository in files.names(&real).unwrap_or_default() {
            let (from, to) = (real.join(&repository), seen.security.join(&repository));
            if !files.is_dir(&from) {
                continue;
            }
            files.make_dir(&to, 0o700)?;
            for name in files.names(&from).unwrap_or_default() {
                if let Ok(bytes) = files.read(&from.join(&name), LARGEST) {
                    files.write_private(&to.join(&name), &bytes)?;
                }
            }
        }
        Ok(seen)
    }
}

impl Drop for Seen<'_> {
    fn drop(&mut self) {
        // What stays is a copy in a private directory.
        self.files.remove_tree(&self.scratch).ok();
    }
}

/// Where borg 1 keeps it. Borg docs: environment variables, directories and files.
fn place(options: &BorgOptions, env: &Env) -> PathBuf {
    let named = |option: Option<&str>, name: &str| {
        option
            .or_else(|| env.text(name))
            .map(|path| env.cwd.join(path))
    };
    named(options.borg_security_directory.text(), "BORG_SECURITY_DIR")
        .unwrap_or_else(|| config(options, env).join("security"))
}

/// Borg's configuration directory.
pub(super) fn config(options: &BorgOptions, env: &Env) -> PathBuf {
    directory(
        options,
        env,
        options.borg_config_directory.text(),
        "BORG_CONFIG_DIR",
        "XDG_CONFIG_HOME",
        ".config",
    )
}

/// Borg's cache.
pub(super) fn cache(options: &BorgOptions, env: &Env) -> PathBuf {
    directory(
        options,
        env,
        options.borg_cache_directory.text(),
        "BORG_CACHE_DIR",
        "XDG_CACHE_HOME",
        ".cache",
    )
}

fn directory(
    options: &BorgOptions,
    env: &Env,
    option: Option<&str>,
    own: &str,
    shared: &str,
    usual: &str,
) -> PathBuf {
    if let Some(path) = option.or_else(|| env.text(own)) {
        return env.cwd.join(path);
    }
    let base = options
        .borg_base_directory
        .text()
        .or_else(|| env.text("BORG_BASE_DIR"));
    if let Some(base) = base {
        return env.cwd.join(base).join(usual).join("borg");
    }
    let shared = env.text(shared).map(|path| env.cwd.join(path));
    shared.unwrap_or_else(|| env.home.join(usual)).join("borg")
}
