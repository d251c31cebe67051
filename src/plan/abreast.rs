//! How many repositories of a file are worked on at once.

use std::collections::HashSet;

use super::outline::UnitPart;
use crate::config::Config;
use crate::option::Options;

/// The actions that neither ask nor answer: those of a run without any.
const QUIET: [&str; 4] = crate::actions::DEFAULT;

/// At least 1. One after the other where a terminal is needed, where snapshots are made (two runs
/// would find each other's), and where two entries are the same repository.
pub(super) fn count(config: &Config, units: &[UnitPart<'_>]) -> usize {
    let wanted = config.run.parallel_repositories.or(1).max(1) as usize;
    let paths: HashSet<_> = units
        .iter()
        .map(|part| part.unit.repository.path())
        .collect();
    if paths.len() < units.len() || !units.iter().all(is_quiet) {
        return 1;
    }
    wanted.min(units.len()).max(1)
}

fn is_quiet(part: &UnitPart<'_>) -> bool {
    let config = &part.unit.config;
    let makes_snapshots = ["zfs", "btrfs", "lvm"]
        .iter()
        .any(|name| config.place(name).is_some());
    let mut acts = part.running();
    !makes_snapshots
        && !config.output.progress.is_on()
        && acts.all(|act| QUIET.contains(&act.name()))
}
