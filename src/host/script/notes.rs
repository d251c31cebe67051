//! A listener that writes down what is said.

use std::sync::{Arc, Mutex};

use super::locked;
use crate::host::{About, Body, Event, Level, Listener};

/// Keeps what is said on the bus, one event in a line.
#[derive(Clone, Default)]
pub struct Notes(Arc<Mutex<String>>);

impl Notes {
    pub fn text(&self) -> String {
        locked(&self.0).clone()
    }
}

impl Listener for Notes {
    fn hear(&mut self, event: &Event<'_>, _: &About) {
        let words = match event.body {
            Body::Line(text) | Body::Data(text) => text.to_owned(),
            Body::Passed(passed) => passed.text.to_owned(),
            Body::Failure(failure) => failure.to_string(),
            Body::Problem(problem) => problem.line(),
        };
        let separator = if event.scope.is_empty() { "" } else { ": " };
        let line = format!("{:?} {}{separator}{words}\n", event.level, event.scope);
        locked(&self.0).push_str(&line);
    }

    fn threshold(&self) -> Option<Level> {
        Some(Level::Debug)
    }
}
