//! A schedule fires at the same minutes whoever carries it out. The lines of cron and the entries of
//! launchd are judged by evaluators of their own, after the manuals; systemd's by systemd.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use borgmatic::install::cron::{Form, lines};
use borgmatic::install::launchd;
use borgmatic::option::Schedule;
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};
use proptest::prelude::*;

use crate::made::job;

fn job_at(schedule: &Schedule) -> borgmatic::install::Job {
    let mut job = job();
    job.schedule = schedule.clone();
    job.jitter = Duration::ZERO;
    job
}

/// Does a field of crontab(5) hold?
fn field(text: &str, number: i8) -> bool {
    text.split(',').any(|part| match part.split_once('-') {
        _ if part == "*" => true,
        Some((from, to)) => (from.parse().unwrap()..=to.parse::<i8>().unwrap()).contains(&number),
        None => part.parse::<i8>().unwrap() == number,
    })
}

/// crontab(5): where day of the month and day of the week are both named, either will do.
fn cron_fires(line: &str, at: DateTime) -> bool {
    let parts: Vec<&str> = line.split(' ').take(5).collect();
    let [minute, hour, day, month, weekday] = parts[..] else {
        panic!("{line}");
    };
    let days = (
        field(day, at.day()),
        field(weekday, at.weekday().to_sunday_zero_offset()),
    );
    let is_day = match (day, weekday) {
        ("*", _) | (_, "*") => days.0 && days.1,
        _ => days.0 || days.1,
    };
    field(minute, at.minute()) && field(hour, at.hour()) && field(month, at.month()) && is_day
}

/// The dictionaries of StartCalendarInterval.
fn entries(list: &str) -> Vec<HashMap<String, i8>> {
    let array = list
        .split_once("<key>StartCalendarInterval</key>")
        .unwrap()
        .1;
    let array = array.split_once("</array>").unwrap().0;
    array
        .split("<dict>")
        .skip(1)
        .map(|text| {
            let mut found = HashMap::new();
            for pair in text.split("<key>").skip(1) {
                let (key, rest) = pair.split_once("</key>").unwrap();
                let (_, rest) = rest.split_once("<integer>").unwrap();
                let number = rest.split_once("</integer>").unwrap().0.parse().unwrap();
                found.insert(key.to_owned(), number);
            }
            found
        })
        .collect()
}

/// launchd.plist(5): as in crontab(5); what is missing is any.
fn launchd_fires(entry: &HashMap<String, i8>, at: DateTime) -> bool {
    let is = |key: &str, number: i8| entry.get(key).is_none_or(|own| *own == number);
    let days = (
        is("Day", at.day()),
        is("Weekday", at.weekday().to_sunday_zero_offset()),
    );
    let is_day = if entry.contains_key("Day") && entry.contains_key("Weekday") {
        days.0 || days.1
    } else {
        days.0 && days.1
    };
    is("Month", at.month()) && is("Hour", at.hour()) && is("Minute", at.minute()) && is_day
}

/// Does it fire at this minute by our own reckoning?
fn fires(schedule: &Schedule, at: DateTime) -> bool {
    let now = at.to_zoned(TimeZone::UTC).unwrap();
    schedule.last(&now) == Some(now)
}

fn numbers(least: u8, most: u8) -> impl Strategy<Value = String> {
    let list =
        proptest::collection::vec((least..=most).prop_map(|number| number.to_string()), 1..4)
            .prop_map(|list| list.join(","));
    let range = (least..=most, least..=most)
        .prop_map(|(one, other)| format!("{}..{}", one.min(other), one.max(other)));
    let step = (least..=most, 1..=most).prop_map(|(first, step)| format!("{first}/{step}"));
    prop_oneof![Just("*".to_owned()), list, range, step]
}

fn weekdays() -> impl Strategy<Value = String> {
    let name = prop_oneof!["Mon", "Tue", "wednesday", "Thu", "FRI", "Sat", "Sun"];
    let list = proptest::collection::vec(name, 1..4).prop_map(|list| list.join(","));
    prop_oneof![
        list,
        Just("Mon..Fri".to_owned()),
        Just("Sat,Sun".to_owned())
    ]
}

