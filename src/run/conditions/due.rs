//! `--if-due`: what was done not long ago is left out. For schedulers that ask more often than they
//! want a backup, so that a run that was missed is caught up.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, Zoned};

use super::tell;
use crate::actions::history::pasts;
use crate::host::{Host, Level};
use crate::ledger::{Action, BACKUP, History, Latest};
use crate::option::age::brief;
use crate::option::scalars::text_or_number;
use crate::option::{Age, At, Schedule, Shape, Value};
use crate::plan::{ActPart, FilePart, Outline, UnitPart};
use crate::run::observe::{Ended, Observer};
use crate::text::{Node, Problem, Problems};

/// After a try, good or bad, the next one comes an hour later, or at the next point of a schedule.
/// Schedulers that ask each hour drift by some seconds.
const PAUSE: Duration = Duration::from_mins(59);

/// How far a clock may have gone ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// When a success counts no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// It is older than that.
    After(Age),
    /// It is from before the last of these points in time.
    Since(Schedule),
}

impl Value for Due {
    const SHAPE: &'static Shape = &Shape::Text;

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        let text = text_or_number(node, at, out)?;
        if let Some(age) = Age::parse(&text) {
            return Some(Self::After(age));
        }
        if let Ok(schedule) = Schedule::parse(&text) {
            return Some(Self::Since(schedule));
        }
        let words = format!("`{at}` needs a length of time or a schedule, but this is `{text}`");
        out.add(
            Problem::new("borgmatic::cli::due", words)
                .on(node, "neither of the two")
                .help("write for example: 24h, 7d, daily, 02:30 or Mon..Fri 02:30"),
        );
        None
    }
}

impl Due {
    /// Is the time of something so young that it need not be done again? One that is as far in the
    /// future proves nothing.
    pub(in crate::run) fn is_young(&self, time: Timestamp, now: &Zoned) -> bool {
        let age = now.timestamp().duration_since(time);
        match self {
            Self::After(most) => age.unsigned_abs() <= most.0,
            Self::Since(schedule) => schedule
                .last(now)
                .is_some_and(|last| time >= last.timestamp() && age >= -AHEAD),
        }
    }

    /// Does a try of that time put the next one off? One before the last point of a schedule does not:
    /// what is to be done each half hour would be done each hour.
    fn puts_off(&self, tried: Timestamp, now: &Zoned) -> bool {
        let ago = now.timestamp().duration_since(tried).unsigned_abs();
        let is_since = match self {
            Self::After(_) => true,
            Self::Since(schedule) => schedule
                .last(now)
                .is_none_or(|last| tried >= last.timestamp()),
        };
        ago <= PAUSE && is_since
    }

    /// The time of a success that counts: an age is that of its end, as `borgmatic due` has it; what
    /// a schedule asks for is what it began.
    fn time(&self, success: &Action) -> Timestamp {
        match self {
            Self::After(_) => success.end,
            Self::Since(_) => success.start,
        }
    }

    /// Takes what is not due out of an outline; says whether anything is left.
    pub(super) fn leave_out(
        &self,
        host: &Host<'_>,
        outline: &mut Outline<'_>,
        observer: &dyn Observer,
    ) -> bool {
        for file in &mut outline.files {
            let reasons = self.reasons(host, file);
            say(host, file, &reasons, observer);
            let mut reasons = reasons.into_iter();
            file.units.retain(|_| reasons.next().flatten().is_none());
        }
        outline.files.retain(|file| !file.units.is_empty());
        !outline.files.is_empty()
    }

    /// Is all of a file done by now? Somebody may have done it between the first look and our turn.
    pub(in crate::run) fn is_done(
        &self,
        host: &Host<'_>,
        file: &FilePart<'_>,
        observer: &dyn Observer,
    ) -> bool {
        let reasons = self.reasons(host, file);
        let done = reasons.iter().all(Option::is_some);
        if done {
            say(host, file, &reasons, observer);
        }
        done
    }

    /// Why each repository of a file is not due. One whose past cannot be read is.
    fn reasons(&self, host: &Host<'_>, file: &FilePart<'_>) -> Vec<Option<String>> {
        let pasts = pasts([file.loaded], host.files, host.env).unwrap_or_else(|failure| {
            let scope = file.loaded.path.to_string_lossy();
            let words = format!("{}: everything counts as due", failure.words);
            host.bus.line(Level::Warning, &scope, &words);
            Vec::new()
        });
        let now = host.clock.now();
        let reason = |part: &UnitPart<'_>| {
            let past = pasts
                .iter()
                .find(|past| std::ptr::eq(past.unit, part.unit))?;
            let names: Vec<_> = part.running().map(ActPart::name).collect();
            reason(&past.history, &names, self, &now)
        };
        file.units.iter().map(reason).collect()
    }
}

fn say(host: &Host<'_>, file: &FilePart<'_>, reasons: &[Option<String>], observer: &dyn Observer) {
    for (unit, reason) in file.units.iter().zip(reasons) {
        let Some(reason) = reason else { continue };
        host.bus
            .line(Level::Info, unit.unit.repository.name(), reason);
        tell(host, observer, file, unit, Ended::NotDue(reason));
    }
}

