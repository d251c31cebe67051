//! From configurations and a command line to an outline.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::actions::Act;
use crate::config::{Config, Loaded, Unit};
use crate::hooks::command::{Around, Hook, is_meant};
use crate::host::Failure;
use crate::option::Choice;
use crate::option::words::quote;
use crate::text::listed;
use crate::text::near::nearest;

use super::abreast;
use super::place::{self, Whole};

#[derive(Debug)]
pub struct Outline<'a> {
    /// The command hooks around all of it.
    pub around: Whole<'a>,
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
    pub config: &'a Config,
    pub around: Around<'a>,
    /// The command hooks for an error in it.
    pub after_error: Vec<&'a Hook>,
    pub units: Vec<UnitPart<'a>>,
    /// How many of them are worked on at once.
    pub abreast: usize,
}

/// One of its repositories, and what is done there.
#[derive(Debug)]
pub struct UnitPart<'a> {
    pub unit: &'a Unit,
    pub around: Around<'a>,
    /// All that were asked for, in order.
    pub acts: Vec<ActPart<'a>>,
}

/// One action there.
#[derive(Debug)]
pub struct ActPart<'a> {
    pub act: &'a Act,
    pub around: Around<'a>,
    /// `skip_actions` names it.
    pub skipped: bool,
}

impl ActPart<'_> {
    pub fn name(&self) -> &'static str {
        self.act.entry.info.name
    }
}

impl<'a> UnitPart<'a> {
    fn of(unit: &'a Unit, acts: &'a [Act]) -> Self {
        let part = |act: &'a Act| ActPart {
            act,
            around: place::around_action(&unit.config, act),
            skipped: is_skipped(unit, act),
        };
        Self {
            unit,
            around: place::around_repository(&unit.config, acts),
            acts: acts
                .iter()
                .filter(|act| !act.entry.is_last())
                .map(part)
                .collect(),
        }
    }

    /// The actions that run.
    pub fn running(&self) -> impl Iterator<Item = &ActPart<'a>> {
        self.acts.iter().filter(|part| !part.skipped)
    }
}

impl<'a> Outline<'a> {
    /// The hooks around an action that runs once: those of each repository.
    pub fn around_last<'s>(
        &'s self,
        act: &'s Act,
    ) -> impl Iterator<Item = (&'s FilePart<'a>, &'s UnitPart<'a>, Around<'a>)> {
        let units = self
            .files
            .iter()
            .flat_map(|file| file.units.iter().map(move |unit| (file, unit)));
        units
            .map(|(file, part)| (file, part, place::around_action(&part.unit.config, act)))
            .filter(|(.., around)| !around.is_empty())
    }
}

/// The outline of a run over all configurations that are good. `cwd` is where relative repositories
/// of `--repository` start from.
pub fn outline<'a>(
    loaded: &'a [Loaded],
    acts: &'a [Act],
    cwd: &Path,
) -> Result<Outline<'a>, Failure> {
    let chosen = acts.iter().find_map(|act| act.flag("repository"));
    let mut known = Vec::new();
    let (mut files, mut read) = (Vec::new(), Vec::new());
    let mut found = chosen.is_none();
    let around = place::around_everything(loaded, acts);
    for loaded in loaded {
        let Some(config) = &loaded.config else {
            continue;
        };
        read.extend(loaded.files.iter().cloned());
        let mut units = Vec::new();
        for unit in &loaded.units {
            known.push(unit.repository.shown_name());
            if chosen.is_some_and(|chosen| !unit.repository.matches(chosen, cwd)) {
                continue;
            }
            found = true;
            units.push(UnitPart::of(unit, acts));
        }
        files.push(FilePart {
            loaded,
            config,
            around: place::around_file(config, acts),
            after_error: place::after_error_in(config, acts),
            abreast: abreast::count(config, &units),
            units,
        });
    }
    if let Some(failure) = acts.iter().find_map(|act| several(act, &files)) {
        return Err(failure);
    }
    match chosen {
        Some(chosen) if !found && !files.is_empty() => Err(unknown(chosen, &known)),
        _ => Ok(Outline {
            around,
            files,
            last: acts.iter().filter(|act| act.entry.is_last()).collect(),
            read,
        }),
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
            .any(|skipped| is_meant(skipped.word(), name))
}

/// Why an action for one repository cannot have all that are left.
fn several(act: &Act, files: &[FilePart<'_>]) -> Option<Failure> {
    let name = act.entry.info.name;
    let units = files.iter().flat_map(|file| &file.units);
    let wanted = units.filter(|unit| unit.running().any(|part| part.name() == name));
    let names: Vec<_> = wanted
        .map(|part| part.unit.repository.shown_name())
        .collect();
    let [first, _, ..] = names.as_slice() else {
        return None;
    };
    let help = format!(
        "choose one: borgmatic {name} --repository {} …",
        quote(first)
    );
    let all = names.join(", ");
    act.entry.single.then(|| {
        Failure::new(
            "borgmatic::cli::several",
            format!("`{name}` works on one repository, and here are several: {all}"),
        )
        .help(help)
    })
}

fn unknown(chosen: &str, known: &[String]) -> Failure {
    let failure = Failure::new(
        "borgmatic::cli::repository",
        format!("no configured repository is called `{chosen}`"),
    );
    match nearest(chosen, known.iter().map(String::as_str)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("there are: {}", listed(known))),
    }
}

impl fmt::Display for Outline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            writeln!(f, "{}", file.loaded.path.display())?;
            for part in &file.units {
                writeln!(f, "  {}", part.unit.repository.name())?;
                part.running()
                    .try_for_each(|part| writeln!(f, "    {}", part.name()))?;
            }
        }
        self.last
            .iter()
            .try_for_each(|act| writeln!(f, "{}", act.entry.info.name))
    }
}
