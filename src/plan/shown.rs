//! An outline for people and for tools: what would run, in order, and why, or why not.

use std::fmt;

use serde_json::{Value, json};

use super::{FilePart, Outline, Share, UnitPart};
use crate::actions::{Act, unbuilt};
use crate::config::{Loaded, Unit};
use crate::hooks::command::{Around, Hook};
use crate::option::Choice;
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
enum Fate<'a> {
    /// `--repository` names another one.
    LeftOut,
    /// One of its actions cannot be carried out; then none is started.
    Refused(String),
    Runs(&'a UnitPart<'a>),
}

impl Shown<'_> {
    /// The same as a document.
    pub fn json(&self) -> Value {
        let files: Vec<_> = self.loaded.iter().map(|loaded| self.file(loaded)).collect();
        json!({
            "actions": self.names(),
            "default": self.default,
            "dry_run": self.dry,
            "before": shares(&self.outline.around.before),
            "files": files,
            "last": self.last().collect::<Vec<_>>(),
            "after": shares(&self.outline.around.after),
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
        json!({
            "path": path,
            "read": read,
            "before": places(&part.around.before),
            "repositories": units,
            "after": places(&part.around.after),
            "after_error": places(&part.after_error),
        })
    }

    fn unit(&self, file: &FilePart<'_>, unit: &Unit) -> Value {
        let repository = &unit.repository;
        let mut value = json!({
            "path": repository.shown_path(),
            "label": repository.label.text(),
            "at": repository.path.origin().map(Origin::place),
        });
        match self.fate(file, unit) {
            Fate::LeftOut => value["left_out"] = json!("--repository"),
            Fate::Refused(words) => value["refused"] = json!(words),
            Fate::Runs(part) => {
                value["before"] = places(&part.around.before);
                let acts = part.acts.iter().map(|act| {
                    if act.skipped {
                        let at = skip_actions(unit);
                        return json!({"name": act.name(), "runs": false, "why": "skip_actions", "at": at});
                    }
                    json!({
                        "name": act.name(),
                        "runs": true,
                        "before": places(&act.around.before),
                        "after": places(&act.around.after),
                    })
                });
                value["actions"] = acts.collect();
                value["after"] = places(&part.around.after);
            }
        }
        value
    }

    /// What runs once, after all files.
    fn last(&self) -> impl Iterator<Item = &'static str> {
        self.outline.last.iter().map(|act| act.entry.info.name)
    }

    fn names(&self) -> Vec<&'static str> {
        self.acts.iter().map(|act| act.entry.info.name).collect()
    }

    fn part(&self, loaded: &Loaded) -> Option<&FilePart<'_>> {
        let mut parts = self.outline.files.iter();
        parts.find(|part| std::ptr::eq(part.loaded, loaded))
    }

    fn fate<'b>(&self, file: &'b FilePart<'_>, unit: &Unit) -> Fate<'b> {
        let mut parts = file.units.iter();
        let Some(part) = parts.find(|part| std::ptr::eq(part.unit, unit)) else {
            return Fate::LeftOut;
        };
        let refused = part
            .running()
            .find_map(|act| unbuilt::refuse(&unit.config, act.name(), self.dry).err());
        refused.map_or(Fate::Runs(part), |failure| Fate::Refused(failure.words))
    }
}

fn skip_actions(unit: &Unit) -> String {
    let place = unit.config.run.skip_actions.origin();
    place.map_or_else(String::new, Origin::place)
}

fn place(hook: &Hook) -> String {
    hook.run.origin().map_or_else(String::new, Origin::place)
}

/// After which ends it runs; none means any.
fn states(hook: &Hook) -> Vec<&'static str> {
    hook.states.items().iter().map(|end| end.word()).collect()
}

fn places(hooks: &[&Hook]) -> Value {
    hooks
        .iter()
        .map(|hook| json!({"at": place(hook), "states": states(hook)}))
        .collect()
}

fn shares(all: &[Share<'_>]) -> Value {
    let hooks: Vec<&Hook> = all.iter().flat_map(|share| share.hooks.clone()).collect();
    places(&hooks)
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = if self.default {
            "the default: no action is named"
        } else {
            "as the command line says"
        };
        let dry = if self.dry { ", as a dry run" } else { "" };
        writeln!(f, "Actions: {} ({why}){dry}", self.names().join(", "))?;
        let whole = &self.outline.around;
        for share in &whole.before {
            hooks(f, "", "before everything", &share.hooks)?;
        }
        for loaded in self.loaded {
            writeln!(f, "{}", loaded.path.display())?;
            let Some(part) = self.part(loaded) else {
                writeln!(f, "  nothing: it has problems")?;
                continue;
            };
            around(f, "  ", "this file", &part.around, |f| {
                let mut units = loaded.units.iter();
                units.try_for_each(|unit| self.lines(part, unit, f))
            })?;
            hooks(f, "  ", "after an error in this file", &part.after_error)?;
        }
        for act in &self.outline.last {
            let name = act.entry.info.name;
            let places: Vec<_> = self.outline.around_last(act).collect();
            for (.., own) in &places {
                hooks(f, "", &format!("before {name}"), &own.before)?;
            }
            writeln!(f, "{name}, once after all files")?;
            for (.., own) in places.iter().rev() {
                hooks(f, "", &format!("after {name}"), &own.after)?;
            }
        }
        for share in &whole.after {
            hooks(f, "", "after everything", &share.hooks)?;
        }
        Ok(())
    }
}

impl Shown<'_> {
    fn lines(&self, file: &FilePart<'_>, unit: &Unit, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repository = &unit.repository;
        let path = repository.shown_path();
        match repository.label.text() {
            Some(label) => writeln!(f, "  {label}: {path}")?,
            None => writeln!(f, "  {path}")?,
        }
        let part = match self.fate(file, unit) {
            Fate::LeftOut => return writeln!(f, "    nothing: --repository names another one"),
            Fate::Refused(words) => return writeln!(f, "    nothing: {words}"),
            Fate::Runs(part) => part,
        };
        around(f, "    ", "this repository", &part.around, |f| {
            for act in &part.acts {
                let name = act.name();
                if act.skipped {
                    let place = skip_actions(unit);
                    writeln!(f, "    {name}: not run: skip_actions, {place}")?;
                } else {
                    around(f, "    ", name, &act.around, |f| writeln!(f, "    {name}"))?;
                }
            }
            Ok(())
        })
    }
}

/// What stands between hooks, and the hooks.
fn around(
    f: &mut fmt::Formatter<'_>,
    indent: &str,
    what: &str,
    own: &Around<'_>,
    within: impl FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    hooks(f, indent, &format!("before {what}"), &own.before)?;
    within(f)?;
    hooks(f, indent, &format!("after {what}"), &own.after)
}

fn hooks(f: &mut fmt::Formatter<'_>, indent: &str, when: &str, all: &[&Hook]) -> fmt::Result {
    all.iter().try_for_each(|hook| {
        let states = states(hook);
        let only = if states.is_empty() {
            String::new()
        } else {
            format!(", only on {}", states.join(" or "))
        };
        writeln!(f, "{indent}hook {when}: {}{only}", place(hook))
    })
}
