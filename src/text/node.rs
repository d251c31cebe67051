//! A value and where it was written. YAML and the command line both become this one tree; must not
//! know any option.

use std::sync::Arc;

use super::source::{Source, Span};

/// Where a value was written.
#[derive(Clone, Debug)]
pub struct Origin {
    pub source: Arc<Source>,
    pub span: Span,
}

impl Origin {
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        Self {
            source: Arc::clone(source),
            span,
        }
    }

    /// The text as it was written, quotes included.
    pub fn text(&self) -> &str {
        self.source.text.get(self.span.clone()).unwrap_or_default()
    }

    /// The line that it starts in.
    pub fn line(&self) -> usize {
        self.source.line_column(self.span.start).0
    }

    /// `/etc/borgmatic/config.yaml:12`, or what the command line calls itself.
    pub fn place(&self) -> String {
        let (line, _) = self.source.line_column(self.span.start);
        if self.source.name.starts_with('/') {
            format!("{}:{line}", self.source.name)
        } else {
            self.source.name.clone()
        }
    }

    /// Keeps this value out of every frame.
    pub fn hide(&self) {
        self.source.hide(self.span.clone());
    }
}

#[derive(Clone, Debug)]
pub struct Node {
    pub kind: Kind,
    pub origin: Origin,
}

/// What a value is. Numbers that do not fit and dates stay as they were written, so that an error
/// can say «quote it».
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    BigInt(String),
    Float(f64),
    Date(String),
    Text(String),
    List(Vec<Node>),
    /// In the order of the text. Keys are unique once duplicates are merged.
    Map(Vec<(Node, Node)>),
}

/// Equality is of values; places do not count.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Node {
    pub fn new(kind: Kind, origin: Origin) -> Self {
        Self { kind, origin }
    }

    /// The entries of a mapping; none for anything else.
    pub fn pairs(&self) -> &[(Self, Self)] {
        if let Kind::Map(pairs) = &self.kind {
            pairs
        } else {
            &[]
        }
    }

    /// The elements of a list; none for anything else.
    pub fn items(&self) -> &[Self] {
        if let Kind::List(items) = &self.kind {
            items
        } else {
            &[]
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind {
            Some(text)
        } else {
            None
        }
    }

    /// The value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.pairs()
            .iter()
            .find(|(name, _)| name.as_text() == Some(key))
            .map(|(_, value)| value)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Kind::Map(pairs) = &mut self.kind else {
            return None;
        };
        let pair = pairs
            .iter_mut()
            .find(|(name, _)| name.as_text() == Some(key))?;
        Some(&mut pair.1)
    }

    /// Sets a key of a mapping, in place or at its end. Anything but a mapping stays as it is.
    pub fn set(&mut self, key: Self, value: Self) {
        let Kind::Map(pairs) = &mut self.kind else {
            return;
        };
        match pairs.iter_mut().find(|(name, _)| *name == key) {
            Some(pair) => pair.1 = value,
            None => pairs.push((key, value)),
        }
    }

    /// Takes a key out of a mapping.
    pub fn remove(&mut self, key: &str) -> Option<Self> {
        let Kind::Map(pairs) = &mut self.kind else {
            return None;
        };
        let at = pairs
            .iter()
            .position(|(name, _)| name.as_text() == Some(key))?;
        Some(pairs.remove(at).1)
    }

    /// Do both mean the same, whatever the order of their keys?
    pub fn means(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Map(one), Kind::Map(other)) => {
                let find = |key: &Self| other.iter().find(|(name, _)| name == key);
                one.len() == other.len()
                    && one
                        .iter()
                        .all(|(key, value)| find(key).is_some_and(|(_, found)| value.means(found)))
            }
            (Kind::List(one), Kind::List(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| one.means(other))
            }
            // Not a number is itself here: the text is the same.
            (Kind::Float(one), Kind::Float(other)) => one.to_bits() == other.to_bits(),
            (one, other) => one == other,
        }
    }

    /// What it is, in the words of an error: «a list».
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "true or false",
            Kind::Int(_) | Kind::BigInt(_) => "a whole number",
            Kind::Float(_) => "a number",
            Kind::Date(_) => "a date",
            Kind::Text(_) => "text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text::{Node, Problems, Source, parse};

    fn read(text: &str) -> Node {
        parse(&Source::plain("x", text), &mut Problems::default()).unwrap()
    }

    #[test]
    fn the_order_of_keys_does_not_count_and_that_of_lists_does() {
        assert!(read("a: 1\nb: .nan\n").means(&read("b: .nan\na: 1\n")));
        assert!(!read("- 1\n- 2\n").means(&read("- 2\n- 1\n")));
        assert!(!read("a: 1\n").means(&read("a: 1\nb: 2\n")));
    }
}
