//! `doctor`: one screen that says what keeps backups from working, and what to do. It asks borg and the
//! machine as a run would, and changes nothing.

mod backups;
mod caches;
mod configurations;
mod finding;
mod programs;
mod repository;
mod schedule;
mod seen;
mod ssh;
mod within;

use std::time::Duration;

use finding::{Finding, Report, State};
use within::Within;

use super::entries;
use crate::actions::due::USUAL;
use crate::actions::{Alone, AloneAction, Answer, Info};
use crate::cli::Again;
use crate::config::load::flags_alone;
use crate::config::logging::Logs;
use crate::host::{Failure, Host};
use crate::option::Age;
use crate::options;
use crate::report::style::Colours;

/// How long each answer is waited for.
const LIMIT: Age = Age(Duration::from_secs(30));

options! {
    /// Flags of doctor.
    pub struct Flags {
        /// How long to wait for each repository, and for each program that is asked: 30s, 2m.
        timeout: Age = "30s", default = "30s";
        /// How old the last backup of each repository may be: 26h, 2d.
        max_age: Age = "26h", default = "26h";
        /// Print JSON.
        json: bool = "";
    }
}

pub struct Doctor;

impl AloneAction for Doctor {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "doctor",
        aliases: &[],
        about: "Find out what keeps backups from working, and say why",
    };
    const FIRST: bool = true;

    fn run(alone: &Alone<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let limit = flags.timeout.or(LIMIT).0;
        let within = Within {
            processes: alone.host.processes,
            limit,
        };
        let host = Host {
            processes: &within,
            ..*alone.host
        };
        let visit = Visit {
            alone,
            host,
            limit,
            most: flags.max_age.or(USUAL),
        };
        let mut report = Report::default();
        report.extend(programs::borg(&visit));
        report.extend(configurations::look(&visit));
        report.extend(repository::all(&visit));
        report.extend(programs::others(&visit));
        report.extend(caches::look(&visit));
        report.extend(schedule::look(&visit));
        report.extend(backups::look(&visit, &report));
        if let Some(again) = Again::new(alone.configs, entries()) {
            report.rephrase(|cure| again.named(cure));
        }
        if let Some(signal) = host.processes.stop() {
            return Err(Failure::interrupted(signal));
        }
        if flags.json.is_on() {
            host.bus.data(&report.json().to_string());
        } else {
            host.bus.data(&report.page(visit.is_coloured()));
        }
        match report.count(State::Wrong) {
            0 => Ok(Answer::Done),
            count => {
                let words = format!("{count} of {} checks found something wrong", report.all());
                Err(Failure::new("borgmatic::doctor::wrong", words))
            }
        }
    }
}

/// One call of it.
struct Visit<'a> {
    alone: &'a Alone<'a>,
    /// Whose children end in time.
    host: Host<'a>,
    limit: Duration,
    /// How old a backup may be.
    most: Age,
}

impl Visit<'_> {
    /// A command line of ours, for the files that this one is about.
    fn command(&self, action: &str) -> String {
        let again = Again::new(self.alone.configs, entries());
        again.map_or_else(
            || format!("borgmatic {action}"),
            |again| again.command(action),
        )
    }

    fn is_coloured(&self) -> bool {
        let configs: Vec<_> = self
            .alone
            .loaded
            .iter()
            .filter_map(|loaded| loaded.config.as_deref())
            .collect();
        let flags = flags_alone(&self.alone.wishes.given);
        let logs = if configs.is_empty() {
            Logs::of(&[&flags])
        } else {
            Logs::of(&configs)
        };
        let refused = logs.is_ok_and(|logs| !logs.colour);
        Colours::of(self.host.env, false, refused, self.host.terminal).out
    }
}
