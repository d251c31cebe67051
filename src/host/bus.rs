//! The way of events to their listeners: no secret gets through, and several repositories may be
//! worked on at once.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::event::{About, Body, Event, Level, Listener, Passed, Scope};
use super::outcome::Failure;
use super::progress::Progress;
use crate::option::Secret;
use crate::text::{Problem, Severity};

/// Carries events to the listeners. A copy has the same listeners, and may be about something else.
#[derive(Clone, Default)]
pub struct Bus {
    shared: Arc<Mutex<Shared>>,
    about: About,
    /// Several speak at once: lines without a scope are given the repository's name.
    apart: bool,
}

#[derive(Default)]
struct Shared {
    listeners: Vec<Box<dyn Listener>>,
    /// What no listener may hear.
    secrets: Vec<Secret>,
    /// What somebody is told to do, in other words.
    rephrase: Option<Rephrase>,
}

/// Says it for this command line.
pub type Rephrase = Box<dyn Fn(&str) -> String + Send>;

/// Can a secret be looked for? A short one would be found in half of all words, and where the
/// password of a test is `postgres`, each path with that name would be cut.
pub fn is_telling(secret: &str) -> bool {
    let is_word = secret.chars().all(char::is_alphabetic);
    secret.len() >= if is_word { 12 } else { 6 }
}

impl Bus {
    pub fn attach(&self, listener: Box<dyn Listener>) {
        self.shared().listeners.push(listener);
    }

    /// Says what is to be done in other words from now on.
    pub fn rephrase(&self, say: Rephrase) {
        self.shared().rephrase = Some(say);
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bus for what is said about a repository of a configuration file.
    #[must_use]
    pub fn about(&self, configuration: &Path, repository: &str) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            about: About {
                configuration: configuration.to_string_lossy().into_owned(),
                repository: repository.to_owned(),
                action: String::new(),
            },
            apart: self.apart,
        }
    }

    /// The bus for one of several repositories that are worked on at once.
    #[must_use]
    pub fn apart(mut self) -> Self {
        self.apart = true;
        self
    }

    pub fn is_apart(&self) -> bool {
        self.apart
    }

    /// The same, for one of its actions.
    #[must_use]
    pub fn during(&self, action: &str) -> Self {
        let mut bus = self.clone();
        action.clone_into(&mut bus.about.action);
        bus
    }

    /// Keeps a text out of everything that is said from now on.
    pub fn hide(&self, secret: &Secret) {
        let mut shared = self.shared();
        for line in secret.reveal().lines().map(str::trim) {
            if is_telling(line) && shared.secrets.iter().all(|old| old.reveal() != line) {
                shared.secrets.push(Secret::new(line));
            }
        }
        // A secret may contain another one.
        shared
            .secrets
            .sort_by_key(|secret| std::cmp::Reverse(secret.reveal().len()));
    }

    /// A text that leaves us on another way than as an event, without the secrets in it.
    #[must_use]
    pub fn without_secrets(&self, text: &str) -> String {
        cut(text, &self.shared().secrets)
    }

    pub fn say(&self, event: Event<'_>) {
        let scope = if self.apart && event.scope.is_empty() {
            &self.about.repository
        } else {
            event.scope
        };
        let event = Event { scope, ..event };
        let mut shared = self.shared();
        let Shared {
            listeners,
            secrets,
            rephrase,
        } = &mut *shared;
        let mut tell = |event: &Event<'_>| {
            masked(*event, secrets, &mut |event| {
                tell(listeners, event, &self.about);
            });
        };
        match rephrase {
            Some(say) => rephrased(event, say, &mut tell),
            None => tell(&event),
        }
    }

    pub fn line(&self, level: Level, scope: &Scope, line: &str) {
        self.say(Event {
            level,
            scope,
            body: Body::Line(line),
        });
    }

    pub fn failure(&self, level: Level, failure: &Failure) {
        self.say(Event {
            level,
            scope: "",
            body: Body::Failure(failure),
        });
    }

    pub fn problem(&self, problem: &Problem) {
        self.say(Event {
            level: match problem.severity {
                Severity::Error => Level::Error,
                Severity::Deprecation | Severity::Warning => Level::Warning,
            },
            scope: "",
            body: Body::Problem(problem),
        });
    }

    /// What was asked for, whole.
    pub fn data(&self, document: &str) {
        self.say(Event {
            level: Level::Answer,
            scope: "",
            body: Body::Data(document),
        });
    }

    /// A line of a child.
    pub fn pass(&self, level: Level, passed: Passed<'_>) {
        self.say(Event {
            level,
            scope: "",
            body: Body::Passed(passed),
        });
    }

    /// Is there somebody who draws how far a child has come?
    pub fn draws(&self) -> bool {
        self.shared().listeners.iter().any(|one| one.draws())
    }

    /// How far a child has come; `None` when it has ended.
    pub fn progress(&self, progress: Option<&Progress<'_>>) {
        for listener in &mut self.shared().listeners {
            listener.progress(progress, &self.about);
        }
    }

    /// A question of a child, which waits for an answer on standard input.
    pub fn ask(&self, question: &str) {
        for listener in &mut self.shared().listeners {
            listener.ask(question);
        }
    }

    pub fn flush(&self) {
        let mut shared = self.shared();
        let listeners = &mut shared.listeners;
        listeners.iter_mut().for_each(|listener| listener.flush());
        troubles(listeners, &self.about);
    }

    /// The quietest level that any listener wants: borg is asked for no more than that.
    pub fn threshold(&self) -> Level {
        self.shared()
            .listeners
            .iter()
            .filter_map(|listener| listener.threshold())
            .min()
            .unwrap_or(Level::Critical)
    }
}