/// Why a run of these actions is not due; nothing where it is. The backup decides, if the run that made
/// it came to the others too: somebody may have made one by hand, without a check.
fn reason(history: &History, names: &[&str], due: &Due, now: &Zoned) -> Option<String> {
    if !names.contains(&BACKUP) {
        let told = |name: &&str| Some(judge(history.latest(name)?, due, now)?.told(name));
        return names.iter().map(told).collect::<Option<Vec<_>>>()?.pop();
    }
    let backup = history.latest(BACKUP)?;
    let judged = judge(backup, due, now)?;
    let came_to = |name: &&str| {
        let latest = history.latest(name);
        let tried = latest
            .filter(|own| !own.tried.was_killed())
            .is_some_and(|own| due.is_young(own.tried.start, now));
        *name == BACKUP || tried || history.with_backup.iter().any(|own| own == name)
    };
    let is_whole = judged.is_tried || names.iter().all(came_to);
    let tried = Judged::tried(backup, due, now);
    Some(if is_whole { judged } else { tried? }.told(BACKUP))
}

/// Why an action is not due.
struct Judged {
    /// It was tried not long ago, good or bad.
    is_tried: bool,
    ago: Duration,
}

impl Judged {
    fn tried(latest: &Latest, due: &Due, now: &Zoned) -> Option<Self> {
        let tried = latest.tried.start;
        // Killed, or without power, nobody could decide to try again later.
        let is_try = !latest.tried.was_killed() && due.puts_off(tried, now);
        is_try.then(|| Self {
            is_tried: true,
            ago: now.timestamp().duration_since(tried).unsigned_abs(),
        })
    }

    fn told(&self, name: &str) -> String {
        let ago = brief(self.ago);
        if self.is_tried {
            format!("not due yet: {name} was tried {ago} ago")
        } else {
            format!("not due: {name} succeeded {ago} ago")
        }
    }
}

fn judge(latest: &Latest, due: &Due, now: &Zoned) -> Option<Judged> {
    let young = |success: &&Action| due.is_young(due.time(success), now);
    match latest.success.as_ref().filter(young) {
        Some(success) => Some(Judged {
            is_tried: false,
            ago: now.timestamp().duration_since(success.end).unsigned_abs(),
        }),
        None => Judged::tried(latest, due, now),
    }
}

