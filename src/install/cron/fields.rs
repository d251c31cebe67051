//! The five fields of a line: the minutes of a schedule, moved on by what tells this machine from
//! others.

use std::fmt;

use crate::host::Failure;
use crate::install::job::Job;
use crate::install::spread;
use crate::option::schedule::{Moments, Numbers};

/// When a line fires. cron takes a day of the month *or* a day of the week where both are named, so
/// that only one of them ever is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fields(Moments);

/// One for each part of the schedule.
pub(super) fn all(job: &Job) -> Result<Vec<Fields>, Failure> {
    job.schedule
        .moments()
        .iter()
        .map(|moments| {
            if !moments.days.is_all() && !moments.weekdays.is_all() {
                return Err(either(moments));
            }
            Ok(Fields(spread::later(moments, &job.machine, job.jitter)))
        })
        .collect()
}

/// `Mon *-*-01..07` is the first Monday of a month. As a line of cron it would mean each Monday, and
/// the first seven days besides.
pub(in crate::install) fn either(moments: &Moments) -> Failure {
    let words = format!(
        "the schedule {moments} names days of the week and days of the month: it means days that are \
         both, but cron and launchd would take either"
    );
    Failure::new("borgmatic::install::schedule", words)
        .help("name one of the two: Mon 04:00, or *-*-01 04:00; systemd takes both")
        .status(2)
}

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |numbers: Numbers| numbers.listed("-", |number| number.to_string());
        // Sunday is 0 for every cron; not all take 7.
        let weekday = |number: u8| (number + 1) % 7;
        let Moments {
            months,
            days,
            weekdays,
            hours,
            minutes,
        } = self.0;
        let shifted = weekdays
            .iter()
            .map(weekday)
            .fold(Numbers::none(0, 6), Numbers::with);
        write!(
            f,
            "{} {} {} {} {}",
            plain(minutes),
            plain(hours),
            plain(days),
            plain(months),
            plain(shifted)
        )
    }
}
