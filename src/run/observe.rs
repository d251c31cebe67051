//! What a run tells of its actions, one by one, as they end. Whoever keeps a record implements
//! [`Observer`]; with `parallel_repositories` it is called from several threads.

use jiff::Zoned;

use crate::actions::Answer;
use crate::borg::{Made, Warned};
use crate::host::Failure;
use crate::ledger::Begun;
use crate::plan::{ActPart, FilePart, UnitPart};

/// One action on one repository, in one try.
pub struct Acted<'a> {
    pub file: &'a FilePart<'a>,
    pub unit: &'a UnitPart<'a>,
    pub act: &'a ActPart<'a>,
    /// 0 is the first try, others are retries.
    pub attempt: u32,
    pub start: Zoned,
    pub end: Zoned,
    pub ended: Ended<'a>,
    pub said: Said<'a>,
}

impl<'a> Acted<'a> {
    /// One that is not started now.
    pub(super) fn not_started(
        now: Zoned,
        file: &'a FilePart<'a>,
        unit: &'a UnitPart<'a>,
        act: &'a ActPart<'a>,
        ended: Ended<'a>,
    ) -> Self {
        Self {
            file,
            unit,
            act,
            attempt: 0,
            start: now.clone(),
            end: now,
            ended,
            said: Said::default(),
        }
    }
}

/// What borg let us know in this action.
#[derive(Default)]
pub struct Said<'a> {
    /// Exits that were warnings.
    pub warnings: &'a [Warned],
    /// What it told of an archive.
    pub made: Made,
}

/// How it went.
#[derive(Clone, Copy)]
pub enum Ended<'a> {
    Done(&'a Answer),
    Failed(&'a Failure),
    /// It was not started, for this reason.
    Skipped(&'a str),
    /// It was not started: it was done, or tried, not long ago.
    NotDue(&'a str),
}

pub trait Observer: Sync {
    /// The actions of a file that are to run begin, while the value lives.
    fn begin(&self, _file: &FilePart<'_>) -> Vec<Begun> {
        Vec::new()
    }

    /// An action ended, or will not be started.
    fn acted(&self, acted: &Acted<'_>);
}