fn tell(listeners: &mut [Box<dyn Listener>], event: &Event<'_>, about: &About) {
    let always = matches!(event.body, Body::Data(_));
    let mut heard = false;
    for listener in listeners.iter_mut() {
        let threshold = listener.threshold();
        if always || threshold.is_some_and(|threshold| event.level >= threshold) {
            listener.hear(event, about);
            heard = true;
        }
    }
    if heard {
        troubles(listeners, about);
    }
}

/// What one listener could not keep, the others hear.
fn troubles(listeners: &mut [Box<dyn Listener>], about: &About) {
    while let Some(words) = listeners.iter_mut().find_map(|listener| listener.trouble()) {
        let event = Event {
            level: Level::Warning,
            scope: "",
            body: Body::Line(&words),
        };
        for listener in listeners.iter_mut() {
            if listener.threshold().is_some_and(|it| event.level >= it) {
                listener.hear(&event, about);
            }
        }
    }
}

/// Hands on an event with other words for what is to be done: in its help, and in warnings of ours.
fn rephrased(event: Event<'_>, say: &Rephrase, hand: &mut dyn FnMut(&Event<'_>)) {
    let body = event.body;
    match body {
        Body::Line(text) if event.level >= Level::Warning => hand(&Event {
            body: Body::Line(&say(text)),
            ..event
        }),
        Body::Failure(failure) => hand(&Event {
            body: Body::Failure(&Failure {
                help: failure.help.as_deref().map(say),
                ..failure.clone()
            }),
            ..event
        }),
        Body::Problem(problem) if problem.help.is_some() => {
            let mut problem = problem.clone();
            problem.help = problem.help.as_deref().map(say);
            hand(&Event {
                body: Body::Problem(&problem),
                ..event
            });
        }
        _ => hand(&event),
    }
}

fn cut(text: &str, secrets: &[Secret]) -> String {
    secrets.iter().fold(text.to_owned(), |text, secret| {
        text.replace(secret.reveal(), "***")
    })
}

