//! `due`: is there a repository whose last backup is too old? For cron and monitoring; asks no
//! repository.

use std::time::Duration;

use jiff::Timestamp;

use super::history::{Past, of_all};
use super::{Alone, AloneAction, Answer, Info};
use crate::host::{Failure, Level};
use crate::option::age::brief;
use crate::option::{Age, Choice};
use crate::options;

/// A day, and two hours for a run that takes its time.
pub const USUAL: Age = Age(Duration::from_hours(26));

options! {
    /// Flags of due.
    pub struct Flags {
        /// How old the last backup of each repository may be: 26h, 2d, 90m.
        max_age: Age = "26h", default = "26h";
    }
}

pub struct Due;

impl AloneAction for Due {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "due",
        aliases: &[],
        about: "Fail if the last backup of a repository is too old",
    };
    const FIRST: bool = true;

    fn run(alone: &Alone<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let most = flags.max_age.or(USUAL);
        let now = alone.host.clock.now().timestamp();
        let pasts = of_all(alone)?;
        let expected: Vec<_> = pasts
            .iter()
            .filter(|past| is_expected(alone, past))
            .collect();
        let mut overdue = 0;
        for past in &expected {
            past.warn_of_clock(alone);
            let (is_due, words) = judge(past, most, now);
            let level = if is_due { Level::Answer } else { Level::Info };
            overdue += usize::from(is_due);
            alone
                .host
                .bus
                .line(level, past.unit.repository.name(), &words);
        }
        if overdue == 0 {
            return Ok(Answer::Done);
        }
        let words = match expected.len() {
            1 => format!("the repository has no backup of the last {most}"),
            all => format!("{overdue} of {all} repositories have no backup of the last {most}"),
        };
        Err(Failure::new("borgmatic::due::overdue", words)
            .help("back up now: borgmatic create; see what happened: borgmatic status"))
    }
}

/// Is it backed up at all?
fn is_expected(alone: &Alone<'_>, past: &Past<'_>) -> bool {
    let skipped = past.unit.config.run.skip_actions.items();
    let expected = skipped.iter().all(|action| action.word() != "create");
    if !expected {
        let name = past.unit.repository.name();
        let words = "not looked at: skip_actions names create";
        alone.host.bus.line(Level::Info, name, words);
    }
    expected
}

/// Too old? And the words for it. A time so far in the future proves nothing either.
fn judge(past: &Past<'_>, most: Age, now: Timestamp) -> (bool, String) {
    let Some(backup) = past.history.backup() else {
        return (true, "no backup is known".to_owned());
    };
    let age = backup.age(now);
    let words = match Duration::try_from(age) {
        Ok(age) => format!("the last backup is {} old", brief(age)),
        Err(_) => "the time of the last backup proves nothing".to_owned(),
    };
    (age.unsigned_abs() > most.0, words)
}
