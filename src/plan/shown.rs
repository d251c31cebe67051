//! An outline for people and for tools: what would run, in order, and why, or why not.

use std::fmt;

use serde_json::{Value, json};

use super::{FilePart, Outline};
use crate::actions::{Act, unbuilt};
use crate::config::{Loaded, Unit};
use crate::text::Origin;

/// An outline, and what it was made from.
pub struct Shown<'a> {
    pub outline: &'a Outline<'a>,
    /// All files, those that cannot be used too.
    pub loaded: &'a [Loaded],
    /// The actions that were asked for.
    pub acts: &'a [Act],
    /// Nobody named an action.
    pub default: bool,
    /// `--dry-run`.
    pub dry: bool,
}

/// What becomes of one repository.
enum Fate {
    /// `--repository` names another one.
    LeftOut,
    /// One of its actions cannot be carried out; then none is started.
    Refused(String),
    /// Each action that was asked for, in order; where `skip_actions` leaves it out, with the place.
    Acts(Vec<(&'static str, Option<String>)>),
}

impl Shown<'_> {
    /// The same as a document.
    pub fn json(&self) -> Value {
        let files: Vec<_> = self.loaded.iter().map(|loaded| self.file(loaded)).collect();
        json!({
            "actions": self.acts.iter().map(|act| act.entry.info.name).collect::<Vec<_>>(),
            "default": self.default,
            "dry_run": self.dry,
            "files": files,
        })
    }

    fn file(&self, loaded: &Loaded) -> Value {
        let path = loaded.path.to_string_lossy();
        let Some(part) = self.part(loaded) else {
            return json!({"path": path, "problems": loaded.problems.errors().count()});
        };
        let read: Vec<_> = loaded
            .files
            .iter()
            .map(|path| path.to_string_lossy())
            .collect();
        let units: Vec<_> = loaded
            .units
            .iter()
            .map(|unit| self.unit(part, unit))
            .collect();
        json!({"path": path, "read": read, "repositories": units})
    }

    fn unit(&self, file: &FilePart<'_>, unit: &Unit) -> Value {
        let repository = &unit.repository;
        let mut value = json!({
            "path": repository.path(),
            "label": repository.label.text(),
            "at": repository.path.origin().map(Origin::place),
        });
        match self.fate(file, unit) {
            Fate::LeftOut => value["left_out"] = json!("--repository"),
            Fate::Refused(words) => value["refused"] = json!(words),
            Fate::Acts(acts) => {
                let acts = acts.iter().map(|(name, skipped)| match skipped {
                    None => json!({"name": name, "runs": true}),
                    Some(at) => {
                        json!({"name": name, "runs": false, "why": "skip_actions", "at": at})
                    }
                });
                value["actions"] = acts.collect();
            }
        }
        value
    }

    fn lines(&self, file: &FilePart<'_>, unit: &Unit, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repository = &unit.repository;
        let (name, path) = (repository.name(), repository.path());
        if name == path {
            writeln!(f, "  {path}")?;
        } else {
            writeln!(f, "  {name}: {path}")?;
        }
        match self.fate(file, unit) {
            Fate::LeftOut => writeln!(f, "    nothing: --repository names another one"),
            Fate::Refused(words) => writeln!(f, "    nothing: {words}"),
            Fate::Acts(acts) => acts.iter().try_for_each(|(name, skipped)| match skipped {
                None => writeln!(f, "    {name}"),
                Some(at) => writeln!(f, "    {name}: not run: skip_actions, {at}"),
            }),
        }
    }

    fn part(&self, loaded: &Loaded) -> Option<&FilePart<'_>> {
        let mut parts = self.outline.files.iter();
        parts.find(|part| std::ptr::eq(part.loaded, loaded))
    }

    fn fate(&self, file: &FilePart<'_>, unit: &Unit) -> Fate {
        let mut parts = file.units.iter();
        let Some(part) = parts.find(|part| std::ptr::eq(part.unit, unit)) else {
            return Fate::LeftOut;
        };
        let refused = part
            .acts
            .iter()
            .find_map(|act| unbuilt::refuse(&unit.config, act.entry.info.name, self.dry).err());
        if let Some(refused) = refused {
            return Fate::Refused(refused.words);
        }
        let skips = || {
            let place = unit.config.run.skip_actions.origin();
            place.map_or_else(String::new, Origin::place)
        };
        let runs = |act: &Act| part.acts.iter().any(|own| std::ptr::eq(*own, act));
        let acts = self.acts.iter();
        let acts = acts.map(|act| (act.entry.info.name, (!runs(act)).then(skips)));
        Fate::Acts(acts.collect())
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.acts.iter().map(|act| act.entry.info.name).collect();
        let asked = if self.default {
            format!("{} (the default: no action is named)", names.join(", "))
        } else {
            format!("{} (as the command line says)", names.join(", "))
        };
        let dry = if self.dry { ", as a dry run" } else { "" };
        writeln!(f, "Actions: {asked}{dry}")?;
        for loaded in self.loaded {
            writeln!(f, "{}", loaded.path.display())?;
            let Some(part) = self.part(loaded) else {
                writeln!(f, "  nothing: it has problems")?;
                continue;
            };
            for unit in &loaded.units {
                self.lines(part, unit, f)?;
            }
        }
        Ok(())
    }
}
