//! `--if-due`: what was done not long ago is left out. For schedulers that ask more often than they
//! want a backup, so that a run that was missed is caught up.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{decisive, tell};
use crate::actions::history::pasts;
use crate::host::{Host, Level};
use crate::ledger::History;
use crate::option::Age;
use crate::option::age::brief;
use crate::plan::{FilePart, Outline, UnitPart};
use crate::run::observe::{Ended, Observer};

/// After a try, good or bad, the next one comes an hour later. Schedulers that ask each hour drift
/// by some seconds.
const PAUSE: Duration = Duration::from_mins(59);

/// How old a success may be.
#[derive(Clone, Copy, Debug)]
pub(in crate::run) struct Due(pub(in crate::run) Age);

impl Due {
    /// Takes what is not due out of an outline; says whether anything is left.
    pub(super) fn leave_out(
        self,
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

    /// Is all of a file done by now? After a wait for somebody who did the same.
    pub(in crate::run) fn is_done(
        self,
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
    fn reasons(self, host: &Host<'_>, file: &FilePart<'_>) -> Vec<Option<String>> {
        let pasts = pasts([file.loaded], host.files, host.env).unwrap_or_else(|failure| {
            let scope = file.loaded.path.to_string_lossy();
            let words = format!("{}: everything counts as due", failure.words);
            host.bus.line(Level::Warning, &scope, &words);
            Vec::new()
        });
        let now = host.clock.now().timestamp();
        let reason = |part: &UnitPart<'_>| {
            let past = pasts
                .iter()
                .find(|past| std::ptr::eq(past.unit, part.unit))?;
            let names: Vec<_> = decisive(part).iter().map(|act| act.name()).collect();
            reason(&past.history, &names, self.0, now)
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

/// Why none of these actions is due; nothing where one of them is.
fn reason(history: &History, names: &[&str], age: Age, now: Timestamp) -> Option<String> {
    let mut last = None;
    for name in names {
        let latest = history.latest(name)?;
        // A time so far in the future proves nothing.
        let young = |time: SignedDuration, most| time.unsigned_abs() <= most;
        let since = |time: SignedDuration| brief(time.unsigned_abs());
        let tried = now.duration_since(latest.tried.start);
        let success = latest.success.as_ref().map(|success| success.age(now));
        last = Some(match success.filter(|success| young(*success, age.0)) {
            Some(success) => format!("not due: {name} succeeded {} ago", since(success)),
            None if young(tried, PAUSE) => {
                format!("not due yet: {name} was tried {} ago", since(tried))
            }
            None => return None,
        });
    }
    last
}

#[cfg(test)]
mod tests {
    use crate::ledger::{Action, Latest, Outcome, Sizes};

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
        let day = Age(Duration::from_hours(24));
        reason(&history(actions), names, day, at(now)).unwrap_or_else(|| "due".into())
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
