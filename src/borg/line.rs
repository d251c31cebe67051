//! A line that borg printed, and how loud it is. Borg runs with `--log-json`: its lines are JSON
//! objects, turned back into text here.

use std::borrow::Cow;

use serde::Deserialize;

use crate::host::{Level, Passed};

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
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    nfiles: Option<u64>,
    original_size: Option<u64>,
    deduplicated_size: Option<u64>,
    current: Option<u64>,
    total: Option<u64>,
    finished: Option<bool>,
    info: Option<serde_json::Value>,
}

/// What a line about progress tells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step {
    pub files: Option<u64>,
    pub original: Option<u64>,
    pub deduplicated: Option<u64>,
    pub share: Option<(u64, u64)>,
}

/// What is to be said of a line. Kept from line to line, so that nothing is allocated for each.
#[derive(Default)]
pub struct Translation {
    pub text: String,
    /// Borg's own name of the last error: `PassphraseWrong`.
    pub error: Option<String>,
    /// How far borg has come, where the line was about that; `text` is what it works on.
    pub step: Option<Step>,
    /// It was a question, and borg waits for the answer.
    pub asks: bool,
    /// The part of borg that said it, and its name of what is said; empty where there is none.
    name: String,
    msgid: String,
    /// A line with other escapes than borg wrote.
    mended: String,
}

impl Translation {
    /// Puts what is to be said into `text`. `usual` is the level of lines that were asked for,
    /// `plain` that of lines which are not JSON. `None` for progress and other events that are not
    /// for a log.
    pub fn read(&mut self, line: &str, usual: Level, plain: Level) -> Option<Level> {
        for kept in [&mut self.text, &mut self.name, &mut self.msgid] {
            kept.clear();
        }
        (self.step, self.asks) = (None, false);
        if let Some(said) = json(line, &mut self.mended) {
            match (&*said.kind, said.message, said.path) {
                ("log_message", Some(message), _) => {
                    self.text.push_str(&message);
                    self.name.push_str(&said.name.unwrap_or_default());
                    let level = loud(said.levelname.as_deref().unwrap_or("INFO"), usual);
                    if let Some(msgid) = said.msgid {
                        self.msgid.push_str(&msgid);
                        if level >= Level::Error {
                            self.error = Some(msgid.into_owned());
                        }
                    }
                    return Some(level);
                }
                ("file_status", _, Some(path)) => {
                    self.text.push_str(said.status.as_deref().unwrap_or("?"));
                    self.text.push(' ');
                    self.text.push_str(&path);
                    // borgmatic 2.1.10: the same.
                    self.name.push_str("borg.file_status");
                    return Some(usual);
                }
                // What borg asks or was answered by the environment; a person has to see it.
                (kind, Some(message), _) if kind.starts_with("question_") => {
                    self.text.push_str(message.trim_end());
                    self.asks = kind.starts_with("question_prompt");
                    return Some(Level::Warning);
                }
                ("archive_progress" | "progress_message" | "progress_percent", message, path) => {
                    if said.finished != Some(true) {
                        self.step = Some(Step {
                            files: said.nfiles,
                            original: said.original_size,
                            deduplicated: said.deduplicated_size,
                            share: said.current.zip(said.total),
                        });
                        // A percentage stands in the message, too; what it is about, in `info`.
                        let about = said
                            .info
                            .as_ref()
                            .and_then(|info| info.as_array()?.last()?.as_str());
                        let text = about.or(path.as_deref()).or(message.as_deref());
                        self.text.push_str(text.unwrap_or_default().trim());
                    }
                    return None;
                }
                _ => {}
            }
        }
        self.text.push_str(line);
        Some(plain)
    }

    /// Takes a line as it is.
    pub fn keep(&mut self, line: &str) {
        for kept in [&mut self.text, &mut self.name, &mut self.msgid] {
            kept.clear();
        }
        self.text.push_str(line);
    }

    /// What was read last, for the bus.
    pub fn passed(&self) -> Passed<'_> {
        Passed {
            text: &self.text,
            name: Some(self.name.as_str()).filter(|name| !name.is_empty()),
            msgid: Some(self.msgid.as_str()).filter(|msgid| !msgid.is_empty()),
        }
    }
}