/// Hands on an event without the secrets in it. A document is what was asked for; a problem hides
/// its own.
fn masked(event: Event<'_>, secrets: &[Secret], hand: &mut dyn FnMut(&Event<'_>)) {
    if secrets.is_empty() {
        return hand(&event);
    }
    let found = |text: &str| secrets.iter().any(|secret| text.contains(secret.reveal()));
    let cut = |text: &str| cut(text, secrets);
    let scope = cut(event.scope);
    let event = Event {
        scope: &scope,
        ..event
    };
    match event.body {
        Body::Line(text) if found(text) => hand(&Event {
            body: Body::Line(&cut(text)),
            ..event
        }),
        Body::Passed(passed) if found(passed.text) => hand(&Event {
            body: Body::Passed(Passed {
                text: &cut(passed.text),
                ..passed
            }),
            ..event
        }),
        Body::Failure(failure) => hand(&Event {
            body: Body::Failure(&Failure {
                words: cut(&failure.words),
                tail: failure.tail.iter().map(|line| cut(line)).collect(),
                help: failure.help.as_deref().map(cut),
                ..failure.clone()
            }),
            ..event
        }),
        _ => hand(&event),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::script::Notes;

    fn bus() -> (Bus, Notes) {
        let (bus, notes) = (Bus::default(), Notes::default());
        bus.attach(Box::new(notes.clone()));
        (bus, notes)
    }

    #[test]
    fn a_secret_is_heard_by_nobody() {
        let (bus, notes) = bus();
        bus.hide(&Secret::new("correct horse\nbattery staple\n"));
        bus.hide(&Secret::new("horse"));
        bus.hide(&Secret::new("postgres"));
        bus.line(Level::Info, "", "/var/lib/postgres");
        bus.line(Level::Info, "lab", "with correct horse");
        bus.pass(
            Level::Error,
            Passed {
                text: "battery staple? no horse",
                ..Passed::default()
            },
        );
        let mut failure = Failure::new("borgmatic::borg::exit", "correct horse");
        failure.tail = vec!["battery staple".into()];
        bus.say(Event {
            level: Level::Error,
            scope: "",
            body: Body::Failure(&failure),
        });
        assert_eq!(
            notes.text(),
            "Info /var/lib/postgres\nInfo lab: with ***\nError ***? no horse\nError ***\n***\n"
        );
    }

    #[test]
    fn a_copy_is_about_something_else_and_has_the_same_listeners() {
        struct Abouts(Arc<Mutex<Vec<About>>>);
        impl Listener for Abouts {
            fn hear(&mut self, _: &Event<'_>, about: &About) {
                self.0.lock().unwrap().push(about.clone());
            }
            fn threshold(&self) -> Option<Level> {
                Some(Level::Debug)
            }
        }
        let heard = Arc::default();
        let bus = Bus::default();
        bus.attach(Box::new(Abouts(Arc::clone(&heard))));
        let lab = bus.about(Path::new("/etc/a.yaml"), "lab").during("create");
        lab.line(Level::Info, "", "x");
        bus.line(Level::Info, "", "y");
        let about = About {
            configuration: "/etc/a.yaml".into(),
            repository: "lab".into(),
            action: "create".into(),
        };
        assert_eq!(*heard.lock().unwrap(), [about, About::default()]);
    }

    #[test]
    fn trouble_of_one_listener_is_told_to_the_others_once() {
        struct Full(u8);
        impl Listener for Full {
            fn hear(&mut self, _: &Event<'_>, _: &About) {
                self.0 += 1;
            }
            fn threshold(&self) -> Option<Level> {
                Some(Level::Info)
            }
            fn trouble(&mut self) -> Option<String> {
                (self.0 == 1).then(|| {
                    self.0 = 2;
                    "the log is full".into()
                })
            }
        }
        let (bus, notes) = bus();
        bus.attach(Box::new(Full(0)));
        bus.line(Level::Info, "", "one");
        bus.line(Level::Info, "", "two");
        assert_eq!(
            notes.text(),
            "Info one\nWarning the log is full\nInfo two\n"
        );
    }
}