#[cfg(test)]
mod tests {
    use crate::ledger::{Outcome, Record, Sizes};

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_777_864_620 + 60 * minutes).unwrap()
    }

    fn action(name: &str, result: Outcome, minutes: i64) -> Action {
        Action {
            run: "1".into(),
            configuration: "/c.yaml".into(),
            repository: "/r".into(),
            label: None,
            action: name.into(),
            start: at(minutes),
            end: at(minutes + 5),
            result,
            code: None,
            reason: None,
            dry: false,
            not_due: false,
            archive: None,
            sizes: Sizes::default(),
        }
    }

    #[test]
    fn a_run_that_was_killed_puts_nothing_off() {
        let now = at(1).to_zoned(jiff::tz::TimeZone::UTC);
        let day = Due::After(Age(Duration::from_hours(24)));
        for (code, is_due) in [(None, true), (Some(143), false)] {
            let mut history = history(&[("create", None, 0)]);
            history.actions[0].tried.result = Outcome::Interrupted;
            history.actions[0].tried.code = code;
            let reason = reason(&history, &["create"], &day, &now);
            assert_eq!(reason.is_none(), is_due, "{reason:?}");
        }
    }

    /// Every `(name, success, last try)`, in minutes.
    fn history(actions: &[(&str, Option<i64>, i64)]) -> History {
        let latest = |(name, success, tried): &(&str, Option<i64>, i64)| Latest {
            success: success.map(|minutes| action(name, Outcome::Done, minutes)),
            tried: action(name, Outcome::Failed, *tried),
        };
        History {
            actions: actions.iter().map(latest).collect(),
            ..History::default()
        }
    }

    fn judged(actions: &[(&str, Option<i64>, i64)], names: &[&str], now: i64) -> String {
        let day = Due::After(Age(Duration::from_hours(24)));
        by(&day, actions, names, now)
    }

    fn by(due: &Due, actions: &[(&str, Option<i64>, i64)], names: &[&str], now: i64) -> String {
        let now = at(now).to_zoned(jiff::tz::TimeZone::UTC);
        reason(&history(actions), names, due, &now).unwrap_or_else(|| "due".into())
    }

    #[test]
    fn a_success_lasts_as_long_as_asked_and_a_try_an_hour() {
        let create = ["create"];
        assert_eq!(judged(&[], &create, 0), "due");
        let good = [("create", Some(0), 0)];
        assert_eq!(
            judged(&good, &create, 65),
            "not due: create succeeded 60m ago"
        );
        assert_eq!(
            judged(&good, &create, 5 + 24 * 60),
            "not due: create succeeded 24h ago"
        );
        assert_eq!(judged(&good, &create, 6 + 24 * 60), "due");
        let failed = [("create", Some(0), 3000)];
        assert_eq!(
            judged(&failed, &create, 3059),
            "not due yet: create was tried 59m ago"
        );
        assert_eq!(judged(&failed, &create, 3060), "due");
        let never = [("create", None, 0)];
        assert_eq!(
            judged(&never, &create, 1),
            "not due yet: create was tried 1m ago"
        );
        assert_eq!(judged(&never, &create, 60), "due");
    }

    /// Minute 0 is 03:17.
    #[test]
    fn a_schedule_asks_for_what_has_begun_since_its_last_point() {
        let due = Due::Since(Schedule::parse("03:30").unwrap());
        let judged = |success, now| {
            by(
                &due,
                &[("create", Some(success), success)],
                &["create"],
                now,
            )
        };
        assert_eq!(judged(0, 10), "not due: create succeeded 5m ago");
        assert_eq!(judged(0, 12), "not due: create succeeded 7m ago");
        // What was done before the point does not count, be it minutes ago.
        assert_eq!(judged(0, 13), "due");
        assert_eq!(
            judged(13, 24 * 60 + 12),
            "not due: create succeeded 23h ago"
        );
        assert_eq!(judged(13, 24 * 60 + 13), "due");
        // From before the last point to after it.
        assert_eq!(judged(12, 72), "due");
        assert_eq!(judged(60, 0), "not due: create succeeded 65m ago");
        assert_eq!(judged(61, 0), "due");
    }

    /// Lines of cron for the schedule and for what was missed: each failure is tried again after an
    /// hour, and a success ends it until the next point.
    #[test]
    fn a_failure_since_the_last_point_is_tried_again_after_an_hour() {
        let due = Due::Since(Schedule::parse("03:30; 04:00").unwrap());
        let judged = |tried, now| by(&due, &[("create", Some(0), tried)], &["create"], now);
        assert_eq!(judged(14, 42), "not due yet: create was tried 28m ago");
        assert_eq!(judged(14, 43), "due");
        assert_eq!(judged(44, 103), "not due yet: create was tried 59m ago");
        assert_eq!(judged(44, 104), "due");
    }

    /// Minute 0 is 03:17: a backup by hand is none of what a line for 03:00 is to do.
    #[test]
    fn a_backup_by_hand_does_not_stand_for_a_whole_run() {
        let due = Due::Since(Schedule::parse("03:00").unwrap());
        let whole = ["create", "prune", "check"];
        let history = |more: &[(&str, Outcome, i64)]| {
            let before = [
                ("create", Outcome::Done, -1440),
                ("prune", Outcome::Done, -1440),
            ];
            let all = [&before[..], &[("check", Outcome::Done, -1440)], more].concat();
            let record = |(name, result, minutes): &(&str, Outcome, i64)| {
                let mut action = action(name, *result, *minutes);
                action.run = minutes.div_euclid(10).to_string();
                Record::Action(action)
            };
            let mut all = History::all(all.iter().map(record).collect());
            all.drain().next().unwrap().1
        };
        let judged = |more: &[_], now: i64| {
            let now = at(now).to_zoned(jiff::tz::TimeZone::UTC);
            reason(&history(more), &whole, &due, &now).unwrap_or_else(|| "due".into())
        };
        let create = ("create", Outcome::Done, 0);
        assert_eq!(judged(&[], 0), "due");
        assert_eq!(
            judged(&[create], 59),
            "not due yet: create was tried 59m ago"
        );
        assert_eq!(judged(&[create], 60), "due");
        // The rest by hand, too; a failure has been told of.
        let rest = [
            create,
            ("prune", Outcome::Done, 12),
            ("check", Outcome::Failed, 25),
        ];
        assert_eq!(judged(&rest, 65), "not due: create succeeded 60m ago");
        assert_eq!(judged(&rest[..2], 65), "due");
        // In one run, what came after a failure was left out.
        let failed = [
            create,
            ("prune", Outcome::Failed, 1),
            ("check", Outcome::Skipped, 1),
        ];
        assert_eq!(judged(&failed, 65), "not due: create succeeded 60m ago");
        // One that was killed is made again, whole.
        assert_eq!(judged(&failed[..2], 65), "due");
        let killed = ("check", Outcome::Interrupted, 2);
        assert_eq!(judged(&[create, killed], 65), "due");
    }

    #[test]
    fn one_action_of_several_is_enough() {
        let both = [("prune", Some(0), 0), ("check", Some(-2000), -2000)];
        assert_eq!(
            judged(&both, &["prune"], 60),
            "not due: prune succeeded 55m ago"
        );
        assert_eq!(judged(&both, &["prune", "check"], 60), "due");
        assert_eq!(judged(&both, &["prune", "compact"], 60), "due");
    }

    #[test]
    fn a_clock_that_was_wrong_keeps_no_backup_away() {
        let future = [("create", Some(6000), 6000)];
        assert_eq!(judged(&future, &["create"], 0), "due");
    }
}
