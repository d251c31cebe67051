//! When something is due, in one grammar for every scheduler: the part of systemd's calendar events
//! (systemd.time(7)) that cron and launchd can express. Knows no scheduler.

mod moments;
mod numbers;
mod read;

use std::fmt;

pub use numbers::Numbers;
pub use read::Wrong;

/// Points in time that come again and again: `daily`, `Mon..Fri 02:30`, `*-*-01 04:00`. Several are
/// joined by semicolons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule(Vec<Moments>);

/// The minutes at which all five hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments {
    /// From 1.
    pub months: Numbers,
    /// Of the month, from 1.
    pub days: Numbers,
    /// Monday is 0.
    pub weekdays: Numbers,
    pub hours: Numbers,
    pub minutes: Numbers,
}

pub const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

impl Schedule {
    /// Of these parts; at least one.
    pub fn of(moments: Vec<Moments>) -> Self {
        Self(moments)
    }

    /// Its parts; at least one.
    pub fn moments(&self) -> &[Moments] {
        &self.0
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self(vec![Moments::DAILY])
    }
}

impl Moments {
    pub const DAILY: Self = Self {
        months: Numbers::all(1, 12),
        days: Numbers::all(1, 31),
        weekdays: Numbers::all(0, 6),
        hours: Numbers::only(0, 0, 23),
        minutes: Numbers::only(0, 0, 59),
    };
}

