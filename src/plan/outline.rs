//! From configurations and a command line to an outline.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::actions::Act;
use crate::config::{Loaded, Unit};
use crate::host::Failure;
use crate::option::Choice;
use crate::text::near::nearest;

#[derive(Debug)]
pub struct Outline<'a> {
    pub files: Vec<FilePart<'a>>,
    /// What runs once, after all files.
    pub last: Vec<&'a Act>,
    /// All files that the configurations were read from.
    pub read: Vec<PathBuf>,
}

/// One configuration file.
#[derive(Debug)]
pub struct FilePart<'a> {
    pub loaded: &'a Loaded,
    pub units: Vec<UnitPart<'a>>,
}

/// One of its repositories, and what is done there.
#[derive(Debug)]
pub struct UnitPart<'a> {
    pub unit: &'a Unit,
    pub acts: Vec<&'a Act>,
}

/// The outline of a run over all configurations that are good. `cwd` is where relative repositories
/// of `--repository` start from.
pub fn outline<'a>(
    loaded: &'a [Loaded],
    acts: &'a [Act],
    cwd: &Path,
) -> Result<Outline<'a>, Failure> {
    let (last, here): (Vec<_>, Vec<_>) = acts.iter().partition(|act| act.entry.is_last());
    let chosen = acts.iter().find_map(|act| act.flag("repository"));
    let mut known = Vec::new();
    let (mut files, mut read) = (Vec::new(), Vec::new());
    let mut found = chosen.is_none();
    for loaded in loaded.iter().filter(|loaded| loaded.config.is_some()) {
        read.extend(loaded.files.iter().cloned());
        let mut units = Vec::new();
        for unit in &loaded.units {
            known.push(unit.repository.name());
            if chosen.is_some_and(|chosen| !unit.repository.matches(chosen, cwd)) {
                continue;
            }
            found = true;
            units.push(UnitPart {
                unit,
                acts: here.iter().copied().filter(|act| !is_skipped(unit, act)).collect(),
            });
        }
        files.push(FilePart { loaded, units });
    }
    match chosen {
        Some(chosen) if !found && !files.is_empty() => Err(unknown(chosen, &known)),
        _ => Ok(Outline { files, last, read }),
    }
}

/// Does `skip_actions` leave it out? `check --force` comes all the same. borgmatic 2.1.10: the same.
fn is_skipped(unit: &Unit, act: &Act) -> bool {
    let name = act.entry.info.name;
    let forced = name == "check" && act.is_on("force");
    !forced
        && unit
            .config
            .run
            .skip_actions
            .items()
            .iter()
            .any(|skipped| names(skipped.word(), name))
}

/// Does a word of the configuration mean this action? `key` means all three of its actions.
fn names(word: &str, action: &str) -> bool {
    action
        .strip_prefix(word)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

fn unknown(chosen: &str, known: &[&str]) -> Failure {
    let failure = Failure::new(
        "borgmatic::cli::repository",
        format!("no configured repository is called `{chosen}`"),
    );
    match nearest(chosen, known.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("there are: {}", known.join(", "))),
    }
}

impl fmt::Display for Outline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            writeln!(f, "{}", file.loaded.path.display())?;
            for part in &file.units {
                writeln!(f, "  {}", part.unit.repository.name())?;
                part.acts
                    .iter()
                    .try_for_each(|act| writeln!(f, "    {}", act.entry.info.name))?;
            }
        }
        self.last
            .iter()
            .try_for_each(|act| writeln!(f, "{}", act.entry.info.name))
    }
}
