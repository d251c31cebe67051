//! What an option is: its name, its words and the shape of its value. Everything that is known of an
//! option stands in one [`Field`]; validation, sample, flags and help are visitors of it.

use std::fmt;

use crate::text::near::nearest;
use crate::text::{Node, Origin, Problems};

/// One option, or one flag of an action.
#[derive(Debug)]
pub struct Field {
    /// As it is written in a file. A flag has dashes for underscores.
    pub name: &'static str,
    /// What it does, for a person who looks it up. Lines as in the source.
    pub doc: &'static str,
    /// A value as it may stand in a file, in YAML.
    pub example: &'static str,
    pub shape: &'static Shape,
    pub required: bool,
    /// What holds when it is not set, in words.
    pub default: &'static str,
    /// Stands uncommented in a generated file.
    pub active: bool,
    /// One-letter flag.
    pub short: Option<char>,
    /// Other names of the flag.
    pub aliases: &'static [&'static str],
    /// What the option was called in older versions.
    pub former: &'static [&'static str],
    /// The flag writes this option of the configuration …
    pub sets: &'static str,
    /// … with this value instead of its own.
    pub sets_to: &'static str,
    /// No flag of its own: an action has one of that name.
    pub no_flag: bool,
    /// Values to offer while somebody types; others are as good.
    pub suggests: &'static [&'static str],
    /// What to use instead, as the end of the sentence «use …»; empty for one that is up to date.
    pub deprecated: &'static str,
    /// Python borgmatic does not have it.
    pub ours: bool,
    /// It belongs only beside this: `after` (that key is there) or `name=spot` (it has that value).
    pub of: &'static str,
    /// Exactly one of it and the option of this name must be set.
    pub or: &'static str,
    /// The one text that it must not be.
    pub not: &'static str,
}

impl Field {
    pub const BLANK: Self = Self {
        name: "",
        doc: "",
        example: "",
        shape: &Shape::Text,
        required: false,
        default: "",
        active: false,
        short: None,
        aliases: &[],
        former: &[],
        sets: "",
        sets_to: "",
        no_flag: false,
        suggests: &[],
        deprecated: "",
        ours: false,
        of: "",
        or: "",
        not: "",
    };

    /// Does its flag stand alone? One that may be repeated is a list of switches.
    pub fn is_switch(&self) -> bool {
        matches!(self.shape.item().unwrap_or(self.shape), Shape::Bool)
    }

    /// The words of `doc` on one line.
    pub fn about(&self) -> String {
        self.doc.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The first sentence of it, without its stop.
    pub fn summary(&self) -> String {
        let about = self.about();
        let first = about.split_once(". ").map_or(&*about, |(first, _)| first);
        first.trim_end_matches('.').to_owned()
    }

    /// The key and the value that `of` asks for; without a value the key alone counts.
    pub fn condition(&self) -> Option<(&'static str, Option<&'static str>)> {
        match self.of.split_once('=') {
            Some((key, value)) => Some((key, Some(value))),
            None if self.of.is_empty() => None,
            None => Some((self.of, None)),
        }
    }

    /// The names that it has, or had once.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        std::iter::once(self.name).chain(self.former.iter().copied())
    }

    /// In words, for one who wrote something like `name`: «`numeric_ids` (formerly `numeric_owner`)».
    pub fn called(&self, name: &str) -> String {
        if name == self.name {
            format!("`{name}`")
        } else {
            format!("`{}` (formerly `{name}`)", self.name)
        }
    }

    /// Does it belong into this mapping?
    pub fn fits(&self, node: &Node) -> bool {
        self.condition()
            .is_none_or(|(key, wanted)| match (node.get(key), wanted) {
                (Some(value), Some(wanted)) => value.as_text() == Some(wanted),
                (value, _) => value.is_some(),
            })
    }
}

/// `r#override` is called `override`.
pub const fn plain_name(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// The fields of an object: its own, and those of the groups it is made of.
pub type Groups = &'static [&'static [Field]];

/// All of them, group after group.
pub fn fields(groups: Groups) -> impl Iterator<Item = &'static Field> + Clone {
    groups.iter().copied().flatten()
}

/// The field of that name, in any of the groups.
pub fn field(groups: Groups, name: &str) -> Option<&'static Field> {
    fields(groups).find(|field| field.name == name)
}

/// The field that was meant by a name that none has, and which of its names is the near one.
pub fn meant(groups: Groups, name: &str) -> Option<(&'static Field, &'static str)> {
    let mut all = fields(groups);
    let near = nearest(name, all.clone().flat_map(Field::names))?;
    all.find(|field| field.names().any(|name| name == near))
        .map(|field| (field, near))
}

