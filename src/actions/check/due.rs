//! Which checks are due: those that are asked for, on their days, and not done too lately.

use std::time::{Duration, SystemTime};

use jiff::civil::Weekday;

use super::times::Times;
use crate::actions::Context;
use crate::config::groups::{CheckName, Checks, Frequency};
use crate::host::Level;
use crate::option::Choice;
use crate::option::age::spoken;

/// A check that the configuration or `--only` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) name: CheckName,
    frequency: Frequency,
    days: Vec<String>,
}

/// How often the checks that nobody configured are run. borgmatic 2.1.10: 1 month.
const USUAL: Frequency = Frequency(Some(30 * 86_400));

/// The checks that are asked for. `disabled` anywhere means none.
pub(super) fn wanted(checks: &Checks, only: &[CheckName]) -> Vec<Wanted> {
    // borgmatic 2.1.10: an empty list means the usual checks, in each run.
    let usual = if checks.checks.is_set() {
        Frequency(None)
    } else {
        USUAL
    };
    let configured: Vec<Wanted> = match checks.checks.items() {
        [] => [CheckName::Repository, CheckName::Archives]
            .into_iter()
            .map(|name| Wanted {
                name,
                frequency: usual,
                days: Vec::new(),
            })
            .collect(),
        checks => checks
            .iter()
            .filter_map(|check| {
                let name = *check.name.get()?;
                let days = check.only_run_on.items().to_vec();
                Some(Wanted {
                    name,
                    frequency: check.frequency.or(Frequency(None)),
                    days,
                })
            })
            .collect(),
    };
    let asked = match only {
        [] => configured,
        only => only
            .iter()
            .map(|name| {
                let known = configured.iter().find(|check| check.name == *name).cloned();
                known.unwrap_or(Wanted {
                    name: *name,
                    frequency: Frequency(None),
                    days: Vec::new(),
                })
            })
            .collect(),
    };
    if asked.iter().any(|check| check.name == CheckName::Disabled) {
        Vec::new()
    } else {
        asked
    }
}

/// The names of those that are due now. Says why others are not.
pub(super) fn due(
    context: &Context<'_>,
    times: &Times,
    matching: &[String],
    wanted: &[Wanted],
) -> Vec<CheckName> {
    let now = context.host.clock.now();
    let mut names = Vec::new();
    for check in wanted {
        let name = check.name.word();
        if !on_day(&check.days, now.weekday()) {
            let days = check.days.join(", ");
            context.say(Level::Info, &format!("Skipping the {name} check: it runs only on {days} (--force checks all the same)"));
            continue;
        }
        let last = times.last(context.host.files, check.name, matching);
        let today = now.timestamp().into();
        if check.frequency.0.is_some() && last.is_some_and(|last| last > today) {
            context.say(Level::Warning, &format!("The last {name} check is dated in the future: a clock was wrong, so the check runs now"));
        }
        if let Some(left) = left(check.frequency, last, today) {
            let left = spoken(left);
            context.say(
                Level::Info,
                &format!(
                    "Skipping the {name} check: it is due in {left} (--force checks all the same)"
                ),
            );
            continue;
        }
        names.push(check.name);
    }
    names
}

/// The time until a check is due; `None` when it is. A time that is still to come proves nothing.
fn left(frequency: Frequency, last: Option<SystemTime>, now: SystemTime) -> Option<Duration> {
    let last = last.filter(|&last| last <= now);
    let due = last?.checked_add(Duration::from_secs(frequency.0?))?;
    due.duration_since(now).ok().filter(|left| !left.is_zero())
}

/// Is this one of the days? borgmatic 2.1.10: English names as `Monday`, `weekday`, `weekend`.
fn on_day(days: &[String], today: Weekday) -> bool {
    let name = match today {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    };
    let group = if matches!(today, Weekday::Saturday | Weekday::Sunday) {
        "weekend"
    } else {
        "weekday"
    };
    days.is_empty()
        || days
            .iter()
            .any(|day| [name, group].contains(&day.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use jiff::civil::Weekday;

    use super::{USUAL, left, on_day, wanted};
    use crate::config::groups::{CheckName, Checks, Frequency};
    use crate::option::Opt;
    use crate::text::{Origin, Source};

    #[test]
    fn a_check_is_due_when_its_time_has_passed() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let ago = |seconds| Some(now - Duration::from_secs(seconds));
        let daily = Frequency(Some(86_400));
        assert_eq!(left(daily, None, now), None);
        assert_eq!(left(daily, ago(86_400), now), None);
        assert_eq!(left(daily, ago(86_399), now), Some(Duration::from_secs(1)));
        assert_eq!(left(Frequency(None), ago(0), now), None);
        assert_eq!(left(daily, Some(now + Duration::from_secs(1)), now), None);
    }

    #[test]
    fn days_have_english_names_in_any_case() {
        let days = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        assert!(on_day(&[], Weekday::Monday));
        assert!(on_day(&days(&["Monday"]), Weekday::Monday));
        assert!(on_day(&days(&["weekend"]), Weekday::Sunday));
        assert!(!on_day(&days(&["weekend", "Tuesday"]), Weekday::Monday));
    }

    #[test]
    fn unconfigured_checks_are_repository_and_archives() {
        let names: Vec<_> = wanted(&Checks::default(), &[])
            .into_iter()
            .map(|check| check.name)
            .collect();
        assert_eq!(names, [CheckName::Repository, CheckName::Archives]);
        let frequency = |checks: &Checks| wanted(checks, &[])[1].frequency;
        assert_eq!(frequency(&Checks::default()), USUAL);
        let origin = Origin::new(&Source::plain("test", ""), 0..0);
        let empty = Checks {
            checks: Opt::set(Vec::new(), origin),
            ..Checks::default()
        };
        assert_eq!(frequency(&empty), Frequency(None));
        assert!(wanted(&Checks::default(), &[CheckName::Disabled]).is_empty());
    }
}
