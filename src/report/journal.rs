//! Events for journald, in its native protocol: one entry each, with fields to search by.

use std::path::PathBuf;
use std::sync::Arc;

use super::told;
use super::verbosity::threshold;
use super::way::Way;
use crate::host::{About, Body, Event, Level, Listener, Sockets};
use crate::text::printable::printable;

/// Where journald listens.
pub const PLACE: &str = "/run/systemd/journal/socket";

pub struct Journal {
    way: Way,
    threshold: Option<Level>,
    process: u32,
    /// The words of the entry, and the entry; kept for their memory.
    words: String,
    entry: Vec<u8>,
}

impl Journal {
    /// `process`: our number.
    pub fn new(sockets: Arc<dyn Sockets>, to: PathBuf, verbosity: i8, process: u32) -> Self {
        Self {
            way: Way::new(sockets, to),
            threshold: threshold(verbosity),
            process,
            words: String::new(),
            entry: Vec::new(),
        }
    }

    /// A field of the entry, if it has a value.
    fn field(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            add(&mut self.entry, name, value);
        }
    }
}

/// `NAME=value`, or with its length where the value has several lines.
fn add(entry: &mut Vec<u8>, name: &str, value: &str) {
    entry.extend_from_slice(name.as_bytes());
    if value.contains('\n') {
        entry.push(b'\n');
        entry.extend_from_slice(&(value.len() as u64).to_le_bytes());
    } else {
        entry.push(b'=');
    }
    entry.extend_from_slice(value.as_bytes());
    entry.push(b'\n');
}

impl Listener for Journal {
    fn hear(&mut self, event: &Event<'_>, about: &About) {
        if told::is_gap(event) || matches!(event.body, Body::Data(_)) {
            return;
        }
        self.words.clear();
        told::told(event, &mut |part, scope, text| {
            let gap = if self.words.is_empty() { "" } else { "\n" };
            let colon = if scope.is_empty() { "" } else { ": " };
            self.words
                .extend([gap, part.lead(), scope, colon, &printable(text)]);
        });
        self.entry.clear();
        add(&mut self.entry, "MESSAGE", &self.words);
        self.field("PRIORITY", &event.level.severity().to_string());
        self.field("SYSLOG_IDENTIFIER", "borgmatic");
        let process = self.process.to_string();
        self.field("SYSLOG_PID", &process);
        self.field("BORGMATIC_LEVEL", event.level.name());
        self.field("BORGMATIC_CONFIGURATION", &about.configuration);
        self.field("BORGMATIC_REPOSITORY", &about.repository);
        self.field("BORGMATIC_ACTION", &about.action);
        let (code, msgid) = match event.body {
            Body::Failure(failure) => (failure.code, None),
            Body::Problem(problem) => (problem.code, None),
            Body::Passed(passed) => ("", passed.msgid),
            Body::Line(_) | Body::Data(_) => ("", None),
        };
        self.field("BORGMATIC_CODE", code);
        self.field("BORG_MSGID", msgid.unwrap_or_default());
        self.way.send(&self.entry, true);
    }

    fn threshold(&self) -> Option<Level> {
        self.threshold
    }

    fn trouble(&mut self) -> Option<String> {
        self.way.trouble.take()
    }
}
