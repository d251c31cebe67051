//! The table as command-line flags: which flag a word is, and what its value becomes. One flag for
//! every option: `--keep-daily 7`, `--no-color`, `--repositories[0].label x`.

use super::shape::{Field, Groups, Shape, field, fields};
use crate::text::{Kind, Node, Origin};

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(&'static str),
    Item(usize),
}

/// A flag that was recognised.
#[derive(Clone, Debug)]
pub struct Flag {
    pub path: Vec<Step>,
    pub field: &'static Field,
    /// The shape of the value at the end of the path.
    pub shape: &'static Shape,
    /// The `--no-…` form.
    pub negated: bool,
}

impl Flag {
    /// A switch stands alone; every other flag has a value.
    pub fn takes_value(&self) -> bool {
        !matches!(self.shape, Shape::Bool) && !self.negated
    }

    /// The value of a switch; nothing takes an object out of the configuration.
    pub fn switch(&self) -> Kind {
        match self.shape {
            Shape::Bool => Kind::Bool(!self.negated),
            _ => Kind::Null,
        }
    }
}

/// How a field's flag is written, without the dashes.
pub fn written(name: &str) -> String {
    name.replace('_', "-")
}

/// The flag of an action: by its name or an alias.
pub fn of_action(groups: Groups, word: &str) -> Option<&'static Field> {
    fields(groups).find(|field| written(field.name) == word || field.aliases.contains(&word))
}

/// A one-letter flag: `-v`.
pub fn short(groups: Groups, word: &str) -> Option<&'static Field> {
    let mut letters = word.strip_prefix('-')?.chars();
    let letter = letters.next()?;
    if letters.next().is_some() {
        return None;
    }
    fields(groups).find(|field| field.short == Some(letter))
}

/// The flag that a word is, long or short.
pub fn named(groups: Groups, word: &str) -> Option<&'static Field> {
    match word.strip_prefix("--") {
        Some(long) => of_action(groups, long),
        None => short(groups, word),
    }
}

/// The flag of an option of the configuration.
pub fn of_option(groups: Groups, word: &str) -> Option<Flag> {
    let mut path = Vec::new();
    let mut groups = groups;
    let mut words = word.split('.').peekable();
    while let Some(word) = words.next() {
        let (name, index) = match word.split_once('[') {
            Some((name, rest)) => (name, Some(rest.strip_suffix(']')?.parse::<usize>().ok()?)),
            None => (word, None),
        };
        let last = words.peek().is_none();
        let plain =
            field(groups, &name.replace('-', "_")).filter(|field| written(field.name) == name);
        let (found, negated) = match plain {
            Some(field) => (field, false),
            None if last && index.is_none() => (negative(groups, name, path.is_empty())?, true),
            None => return None,
        };
        path.push(Step::Key(found.name));
        let mut shape = found.shape;
        if let Some(index) = index {
            path.push(Step::Item(index));
            shape = shape.item()?;
        }
        if last {
            return (!found.no_flag || path.len() > 1).then_some(Flag {
                path,
                field: found,
                shape,
                negated,
            });
        }
        groups = shape.groups()?;
    }
    None
}

/// The field that `--no-…` turns off: a switch, or at the top an object. The negative of `no_owner`
/// is `--…owner`.
fn negative(groups: Groups, name: &str, top: bool) -> Option<&'static Field> {
    let name = name.replace('-', "_");
    let (field, switch_only) = match name.strip_prefix("no_") {
        Some(positive) => (field(groups, positive)?, !top),
        None => (field(groups, &format!("no_{name}"))?, true),
    };
    let object = field.shape.groups().is_some() || matches!(field.shape, Shape::Map(_));
    (matches!(field.shape, Shape::Bool) || object && !switch_only).then_some(field)
}

/// Every flag of the configuration, without the dashes, and the option it is for. An option that can
/// be turned off is followed by its negative. Elements of lists stand as `[0]`.
pub fn every(groups: Groups) -> Vec<(String, &'static Field)> {
    let mut all = Vec::new();
    every_below(groups, "", &mut all);
    all
}