#[derive(Debug)]
pub enum Shape {
    Bool,
    /// A whole number from … to …
    Int(i64, i64),
    Number,
    Text,
    /// Text that no frame, log or argument may show.
    Secret,
    Choice(&'static [&'static str]),
    List(&'static Self),
    /// A list in which each element stands once.
    Set(&'static Self),
    Object(Groups),
    /// An object that may hold options of the whole file, too.
    Open(Groups),
    /// A mapping with names of the user's own.
    Map(&'static Self),
    /// An object that may be left empty: the name alone turns it on.
    OrEmpty(&'static Self),
    /// The first of these that fits.
    Either(&'static [Self]),
    /// Whatever YAML can say.
    Any,
}

impl Shape {
    /// In the words of an error: «needs a list».
    pub fn describe(&self) -> String {
        match self {
            Self::Bool => "true or false".into(),
            Self::Int(..) => "a whole number".into(),
            Self::Number => "a number".into(),
            Self::Text | Self::Secret => "text".into(),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::List(_) | Self::Set(_) => "a list".into(),
            Self::Object(_) | Self::Open(_) | Self::Map(_) | Self::OrEmpty(_) => "a mapping".into(),
            Self::Either(shapes) => {
                let all: Vec<_> = shapes.iter().map(Self::describe).collect();
                all.join(" or ")
            }
            Self::Any => "a value".into(),
        }
    }

    /// What a list is made of.
    pub fn item(&self) -> Option<&'static Self> {
        match self {
            Self::List(item) | Self::Set(item) => Some(item),
            _ => None,
        }
    }

    /// The fields of an object.
    pub fn groups(&self) -> Option<Groups> {
        match self {
            Self::Object(groups) | Self::Open(groups) => Some(groups),
            Self::OrEmpty(inner) => inner.groups(),
            _ => None,
        }
    }

    /// The fields of an object, or of a list's elements.
    pub fn inner(&self) -> Option<Groups> {
        self.item().unwrap_or(self).groups()
    }

    /// Is it written as more than one value?
    pub fn is_nested(&self) -> bool {
        self.item().is_some() || self.groups().is_some() || matches!(self, Self::Map(_))
    }
}

/// The way to a value, for words: `checks[0].name`.
#[derive(Clone, Copy, Debug)]
pub enum At<'a> {
    Top,
    /// The flags of a command line.
    Line,
    Key(&'a Self, &'a str),
    Item(&'a Self, usize),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top | Self::Line => Ok(()),
            Self::Key(Self::Top, name) => f.write_str(name),
            Self::Key(Self::Line, name) => write!(f, "--{}", super::flags::written(name)),
            // A flag is repeated for each element.
            Self::Item(up @ Self::Key(Self::Line, _), _) => up.fmt(f),
            Self::Key(up, name) => write!(f, "{up}.{name}"),
            Self::Item(up, index) => write!(f, "{up}[{index}]"),
        }
    }
}

/// A type that an option's value can have.
pub trait Value: Sized {
    const SHAPE: &'static Shape;

    /// The value of a node; `None` after a problem, which is among `out`.
    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self>;
}

/// A group of options: a struct made by [`crate::options!`].
pub trait Options: Sized + Default {
    /// Its own fields.
    const FIELDS: &'static [Field];
    /// Its own and those of its groups.
    const GROUPS: Groups;
    /// What each of the groups is about.
    const ABOUT: &'static [&'static str];
    /// Keys that it does not know belong to somebody else.
    const OPEN: bool = false;

    /// Reads its fields from a mapping. Leaves keys that it does not know alone.
    fn take(node: &Node, at: &At<'_>, out: &mut Problems) -> Self;

    /// Where the option of that name was set.
    fn place(&self, name: &str) -> Option<&Origin>;
}

/// A word of a closed list.
pub trait Choice: Copy + PartialEq + 'static {
    const WORDS: &'static [&'static str];
    /// One for each word, in the same order.
    const VALUES: &'static [Self];

    fn word(self) -> &'static str {
        Self::VALUES
            .iter()
            .zip(Self::WORDS)
            .find(|(value, _)| **value == self)
            .map_or("", |(_, word)| word)
    }
}

/// The value of an option, if it is set, and where.
#[derive(Clone, Debug)]
pub struct Opt<T>(Option<(T, Origin)>);

impl<T> Default for Opt<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Opt<T> {
    pub fn set(value: T, origin: Origin) -> Self {
        Self(Some((value, origin)))
    }

    pub fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(value, _)| value)
    }

    pub fn origin(&self) -> Option<&Origin> {
        self.0.as_ref().map(|(_, origin)| origin)
    }

    pub fn is_set(&self) -> bool {
        self.0.is_some()
    }
}

impl<T: Clone> Opt<T> {
    pub fn or(&self, default: T) -> T {
        self.get().cloned().unwrap_or(default)
    }
}

impl Opt<String> {
    /// The text, if it is set and not empty. borgmatic 2.1.10 takes empty text for unset.
    pub fn text(&self) -> Option<&str> {
        self.get()
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }
}

impl Opt<bool> {
    pub fn is_on(&self) -> bool {
        self.or(false)
    }
}

impl<T> Opt<Vec<T>> {
    /// The elements; none when it is not set.
    pub fn items(&self) -> &[T] {
        self.get().map_or(&[], Vec::as_slice)
    }
}
