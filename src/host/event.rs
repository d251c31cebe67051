//! Everything that is said while running is an event; consoles, files and monitors are listeners.

use std::sync::{Arc, Mutex, PoisonError};

use super::outcome::Failure;

/// How loud an event is. borgmatic 2.1.10: `ANSWER` lies between `INFO` and `WARNING`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Debug,
    Info,
    Answer,
    Warning,
    Error,
    Critical,
}

/// Whose event it is: the label or path of a repository, or the path of a configuration file.
/// Empty for lines that are passed on from a child.
pub type Scope = str;

#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// A line of our own or of a child.
    Line(&'a str),
    /// Something failed; drawn with its help where a person looks.
    Failure(&'a Failure),
    /// A document for standard output, as it is. It is what was asked for, so it comes whatever the
    /// level; listeners other than the console leave it.
    Data(&'a str),
}

#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    pub level: Level,
    pub scope: &'a Scope,
    pub body: Body<'a>,
}

pub trait Listener: Send {
    fn hear(&mut self, event: &Event<'_>);
    fn flush(&mut self) {}
    /// The quietest level it listens to, if it listens at all.
    fn threshold(&self) -> Option<Level>;
}

/// Carries events to the listeners. A copy has the same ones.
#[derive(Clone, Default)]
pub struct Bus {
    listeners: Arc<Mutex<Vec<Box<dyn Listener>>>>,
    /// Whose the lines are that have no scope. Empty where only one speaks at a time.
    speaker: String,
}

impl Bus {
    pub fn attach(&self, listener: Box<dyn Listener>) {
        self.listeners().push(listener);
    }

    fn listeners(&self) -> std::sync::MutexGuard<'_, Vec<Box<dyn Listener>>> {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy for one of several that speak at once: what it passes on from children has its name.
    #[must_use]
    pub fn of(&self, speaker: &str) -> Self {
        Self {
            listeners: Arc::clone(&self.listeners),
            speaker: speaker.to_owned(),
        }
    }

    pub fn say(&self, event: Event<'_>) {
        let scope = if event.scope.is_empty() {
            &self.speaker
        } else {
            event.scope
        };
        let event = Event { scope, ..event };
        let always = matches!(event.body, Body::Data(_));
        for listener in self.listeners().iter_mut() {
            let wanted = || {
                let threshold = listener.threshold();
                threshold.is_some_and(|threshold| event.level >= threshold)
            };
            if always || wanted() {
                listener.hear(&event);
            }
        }
    }

    pub fn line(&self, level: Level, scope: &Scope, line: &str) {
        self.say(Event {
            level,
            scope,
            body: Body::Line(line),
        });
    }

    pub fn flush(&self) {
        for listener in self.listeners().iter_mut() {
            listener.flush();
        }
    }

    /// The quietest level that any listener wants: borg is asked for no more than that.
    pub fn threshold(&self) -> Level {
        self.listeners()
            .iter()
            .filter_map(|listener| listener.threshold())
            .min()
            .unwrap_or(Level::Critical)
    }
}
