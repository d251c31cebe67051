//! The tags `!include`, `!retain` and `!omit`: which values have them. Knows no file.

use std::collections::HashMap;
use std::sync::Arc;

use crate::text::node::{Kind, Node, Origin};
use crate::text::source::Source;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The value is in another file.
    Include,
    /// The value takes the place of what it would be joined with.
    Retain,
    /// The element is not in the list, nor are those equal to it.
    Omit,
}

impl Mark {
    pub(super) fn of(tag: &str) -> Option<Self> {
        match tag {
            "!include" => Some(Self::Include),
            "!retain" => Some(Self::Retain),
            "!omit" => Some(Self::Omit),
            _ => None,
        }
    }
}

/// The marked values of one source, by their places: an alias has the mark of what it stands for.
pub(super) struct Marks {
    source: Arc<Source>,
    all: HashMap<(usize, usize, u8), (Mark, Origin)>,
}

impl Marks {
    pub(super) fn new(source: &Arc<Source>) -> Self {
        Self {
            source: Arc::clone(source),
            all: HashMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Is it a value of this source, not of an included file?
    pub(super) fn owns(&self, node: &Node) -> bool {
        Arc::ptr_eq(&node.origin.source, &self.source)
    }

    /// `tag`: where the tag stands.
    pub(super) fn set(&mut self, node: &Node, mark: Mark, tag: Origin) {
        self.all.insert(key(node), (mark, tag));
    }

    pub(super) fn of(&self, node: &Node) -> Option<&(Mark, Origin)> {
        if self.is_empty() || !self.owns(node) {
            return None;
        }
        self.all.get(&key(node))
    }

    pub(super) fn is(&self, node: &Node, mark: Mark) -> bool {
        self.of(node).is_some_and(|(own, _)| *own == mark)
    }

    pub(super) fn clear(&mut self, node: &Node) {
        self.all.remove(&key(node));
    }
}

fn key(node: &Node) -> (usize, usize, u8) {
    let shape = match node.kind {
        Kind::Map(_) => 2,
        Kind::List(_) => 1,
        _ => 0,
    };
    (node.origin.span.start, node.origin.span.end, shape)
}
