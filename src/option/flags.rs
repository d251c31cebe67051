//! The table as command-line flags: which flag a word is, and what its value becomes. One flag for
//! every option: `--keep-daily 7`, `--no-color`, `--repositories[0].label x`.

use super::shape::{Field, Groups, Shape, field};
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
    groups
        .iter()
        .copied()
        .flatten()
        .find(|field| written(field.name) == word || field.aliases.contains(&word))
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
