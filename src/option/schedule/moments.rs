//! When a schedule last was due, and when it will be next. Local time of the machine.

use std::time::Duration;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

use super::{Moments, Numbers, Schedule};

/// In days. February 29 comes back after eight years at most.
const FAR: i64 = 8 * 366;

/// So many points in time show how close two of them are: a week of half hours, and more.
const MANY: usize = 400;

impl Schedule {
    /// The last point in time, now included.
    pub fn last(&self, now: &Zoned) -> Option<Zoned> {
        let last = |moments: &Moments| {
            let mut dates = (0..FAR).map_while(|ago| now.date().checked_sub(ago.days()).ok());
            dates.find_map(|date| moments.on(date, now).rev().find(|moment| moment <= now))
        };
        self.moments().iter().filter_map(last).max()
    }

    /// The first point in time after now.
    pub fn next(&self, now: &Zoned) -> Option<Zoned> {
        let next = |moments: &Moments| {
            let mut dates = (0..FAR).map_while(|ahead| now.date().checked_add(ahead.days()).ok());
            dates.find_map(|date| moments.on(date, now).find(|moment| moment > now))
        };
        self.moments().iter().filter_map(next).min()
    }

    /// Has every hour of every day a point in time?
    pub fn is_hourly(&self) -> bool {
        let is_daily =
            |part: &&Moments| part.months.is_all() && part.days.is_all() && part.weekdays.is_all();
        let daily = self.moments().iter().filter(is_daily);
        let hours = daily.flat_map(|part| part.hours.iter());
        hours.fold(Numbers::none(0, 23), Numbers::with).is_all()
    }

    /// The shortest time between two points.
    pub fn shortest(&self) -> Duration {
        let start = date(2026, 1, 1).to_zoned(TimeZone::UTC).ok();
        let points: Vec<Zoned> =
            std::iter::successors(start.and_then(|start| self.next(&start)), |now| {
                self.next(now)
            })
            .take(MANY)
            .collect();
        let gaps = points
            .windows(2)
            .filter_map(|pair| Duration::try_from(pair[1].duration_since(&pair[0])).ok());
        gaps.min().unwrap_or(Duration::MAX)
    }
}

impl Moments {
    fn has_day(&self, date: Date) -> bool {
        let number = |number: i8| u8::try_from(number).unwrap_or(0);
        self.months.has(number(date.month()))
            && self.days.has(number(date.day()))
            && self
                .weekdays
                .has(number(date.weekday().to_monday_zero_offset()))
    }

    /// All of a day, in order, in the time zone of `now`. A time that the clock skips comes later.
    fn on(&self, date: Date, now: &Zoned) -> impl DoubleEndedIterator<Item = Zoned> {
        let hours = if self.has_day(date) {
            self.hours
        } else {
            Numbers::none(0, 23)
        };
        let (zone, minutes) = (now.time_zone().clone(), self.minutes);
        hours
            .iter()
            .flat_map(move |hour| minutes.iter().map(move |minute| (hour, minute)))
            .filter_map(move |(hour, minute)| {
                let number = |number: u8| i8::try_from(number).unwrap_or(0);
                let time = date.at(number(hour), number(minute), 0, 0);
                time.to_zoned(zone.clone()).ok()
            })
    }
}
