//! When a schedule last was due, and when it will be next. Local time of the machine.

use jiff::civil::Date;
use jiff::{ToSpan, Zoned};

use super::{Moments, Schedule};

/// In days. February 29 comes back after eight years at most.
const FAR: i64 = 8 * 366;

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
            super::Numbers::none(0, 23)
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
