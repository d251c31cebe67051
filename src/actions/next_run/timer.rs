//! The timer of systemd. Facts: systemctl(1), systemd.timer(5).

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{NextRun, configs, is_ours};
use crate::host::{Command, Exit, Heard, Host};
use crate::option::words;

const TIMER: &str = "borgmatic.timer";
const SERVICE: &str = "borgmatic.service";

/// A manager that does not answer is not waited for.
const LONGEST: Duration = Duration::from_secs(5);

/// What systemd says of the timer and of what it starts.
#[derive(Debug, Default)]
struct Told {
    next: String,
    start: String,
    user: String,
}

/// The next run of the timer: root's is the system's, others have one of their own, or a service of
/// the system with their rights.
pub(super) fn next(host: &Host<'_>) -> Option<NextRun> {
    if !host.files.is_dir(Path::new("/run/systemd/system")) {
        return None;
    }
    if host.env.user == 0 {
        return run(host, &ask(host, false)?);
    }
    ask(host, true)
        .and_then(|told| run(host, &told))
        .or_else(|| {
            let told = ask(host, false)?;
            let home = host.env.homes.get(&told.user)?;
            (*home == host.env.home).then(|| run(host, &told))?
        })
}

fn ask(host: &Host<'_>, of_user: bool) -> Option<Told> {
    let command = Command::new("systemctl")
        .when(of_user, ["--user"])
        .args(["show", TIMER, SERVICE])
        .arg("--property=NextElapseUSecRealtime,ExecStart,User")
        .set("TZ", "UTC")
        .set("LC_ALL", "C")
        .reads()
        .within(LONGEST);
    let mut told = Told::default();
    let exit = host.processes.run(&command, &mut |heard| {
        if let Heard::Out(line) = heard {
            let line = String::from_utf8_lossy(line).into_owned();
            match line.split_once('=') {
                Some(("NextElapseUSecRealtime", value)) => value.clone_into(&mut told.next),
                Some(("ExecStart", value)) => value.clone_into(&mut told.start),
                Some(("User", value)) => value.clone_into(&mut told.user),
                _ => {}
            }
        }
    });
    matches!(exit, Ok(Exit::Code(0))).then_some(told)
}

fn run(host: &Host<'_>, told: &Told) -> Option<NextRun> {
    // «Thu 2026-11-26 03:00:00 UTC»; empty where it is not active.
    let moment = told.next.strip_suffix(" UTC")?.split_once(' ')?.1;
    let moment: DateTime = moment.replace(' ', "T").parse().ok()?;
    let at = moment.to_zoned(TimeZone::UTC).ok()?;
    Some(NextRun {
        at: at.with_time_zone(host.clock.now().time_zone().clone()),
        by: TIMER.into(),
        configs: started(host, &told.start),
    })
}

/// The files that the service reads: `{ path=… ; argv[]=borgmatic --config … ; … }`.
fn started(host: &Host<'_>, start: &str) -> Vec<PathBuf> {
    let argv = start
        .split_once("argv[]=")
        .and_then(|(_, rest)| rest.split_once(" ; "))
        .map_or("", |(argv, _)| argv);
    let argv = words::split(argv).unwrap_or_default();
    match argv.iter().position(|word| is_ours(word)) {
        Some(at) => configs(host, &argv[at + 1..]),
        None => Vec::new(),
    }
}
