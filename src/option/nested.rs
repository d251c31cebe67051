//! Values that hold values: lists, sets, mappings with free names, objects that may be left empty.

use super::scalars::wrong_type;
use super::shape::{At, Options, Shape, Value};
use crate::text::{Kind, Node, Problem, Problems};

impl<T: Value> Value for Vec<T> {
    const SHAPE: &'static Shape = &Shape::List(T::SHAPE);

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        let Kind::List(items) = &node.kind else {
            out.add(wrong_type(node, at, Self::SHAPE));
            return None;
        };
        let mut whole = true;
        let mut values = Self::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match T::read(item, &At::Item(at, index), out) {
                Some(value) => values.push(value),
                None => whole = false,
            }
        }
        whole.then_some(values)
    }
}

/// A list in which each element stands once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set<T>(pub Vec<T>);

impl<T: Value + PartialEq> Value for Set<T> {
    const SHAPE: &'static Shape = &Shape::Set(T::SHAPE);

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        let values = Vec::<T>::read(node, at, out)?;
        for (index, item) in node.items().iter().enumerate() {
            let before = node.items()[..index].iter().find(|other| *other == item);
            if let Some(before) = before {
                let problem = Problem::new(
                    "borgmatic::config::twice",
                    format!("`{at}` names `{}` twice", item.origin.text()),
                );
                out.add(
                    problem
                        .on(item, "again")
                        .on(before, "first")
                        .help("remove one of them"),
                );
                return None;
            }
        }
        Some(Self(values))
    }
}

/// A mapping with names of the user's own, in the order of the text.
#[derive(Clone, Debug, Default)]
pub struct Map<T>(pub Vec<(String, T)>);

impl<T: Value> Value for Map<T> {
    const SHAPE: &'static Shape = &Shape::Map(T::SHAPE);

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        if !matches!(node.kind, Kind::Map(_)) {
            out.add(wrong_type(node, at, Self::SHAPE));
            return None;
        }
        let mut values = Vec::new();
        for (key, value) in node.pairs() {
            let name = key.as_text().unwrap_or(key.origin.text());
            let value = T::read(value, &At::Key(at, name), out)?;
            values.push((name.to_owned(), value));
        }
        Some(Self(values))
    }
}

/// An object whose name alone turns it on: `zfs:` with nothing after it.
#[derive(Clone, Debug, Default)]
pub struct OrEmpty<T>(pub T);

impl<T: Value + Options> Value for OrEmpty<T> {
    const SHAPE: &'static Shape = &Shape::OrEmpty(T::SHAPE);

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        match node.kind {
            Kind::Null => Some(Self(T::default())),
            _ => T::read(node, at, out).map(Self),
        }
    }
}

/// Whatever was written.
impl Value for Node {
    const SHAPE: &'static Shape = &Shape::Any;

    fn read(node: &Node, _at: &At<'_>, _out: &mut Problems) -> Option<Self> {
        Some(node.clone())
    }
}
