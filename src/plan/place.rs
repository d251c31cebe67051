//! Which command hooks stand where in a run. What they do is told in `hooks/command`; this only
//! deals them out.

use crate::actions::Act;
use crate::config::{Config, Loaded};
use crate::hooks::command::choose::after_error;
use crate::hooks::command::{Around, Hook, Point};

/// The hooks around the whole run, by the file that has them.
#[derive(Debug, Default)]
pub struct Whole<'a> {
    pub before: Vec<Share<'a>>,
    pub after: Vec<Share<'a>>,
}

/// What one file adds to them.
#[derive(Debug)]
pub struct Share<'a> {
    pub loaded: &'a Loaded,
    pub config: &'a Config,
    pub hooks: Vec<&'a Hook>,
}

/// The names of actions, as hooks choose by them.
fn names(acts: &[Act]) -> Vec<&'static str> {
    acts.iter().map(|act| act.entry.info.name).collect()
}

/// What two files have alike runs once, for the first. borgmatic 2.0.4: the same.
pub fn around_everything<'a>(loaded: &'a [Loaded], acts: &[Act]) -> Whole<'a> {
    let mut whole = Whole::default();
    for (loaded, config) in loaded
        .iter()
        .filter_map(|loaded| Some((loaded, loaded.config.as_deref()?)))
    {
        let hooks = config.commands.commands.items();
        let around = Around::of(hooks, Point::Everything, &names(acts));
        for (all, own) in [
            (&mut whole.before, around.before),
            (&mut whole.after, around.after),
        ] {
            let is_new = |hook: &&Hook| {
                !all.iter()
                    .flat_map(|share| &share.hooks)
                    .any(|other| other.equals(hook))
            };
            let hooks: Vec<_> = own.into_iter().filter(is_new).collect();
            if !hooks.is_empty() {
                all.push(Share {
                    loaded,
                    config,
                    hooks,
                });
            }
        }
    }
    whole
}

pub fn around_file<'a>(config: &'a Config, acts: &[Act]) -> Around<'a> {
    let hooks = config.commands.commands.items();
    Around::of(hooks, Point::Configuration, &names(acts))
}

pub fn after_error_in<'a>(config: &'a Config, acts: &[Act]) -> Vec<&'a Hook> {
    after_error(config.commands.commands.items(), &names(acts))
}

/// A repository's own `commands` take the place of the file's.
pub fn around_repository<'a>(config: &'a Config, acts: &[Act]) -> Around<'a> {
    let hooks = config.commands.commands.items();
    Around::of(hooks, Point::Repository, &names(acts))
}

pub fn around_action<'a>(config: &'a Config, act: &Act) -> Around<'a> {
    let hooks = config.commands.commands.items();
    Around::of(hooks, Point::Action, &[act.entry.info.name])
}
