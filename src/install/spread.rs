//! Numbers that differ between machines and never change on one: for schedulers that cannot spread
//! their load themselves. Pure.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::option::schedule::{Moments, Numbers};

/// A number from 0 to `most`.
pub fn number(machine: &str, what: &str, most: u64) -> u64 {
    let hash = Sha256::digest(format!("borgmatic {what} {machine}"));
    let start = hash
        .iter()
        .take(8)
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    start % (most + 1)
}

/// The same moments, later by up to `jitter`, but on the same day: a later one could be on another day
/// of the month.
pub fn later(moments: &Moments, machine: &str, jitter: Duration) -> Moments {
    let minute = u64::from(moments.minutes.last());
    let hour = u64::from(moments.hours.last());
    // Where minutes would be carried into some hours only, none are.
    let within_hour = moments.hours.is_all() || moments.minutes.count() > 1;
    let room = if within_hour {
        59 - minute
    } else {
        1439 - 60 * hour - minute
    };
    by(
        moments,
        number(machine, "moment", room.min(jitter.as_secs() / 60)),
    )
}

/// So many minutes later.
fn by(moments: &Moments, minutes: u64) -> Moments {
    let add = |number: u8, more: u64| u8::try_from(u64::from(number) + more).unwrap_or(0);
    let hours = (u64::from(moments.minutes.last()) + minutes) / 60;
    let shifted = |numbers: Numbers, more: u64, most: u8| {
        let all = numbers.iter().map(|number| add(number, more) % (most + 1));
        all.fold(Numbers::none(0, most), Numbers::with)
    };
    Moments {
        hours: shifted(moments.hours, hours, 23),
        minutes: shifted(moments.minutes, minutes % 60, 59),
        ..*moments
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::option::Schedule;

    #[test]
    fn a_machine_always_has_the_same_number() {
        assert_eq!(number("a", "x", 59), number("a", "x", 59));
        let many: std::collections::BTreeSet<u64> = (0..500)
            .map(|machine| number(&machine.to_string(), "x", 9))
            .collect();
        assert_eq!(many.len(), 10);
    }

    proptest! {
        #[test]
        fn a_shift_is_the_same_for_all_moments_of_a_day(
            hour in 0u8..24, minute in 0u8..60, more in 0u8..24, machine in "[a-f0-9]{8}", jitter in 0u64..100_000,
        ) {
            let text = format!("{hour},{more}:{minute}");
            let schedule = Schedule::parse(&text).unwrap();
            let moments = schedule.moments()[0];
            let moved = later(&moments, &machine, Duration::from_secs(jitter));
            let minutes = |moments: &Moments| -> Vec<u64> {
                let minute = u64::from(moments.minutes.last());
                moments.hours.iter().map(|hour| 60 * u64::from(hour) + minute).collect()
            };
            let (before, after) = (minutes(&moments), minutes(&moved));
            prop_assert_eq!(before.len(), after.len());
            let shifts: std::collections::BTreeSet<u64> =
                after.iter().zip(&before).map(|(after, before)| after - before).collect();
            prop_assert_eq!(shifts.len(), 1);
            prop_assert!(shifts.first().unwrap() * 60 <= jitter);
        }
    }
}
