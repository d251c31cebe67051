//! Which command hooks run where. Facts: borgmatic 2.1.10, `hooks.md` section 6.

use super::options::{After, Before, Ending, Hook};
use crate::option::Choice;

/// What hooks stand around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    Action,
    Repository,
    Configuration,
    Everything,
}

/// The hooks around one thing, in the order of the configuration.
#[derive(Debug, Default)]
pub struct Around<'a> {
    pub before: Vec<&'a Hook>,
    /// Those for either end; [`Hook::suits`] tells which end.
    pub after: Vec<&'a Hook>,
}

impl<'a> Around<'a> {
    /// The hooks around an action, or around something that holds these actions.
    pub fn of(hooks: &'a [Hook], point: Point, actions: &[&str]) -> Self {
        let (before, after) = match point {
            Point::Action => (Before::Action, After::Action),
            Point::Repository => (Before::Repository, After::Repository),
            Point::Configuration => (Before::Configuration, After::Configuration),
            Point::Everything => (Before::Everything, After::Everything),
        };
        let wanted = || hooks.iter().filter(|hook| hook.is_for(actions));
        Self {
            before: wanted()
                .filter(|hook| hook.before.get() == Some(&before))
                .collect(),
            after: wanted()
                .filter(|hook| hook.after.get() == Some(&after))
                .collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}

/// The hooks that run after an error in a configuration with these actions.
pub fn after_error<'a>(hooks: &'a [Hook], actions: &[&str]) -> Vec<&'a Hook> {
    hooks
        .iter()
        .filter(|hook| hook.after.get() == Some(&After::Error))
        .filter(|hook| hook.is_for(actions) && hook.suits(Ending::Fail))
        .collect()
}

impl Hook {
    fn is_for(&self, actions: &[&str]) -> bool {
        let when = self.when.items();
        !self.when.is_set()
            || when
                .iter()
                .any(|name| actions.iter().any(|action| is_meant(name.word(), action)))
    }

    /// Does it run after this end?
    pub fn suits(&self, ending: Ending) -> bool {
        !self.states.is_set() || self.states.items().contains(&ending)
    }

    /// Do both say the same?
    pub fn equals(&self, other: &Self) -> bool {
        self.before.get() == other.before.get()
            && self.after.get() == other.after.get()
            && self.when.get() == other.when.get()
            && self.states.get() == other.states.get()
            && self.run.get() == other.run.get()
    }
}

/// Does the name of an option mean this action? `key` is all of `key export` and the like.
pub fn is_meant(name: &str, action: &str) -> bool {
    action
        .strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::{Around, Point, after_error, is_meant};
    use crate::hooks::Commands;
    use crate::hooks::command::options::{Ending, Hook};
    use crate::option::{At, walk};
    use crate::text::{Problems, Source, parse};

    fn commands(text: &str) -> Commands {
        let source = Source::plain("c.yaml", format!("commands:\n{text}"));
        let mut problems = Problems::default();
        let node = parse(&source, &mut problems).unwrap();
        let read = walk::object(&node, &At::Top, &mut problems).unwrap();
        assert!(!problems.has_errors(), "{problems:?}");
        read
    }

    fn runs(hooks: &[&Hook]) -> Vec<String> {
        hooks.iter().map(|hook| hook.run.items().concat()).collect()
    }

    const HOOKS: &str = "
- {before: action, run: [all]}
- {before: action, when: [create, prune], run: [some]}
- {after: action, states: [fail], run: [bad]}
- {after: action, states: [finish], run: [good]}
- {before: configuration, when: [check], run: [conf]}
- {after: error, when: [create], run: [error]}
- {after: error, states: [finish], run: [never]}
- {before: repository, when: [], run: [none]}
";

    #[test]
    fn point_action_and_end_choose() {
        let commands = commands(HOOKS);
        let hooks = commands.commands.items();
        let create = Around::of(hooks, Point::Action, &["create"]);
        assert_eq!(runs(&create.before), ["all", "some"]);
        assert_eq!(runs(&create.after), ["bad", "good"]);
        let suited: Vec<&Hook> = create
            .after
            .iter()
            .copied()
            .filter(|hook| hook.suits(Ending::Fail))
            .collect();
        assert_eq!(runs(&suited), ["bad"]);
        let check = Around::of(hooks, Point::Action, &["check"]);
        assert_eq!(runs(&check.before), ["all"]);
        assert!(Around::of(hooks, Point::Configuration, &["create"]).is_empty());
        let conf = Around::of(hooks, Point::Configuration, &["create", "check"]);
        assert_eq!(runs(&conf.before), ["conf"]);
        assert!(Around::of(hooks, Point::Repository, &["create"]).is_empty());
        assert_eq!(runs(&after_error(hooks, &["create"])), ["error"]);
        assert!(after_error(hooks, &["prune"]).is_empty());
    }

    #[test]
    fn equal_hooks_say_the_same() {
        let commands = commands(
            "
- {before: everything, run: [a]}
- {run: [a], before: everything}
- {before: everything, when: [create], run: [a]}
",
        );
        let hooks = commands.commands.items();
        assert!(hooks[0].equals(&hooks[1]));
        assert!(!hooks[0].equals(&hooks[2]));
    }

    #[test]
    fn key_means_each_of_its_actions() {
        assert!(is_meant("key", "key export"));
        assert!(is_meant("list", "list"));
        assert!(!is_meant("repo", "repo-list"));
        assert!(!is_meant("config", "configure"));
    }
}
