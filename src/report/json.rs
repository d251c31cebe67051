//! Events as JSON, one object in a line. borgmatic 2.1.10: `type`, `time`, `message`, `levelname`,
//! `name` and `msgid`; the other keys are ours.

use serde::Serialize;

use super::told;
use crate::host::layout::seconds;
use crate::host::{About, Body, Clock, Event};

#[derive(Serialize)]
struct Record<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    /// Seconds since 1970.
    time: f64,
    message: &'a str,
    levelname: &'static str,
    /// Who said it: borg's own name of its part, ours, or nobody for another program.
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    msgid: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    configuration: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    repository: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    action: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    /// The last lines of what failed.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    output: &'a [String],
}

/// Adds an event with its line end; nothing for a document and for a line that only makes room.
pub(super) fn write(event: &Event<'_>, about: &About, clock: &dyn Clock, out: &mut Vec<u8>) {
    if told::is_gap(event) {
        return;
    }
    let mut record = Record {
        kind: "log_message",
        time: seconds(&clock.now()),
        message: "",
        levelname: event.level.name(),
        name: Some("borgmatic"),
        msgid: None,
        configuration: &about.configuration,
        repository: &about.repository,
        action: &about.action,
        code: None,
        help: None,
        output: &[],
    };
    let place;
    match event.body {
        Body::Data(_) => return,
        Body::Line(text) => record.message = text,
        Body::Passed(passed) => {
            (record.message, record.name, record.msgid) = (passed.text, passed.name, passed.msgid);
        }
        Body::Failure(failure) => {
            record.message = &failure.words;
            record.code = Some(failure.code);
            record.help = failure.help.as_deref();
            record.output = &failure.tail;
        }
        Body::Problem(problem) => {
            place = problem.line();
            record.message = &place;
            record.code = Some(problem.code);
            record.help = problem.help.as_deref();
        }
    }
    // The scope is whose event it is: a repository or a file that may not be the present one.
    if record.configuration.is_empty() && record.repository.is_empty() && !event.scope.is_empty() {
        record.repository = event.scope;
    }
    // Texts and numbers can always be written, and memory takes them.
    let _written = serde_json::to_writer(&mut *out, &record);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::script::Still;
    use crate::host::{Failure, Level, Passed};

    fn written(event: &Event<'_>, about: &About) -> String {
        let mut out = Vec::new();
        write(event, about, &Still::default(), &mut out);
        String::from_utf8(out).unwrap()
    }

    fn event(body: Body<'_>) -> Event<'_> {
        Event {
            level: Level::Answer,
            scope: "",
            body,
        }
    }

    #[test]
    fn a_line_is_an_object_with_the_originals_keys() {
        let about = About {
            configuration: "/etc/a.yaml".into(),
            repository: "lab".into(),
            action: "create".into(),
        };
        let line = written(&event(Body::Line("Creating \"it\"\n\x1b")), &about);
        assert_eq!(
            line,
            "{\"type\":\"log_message\",\"time\":1777864620.0,\"message\":\"Creating \\\"it\\\"\\n\\u001b\",\
             \"levelname\":\"ANSWER\",\"name\":\"borgmatic\",\"configuration\":\"/etc/a.yaml\",\
             \"repository\":\"lab\",\"action\":\"create\"}\n"
        );
        let passed = Passed {
            text: "no",
            name: Some("borg.archiver"),
            msgid: Some("Repository.DoesNotExist"),
        };
        let line = written(&event(Body::Passed(passed)), &About::default());
        assert!(
            line.ends_with("\"name\":\"borg.archiver\",\"msgid\":\"Repository.DoesNotExist\"}\n"),
            "{line}"
        );
        let passed = Passed {
            name: None,
            msgid: None,
            ..passed
        };
        let line = written(&event(Body::Passed(passed)), &About::default());
        assert!(line.ends_with("\"name\":null}\n"), "{line}");
    }

    #[test]
    fn a_failure_keeps_its_code_its_help_and_what_was_said_last() {
        let mut failure = Failure::new("borgmatic::borg::exit", "it failed").help("try");
        failure.tail = vec!["oh".into()];
        let line = written(&event(Body::Failure(&failure)), &About::default());
        let end = "\"code\":\"borgmatic::borg::exit\",\"help\":\"try\",\"output\":[\"oh\"]}\n";
        assert!(line.ends_with(end), "{line}");
    }

    #[test]
    fn what_only_makes_room_and_documents_are_left_out() {
        assert_eq!(written(&event(Body::Line("")), &About::default()), "");
        assert_eq!(written(&event(Body::Data("[]")), &About::default()), "");
    }
}
