//! Lines for cron: `/etc/cron.d/borgmatic`, else the user's own crontab. Facts: crontab(5). A line that
//! asks each hour whether a run was missed (`--if-due`) starts none at a known time.

use std::path::Path;
use std::time::Duration;

use super::{NextRun, configs, is_ours};
use crate::host::{Command, Exit, Heard, Host};
use crate::option::schedule::{Moments, Numbers, Schedule};
use crate::option::words;

const FILE: &str = "/etc/cron.d/borgmatic";

/// The largest crontab that is read, in bytes.
const LARGEST: u64 = 1 << 20;

const LONGEST: Duration = Duration::from_secs(5);

pub(super) fn next(host: &Host<'_>) -> Option<NextRun> {
    let file = host.files.read(Path::new(FILE), LARGEST).ok();
    if let Some(file) = file.filter(|_| host.env.user == 0)
        && let Some(next) = of(host, &String::from_utf8_lossy(&file), FILE, true)
    {
        return Some(next);
    }
    of(host, &own(host)?, "crontab", false)
}

/// The crontab of this user.
fn own(host: &Host<'_>) -> Option<String> {
    let path = host.env.text("PATH").unwrap_or_default();
    let has = |folder: &str| host.files.is_file(&Path::new(folder).join("crontab"));
    if !path.split(':').any(has) {
        return None;
    }
    let mut text = String::new();
    let command = Command::new("crontab").arg("-l").reads().within(LONGEST);
    let exit = host.processes.run(&command, &mut |heard| {
        if let Heard::Out(line) = heard {
            text += &String::from_utf8_lossy(line);
            text.push('\n');
        }
    });
    matches!(exit, Ok(Exit::Code(0))).then_some(text)
}

/// The first of all its lines that start a run.
fn of(host: &Host<'_>, text: &str, by: &str, has_user: bool) -> Option<NextRun> {
    // Times of another zone than this machine's.
    if text
        .lines()
        .any(|line| line.trim_start().starts_with("CRON_TZ"))
    {
        return None;
    }
    let now = host.clock.now();
    let runs = text.lines().filter_map(|line| {
        let (schedule, command) = line_of(line.trim())?;
        let words = words::split(command).ok()?;
        let words = match words.split_first() {
            Some((user, command)) if has_user && user == "root" => command,
            _ if has_user => return None,
            _ => &words,
        };
        let start = words.iter().position(|word| is_ours(word))?;
        let ours = &words[start + 1..];
        let asks = ours.iter().any(|word| word.starts_with("--if-due"));
        if asks && schedule.is_hourly() {
            return None;
        }
        Some(NextRun {
            at: schedule.next(&now)?,
            by: by.to_owned(),
            configs: configs(host, ours),
        })
    });
    runs.min_by_key(|run| run.at.timestamp())
}

/// A line's times, and what stands after them.
fn line_of(line: &str) -> Option<(Schedule, &str)> {
    if line.starts_with('#') {
        return None;
    }
    if let Some(word) = line.strip_prefix('@') {
        let (word, rest) = word.split_once(char::is_whitespace)?;
        let word = match word {
            "midnight" => "daily",
            "annually" => "yearly",
            // Its time is that of the start of the machine.
            "reboot" => return None,
            word => word,
        };
        let schedule = Schedule::parse(word).ok()?;
        return Some((
            if word == "weekly" {
                sundays()
            } else {
                schedule
            },
            rest,
        ));
    }
    let mut rest = line;
    let mut fields = [""; 5];
    for field in &mut fields {
        let (word, after) = rest.split_once(char::is_whitespace)?;
        (*field, rest) = (word, after.trim_start());
    }
    let [minutes, hours, days, months, weekdays] = fields;
    let moments = Moments {
        minutes: numbers(minutes, 0, 59, &[])?,
        hours: numbers(hours, 0, 23, &[])?,
        days: numbers(days, 1, 31, &[])?,
        months: numbers(months, 1, 12, &MONTHS)?,
        weekdays: week(numbers(weekdays, 0, 7, &WEEKDAYS)?),
    };
    // Where both are given, either will do.
    if days.starts_with('*') || weekdays.starts_with('*') {
        return Some((Schedule::of(vec![moments]), rest));
    }
    let any = Moments::DAILY;
    let by_day = Moments {
        weekdays: any.weekdays,
        ..moments
    };
    let by_week = Moments {
        days: any.days,
        ..moments
    };
    Some((Schedule::of(vec![by_day, by_week]), rest))
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// From 0.
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// cron's week begins on Sunday, other than systemd's.
fn sundays() -> Schedule {
    Schedule::of(vec![Moments {
        weekdays: Numbers::only(6, 0, 6),
        ..Moments::DAILY
    }])
}

/// Sunday is 0 and 7; here Monday is 0.
fn week(cron: Numbers) -> Numbers {
    let days = cron.iter().map(|day| (day + 6) % 7);
    days.fold(Numbers::none(0, 6), Numbers::with)
}

/// A list of numbers, ranges `1-5` and steps `*/15`; names stand for numbers from `least` on.
fn numbers(text: &str, least: u8, most: u8, names: &[&str]) -> Option<Numbers> {
    let number = |word: &str| {
        let word = word.to_ascii_lowercase();
        let named = names.iter().position(|name| *name == word);
        let number = match named {
            Some(at) => u8::try_from(at).ok()? + least,
            None => word.parse().ok()?,
        };
        (least..=most).contains(&number).then_some(number)
    };
    let mut found = Numbers::none(least, most);
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<usize>().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (number(from)?, number(to)?),
            None if range == "*" => (least, most),
            None if part.contains('/') => (number(range)?, most),
            None => (number(range)?, number(range)?),
        };
        found = (from..=to).step_by(step).fold(found, Numbers::with);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn lines_are_read_as_cron_does() {
        let now = "2026-11-25T12:00:00"
            .parse::<jiff::civil::DateTime>()
            .unwrap();
        let now = now.to_zoned(TimeZone::UTC).unwrap();
        let next = |line: &str| {
            let read = line_of(line).and_then(|(schedule, _)| schedule.next(&now));
            read.map_or_else(
                || "-".into(),
                |at| at.strftime("%a %d %b %H:%M").to_string(),
            )
        };
        for (line, expected) in [
            ("0 3 * * * root borgmatic", "Thu 26 Nov 03:00"),
            ("*/15 * * * * borgmatic", "Wed 25 Nov 12:15"),
            ("5,35 8-18 * * * borgmatic", "Wed 25 Nov 12:05"),
            ("30 2 * * 0 borgmatic", "Sun 29 Nov 02:30"),
            ("30 2 * * 7 borgmatic", "Sun 29 Nov 02:30"),
            ("30 2 * * Mon-Fri borgmatic", "Thu 26 Nov 02:30"),
            ("0 0 1 * Sun borgmatic", "Sun 29 Nov 00:00"),
            ("0 0 1 jan * borgmatic", "Fri 01 Jan 00:00"),
            ("10/20 12 * * * borgmatic", "Wed 25 Nov 12:10"),
            ("@daily borgmatic", "Thu 26 Nov 00:00"),
            ("@weekly borgmatic", "Sun 29 Nov 00:00"),
            ("@reboot borgmatic", "-"),
            ("# 0 3 * * * borgmatic", "-"),
            ("PATH=/usr/bin:/bin", "-"),
            ("60 3 * * * borgmatic", "-"),
        ] {
            assert_eq!(next(line), expected, "{line}");
        }
    }
}
