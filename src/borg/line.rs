//! A line that borg printed, and how loud it is. Borg runs with `--log-json`: its lines are JSON
//! objects, turned back into text here.

use std::borrow::Cow;

use serde::Deserialize;

use crate::host::Level;

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    levelname: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status: Option<Cow<'a, str>>,
    #[serde(borrow)]
    path: Option<Cow<'a, str>>,
    #[serde(borrow)]
    msgid: Option<Cow<'a, str>>,
}

/// What is to be said of a line. Kept from line to line, so that nothing is allocated for each.
#[derive(Default)]
pub struct Translation {
    pub text: String,
    /// Borg's own name of the last error: `PassphraseWrong`.
    pub error: Option<String>,
}

impl Translation {
    /// Puts what is to be said into `text`. `usual` is the level of lines that were asked for,
    /// `plain` that of lines which are not JSON. `None` for progress and other events that are not
    /// for a log.
    pub fn read(&mut self, line: &str, usual: Level, plain: Level) -> Option<Level> {
        self.text.clear();
        if let Some(said) = json(line) {
            match (&*said.kind, said.message, said.path) {
                ("log_message", Some(message), _) => {
                    self.text.push_str(&message);
                    let level = loud(said.levelname.as_deref().unwrap_or("INFO"), usual);
                    if level >= Level::Error && said.msgid.is_some() {
                        self.error = said.msgid.map(Cow::into_owned);
                    }
                    return Some(level);
                }
                ("file_status", _, Some(path)) => {
                    self.text.push_str(said.status.as_deref().unwrap_or("?"));
                    self.text.push(' ');
                    self.text.push_str(&path);
                    return Some(usual);
                }
                ("archive_progress" | "progress_message" | "progress_percent", ..) => return None,
                _ => {}
            }
        }
        self.text.push_str(line);
        Some(plain)
    }
}

/// The object of a JSON line. A prompt that nobody answers stands before it without a line end.
fn json(line: &str) -> Option<Said<'_>> {
    let start = if line.starts_with('{') {
        0
    } else {
        line.find("{\"type\": \"")?
    };
    serde_json::from_str(&line[start..]).ok()
}

/// Borg's level, raised to the usual one when it is only a little quieter: what the user asked for
/// must be seen. borgmatic 2.1.10: a gap of less than ten in Python's numbers.
fn loud(name: &str, usual: Level) -> Level {
    let own = match name {
        "DEBUG" => Level::Debug,
        "WARNING" => Level::Warning,
        "ERROR" => Level::Error,
        "CRITICAL" => Level::Critical,
        _ => Level::Info,
    };
    if own == Level::Info && usual == Level::Answer {
        usual
    } else {
        own
    }
}

/// The level of a line on standard error that does not tell its own.
pub fn of_tool(line: &str) -> Level {
    let warns = line
        .get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case("warning:"));
    if warns { Level::Warning } else { Level::Error }
}

#[cfg(test)]
mod tests {
    use super::{Translation, of_tool};
    use crate::host::Level;

    fn said(line: &str, usual: Level) -> Option<(Level, String)> {
        let mut translation = Translation::default();
        translation
            .read(line, usual, usual)
            .map(|level| (level, translation.text))
    }

    #[test]
    fn borgs_json_becomes_text_with_its_level() {
        let line = r#"{"type": "log_message", "levelname": "WARNING", "message": "a \"b\"", "name": "borg"}"#;
        assert_eq!(
            said(line, Level::Info),
            Some((Level::Warning, "a \"b\"".into()))
        );
        let line = r#"{"type": "file_status", "status": "A", "path": "/é"}"#;
        assert_eq!(
            said(line, Level::Answer),
            Some((Level::Answer, "A /é".into()))
        );
        let line = r#"{"type": "archive_progress", "nfiles": 1}"#;
        assert_eq!(said(line, Level::Info), None);
        let line =
            r#"Enter passphrase: {"type": "log_message", "levelname": "ERROR", "message": "none"}"#;
        assert_eq!(said(line, Level::Info), Some((Level::Error, "none".into())));
    }

    #[test]
    fn information_that_was_asked_for_is_an_answer() {
        let line = r#"{"type": "log_message", "levelname": "INFO", "message": "Keeping"}"#;
        assert_eq!(
            said(line, Level::Answer),
            Some((Level::Answer, "Keeping".into()))
        );
        let line = r#"{"type": "log_message", "levelname": "DEBUG", "message": "x"}"#;
        assert_eq!(said(line, Level::Answer), Some((Level::Debug, "x".into())));
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        assert_eq!(
            said("{not json", Level::Info),
            Some((Level::Info, "{not json".into()))
        );
        assert_eq!(
            said("", Level::Answer),
            Some((Level::Answer, String::new()))
        );
        assert_eq!(of_tool("Warning: x"), Level::Warning);
        assert_eq!(of_tool("oh"), Level::Error);
    }
}
