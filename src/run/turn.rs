//! One run of a configuration at a time, for actions that write: a file that is held by `flock` and
//! tells who holds it. The kernel gives it back when the process dies. A lock that cannot be made is
//! a warning: borg has a lock of its own for each repository.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::conditions::Due;
use crate::actions::history;
use crate::config::directories;
use crate::host::files::Held;
use crate::host::outcome::reason;
use crate::host::{Failure, FailureKind, Host, Level};
use crate::option::age::spoken;
use crate::plan::{FilePart, UnitPart};

/// How often a lock is tried while it is waited for.
const PAUSE: Duration = Duration::from_millis(200);

/// Our turn, until it is dropped.
#[derive(Default)]
pub(super) struct Turn {
    held: Option<Held>,
}

/// Who holds a lock, as the file tells.
#[derive(Serialize, Deserialize)]
struct Holder {
    process: u32,
    since: Timestamp,
    actions: String,
}

enum Try {
    Ours(Held),
    /// Somebody else's; who is not known for a moment after it was taken.
    Taken(Option<Holder>),
}

impl Turn {
    /// Takes the lock of a configuration, or waits for it. A dry run and actions that only read take
    /// none.
    /// Where only what is `due` runs, somebody who is at work on it is a soft failure: there is nothing
    /// to do. Not so one who began before it was due.
    pub(super) fn take(
        host: &Host<'_>,
        file: &FilePart<'_>,
        due: Option<&Due>,
        dry: bool,
    ) -> Result<Self, Failure> {
        let actions = writers(file);
        if dry || actions.is_empty() {
            return Ok(Self::default());
        }
        let scope = file.loaded.path.to_string_lossy();
        let place = match place(host, file) {
            Ok(place) => place,
            Err((path, error)) => return Ok(Self::unlocked(host, &scope, &path, &error)),
        };
        let run = &file.config.run;
        let lock_wait = file.config.borg.lock_wait.or(0);
        let most = run
            .wait_for_run
            .get()
            .map_or_else(|| Duration::from_secs(u64::from(lock_wait)), |age| age.0);
        let mut waited = Duration::ZERO;
        let mut announced = false;
        loop {
            let holder = match attempt(host, &place, &actions) {
                Ok(Try::Ours(held)) => {
                    return Ok(Self { held: Some(held) });
                }
                Ok(Try::Taken(holder)) => holder,
                Err(error) => return Ok(Self::unlocked(host, &scope, &place, &error)),
            };
            if holder
                .as_ref()
                .is_some_and(|holder| host.processes.is_above(holder.process))
            {
                // One of its hooks has called us.
                return Ok(Self::default());
            }
            // Who has just taken it has told nobody yet, and who has just ended has gone.
            let short = PAUSE * 5;
            if waited >= most && (holder.is_some() || waited >= short) {
                return Err(given_up(host, holder.as_ref(), waited, due));
            }
            if let Some(holder) = holder.filter(|_| !announced) {
                let now = host.clock.now().timestamp();
                let words = format!("Waiting for the run of {}", holder.words(now));
                host.bus.line(Level::Info, &scope, &words);
                host.bus.flush();
                announced = true;
            }
            host.clock.sleep(PAUSE);
            waited += PAUSE;
            if let Some(signal) = host.processes.stop() {
                return Err(Failure::interrupted(signal));
            }
        }
    }

    /// Is it ours alone?
    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    fn unlocked(host: &Host<'_>, scope: &str, path: &Path, error: &io::Error) -> Self {
        let words = format!(
            "could not make the lock {}: {}; a second run of this configuration would not be noticed",
            path.display(),
            reason(error)
        );
        host.bus.line(Level::Warning, scope, &words);
        Self::default()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            held.remove();
        }
    }
}

/// The actions of a file that write, one after the other.
pub(super) fn writers(file: &FilePart<'_>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for act in file.units.iter().flat_map(UnitPart::running) {
        if act.act.entry.takes_turn && !names.contains(&act.name()) {
            names.push(act.name());
        }
    }
    names.join(", ")
}

/// The file that stands for a configuration, in a directory of ours alone.
fn place(host: &Host<'_>, file: &FilePart<'_>) -> Result<PathBuf, (PathBuf, io::Error)> {
    let folder = directories::locks(&file.config.run, host.env, host.files);
    match host.files.own_dir(&folder) {
        Ok(()) => Ok(folder.join(history::lock_name(file.loaded, host.files, host.env))),
        Err(error) => Err((folder, error)),
    }
}

fn attempt(host: &Host<'_>, place: &Path, actions: &str) -> io::Result<Try> {
    let Some(held) = host.files.hold(place)? else {
        let note = host.files.tail(place, 1 << 16).unwrap_or_default().0;
        return Ok(Try::Taken(serde_json::from_slice(&note).ok()));
    };
    let holder = Holder {
        process: host.env.process,
        since: host.clock.now().timestamp(),
        actions: actions.to_owned(),
    };
    let note = serde_json::to_vec(&holder).unwrap_or_default();
    // On a full disk nobody can read who we are; the lock holds all the same.
    held.note(&note).ok();
    Ok(Try::Ours(held))
}

impl Holder {
    /// «process 4711 (create, prune), since 14 minutes».
    fn words(&self, now: Timestamp) -> String {
        let Self {
            process, actions, ..
        } = self;
        let since = self.age(now).map_or_else(
            || format!("since {}", self.since),
            |age| format!("for {}", spoken(age)),
        );
        format!("process {process} ({actions}), {since}")
    }

    /// How long it has been held, unless a clock was wrong.
    fn age(&self, now: Timestamp) -> Option<Duration> {
        Duration::try_from(now.duration_since(self.since)).ok()
    }
}

/// Nobody waits any longer.
fn given_up(
    host: &Host<'_>,
    holder: Option<&Holder>,
    waited: Duration,
    due: Option<&Due>,
) -> Failure {
    let now = host.clock.now();
    let is_young = |holder: &Holder| due.is_some_and(|due| due.is_young(holder.since, &now));
    let failure = busy(holder, waited, now.timestamp());
    if holder.is_some_and(is_young) {
        failure.kind(FailureKind::Soft)
    } else {
        failure
    }
}

fn busy(holder: Option<&Holder>, waited: Duration, now: Timestamp) -> Failure {
    let who = holder.map_or_else(|| "another process".into(), |holder| holder.words(now));
    let mut words = format!("this configuration is in use by {who}");
    if !waited.is_zero() && holder.is_some() {
        words += &format!("; waited {} for it", spoken(waited));
    }
    let look = holder.map_or_else(String::new, |holder| {
        format!("; see what it does: ps -fp {}", holder.process)
    });
    Failure::new("borgmatic::run::busy", words)
        .help(format!("let this run wait: --wait-for-run 10m{look}"))
}
