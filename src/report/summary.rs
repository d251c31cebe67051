//! The end of a run: what went well and what did not, once more and together.

use crate::host::{Body, Event, Failure, FailureKind, Level};

#[derive(Debug, Default)]
pub struct Summary(Vec<Record>);

#[derive(Debug)]
struct Record {
    level: Level,
    scope: String,
    words: Words,
}

#[derive(Debug)]
enum Words {
    Line(String),
    Failure(Failure),
}

impl Summary {
    /// A configuration file whose run went well.
    pub fn good(&mut self, file: &str) {
        self.line(Level::Info, format!("{file}: all done"));
    }

    pub fn line(&mut self, level: Level, words: impl Into<String>) {
        self.0.push(Record {
            level,
            scope: String::new(),
            words: Words::Line(words.into()),
        });
    }

    /// `scope`: the repository or configuration file that it happened to.
    pub fn failed(&mut self, scope: &str, failure: Failure) {
        self.0.push(Record {
            level: Level::Critical,
            scope: scope.to_owned(),
            words: Words::Failure(failure),
        });
    }

    /// The loudest level so far.
    pub fn worst(&self) -> Option<Level> {
        self.0.iter().map(|record| record.level).max()
    }

    /// The closing events in order. The heading is as loud as the loudest of them, so that a quiet
    /// console shows nothing of a run that went well. `verbosity` is the console's.
    pub fn say(&self, verbosity: i8, say: &mut dyn FnMut(Event<'_>)) {
        let Some(worst) = self.worst() else {
            return;
        };
        for heading in ["", "summary:"] {
            say(line(worst, heading));
        }
        for record in &self.0 {
            say(Event {
                level: record.level,
                scope: &record.scope,
                body: match &record.words {
                    Words::Line(text) => Body::Line(text),
                    Words::Failure(failure) => Body::Failure(failure),
                },
            });
        }
        // More words help where a child failed, not where a text is wrong.
        let by_child = |record: &Record| matches!(&record.words, Words::Failure(failure) if matches!(failure.kind, FailureKind::Command(_)));
        if verbosity < 2 && self.0.iter().any(by_child) {
            for hint in ["", "see more: borgmatic --verbosity 2"] {
                say(line(worst, hint));
            }
        }
    }
}

fn line(level: Level, text: &str) -> Event<'_> {
    Event {
        level,
        scope: "",
        body: Body::Line(text),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::host::Bus;
    use crate::host::script::Collected;
    use crate::report::Console;
    use crate::report::style::{Colours, Style};

    fn shown(summary: &Summary, verbosity: i8) -> (String, String) {
        let terminal = Arc::new(Collected::default());
        let bus = Bus::default();
        let end = Arc::clone(&terminal);
        bus.attach(Box::new(Console::new(
            end,
            verbosity,
            Colours::NONE,
            Style::PLAIN,
        )));
        summary.say(verbosity, &mut |event| bus.say(event));
        (terminal.out_text(), terminal.err_text())
    }

    #[test]
    fn a_good_run_is_quiet_unless_asked() {
        let mut summary = Summary::default();
        assert_eq!(shown(&summary, 2), (String::new(), String::new()));
        summary.good("/etc/a.yaml");
        summary.good("/etc/b.yaml");
        assert_eq!(shown(&summary, 0), (String::new(), String::new()));
        let (out, err) = shown(&summary, 1);
        assert_eq!(
            out,
            "\nsummary:\n/etc/a.yaml: all done\n\
             /etc/b.yaml: all done\n"
        );
        assert_eq!(err, "");
    }

    #[test]
    fn a_failure_raises_the_heading() {
        let mut summary = Summary::default();
        summary.good("/etc/a.yaml");
        summary.failed(
            "lab",
            Failure::new("borgmatic::borg::exit", "borg create: exit status 2")
                .kind(FailureKind::Command(crate::host::Exit::Code(2))),
        );
        assert_eq!(
            shown(&summary, 0),
            (
                String::new(),
                "\nsummary:\nlab: borg create: exit status 2\n\nsee more: borgmatic --verbosity 2\n"
                    .into()
            )
        );
        assert!(!shown(&summary, 2).1.contains("see more"));
        assert_eq!(shown(&summary, -2), (String::new(), String::new()));
    }
}
