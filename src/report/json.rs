//! Events as JSON, one object in a line, with the keys of borgmatic 2.1.10 and no others: whoever
//! reads them may be strict. Whose event it is stands before the words, as on the console.

use std::borrow::Cow;

use serde::Serialize;

use super::told::{self, Part};
use crate::host::line_format::seconds;
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
}

/// Adds an event with its line end; nothing for a document and for a line that only makes room.
/// What a failed child said last and what to do about it are objects of their own.
pub(super) fn write(event: &Event<'_>, about: &About, clock: &dyn Clock, out: &mut Vec<u8>) {
    if told::is_gap(event) || matches!(event.body, Body::Data(_)) {
        return;
    }
    let time = seconds(&clock.now());
    let mut add = |message: &str, name: Option<&str>, msgid: Option<&str>| {
        let record = Record {
            kind: "log_message",
            time,
            message,
            levelname: event.level.name(),
            name,
            msgid,
        };
        // Texts and numbers can always be written.
        let line = serde_json::to_string(&record).unwrap_or_default();
        out.extend_from_slice(ascii_controls(&line).as_bytes());
        out.push(b'\n');
    };
    if let Body::Passed(passed) = event.body {
        // Whole, with its line ends.
        return add(passed.text, passed.name, passed.msgid);
    }
    let name = ours(about);
    told::told(event, &mut |part, scope, text| {
        let message: Cow<'_, str> = match (part, scope) {
            (Part::Words, "") => text.into(),
            (Part::Words, scope) => format!("{scope}: {text}").into(),
            _ => format!("{}{text}", part.lead()).into(),
        };
        add(&message, Some(&name), None);
    });
}

/// JSON lets a few control characters stand that would steer a terminal; they can only be within
/// strings, where an escape means the same.
fn ascii_controls(line: &str) -> Cow<'_, str> {
    // DEL, and the first byte of those from U+0080 on; the others are escaped already.
    if !line.bytes().any(|byte| matches!(byte, 0x7f | 0xc2)) {
        return line.into();
    }
    let mut escaped = String::with_capacity(line.len() + 8);
    for letter in line.chars() {
        if letter.is_control() {
            escaped.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            escaped.push(letter);
        }
    }
    escaped.into()
}

/// borgmatic 2.1.10 names a part of itself, `borgmatic.actions.repo_list`.
fn ours(about: &About) -> Cow<'static, str> {
    if about.action.is_empty() {
        return "borgmatic".into();
    }
    let action = about.action.replace(['-', ' '], "_");
    format!("borgmatic.actions.{action}").into()
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
        let line = written(&event(Body::Line("Creating \"it\"\x1b")), &about);
        assert_eq!(
            line,
            "{\"type\":\"log_message\",\"time\":1777864620.0,\"message\":\"Creating \\\"it\\\"\\u001b\",\
             \"levelname\":\"ANSWER\",\"name\":\"borgmatic.actions.create\"}\n"
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
    fn a_failure_is_followed_by_what_was_said_last_and_its_help() {
        let mut failure = Failure::new("borgmatic::borg::exit", "it failed").help("try\nor not");
        failure.tail = vec!["oh".into()];
        let said = Event {
            scope: "lab",
            ..event(Body::Failure(&failure))
        };
        let messages: Vec<_> = written(&said, &About::default())
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["message"].clone())
            .collect();
        let expected = ["lab: it failed", "  oh", "help: try", "      or not"];
        assert_eq!(messages, expected);
    }

    #[test]
    fn no_control_character_is_left_and_all_are_read_back() {
        let text = "\x1b[2J\u{9b}2J\x7f\0 é";
        let line = written(&event(Body::Line(text)), &About::default());
        assert!(!line.trim_end().contains(char::is_control), "{line:?}");
        let record: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(record["message"], text);
    }

    #[test]
    fn what_only_makes_room_and_documents_are_left_out() {
        assert_eq!(written(&event(Body::Line("")), &About::default()), "");
        assert_eq!(written(&event(Body::Data("[]")), &About::default()), "");
    }
}