/// A schedule that every scheduler can carry out.
fn schedule() -> impl Strategy<Value = String> {
    let time =
        (numbers(0, 23), numbers(0, 59)).prop_map(|(hour, minute)| format!("{hour}:{minute}"));
    let date = (numbers(1, 12), numbers(1, 28)).prop_map(|(month, day)| format!("*-{month}-{day}"));
    let day = prop_oneof![Just(String::new()), weekdays(), date];
    let one = (day, time).prop_map(|(day, time)| format!("{day} {time}"));
    proptest::collection::vec(one, 1..3).prop_map(|parts| parts.join("; "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn cron_and_launchd_fire_at_the_same_minutes(
        text in schedule(),
        minutes in proptest::collection::vec(0i64..60 * 24 * 366 * 2, 40),
    ) {
        let schedule = Schedule::parse(&text).unwrap();
        let job = job_at(&schedule);
        let cron = lines(&job, Form::System).unwrap();
        // What makes up for missed runs comes behind the schedule's own lines.
        let cron = cron.split("# What was missed").next().unwrap();
        let cron: Vec<&str> = cron.lines().filter(|line| !line.starts_with('#')).collect();
        let list = launchd::file(&job, Path::new("/")).map(|file| String::from_utf8(file.bytes).unwrap());
        let list = list.as_ref().map(|list| entries(list)).ok();
        let start = date(2026, 1, 1).at(0, 0, 0, 0);
        let mut moments: Vec<DateTime> = minutes.iter().map(|minutes| start + minutes.minutes()).collect();
        // Minutes at which it does fire, and those beside them.
        for at in moments.clone() {
            if let Some(next) = schedule.next(&at.to_zoned(TimeZone::UTC).unwrap()) {
                moments.extend([next.datetime() - 1.minutes(), next.datetime(), next.datetime() + 1.minutes()]);
            }
        }
        for at in moments {
            let meant = fires(&schedule, at);
            prop_assert_eq!(cron.iter().any(|line| cron_fires(line, at)), meant, "{}: {:?} {}", text, cron, at);
            if let Some(entries) = &list {
                let fired = entries.iter().any(|entry| launchd_fires(entry, at));
                prop_assert_eq!(fired, meant, "{}: {:?} {}", text, entries, at);
            }
        }
    }
}

#[test]
fn days_of_both_kinds_are_refused_where_either_would_do() {
    let schedule = Schedule::parse("Mon *-*-01..07 04:00").unwrap();
    let job = job_at(&schedule);
    let told = lines(&job, Form::System).unwrap_err();
    assert_eq!(
        (told.code, told.status),
        ("borgmatic::install::schedule", 2)
    );
    assert_eq!(
        launchd::file(&job, Path::new("/")).unwrap_err().code,
        told.code
    );
    // Where either of them is every day, cron takes both.
    for text in ["Mon..Sun *-*-05 04:00", "Mon *-*-01..31 04:00"] {
        let job = job_at(&Schedule::parse(text).unwrap());
        lines(&job, Form::User).unwrap();
    }
}

#[test]
fn systemd_fires_at_the_same_minutes() {
    let is_there = Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_ok();
    if !is_there {
        println!("SKIP: systemd-analyze is not here");
        return;
    }
    for text in [
        "hourly",
        "daily",
        "weekly",
        "monthly",
        "quarterly",
        "yearly",
        "02:30",
        "Mon..Fri 02:30",
        "Mon,Thu 03:00",
        "*-*-01 04:00",
        "Mon *-*-01..07 04:00",
        "8..18:0/30",
        "*:5,35",
        "Sat,Sun 1/6:00",
        "*-2/3-15,28 23:59",
        "02-29 12:00",
        "Mon-Wed,Fri 1:00",
        "wednesday 12:00",
        "*-*-31 03:00",
    ] {
        let schedule = Schedule::parse(text).unwrap();
        for written in [text.to_owned(), schedule.to_string()] {
            // What people write themselves must mean the same, where systemd reads it, too.
            let output = Command::new("systemd-analyze")
                .args([
                    "calendar",
                    "--iterations=12",
                    "--base-time=2026-02-27 10:07:00 UTC",
                    &written,
                ])
                .env("TZ", "UTC")
                .output()
                .unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            let times: Vec<DateTime> = said
                .lines()
                .filter(|line| line.contains("elapse:") || line.contains("Iter. #"))
                .map(|line| {
                    let words: Vec<&str> = line.split_whitespace().rev().take(3).collect();
                    format!("{}T{}", words[2], words[1]).parse().unwrap()
                })
                .collect();
            assert!(times.len() >= 10, "{written}: {said}");
            let mut now: Zoned = date(2026, 2, 27)
                .at(10, 7, 0, 0)
                .to_zoned(TimeZone::UTC)
                .unwrap();
            for time in times {
                now = schedule.next(&now).unwrap();
                assert_eq!(now.datetime(), time, "{written}");
            }
        }
    }
}
