//! Reading a schedule. What is wrong is named, with what to write instead.

use super::{Moments, Numbers, Schedule, WEEKDAYS};
use crate::option::scalars::text_or_number;
use crate::option::shape::{At, Shape, Value};
use crate::text::near::nearest;
use crate::text::{Node, Problem, Problems};

const EXAMPLES: &str =
    "write for example: daily, 02:30, Mon..Fri 02:30, Sat,Sun 03:00 or *-*-01 04:00";

/// Why a text is no schedule, and what to type instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub words: String,
    pub help: String,
}

impl Wrong {
    fn new(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            help: EXAMPLES.into(),
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

impl Schedule {
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        text.split(';')
            .map(|part| moments(part.trim()))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Value for Schedule {
    const SHAPE: &'static Shape = &Shape::Text;

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        let text = text_or_number(node, at, out)?;
        match Self::parse(&text) {
            Ok(schedule) => Some(schedule),
            Err(wrong) => {
                let words = format!("`{at}` needs a schedule: {}", wrong.words);
                out.add(
                    Problem::new("borgmatic::config::schedule", words)
                        .on(node, "no schedule")
                        .help(wrong.help),
                );
                None
            }
        }
    }
}

/// Words for whole expressions. systemd.time(7).
const WORDS: [(&str, &str); 9] = [
    ("hourly", "*:00"),
    ("daily", "00:00"),
    ("weekly", "Mon 00:00"),
    ("monthly", "*-01 00:00"),
    ("quarterly", "01,04,07,10-01 00:00"),
    ("semiannually", "01,07-01 00:00"),
    ("semi-annually", "01,07-01 00:00"),
    ("yearly", "01-01 00:00"),
    ("annually", "01-01 00:00"),
];

fn word(text: &str) -> Option<&'static str> {
    let is = |word: &str| word.eq_ignore_ascii_case(text);
    WORDS
        .iter()
        .find(|(word, _)| is(word))
        .map(|(_, meant)| *meant)
}

fn moments(text: &str) -> Result<Moments, Wrong> {
    let parts: Vec<&str> = word(text).unwrap_or(text).split_whitespace().collect();
    if parts.is_empty() {
        return Err(Wrong::new("there is nothing"));
    }
    if text.starts_with('@') || parts.len() == 5 {
        let words = format!("`{text}` is written as for cron");
        return Err(Wrong::new(words).help(
            "write it as for systemd, which is translated for cron: 30 2 * * 1-5 is Mon..Fri 02:30",
        ));
    }
    let mut found = Moments::DAILY;
    let mut parts = parts.into_iter().peekable();
    if let Some(part) = parts.next_if(|part| is_weekdays(part)) {
        found.weekdays = weekdays(part.trim_end_matches(','))?;
    }
    if let Some(part) = parts.next_if(|part| part.contains('-') && !part.contains(':')) {
        (found.months, found.days) = date(part)?;
    }
    if let Some(part) = parts.next_if(|part| part.contains(':')) {
        (found.hours, found.minutes) = time(part)?;
    }
    match parts.next() {
        None => Ok(found),
        Some(part) if is_weekdays(part) => {
            let words = format!("the day of the week `{part}` comes first, before date and time");
            Err(Wrong::new(words))
        }
        Some(part) if part.eq_ignore_ascii_case("utc") || part.contains('/') && is_word(part) => {
            let words = format!("`{part}`: a schedule is in the local time of this machine");
            Err(Wrong::new(words).help("leave out the time zone"))
        }
        Some(part) if part.bytes().all(|byte| byte.is_ascii_digit()) => {
            let words = format!("`{part}` is neither a date nor a time");
            Err(Wrong::new(words).help(format!("for an hour, write the minutes too: {part}:00")))
        }
        Some(part) => {
            let wrong = Wrong::new(format!("`{part}` means nothing here"));
            Err(match nearest(part, WORDS.map(|(word, _)| word)) {
                Some(near) => wrong.help(format!("did you mean {near}?")),
                None => wrong,
            })
        }
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
}

fn is_weekdays(text: &str) -> bool {
    is_word(text)
        && text
            .split([',', '.', '-'])
            .any(|day| weekday(day).is_some())
}

/// A name, or its first three letters.
fn weekday(text: &str) -> Option<u8> {
    let text = text.to_ascii_lowercase();
    let is = |name: &str| {
        let name = name.to_ascii_lowercase();
        name == text || name[..3] == text
    };
    let found = WEEKDAYS.iter().position(|name| is(name))?;
    u8::try_from(found).ok()
}

fn weekdays(text: &str) -> Result<Numbers, Wrong> {
    let day = |text: &str| {
        let unknown = || Wrong::new(format!("`{text}` is not a day of the week"));
        weekday(text).ok_or_else(unknown)
    };
    let mut found = Numbers::none(0, 6);
    for part in text.split(',') {
        let range = part.split_once("..").or_else(|| part.split_once('-'));
        let (from, to) = match range {
            Some((from, to)) => (day(from)?, day(to)?),
            None => (day(part)?, day(part)?),
        };
        if from > to {
            let first = &WEEKDAYS[0][..3];
            let (from, to) = (
                &WEEKDAYS[usize::from(from)][..3],
                &WEEKDAYS[usize::from(to)][..3],
            );
            let rest = if to == first {
                String::from(first)
            } else {
                format!("{first}..{to}")
            };
            let words = format!("`{part}` runs over the end of the week");
            return Err(Wrong::new(words).help(format!("write {rest},{from}..Sun")));
        }
        found = (from..=to).fold(found, Numbers::with);
    }
    Ok(found)
}

/// `YEAR-MONTH-DAY` or `MONTH-DAY`.
fn date(text: &str) -> Result<(Numbers, Numbers), Wrong> {
    if text.contains('~') {
        let words =
            format!("`{text}` counts from the end of the month, which cron and launchd cannot");
        return Err(Wrong::new(words).help("name a day that every month has: *-*-28 04:00"));
    }
    let parts: Vec<&str> = text.split('-').collect();
    let (month, day) = match parts[..] {
        ["*", month, day] | [month, day] => (month, day),
        [_, _, _] => {
            let words = format!("`{text}` names a year: a schedule comes again every year");
            return Err(Wrong::new(words).help(format!("write *-{}-{}", parts[1], parts[2])));
        }
        _ => return Err(Wrong::new(format!("`{text}` is no date"))),
    };
    let months = numbers(month, 1, 12, "month", text)?;
    let days = numbers(day, 1, 31, "day", text)?;
    let longest = |month| match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let first = days.iter().next().unwrap_or(1);
    if !months.iter().any(|month| first <= longest(month)) {
        return Err(Wrong::new(format!("no month in `{text}` has such a day")));
    }
    Ok((months, days))
}

/// `HOUR:MINUTE`, or with seconds that are zero.
fn time(text: &str) -> Result<(Numbers, Numbers), Wrong> {
    let parts: Vec<&str> = text.split(':').collect();
    let (hour, minute) = match parts[..] {
        [hour, minute] => (hour, minute),
        [hour, minute, "0" | "00"] if !minute.contains(',') => (hour, minute),
        [_, times, _] if times.contains(',') => {
            let each = text.replace(',', "; ");
            let words = format!("`{text}` looks like several times");
            return Err(Wrong::new(words).help(format!("put semicolons between them: {each}")));
        }
        [hour, minute, _] => {
            let words = format!("`{text}` names seconds: a schedule knows minutes only");
            return Err(Wrong::new(words).help(format!("write {hour}:{minute}")));
        }
        _ => return Err(Wrong::new(format!("`{text}` is no time"))),
    };
    Ok((
        numbers(hour, 0, 23, "hours", text)?,
        numbers(minute, 0, 59, "minutes", text)?,
    ))
}

/// A part of a date or time; an error names it, and the whole.
fn numbers(part: &str, least: u8, most: u8, what: &str, whole: &str) -> Result<Numbers, Wrong> {
    Numbers::parse(part, least, most)
        .map_err(|why| Wrong::new(format!("the {what} in `{whole}`: {why}")))
}
