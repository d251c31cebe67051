//! What a scheduler's files are made from: the configurations, which must be good, and a borg that
//! runs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Needs;
use super::job::{Battery, Inhibit, Job, PATH, Reach, Sandbox};
use super::self_install::Task;
use super::strangers;
use crate::borg::locate::{self, By, Found};
use crate::borg::{Feature, verify};
use crate::config::find::{self, expand};
use crate::config::load::{Loaded, load};
use crate::host::{Failure, Level};
use crate::option::{Age, Schedule};

/// Started up to so much later.
const JITTER: Duration = Duration::from_mins(10);

/// The network may take so long after a start.
const WAIT: Age = Age(Duration::from_mins(2));

/// The files that a run of the scheduler would read.
pub(super) fn paths(task: &Task<'_>) -> Vec<PathBuf> {
    find::files(&task.setting.configs, task.host.env, task.host.files)
}

/// Loads the configurations; one that is not good is refused.
pub(super) fn configurations(task: &Task<'_>, paths: &[PathBuf]) -> Result<Vec<Loaded>, Failure> {
    let one = |path: &PathBuf| load(path, task.alone.wishes, task.host.files, task.host.env);
    let all: Vec<Loaded> = paths.iter().map(one).collect();
    for problem in all.iter().flat_map(|loaded| loaded.problems.errors()) {
        task.host.bus.problem(problem);
    }
    let Some(bad) = all.iter().find(|loaded| loaded.config.is_none()) else {
        return Ok(all);
    };
    let words = format!("{} is not good, so nothing starts it", bad.path.display());
    Err(Failure::new("borgmatic::install::configuration", words)
        .help("correct what is shown above, then run this again"))
}

/// What the scheduler starts.
pub(super) fn job(task: &Task<'_>, loaded: &[Loaded]) -> Result<Job, Failure> {
    let (flags, setting) = (task.flags, task.setting);
    let program = if task.stays() {
        let own = task.own_path()?;
        strangers::refuse_program(task.alone.host, &own, setting.root.is_some())?;
        own
    } else {
        setting.paths.program()
    };
    let unusable = |failure: Failure| failure.status(5);
    let borgs = borgs(task, loaded).map_err(unusable)?;
    // In its directory the scheduler's runs look for programs, too.
    let borg = borgs.first().map(|found| found.path.clone());
    let env = task.host.env;
    let config = |path: &String| env.cwd.join(expand(path, env));
    let schedule = flags.schedule.or(Schedule::default());
    // Later than half the time to the next run, it would leave that one out.
    let jitter = JITTER.min(schedule.shortest() / 2);
    let mut job = Job {
        program,
        borg: task.alone.host.env.cwd.join(borg.unwrap_or_default()),
        borg_2: false,
        configs: setting.configs.iter().map(config).collect(),
        schedule,
        needs: Needs::of(loaded, &env.home, setting.user, env, task.host.files),
        machine: machine(task),
        reach: setting.managers.reach,
        account: flags.user_account.get().cloned(),
        home: env.home.clone(),
        jitter: flags.jitter.or(Age(jitter)).0,
        battery: flags.on_battery.or(Battery::Run),
        network: Some(flags.wait_network.or(WAIT).0),
        inhibit: flags.inhibit.or(Inhibit::Sleep),
        sandbox: flags.sandbox.or(Sandbox::Auto),
    };
    let is_login = job.account.is_some() || job.reach == Reach::User;
    // systemd.exec(5), «Environment variables set on process start».
    let usual = ["HOME", "USER", "LOGNAME", "SHELL"];
    let gives = |name: &str| {
        let given = setting.given.iter().any(|given| given == name);
        given || name == "PATH" || is_login && usual.contains(&name)
    };
    job.needs.variables.retain(|need| !gives(&need.what));
    let path = job.path(PATH);
    // A borg that was fetched was tried out, and stands in its place later.
    let is_there = |found: &&Found| !flags.with_borg.is_set() || found.path != setting.paths.borg();
    job.borg_2 = !borgs.iter().all(|found| is_there(&found));
    for found in borgs.iter().filter(is_there) {
        let verified = verify::verify(task.alone.host, found, OsStr::new(&path));
        let verified = verified.map_err(unusable)?;
        job.borg_2 |= verified.version >= Feature::SeparateRepository.since();
        for note in verified.notes {
            task.host.bus.line(Level::Warning, "", &note);
        }
    }
    Ok(job)
}

/// What tells this machine from others.
fn machine(task: &Task<'_>) -> String {
    let text = |path: &str| {
        let bytes = task.host.files.read(Path::new(path), 4096).ok()?;
        Some(String::from_utf8_lossy(&bytes).trim().to_owned())
    };
    let id = text("/etc/machine-id").filter(|id| !id.is_empty());
    id.or_else(|| text("/etc/hostname")).unwrap_or_default()
}

/// Every borg that the configurations name. It is looked for on this machine, below `--root` too.
fn borgs(task: &Task<'_>, loaded: &[Loaded]) -> Result<Vec<Found>, Failure> {
    let units = loaded.iter().flat_map(|loaded| &loaded.units);
    let mut named: Vec<Option<&str>> = Vec::new();
    for unit in units {
        let program = unit.config.borg.local_path.text();
        if !named.contains(&program) {
            named.push(program);
        }
    }
    let host = task.alone.host;
    let fetched = task.flags.with_borg.is_set().then(|| Found {
        program: "borg".to_owned(),
        path: task.setting.paths.borg(),
        by: By::Usual,
    });
    let find = |program: Option<&str>| match (program, &fetched) {
        (None, Some(fetched)) => Ok(fetched.clone()),
        _ => locate::find(program, host.env, host.files),
    };
    named.into_iter().map(find).collect()
}