/// In a short form that systemd reads.
impl fmt::Display for Moments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.weekdays.is_all() {
            let short = |day: u8| WEEKDAYS[usize::from(day) % 7][..3].to_owned();
            write!(f, "{} ", self.weekdays.listed("..", short))?;
        }
        if !self.months.is_all() || !self.days.is_all() {
            write!(f, "*-{}-{} ", self.months, self.days)?;
        }
        write!(f, "{}:{}", self.hours, self.minutes)
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, moments) in self.0.iter().enumerate() {
            let joint = if index > 0 { "; " } else { "" };
            write!(f, "{joint}{moments}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;
    use jiff::tz::TimeZone;

    use super::Schedule;

    fn parse(text: &str) -> Schedule {
        Schedule::parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"))
    }

    #[test]
    fn schedules_have_a_normal_form() {
        for (text, normal) in [
            ("daily", "00:00"),
            ("Hourly", "*:00"),
            ("weekly", "Mon 00:00"),
            ("monthly", "*-*-01 00:00"),
            ("quarterly", "*-01,04,07,10-01 00:00"),
            ("yearly", "*-01-01 00:00"),
            ("2:30", "02:30"),
            ("02:30:00", "02:30"),
            ("Mon..Fri 02:30", "Mon..Fri 02:30"),
            ("monday,Thu 03:00", "Mon,Thu 03:00"),
            ("Sat,Sun", "Sat,Sun 00:00"),
            ("Mon-Wed,Fri 1:00", "Mon..Wed,Fri 01:00"),
            ("*-*-01 04:00", "*-*-01 04:00"),
            ("*-1,15 04:00", "*-*-01,15 04:00"),
            ("8..18:0/30", "08..18:00,30"),
            ("*:0/20", "*:00,20,40"),
            ("02:30; Sun 14:00", "02:30; Sun 14:00"),
        ] {
            let schedule = parse(text);
            assert_eq!(schedule.to_string(), normal, "{text}");
            assert_eq!(parse(normal), schedule);
        }
        assert_eq!(Schedule::default(), parse("daily"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let told: Vec<String> = [
            "",
            "dayly",
            "25:00",
            "02:60",
            "2",
            "02:30:15",
            "02:30,14:00",
            "30 2 * * 1-5",
            "@daily",
            "*/2:00",
            "Fri..Mon 03:00",
            "Mon,Funday 03:00",
            "02:30 Mon",
            "2026-*-01 04:00",
            "*-*~1 04:00",
            "*-02-30 04:00",
            "02:30 Europe/Berlin",
            "5..3:00",
            "1/0:00",
            "02:30 often",
            "02:30;",
        ]
        .map(|text| {
            let wrong = Schedule::parse(text).unwrap_err();
            let usual = Schedule::parse("").unwrap_err().help;
            if wrong.help == usual {
                wrong.words
            } else {
                format!("{}; {}", wrong.words, wrong.help)
            }
        })
        .into();
        insta::assert_snapshot!(told.join("\n"), @r"
        there is nothing
        `dayly` means nothing here; did you mean daily?
        the hours in `25:00`: 25 is not between 0 and 23
        the minutes in `02:60`: 60 is not between 0 and 59
        `2` is neither a date nor a time; for an hour, write the minutes too: 2:00
        `02:30:15` names seconds: a schedule knows minutes only; write 02:30
        `02:30,14:00` looks like several times; put semicolons between them: 02:30; 14:00
        `30 2 * * 1-5` is written as for cron; write it as for systemd, which is translated for cron: 30 2 * * 1-5 is Mon..Fri 02:30
        `@daily` is written as for cron; write it as for systemd, which is translated for cron: 30 2 * * 1-5 is Mon..Fri 02:30
        the hours in `*/2:00`: `*/2` names no first number: write 00/2
        `Fri..Mon` runs over the end of the week; write Mon,Fri..Sun
        `Funday` is not a day of the week
        the day of the week `Mon` comes first, before date and time
        `2026-*-01` names a year: a schedule comes again every year; write *-*-01
        `*-*~1` counts from the end of the month, which cron and launchd cannot; name a day that every month has: *-*-28 04:00
        no month in `*-02-30` has such a day
        `Europe/Berlin`: a schedule is in the local time of this machine; leave out the time zone
        the hours in `5..3:00`: `5..3` runs backwards
        the hours in `1/0:00`: `1/0` needs a number above 0 after its slash
        `often` means nothing here
        there is nothing
        ");
    }

    #[test]
    fn how_often_it_comes_is_known() {
        for (text, minutes, hourly) in [
            ("daily", 24 * 60, false),
            ("hourly", 60, true),
            ("*:*", 1, true),
            ("*:0/20", 20, true),
            ("00..11:30; 12..23:00", 30, true),
            ("Mon..Fri *:00", 60, false),
            ("8..18:0/30", 30, false),
            ("02:30; Sun 02:40", 10, false),
            ("Sat,Sun 03:00", 24 * 60, false),
            ("yearly", 365 * 24 * 60, false),
        ] {
            let schedule = parse(text);
            assert_eq!(schedule.shortest().as_secs() / 60, minutes, "{text}");
            assert_eq!(schedule.is_hourly(), hourly, "{text}");
        }
    }

    #[test]
    fn the_last_and_the_next_point_in_time_are_found() {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let zone = |text: &str| {
            let time: DateTime = text.parse().unwrap();
            time.to_zoned(berlin.clone()).unwrap()
        };
        for (text, now, last, next) in [
            (
                "02:30",
                "2026-11-25T02:30:00",
                "2026-11-25T02:30:00",
                "2026-11-26T02:30:00",
            ),
            (
                "02:30",
                "2026-11-25T02:29:59",
                "2026-11-24T02:30:00",
                "2026-11-25T02:30:00",
            ),
            (
                "Mon..Fri 02:30",
                "2026-11-29T12:00:00",
                "2026-11-27T02:30:00",
                "2026-11-30T02:30:00",
            ),
            (
                "*-*-31 04:00",
                "2026-11-25T00:00:00",
                "2026-10-31T04:00:00",
                "2026-12-31T04:00:00",
            ),
            (
                "02-29 00:00",
                "2026-11-25T00:00:00",
                "2024-02-29T00:00:00",
                "2028-02-29T00:00:00",
            ),
            (
                "01:00; 13:00",
                "2026-11-25T12:00:00",
                "2026-11-25T01:00:00",
                "2026-11-25T13:00:00",
            ),
            // The clock skips from two to three.
            (
                "02:30",
                "2026-03-29T12:00:00",
                "2026-03-29T03:30:00",
                "2026-03-30T02:30:00",
            ),
        ] {
            let (schedule, now) = (parse(text), zone(now));
            assert_eq!(schedule.last(&now), Some(zone(last)), "{text}");
            assert_eq!(schedule.next(&now), Some(zone(next)), "{text}");
        }
    }
}
