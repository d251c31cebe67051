//! What the records say about each repository: its last successes, its last run, how it grew.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::record::{Action, Outcome, Record};

/// The action that makes a backup: the one that is known here by its name.
pub const BACKUP: &str = "create";

/// How many sizes are remembered for the trend.
const TREND: usize = 12;

/// A repository of a configuration, as [`Action`] names them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The real path of the configuration file.
    pub configuration: String,
    /// The path of the repository, without a password.
    pub repository: String,
}

/// What was done in one repository; dry runs do not count.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// By action, in the order in which they first came.
    pub actions: Vec<Latest>,
    /// The last of each action in the newest run, skipped ones too, but where nothing was due.
    pub newest_run: Vec<Action>,
    /// The sizes that the last backups told, in bytes, the oldest first.
    pub sizes: Vec<u64>,
    /// The names of all that the run of the last good backup came to, skipped ones too.
    pub with_backup: Vec<String>,
}

/// The last records of an action. «Last» is by their order in the ledger: a clock may go backwards.
#[derive(Clone, Debug)]
pub struct Latest {
    pub success: Option<Action>,
    /// The last try, good or bad.
    pub tried: Action,
}

/// All that one ledger knows.
pub type Histories = HashMap<Key, History>;

impl History {
    /// Sorts records, the oldest first, by repository.
    pub fn all(records: Vec<Record>) -> Histories {
        let mut all = Histories::new();
        for record in records {
            let Record::Action(action) = record else {
                continue;
            };
            if action.dry || action.not_due {
                continue;
            }
            let key = Key {
                configuration: action.configuration.clone(),
                repository: action.repository.clone(),
            };
            all.entry(key).or_default().add(action);
        }
        all
    }

    fn add(&mut self, action: Action) {
        if self.newest_run.first().map(|newest| &newest.run) != Some(&action.run) {
            self.newest_run.clear();
        }
        let name = &action.action;
        let mut told = self.newest_run.iter();
        if let Some(again) = told.position(|before| before.action == *name) {
            // Another try: what was told after the one before is told again.
            self.newest_run.truncate(again);
        }
        self.newest_run.push(action.clone());
        let good = action.result.is_success();
        if good && name == BACKUP {
            self.with_backup = self.newest_names();
        } else if !action.was_killed() && self.backup().is_some_and(|own| own.run == action.run) {
            self.with_backup.push(name.clone());
        }
        if !action.result.is_try() {
            return;
        }
        if let Some(size) = action.sizes.original.filter(|_| good && name == BACKUP) {
            self.sizes.push(size);
            let surplus = self.sizes.len().saturating_sub(TREND);
            self.sizes.drain(..surplus);
        }
        let success = good.then(|| action.clone());
        match self
            .actions
            .iter_mut()
            .find(|latest| latest.tried.action == *name)
        {
            Some(latest) => {
                latest.success = success.or(latest.success.take());
                latest.tried = action;
            }
            None => self.actions.push(Latest {
                success,
                tried: action,
            }),
        }
    }

    fn newest_names(&self) -> Vec<String> {
        let names = self.newest_run.iter();
        names.map(|own| own.action.clone()).collect()
    }

    /// The last records of an action, if it was ever tried.
    pub fn latest(&self, action: &str) -> Option<&Latest> {
        self.actions
            .iter()
            .find(|latest| latest.tried.action == action)
    }

    /// What went wrong in the newest run: the first failure, else the first warning.
    pub fn trouble(&self) -> Option<&Action> {
        let first = |is: fn(Outcome) -> bool| self.newest_run.iter().find(|own| is(own.result));
        first(Outcome::is_failure).or_else(|| first(|result| result == Outcome::Warned))
    }

    /// What stands for the newest run: its trouble, else what was tried, else what was skipped.
    pub fn newest(&self) -> Option<&Action> {
        let run = &self.newest_run;
        let tried = || run.iter().find(|own| own.result.is_try());
        self.trouble().or_else(tried).or(run.first())
    }

    /// The last backup that succeeded.
    pub fn backup(&self) -> Option<&Action> {
        self.latest(BACKUP)?.success.as_ref()
    }
}