/// The object of a JSON line. A prompt that nobody answers stands before it without a line end.
fn json<'a>(line: &'a str, mended: &'a mut String) -> Option<Said<'a>> {
    let start = if line.starts_with('{') {
        0
    } else {
        line.find("{\"type\": \"")?
    };
    let line = &line[start..];
    if let Ok(said) = serde_json::from_str(line) {
        return Some(said);
    }
    mend(line, mended);
    serde_json::from_str(mended).ok()
}

/// Python writes a byte that is no UTF-8 as half of a surrogate pair (`\udcff`), which no other
/// reader takes: the sign for «no character» goes in its place.
fn mend(line: &str, mended: &mut String) {
    mended.clear();
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        mended.push_str(before);
        let lone = escape
            .get(..4)
            .is_some_and(|it| it.eq_ignore_ascii_case("\\udc"))
            && escape.get(4..6).is_some();
        let pair = escape
            .get(..3)
            .is_some_and(|it| it.eq_ignore_ascii_case("\\ud"))
            && escape
                .get(6..9)
                .is_some_and(|it| it.eq_ignore_ascii_case("\\ud"));
        let length = if lone {
            mended.push_str("\\ufffd");
            6
        } else {
            let length = if pair { 12 } else { 2 };
            let length = (0..=length.min(escape.len()))
                .rev()
                .find(|&end| escape.is_char_boundary(end))
                .unwrap_or(escape.len());
            mended.push_str(&escape[..length]);
            length
        };
        rest = &escape[length..];
    }
    mended.push_str(rest);
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
    fn bytes_that_are_no_text_do_not_hide_the_rest() {
        let status = |path: &str| {
            let line = format!(r#"{{"type": "file_status", "status": "A", "path": "{path}"}}"#);
            said(&line, Level::Info)
        };
        let shown = |path: &str| Some((Level::Info, format!("A {path}")));
        assert_eq!(status(r"bad-\udcff\udcfe"), shown("bad-\u{fffd}\u{fffd}"));
        assert_eq!(
            status(r"\ud83d\ude00 \udcff \\udcff é"),
            shown("😀 \u{fffd} \\udcff é")
        );
        assert_eq!(status(r"\n\u001b\udc80"), shown("\n\u{1b}\u{fffd}"));
        for half in [r#"{"path": "\udc"#, r#"{"path": "\ud83d\u"#, "{\\é", "{\\"] {
            assert_eq!(said(half, Level::Info), Some((Level::Info, half.into())));
        }
    }

    #[test]
    fn borgs_names_are_kept_for_logs() {
        let mut translation = Translation::default();
        let line = r#"{"type": "log_message", "levelname": "ERROR", "message": "m", "name": "borg.x", "msgid": "Y"}"#;
        translation.read(line, Level::Info, Level::Info);
        let passed = translation.passed();
        assert_eq!((passed.name, passed.msgid), (Some("borg.x"), Some("Y")));
        translation.read("plain", Level::Info, Level::Info);
        let passed = translation.passed();
        assert_eq!(
            (passed.text, passed.name, passed.msgid),
            ("plain", None, None)
        );
    }

    #[test]
    fn a_question_is_shown_as_text() {
        let line = r#"{"type": "question_prompt", "msgid": "X", "message": "Warning: unknown!\nGo on? [yN] "}"#;
        let shown = "Warning: unknown!\nGo on? [yN]".to_owned();
        assert_eq!(said(line, Level::Info), Some((Level::Warning, shown)));
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

    proptest::proptest! {
        /// What a broken or hostile borg prints, cut anywhere.
        #[test]
        fn any_line_is_read(
            line in "(\\{\"type\": \"(log_message|file_status|question_prompt|progress_percent)\", )?(\"(message|path|status|levelname|msgid|name)\": (\"([a-zé🎉]|\\\\(ud[89c-f][0-9a-f]{2}|u00|n|\\\\|\"|\\P{Cc})){0,6}\"?|null|5|\\{|\\[)(, )?){0,4}\\}?",
            cut in 0usize..200,
        ) {
            let end = line.floor_char_boundary(cut.min(line.len()));
            for line in [&line[..], &line[..end]] {
                let mut translation = Translation::default();
                let level = translation.read(line, Level::Info, Level::Error);
                // Nothing is swallowed but progress.
                let told = !translation.text.is_empty() || line.is_empty();
                let empty = line.contains("\"\"") || line.contains("progress");
                proptest::prop_assert!(level.is_none() || told || empty, "{}", line);
            }
        }
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
