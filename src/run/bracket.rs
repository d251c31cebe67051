//! Something between its hooks: what stands after it runs also when it failed. Facts: borgmatic
//! 2.1.10, `runtime.md` section 3.

use crate::hooks::command::{Around, Ending, Hook, Side, Surroundings};
use crate::host::{Failure, FailureKind, Host, Level};

/// Runs `inner` between hooks.
pub(super) fn around<T>(
    host: &Host<'_>,
    hooks: &Around<'_>,
    surroundings: &Surroundings<'_>,
    inner: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let before = surroundings.run(host, &hooks.before, Side::Before);
    if let Err(failure) = &before
        && matches!(failure.kind, FailureKind::Soft)
    {
        // Nothing was begun, so there is nothing to end.
        return Err(failure.clone());
    }
    let ended = before.and_then(|()| inner());
    let ending = if ended.is_ok() {
        Ending::Finish
    } else {
        Ending::Fail
    };
    let after = surroundings.run(host, &suited(&hooks.after, ending), Side::After);
    match (ended, after) {
        (ended, Ok(())) => ended,
        (Ok(_), Err(failure)) => Err(failure),
        (Err(first), Err(second)) => Err(worse(host, surroundings.scope, first, second)),
    }
}

pub(super) fn suited<'a>(hooks: &[&'a Hook], ending: Ending) -> Vec<&'a Hook> {
    hooks
        .iter()
        .copied()
        .filter(|hook| hook.suits(ending))
        .collect()
}

/// Of two failures the one that counts: the first, but one that asks to go on never hides another.
/// The other one is said.
fn worse(host: &Host<'_>, scope: &str, first: Failure, second: Failure) -> Failure {
    let (kept, said) = if matches!(first.kind, FailureKind::Soft) {
        (second, first)
    } else {
        (first, second)
    };
    if !matches!(said.kind, FailureKind::Soft) {
        host.bus.line(Level::Error, scope, &said.words);
    }
    kept
}
