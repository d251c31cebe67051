//! A clock that stands still.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Zoned;

use super::locked;
use crate::host::Clock;

/// Moves only when somebody sleeps.
pub struct Still {
    now: Mutex<Zoned>,
    slept: Mutex<Vec<Duration>>,
}

impl Still {
    pub fn at(now: Zoned) -> Self {
        Self {
            now: Mutex::new(now),
            slept: Mutex::default(),
        }
    }

    pub fn slept(&self) -> Vec<Duration> {
        locked(&self.slept).clone()
    }
}

/// 4 May 2026, 03:17 UTC.
impl Default for Still {
    fn default() -> Self {
        let second = jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(1_777_864_620);
        Self::at(second.to_zoned(jiff::tz::TimeZone::UTC))
    }
}

impl Clock for Still {
    fn now(&self) -> Zoned {
        locked(&self.now).clone()
    }

    fn sleep(&self, time: Duration) {
        locked(&self.slept).push(time);
        let mut now = locked(&self.now);
        let later = now.saturating_add(
            jiff::Span::new().milliseconds(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)),
        );
        *now = later;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_when_somebody_sleeps() {
        let clock = Still::default();
        assert_eq!(clock.now().to_string(), "2026-05-04T03:17:00+00:00[UTC]");
        clock.sleep(Duration::from_mins(1));
        assert_eq!(clock.now().to_string(), "2026-05-04T03:18:00+00:00[UTC]");
        assert_eq!(clock.slept(), [Duration::from_mins(1)]);
    }
}
