//! Events for a log file. Lines are kept until nothing more is waiting, or a screenful of them is
//! there; what cannot be written is told once, and the run goes on.

use std::path::Path;
use std::sync::Arc;

use jiff::Zoned;

use super::trouble::Trouble;
use super::verbosity::threshold;
use super::{json, told};
use crate::host::line_format::{Filling, LineFormat};
use crate::host::outcome::reason;
use crate::host::{About, Clock, Event, Level, Listener, LogFile};
use crate::text::printable::printable;

/// What is kept before it is written, in bytes.
const BUFFER: usize = 64 * 1024;

pub struct File {
    log: LogFile,
    /// As the user wrote it.
    name: String,
    threshold: Option<Level>,
    clock: Arc<dyn Clock>,
    opened: Zoned,
    process: u32,
    /// `None`: JSON.
    format: Option<LineFormat>,
    waiting: Vec<u8>,
    /// The line being made, and its message; kept for their memory.
    line: String,
    message: String,
    trouble: Trouble,
}

impl File {
    /// `process`: our number.
    pub fn new(
        log: LogFile,
        path: &Path,
        verbosity: i8,
        format: Option<LineFormat>,
        clock: Arc<dyn Clock>,
        process: u32,
    ) -> Self {
        Self {
            log,
            name: path.display().to_string(),
            threshold: threshold(verbosity),
            opened: clock.now(),
            clock,
            process,
            format,
            waiting: Vec::new(),
            line: String::new(),
            message: String::new(),
            trouble: Trouble::default(),
        }
    }

    fn write(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        // Later lines are tried all the same: room may be made meanwhile.
        if let Err(error) = self.log.add(&self.waiting) {
            self.trouble.note(|| {
                let (name, why) = (&self.name, reason(&error));
                format!("the log file {name} misses lines: {why}; the run goes on without them")
            });
        }
        self.waiting.clear();
    }
}

impl Listener for File {
    fn hear(&mut self, event: &Event<'_>, about: &About) {
        match &self.format {
            Some(format) if !told::is_gap(event) => {
                let at = self.clock.now();
                told::told(event, &mut |part, scope, text| {
                    self.message.clear();
                    self.message.push_str(part.lead());
                    self.message.push_str(&printable(text));
                    self.line.clear();
                    let filling = Filling {
                        at: &at,
                        since: &self.opened,
                        level: event.level,
                        scope,
                        message: &self.message,
                        process: self.process,
                    };
                    format.write(&filling, &mut self.line);
                    self.waiting.extend_from_slice(self.line.as_bytes());
                    self.waiting.push(b'\n');
                });
            }
            Some(_) => {}
            None => json::write(event, about, &*self.clock, &mut self.waiting),
        }
        if self.waiting.len() > BUFFER || event.level >= Level::Warning {
            self.write();
        }
    }

    fn flush(&mut self) {
        self.write();
    }

    fn threshold(&self) -> Option<Level> {
        self.threshold
    }

    fn trouble(&mut self) -> Option<String> {
        self.trouble.take()
    }
}

/// What waits is not lost when a run ends in an unusual way.
impl Drop for File {
    fn drop(&mut self) {
        self.write();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::script::Still;
    use crate::host::{Body, Bus, Failure, Files, Passed};
    use crate::text::{Origin, Problem, Source};

    fn logged(format: Option<LineFormat>, say: impl FnOnce(&Bus)) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = Path::new("/run.log");
        let log = Files::new(folder.path()).log(path).unwrap();
        let bus = Bus::default();
        let clock = Arc::new(Still::default());
        bus.attach(Box::new(File::new(log, path, 1, format, clock, 77)));
        say(&bus);
        bus.flush();
        std::fs::read_to_string(folder.path().join("run.log")).unwrap()
    }

    #[test]
    fn a_line_has_time_level_and_scope() {
        let text = logged(Some(LineFormat::default()), |bus| {
            bus.line(Level::Info, "lab", "Creating an archive");
            bus.line(Level::Debug, "lab", "not for this log");
            bus.line(Level::Info, "", "");
            bus.say(Event {
                level: Level::Answer,
                scope: "",
                body: Body::Data("[]"),
            });
        });
        assert_eq!(
            text,
            "[2026-05-04 03:17:00,000] INFO: lab: Creating an archive\n"
        );
    }

    #[test]
    fn each_line_of_what_was_said_is_a_line_of_the_log() {
        let format = LineFormat::parse("{levelname} {prefix}{message}").ok();
        let text = logged(format, |bus| {
            let passed = |text, name| Passed {
                text,
                name,
                msgid: None,
            };
            bus.pass(Level::Error, passed("Traceback\n  \x1b[2J\n", None));
            bus.pass(
                Level::Info,
                passed("A /new\nline", Some("borg.file_status")),
            );
            let mut failure =
                Failure::new("borgmatic::borg::exit", "it failed").help("try\nor not");
            failure.tail = vec!["oh".into()];
            bus.say(Event {
                level: Level::Error,
                scope: "lab",
                body: Body::Failure(&failure),
            });
            let source = Source::plain("a.yaml", "x: 1\n");
            let origin = Origin { source, span: 0..1 };
            let problem = Problem::new("borgmatic::config::choice", "no").at(&origin, "here");
            bus.say(Event {
                level: Level::Error,
                scope: "",
                body: Body::Problem(&problem),
            });
        });
        assert_eq!(
            text,
            "ERROR Traceback\nERROR   \\x1b[2J\nINFO A /new\\nline\nERROR lab: it failed\nERROR   oh\n\
             ERROR help: try\nERROR       or not\nERROR a.yaml:1:1: no (borgmatic::config::choice)\n"
        );
    }

    #[test]
    fn as_json_it_is_an_object_in_a_line() {
        let text = logged(None, |bus| bus.line(Level::Info, "", "done"));
        let record: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(record["message"], "done");
    }

    #[test]
    fn a_full_disk_is_told_once_and_the_run_goes_on() {
        let path = Path::new("/dev/full");
        let log = Files::new("/").log(path).unwrap();
        let bus = Bus::default();
        let notes = crate::host::script::Notes::default();
        bus.attach(Box::new(notes.clone()));
        let clock = Arc::new(Still::default());
        let format = Some(LineFormat::default());
        bus.attach(Box::new(File::new(log, path, 1, format, clock, 77)));
        for _ in 0..3 {
            bus.line(Level::Info, "", "one");
            bus.flush();
        }
        let warning = "Warning the log file /dev/full misses lines: no space left on device";
        assert_eq!(notes.text().matches(warning).count(), 1);
    }
}