fn every_below(groups: Groups, above: &str, all: &mut Vec<(String, &'static Field)>) {
    let top = above.is_empty();
    for field in fields(groups) {
        if field.no_flag && top {
            continue;
        }
        let word = written(field.name);
        let path = format!("{above}{word}");
        let inner = field.shape.groups();
        if inner.is_none() {
            all.push((path.clone(), field));
        }
        let negative = match field.shape {
            Shape::Bool => Some(match word.strip_prefix("no-") {
                Some(positive) => format!("{above}{positive}"),
                None => format!("{above}no-{word}"),
            }),
            Shape::Map(_) if top => Some(format!("no-{word}")),
            _ if inner.is_some() && top => Some(format!("no-{word}")),
            _ => None,
        };
        all.extend(negative.map(|negative| (negative, field)));
        match (inner, field.shape.item()) {
            (Some(inner), _) => every_below(inner, &format!("{path}."), all),
            (None, Some(item)) => match item.groups() {
                Some(inner) => every_below(inner, &format!("{path}[0]."), all),
                None => all.push((format!("{path}[0]"), field)),
            },
            _ => {}
        }
    }
}

/// What a word on the command line means for a value of this shape. A word that does not fit stays
/// text, so that reading it points at the word.
pub fn value(shape: &Shape, word: &str) -> Kind {
    match shape {
        Shape::Int(..) => word
            .parse()
            .map_or_else(|_| Kind::Text(word.to_owned()), Kind::Int),
        Shape::Number => word
            .parse()
            .map_or_else(|_| Kind::Text(word.to_owned()), Kind::Float),
        Shape::Choice(words) if words.iter().all(|choice| choice.parse::<i64>().is_ok()) => word
            .parse()
            .map_or_else(|_| Kind::Text(word.to_owned()), Kind::Int),
        Shape::Either(shapes) => shapes
            .iter()
            .map(|shape| value(shape, word))
            .find(|kind| !matches!(kind, Kind::Text(_)))
            .unwrap_or_else(|| Kind::Text(word.to_owned())),
        _ => Kind::Text(word.to_owned()),
    }
}

/// Puts a value into a tree, making objects on the way; nothing takes the option out. `false` when a
/// list is too short.
pub fn put(tree: &mut Node, path: &[Step], value: Node, origin: &Origin) -> bool {
    let Some((step, rest)) = path.split_first() else {
        *tree = value;
        return true;
    };
    match step {
        Step::Key(name) if rest.is_empty() && matches!(value.kind, Kind::Null) => {
            tree.remove(name);
            true
        }
        Step::Key(name) => {
            if !matches!(tree.kind, Kind::Map(_)) {
                *tree = Node::new(Kind::Map(Vec::new()), origin.clone());
            }
            if tree.get(name).is_none() {
                let key = Node::new(Kind::Text((*name).to_owned()), origin.clone());
                tree.set(key, Node::new(Kind::Null, origin.clone()));
            }
            let Kind::Map(pairs) = &mut tree.kind else {
                return false;
            };
            let Some(pair) = pairs
                .iter_mut()
                .find(|(key, _)| key.as_text() == Some(name))
            else {
                return false;
            };
            put(&mut pair.1, rest, value, origin)
        }
        Step::Item(index) => {
            let Kind::List(items) = &mut tree.kind else {
                return false;
            };
            items
                .get_mut(*index)
                .is_some_and(|item| put(item, rest, value, origin))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::option::Options;

    fn flag(word: &str) -> Option<(String, bool)> {
        let flag = of_option(Config::GROUPS, word)?;
        Some((flag.field.name.to_owned(), flag.negated))
    }

    #[test]
    fn every_flag_is_understood() {
        let all = every(Config::GROUPS);
        for (name, field) in &all {
            let flag = of_option(Config::GROUPS, name);
            let flag = flag.unwrap_or_else(|| panic!("--{name}"));
            assert!(std::ptr::eq(flag.field, *field), "--{name}");
        }
        let mut names: Vec<_> = all.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
    }

    #[test]
    fn what_is_true_or_false_has_two_flags() {
        let found = |name: &str, negated| Some((name.to_owned(), negated));
        assert_eq!(flag("no-healthchecks"), found("healthchecks", true));
        assert_eq!(flag("no-constants"), found("constants", true));
        assert_eq!(flag("no-zfs"), found("zfs", true));
        assert_eq!(flag("zfs.zfs-command"), found("zfs_command", false));
        assert_eq!(flag("healthchecks.no-send-logs"), found("send_logs", true));
        let owner = "postgresql_databases[0].owner";
        assert_eq!(flag(&owner.replace('_', "-")), found("no_owner", true));
        assert_eq!(
            flag("postgresql-databases[0].no-owner"),
            found("no_owner", false)
        );
        assert_eq!(flag("ntfy.no-start"), None);
        assert_eq!(flag("no-keep-daily"), None);
        assert_eq!(flag("match-archives"), None);
        assert_eq!(flag("keep_daily"), None);
    }

    #[test]
    fn words_become_values() {
        let shape = |word| of_option(Config::GROUPS, word).unwrap().shape;
        assert_eq!(value(shape("zabbix.fail.value"), "3"), Kind::Int(3));
        let text = Kind::Text("x".into());
        assert_eq!(value(shape("zabbix.fail.value"), "x"), text);
        assert_eq!(value(shape("keep-daily"), "x"), text);
        assert_eq!(value(shape("verbosity"), "-2"), Kind::Int(-2));
        let half = value(shape("checks[0].data-tolerance-percentage"), "0.5");
        assert_eq!(half, Kind::Float(0.5));
    }
}
