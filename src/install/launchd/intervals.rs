//! The moments of a schedule as launchd takes them: each with one number of a kind, a missing one is any.

use crate::host::Failure;
use crate::install::cron::either;
use crate::install::job::Job;
use crate::install::spread;
use crate::option::schedule::{Moments, Numbers};

/// More than anybody schedules, and fewer than would make launchd slow.
const MOST: usize = 1000;

/// The array of dictionaries.
pub(super) fn array(job: &Job) -> Result<String, Failure> {
    let mut text = String::from("<array>\n");
    let mut count = 0;
    for moments in job.schedule.moments() {
        if !moments.days.is_all() && !moments.weekdays.is_all() {
            return Err(either(moments));
        }
        for keys in all(&spread::later(moments, &job.machine, job.jitter)) {
            count += 1;
            text += "    <dict>\n";
            for (key, number) in keys {
                text += &format!("        <key>{key}</key>\n        <integer>{number}</integer>\n");
            }
            text += "    </dict>\n";
        }
    }
    if count > MOST {
        let words = format!(
            "launchd would need {count} entries for the schedule {}",
            job.schedule
        );
        return Err(Failure::new("borgmatic::install::schedule", words)
            .help("choose one with fewer moments, such as hourly")
            .status(2));
    }
    Ok(text + "</array>")
}

/// Every combination.
fn all(moments: &Moments) -> Vec<Vec<(&'static str, u8)>> {
    let mut found = vec![Vec::new()];
    let weekdays = moments.weekdays.iter().map(|day| (day + 1) % 7);
    let weekdays = weekdays.fold(Numbers::none(0, 6), Numbers::with);
    for (key, numbers) in [
        ("Month", moments.months),
        ("Day", moments.days),
        ("Weekday", weekdays),
        ("Hour", moments.hours),
        ("Minute", moments.minutes),
    ] {
        if numbers.is_all() {
            continue;
        }
        found = found
            .iter()
            .flat_map(|keys| {
                numbers.iter().map(move |number| {
                    let mut keys = keys.clone();
                    keys.push((key, number));
                    keys
                })
            })
            .collect();
    }
    found
}