impl Action {
    /// How long ago it ended; negative where that is still to come, because a clock was wrong.
    pub fn age(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.end)
    }

    /// «create failed: the passphrase is wrong».
    pub fn told(&self) -> String {
        let words = format!("{} {}", self.action, self.result.word());
        match &self.reason {
            Some(reason) => format!("{words}: {reason}"),
            None => words,
        }
    }

    /// How long it took; nothing where the clock went backwards meanwhile.
    pub fn took(&self) -> Duration {
        Duration::try_from(self.end.duration_since(self.start)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sizes;
    use super::super::record::tests::action;
    use super::*;

    fn history(actions: &[Action]) -> History {
        let records = actions.iter().cloned().map(Record::Action).collect();
        let mut all = History::all(records);
        assert!(all.len() < 2);
        all.drain().next().unwrap().1
    }

    fn with(name: &str, number: i64, result: Outcome) -> Action {
        Action {
            result,
            ..action(name, number)
        }
    }

    #[test]
    fn the_last_success_stays_behind_failures_and_what_was_skipped() {
        let all = history(&[
            with("create", 1, Outcome::Warned),
            with("create", 2, Outcome::Failed),
            with("create", 3, Outcome::Interrupted),
            with("create", 4, Outcome::Skipped),
        ]);
        assert_eq!(all.backup().unwrap().run, "1-1");
        assert_eq!(all.latest("create").unwrap().tried.run, "3-1");
        assert_eq!(all.newest_run[0].run, "4-1");
    }

    #[test]
    fn dry_runs_do_not_count() {
        let dry = Action {
            dry: true,
            ..action("create", 2)
        };
        assert_eq!(
            history(&[action("create", 1), dry.clone()]).backup(),
            Some(&action("create", 1))
        );
        assert!(History::all(vec![Record::Action(dry)]).is_empty());
    }

    #[test]
    fn what_was_not_due_is_no_run() {
        let not_due = Action {
            not_due: true,
            ..with("create", 2, Outcome::Skipped)
        };
        let all = history(&[with("create", 1, Outcome::Failed), not_due]);
        assert_eq!(all.newest_run[0].run, "1-1");
    }

    #[test]
    fn the_newest_run_has_each_action_once() {
        let all = history(&[
            with("check", 1, Outcome::Done),
            with("create", 2, Outcome::Failed),
            with("create", 2, Outcome::Done),
            with("prune", 2, Outcome::Done),
        ]);
        let newest: Vec<_> = all
            .newest_run
            .iter()
            .map(|action| (action.action.as_str(), action.result))
            .collect();
        assert_eq!(
            newest,
            [("create", Outcome::Done), ("prune", Outcome::Done)]
        );
        assert!(all.latest("check").unwrap().success.is_some());
    }

    #[test]
    fn another_try_comes_anew_to_what_follows() {
        let all = history(&[
            with("create", 2, Outcome::Failed),
            with("prune", 2, Outcome::Skipped),
            with("check", 2, Outcome::Skipped),
            with("create", 2, Outcome::Done),
            with("prune", 2, Outcome::Done),
        ]);
        assert_eq!(all.with_backup, ["create", "prune"]);
        assert_eq!(all.newest_names(), ["create", "prune"]);
    }

    #[test]
    fn the_last_in_the_ledger_is_the_last_whatever_the_clock_said() {
        let all = history(&[action("create", 5000), action("create", 10)]);
        let last = all.backup().unwrap();
        assert_eq!(last.run, "10-1");
        let turned = Action {
            end: last.start,
            start: last.end,
            ..last.clone()
        };
        assert_eq!(turned.took(), Duration::ZERO);
        assert_eq!(last.took(), Duration::from_secs(5));
        assert_eq!(
            last.age(last.start),
            SignedDuration::from_secs(-5),
            "from the future"
        );
    }

    #[test]
    fn the_worst_of_the_newest_run_is_its_trouble() {
        use Outcome::{Done, Failed, Interrupted, Skipped, Warned};
        let trouble = |results: &[Outcome]| {
            let names = ["create", "prune", "compact", "check"];
            let actions = names.iter().zip(results);
            let actions: Vec<_> = actions
                .map(|(name, result)| with(name, 1, *result))
                .collect();
            history(&actions).trouble().map(Action::told)
        };
        assert_eq!(trouble(&[Done, Skipped]), None);
        assert_eq!(trouble(&[Done, Warned]).unwrap(), "prune warned");
        assert_eq!(
            trouble(&[Warned, Interrupted, Failed]).unwrap(),
            "prune interrupted"
        );
        let newest = |results: &[Outcome]| {
            let actions: Vec<_> = results
                .iter()
                .map(|result| with("check", 1, *result))
                .collect();
            history(&actions).newest().map(|action| action.result)
        };
        assert_eq!(newest(&[Skipped, Done]), Some(Done));
        assert_eq!(newest(&[Warned, Skipped, Failed]), Some(Failed));
        assert_eq!(newest(&[Skipped]), Some(Skipped));
        let failed = Action {
            reason: Some("no space".into()),
            ..with("create", 2, Failed)
        };
        assert_eq!(
            history(&[failed]).trouble().unwrap().told(),
            "create failed: no space"
        );
    }

    #[test]
    fn the_trend_has_the_last_sizes() {
        let sized: Vec<_> = (0..20)
            .map(|number| Action {
                sizes: Sizes {
                    original: (number % 2 == 0).then_some(u64::try_from(number).unwrap()),
                    ..Sizes::default()
                },
                ..action("create", number)
            })
            .chain([with("create", 30, Outcome::Failed)])
            .collect();
        assert_eq!(history(&sized).sizes, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    }
}
