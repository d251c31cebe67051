//! Where a scheduler would find no configuration: which places were searched, which one somebody may
//! have meant, and what to type.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::job::Reach;
use super::schedulers::Scheduler;
use super::self_install::Task;
use crate::actions::config::make_one;
use crate::config::find;
use crate::host::{Env, Failure};
use crate::option::words::quote;

/// A scheduler was asked for.
pub(super) fn refusal(task: &Task<'_>, scheduler: Scheduler) -> Failure {
    let by = scheduler.word();
    let words = format!(
        "there is no configuration that {by} could start a backup of: {}",
        searched(task)
    );
    let flag = format!(" --{by}");
    let again = task.again("borgmatic") + &flag;
    let help = elsewhere(task, &flag).unwrap_or_else(|| {
        format!(
            "write one, then run this again: {}; or name it: {again} --config FILE; \
             for the program alone: --no-schedule",
            make(task)
        )
    });
    Failure::new("borgmatic::install::configuration", words).help(help)
}

/// No scheduler was asked for: the program is installed without one.
pub(super) fn not_yet(task: &Task<'_>) -> String {
    let words = "no configuration yet, so nobody starts backups:";
    let again = task.again("borgmatic");
    match elsewhere(task, "") {
        Some(elsewhere) => format!("{words} {}; {elsewhere}", searched(task)),
        None => format!(
            "{words} {}; write one with {}, then run {again} again",
            searched(task),
            make(task)
        ),
    }
}

fn make(task: &Task<'_>) -> String {
    let setting = task.setting;
    let is_own = setting.managers.reach == Reach::User;
    make_one(task.host.env, is_own, setting.root.as_deref())
}

fn searched(task: &Task<'_>) -> String {
    let places = find::defaults(task.host.env);
    let places: Vec<String> = places.iter().map(|it| it.display().to_string()).collect();
    let below = task.setting.root.as_ref();
    let below = below.map_or_else(String::new, |root| format!(" below {}", root.display()));
    format!("nothing{below} at {}", places.join(", "))
}

/// A configuration of the person who calls, which does not count for the machine: why, and what to
/// type.
fn elsewhere(task: &Task<'_>, flag: &str) -> Option<String> {
    let setting = task.setting;
    if setting.root.is_some() || setting.managers.reach == Reach::User {
        return None;
    }
    let found = persons(task.alone.host.env)
        .into_iter()
        .flat_map(|env| find::files(&[], &env, task.host.files))
        .next()?;
    let home = task.host.env.home.display();
    let (found, again) = (found.to_string_lossy(), task.again("borgmatic"));
    Some(format!(
        "{found} does not count: backups of the machine run as root, whose home is {home}; \
         name it: {again}{flag} --config {}; or install for that user alone, without sudo: \
         borgmatic self-install --user{flag}",
        quote(&found)
    ))
}

/// The one who calls, and the one who called `sudo` or `doas`.
fn persons(env: &Env) -> Vec<Env> {
    let before = ["SUDO_USER", "DOAS_USER"].into_iter().filter_map(|name| {
        let home: &PathBuf = env.homes.get(env.text(name)?)?;
        let mut env = env.clone();
        env.variables.remove(OsStr::new("XDG_CONFIG_HOME"));
        env.home.clone_from(home);
        Some(env)
    });
    std::iter::once(env.clone()).chain(before).collect()
}
