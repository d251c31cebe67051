//! Where a person has to decide: what is in the way is shown, and what can be done about it.

use std::path::PathBuf;

use super::decide::{Decided, Doing};
use super::others;
use super::recipe::{Kind, Step};
use super::self_install::Task;
use super::show;
use super::state::{PYTHON, State};
use crate::host::Failure;

/// `--keep` must name something that is installed.
pub(super) fn named_files_are_there(
    task: &Task<'_>,
    keep: &[PathBuf],
    decided: &[Decided<'_>],
) -> Result<(), Failure> {
    for path in keep {
        let is_known = |one: &Decided<'_>| one.item.path == *path && one.item.step.is_some();
        if !decided.iter().any(is_known) {
            let words = format!(
                "--keep {}: no such file belongs to the installation",
                path.display()
            );
            let help = format!("see which do: {} --status", task.again("borgmatic"));
            return Err(super::flags::usage(words, help));
        }
    }
    Ok(())
}

/// Shows what a person has to decide, and refuses.
pub(super) fn refuse(
    task: &Task<'_>,
    decided: &[Decided<'_>],
    mut show: impl FnMut(&str),
) -> Result<(), Failure> {
    let mut found = Vec::new();
    for one in decided {
        let Doing::Conflict(why) = &one.doing else {
            continue;
        };
        let item = &one.item;
        if let Some(now) = &item.now {
            let path = item.path.display().to_string();
            // Where nobody wrote down what was installed: what it would become.
            if let Some(written) = item.written() {
                show(&show::unified(&path, Some(written), Some(now)));
            } else if let Some(Step::Block(block)) = item.step {
                show(&show::unified(&path, Some(now), Some(&block.lines)));
            }
        }
        found.push((one, why));
    }
    let Some((first, why)) = found.first() else {
        return Ok(());
    };
    let path = first.item.path.display();
    let mut words = format!("{path}: {why}");
    if found.len() > 1 {
        let rest: Vec<_> = found[1..]
            .iter()
            .map(|(one, why)| format!("{}: {why}", one.item.path.display()))
            .collect();
        words += "\n";
        words += &rest.join("\n");
    }
    Err(Failure::new("borgmatic::install::conflict", words)
        .help(choices(task, first))
        .status(3))
}

/// What a person can do about it.
fn choices(task: &Task<'_>, one: &Decided<'_>) -> String {
    let path = one.item.path.display();
    if matches!(&one.item.state, State::Foreign(what) if what == PYTHON) {
        let remove = others::removal(task, &one.item.path);
        return format!("remove it first: {remove}; or put ours elsewhere: --bin-dir DIR");
    }
    let mut choices = vec![format!("keep it as it is: --keep {path}")];
    if one.item.state == State::Edited
        && !task.flags.to_dropin.is_on()
        && matches!(one.item.step, Some(Step::File(file)) if file.kind == Kind::Unit)
    {
        choices.push("move the edits to a drop-in: --to-dropin".into());
    }
    choices.push("overwrite it and keep a copy: --force --backup".into());
    choices.join("; ")
}
