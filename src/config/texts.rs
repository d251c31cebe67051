//! Goes through every single value of a configuration, with what the table knows of its option: for
//! the passes that replace parts of texts, and for what hides secrets. Old forms are known as far as
//! they need to be.

use super::overrides::SECTIONS;
use super::{Config, is_secret};
use crate::borg::Repository;
use crate::option::shape::{field, fields};
use crate::option::{Options, Shape};
use crate::text::{Kind, Node};

/// What is known of a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat {
    /// The type of its option; `None` where the table does not tell.
    pub(super) shape: Option<&'static Shape>,
    /// Part of a command that a shell will read.
    pub(super) hook: bool,
    /// The value of a secret option.
    pub(super) secret: bool,
    /// Below `constants`, where anything may be a secret.
    pub(super) constant: bool,
}

impl Seat {
    /// May its option be a number, or true or false, and not text?
    pub(super) fn wants_value(&self) -> bool {
        self.shape.is_some_and(wants_value)
    }

    /// Is nothing known of its option?
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.shape, None | Some(Shape::Any))
    }

    /// May a value that stands here be a secret? Older versions took the address of a service in the
    /// place of its options.
    pub(super) fn may_be_secret(&self) -> bool {
        let groups = self.shape.and_then(Shape::groups).unwrap_or_default();
        self.secret || self.constant || fields(groups).any(|field| is_hidden(field.shape))
    }
}

fn wants_value(shape: &Shape) -> bool {
    match shape {
        Shape::Bool | Shape::Int(..) | Shape::Number => true,
        Shape::Choice(words) => words.iter().all(|word| word.parse::<i64>().is_ok()),
        Shape::Either(shapes) => {
            let text = |shape: &Shape| matches!(shape, Shape::Text | Shape::Secret | Shape::Any);
            shapes.iter().any(wants_value) && !shapes.iter().any(text)
        }
        _ => false,
    }
}

fn is_hidden(shape: &Shape) -> bool {
    match shape {
        Shape::Secret => true,
        Shape::Either(shapes) => shapes.iter().any(is_hidden),
        _ => false,
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
enum Place {
    /// Of the options at the top, or in an old section.
    Top,
    /// Of an entry of `repositories`, which may have options of the top.
    Repository,
    Shape(Option<&'static Shape>),
}

/// Calls `visit` for every value that is neither a list nor a mapping. Names stay as they are.
pub(super) fn each(tree: &mut Node, visit: &mut dyn FnMut(&mut Node, Seat)) {
    let seat = Seat {
        shape: None,
        hook: false,
        secret: false,
        constant: false,
    };
    walk(tree, Place::Top, seat, visit);
}

fn walk(node: &mut Node, place: Place, seat: Seat, visit: &mut dyn FnMut(&mut Node, Seat)) {
    match &mut node.kind {
        Kind::List(items) => {
            let place = match place {
                Place::Shape(Some(shape)) => Place::Shape(shape.item()),
                Place::Repository => place,
                _ => Place::Shape(None),
            };
            for item in items {
                walk(item, place, seat.at(place), visit);
            }
        }
        Kind::Map(pairs) => {
            for (key, value) in pairs {
                let name = key.as_text().unwrap_or_default();
                let below = place.below(name, matches!(value.kind, Kind::Map(_)));
                let runs = name.starts_with("before_")
                    || name.starts_with("after_")
                    || matches!(name, "on_error" | "run");
                let seat = Seat {
                    hook: seat.hook || runs,
                    secret: seat.secret || is_secret(name),
                    constant: seat.constant || place.has_options() && name == "constants",
                    ..seat.at(below)
                };
                walk(value, below, seat, visit);
            }
        }
        _ => visit(node, seat),
    }
}

impl Seat {
    fn at(self, place: Place) -> Self {
        let shape = match place {
            Place::Shape(shape) => shape,
            Place::Top | Place::Repository => None,
        };
        let secret = self.secret || shape.is_some_and(is_hidden);
        Self {
            shape,
            secret,
            ..self
        }
    }
}

impl Place {
    /// Do options of the top stand here?
    fn has_options(self) -> bool {
        matches!(self, Self::Top | Self::Repository)
    }

    fn below(self, name: &str, is_map: bool) -> Self {
        let of = |groups| Self::Shape(field(groups, name).map(|field| field.shape));
        match self {
            Self::Top if is_map && SECTIONS.contains(&name) => Self::Top,
            Self::Top if name == "repositories" => Self::Repository,
            Self::Top => of(Config::GROUPS),
            Self::Repository if field(Repository::GROUPS, name).is_some() => of(Repository::GROUPS),
            Self::Repository => of(Config::GROUPS),
            Self::Shape(Some(Shape::Map(value))) => Self::Shape(Some(value)),
            Self::Shape(Some(shape)) => shape.groups().map_or(Self::Shape(None), of),
            Self::Shape(None) => Self::Shape(None),
        }
    }
}
