//! How a line of a log file looks: text with fields in braces, in the language of Python's
//! `str.format`, because that is what `log_file_format` has always been.

use std::fmt::Write as _;

use jiff::Zoned;

use super::event::Level;
use crate::option::{At, Shape, Value};
use crate::text::near::nearest;
use crate::text::{Node, Problem, Problems};

/// The parts of a line, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineFormat(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(Field, Spec),
}

/// borgmatic 2.1.10: the attributes of Python's log records, and `prefix`. Those that tell a place
/// in a Python program have a value all the same, so that a format that names them goes on working.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Asctime,
    Created,
    Msecs,
    Relative,
    Levelname,
    Levelno,
    Prefix,
    Message,
    Process,
    Name,
    Thread,
    Zero,
    Nothing,
}

/// The first ones are what people use; they are named in a help.
const FIELDS: [(&str, Field); 24] = [
    ("asctime", Field::Asctime),
    ("levelname", Field::Levelname),
    ("prefix", Field::Prefix),
    ("message", Field::Message),
    ("process", Field::Process),
    ("created", Field::Created),
    ("msecs", Field::Msecs),
    ("levelno", Field::Levelno),
    ("name", Field::Name),
    ("relativeCreated", Field::Relative),
    ("msg", Field::Message),
    ("processName", Field::Name),
    ("threadName", Field::Name),
    ("module", Field::Name),
    ("filename", Field::Name),
    ("pathname", Field::Name),
    ("funcName", Field::Name),
    ("lineno", Field::Zero),
    ("thread", Field::Thread),
    ("taskName", Field::Nothing),
    ("args", Field::Nothing),
    ("exc_info", Field::Nothing),
    ("exc_text", Field::Nothing),
    ("stack_info", Field::Nothing),
];

/// `[[fill]align][sign][0][width][.precision][kind]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    zeros: bool,
    width: usize,
    precision: Option<usize>,
    kind: Option<char>,
}

/// What the fields are filled with.
pub struct Filling<'a> {
    pub at: &'a Zoned,
    /// When the log was opened.
    pub since: &'a Zoned,
    pub level: Level,
    /// `lab: `, or nothing.
    pub scope: &'a str,
    pub message: &'a str,
    pub process: u32,
}

impl Default for LineFormat {
    /// borgmatic 2.1.10: the same.
    fn default() -> Self {
        let field = |field| Part::Field(field, Spec::default());
        let text = |text: &str| Part::Text(text.to_owned());
        Self(vec![
            text("["),
            field(Field::Asctime),
            text("] "),
            field(Field::Levelname),
            text(": "),
            field(Field::Prefix),
            field(Field::Message),
        ])
    }
}

/// Why a text is no format, and what to type.
type Wrong = (String, String);

impl LineFormat {
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let (mut parts, mut plain) = (Vec::new(), String::new());
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            plain.push_str(before);
            if brace.starts_with("{{") || brace.starts_with("}}") {
                plain.push_str(&brace[..1]);
                rest = &brace[2..];
                continue;
            }
            let inner = brace.strip_prefix('{').ok_or_else(|| {
                let help = "write }} for a brace that is only a brace";
                ("a `}` closes nothing".to_owned(), help.to_owned())
            })?;
            let Some((field, after)) = inner.split_once('}') else {
                let help = "close it with a }, or write {{ for a brace that is only a brace";
                return Err(("a `{` is never closed".into(), help.into()));
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(part(field)?);
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        if parts.iter().all(|part| matches!(part, Part::Text(_))) {
            return Err((
                "it names no field, so all lines would be the same".into(),
                known(),
            ));
        }
        Ok(Self(parts))
    }

    /// Adds one line, without its end. A message that the format has twice stands there twice.
    pub fn write(&self, filling: &Filling<'_>, line: &mut String) {
        for part in &self.0 {
            match part {
                Part::Text(text) => line.push_str(text),
                Part::Field(field, spec) if *spec == Spec::default() => {
                    field.write(filling, line);
                }
                Part::Field(field, spec) => field.write_as(spec, filling, line),
            }
        }
    }
}

fn part(written: &str) -> Result<Part, Wrong> {
    let (name, spec) = written.split_once(':').unwrap_or((written, ""));
    let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == name) else {
        let plain = name.split(['!', '.', '[']).next().unwrap_or(name);
        let names = || FIELDS.iter().map(|(name, _)| *name);
        let longer = || names().find(|name| plain.len() > 2 && name.starts_with(plain));
        let help = match longer().or_else(|| nearest(plain, names())) {
            Some(near) => format!("did you mean {{{near}}}?"),
            None => known(),
        };
        return Err((format!("there is no field `{{{name}}}`"), help));
    };
    match Spec::parse(spec) {
        Some(spec) => Ok(Part::Field(*field, spec)),
        None => Err((
            format!("`:{spec}` after `{name}` is no format"),
            format!("for a width of eight, write {{{name}:8}} or {{{name}:>8}}"),
        )),
    }
}

fn known() -> String {
    let names: Vec<_> = FIELDS[..8]
        .iter()
        .map(|(name, _)| format!("{{{name}}}"))
        .collect();
    format!("there are: {}", names.join(" "))
}

impl Spec {
    fn parse(text: &str) -> Option<Self> {
        let mut spec = Self::default();
        let mut letters = text.chars().peekable();
        let second = text.chars().nth(1);
        let is_align = |letter: char| matches!(letter, '<' | '>' | '^' | '=');
        if second.is_some_and(is_align) {
            spec.fill = letters.next();
        }
        spec.align = letters.next_if(|letter| is_align(*letter));
        letters.next_if(|letter| matches!(letter, '+' | '-' | ' '));
        spec.zeros = letters.next_if_eq(&'0').is_some();
        let number = |letters: &mut std::iter::Peekable<std::str::Chars<'_>>| {
            let mut digits = String::new();
            while let Some(digit) = letters.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            digits
        };
        let width = number(&mut letters);
        if !width.is_empty() {
            spec.width = width.parse().ok().filter(|width| *width <= 1000)?;
        }
        if letters.next_if_eq(&'.').is_some() {
            let precision = number(&mut letters).parse().ok();
            spec.precision = Some(precision.filter(|precision: &usize| *precision <= 1000)?);
        }
        spec.kind = letters.next_if(|kind| matches!(kind, 's' | 'd' | 'f'));
        letters.next().is_none().then_some(spec)
    }

    fn pad(&self, text: &str, is_number: bool, line: &mut String) {
        let missing = self.width.saturating_sub(text.chars().count());
        let zeros = self.zeros && self.align.is_none();
        let fill = self.fill.unwrap_or(if self.zeros { '0' } else { ' ' });
        let align = self.align.unwrap_or(if is_number { '>' } else { '<' });
        let before = match align {
            _ if zeros && is_number => missing,
            '>' | '=' => missing,
            '^' => missing / 2,
            _ => 0,
        };
        line.extend(std::iter::repeat_n(fill, before));
        line.push_str(text);
        line.extend(std::iter::repeat_n(fill, missing - before));
    }
}

impl Field {
    /// The field as it is. Writing into a text cannot fail.
    fn write(self, filling: &Filling<'_>, line: &mut String) {
        let _written = match self {
            Self::Asctime => {
                let at = filling.at;
                let (year, month, day) = (at.year(), at.month(), at.day());
                let (hour, minute, second) = (at.hour(), at.minute(), at.second());
                let rest = at.millisecond();
                write!(
                    line,
                    "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02},{rest:03}"
                )
            }
            Self::Levelname => line.write_str(filling.level.name()),
            Self::Levelno => write!(line, "{}", number(filling.level)),
            Self::Prefix => match filling.scope {
                "" => Ok(()),
                scope => write!(line, "{scope}: "),
            },
            Self::Message => line.write_str(filling.message),
            Self::Process => write!(line, "{}", filling.process),
            Self::Created => write!(line, "{:?}", seconds(filling.at)),
            Self::Msecs => write!(line, "{:?}", f64::from(filling.at.millisecond())),
            Self::Relative => write!(line, "{:?}", relative(filling)),
            Self::Name => line.write_str("borgmatic"),
            Self::Thread => line.write_str("1"),
            Self::Zero => line.write_str("0"),
            Self::Nothing => line.write_str("None"),
        };
    }

    fn write_as(self, spec: &Spec, filling: &Filling<'_>, line: &mut String) {
        let mut text = String::new();
        let float = match self {
            Self::Created => Some(seconds(filling.at)),
            Self::Msecs => Some(f64::from(filling.at.millisecond())),
            Self::Relative => Some(relative(filling)),
            _ => None,
        };
        let whole = matches!(
            self,
            Self::Levelno | Self::Process | Self::Zero | Self::Thread
        );
        match (float, spec.precision) {
            (Some(number), precision) if spec.kind == Some('f') || precision.is_some() => {
                text = format!("{number:.*}", precision.unwrap_or(6));
            }
            (Some(number), _) if spec.kind == Some('d') => text = format!("{number:.0}"),
            _ => self.write(filling, &mut text),
        }
        if let (None, Some(most)) = (float, spec.precision) {
            text = text.chars().take(most).collect();
        }
        spec.pad(&text, float.is_some() || whole, line);
    }
}

/// Python's number of a level.
fn number(level: Level) -> u8 {
    match level {
        Level::Debug => 10,
        Level::Info => 20,
        Level::Answer => 25,
        Level::Warning => 30,
        Level::Error => 40,
        Level::Critical => 50,
    }
}

/// Since 1970, to the microsecond.
#[expect(clippy::cast_precision_loss, reason = "exact until the year 2255")]
pub fn seconds(at: &Zoned) -> f64 {
    at.timestamp().as_microsecond() as f64 / 1e6
}

/// Milliseconds since the log was opened.
fn relative(filling: &Filling<'_>) -> f64 {
    ((seconds(filling.at) - seconds(filling.since)) * 1e6).round() / 1e3
}

impl Value for LineFormat {
    const SHAPE: &'static Shape = &Shape::Text;

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        let text = String::read(node, at, out)?;
        // borgmatic 2.1.10 takes empty text for unset.
        if text.is_empty() {
            return Some(Self::default());
        }
        match Self::parse(&text) {
            Ok(format) => Some(format),
            Err((words, help)) => {
                let words = format!("`{at}` cannot be used: {words}");
                let problem = Problem::new("borgmatic::config::log-format", words);
                out.add(problem.on(node, "this format").help(help));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Clock;
    use crate::host::script::Still;

    fn line(format: &str) -> String {
        let format = LineFormat::parse(format).unwrap_or_else(|(words, _)| panic!("{words}"));
        written(&format)
    }

    fn written(format: &LineFormat) -> String {
        let clock = Still::default();
        let since = clock.now();
        clock.sleep(std::time::Duration::from_millis(1042));
        let filling = Filling {
            at: &clock.now(),
            since: &since,
            level: Level::Info,
            scope: "lab",
            message: "Creating",
            process: 77,
        };
        let mut line = String::new();
        format.write(&filling, &mut line);
        line
    }

    #[test]
    fn fields_are_filled_in_as_python_does() {
        for (format, expected) in [
            (
                "[{asctime}] {levelname}: {prefix}{message}",
                "[2026-05-04 03:17:01,042] INFO: lab: Creating",
            ),
            ("{{{message}}}", "{Creating}"),
            (
                "{levelname:<8}|{levelname:>6}|{levelname:^8}|{levelname:*^8}|",
                "INFO    |  INFO|  INFO  |**INFO**|",
            ),
            (
                "{levelname:.2}{levelno:5}{levelno:05d}{process}",
                "IN   200002077",
            ),
            (
                "{created} {created:.1f} {msecs} {msecs:03.0f}",
                "1777864621.042 1777864621.0 42.0 042",
            ),
            (
                "{relativeCreated} {name} {lineno} {message:s}",
                "1042.0 borgmatic 0 Creating",
            ),
        ] {
            assert_eq!(line(format), expected, "{format}");
        }
        let usual = "[{asctime}] {levelname}: {prefix}{message}";
        assert_eq!(LineFormat::parse(usual), Ok(LineFormat::default()));
    }

    #[test]
    fn what_is_no_format_is_told_with_what_to_type() {
        let wrong = |format: &str| LineFormat::parse(format).unwrap_err();
        for (format, words, help) in [
            ("{mesage}", "no field `{mesage}`", "{message}"),
            ("{level}", "no field `{level}`", "{levelname}"),
            (
                "{hostname_of}",
                "no field `{hostname_of}`",
                "there are: {asctime}",
            ),
            ("{message!r}", "no field `{message!r}`", "{message}"),
            ("{}", "no field `{}`", "there are"),
            ("{message", "never closed", "{{"),
            ("message}", "closes nothing", "}}"),
            ("message", "no field", "there are"),
            ("{message:x!}", "`:x!` after `message`", "{message:8}"),
            ("{message:99999}", "is no format", "{message:8}"),
        ] {
            let (told, helped) = wrong(format);
            assert!(told.contains(words), "{format}: {told}");
            assert!(helped.contains(help), "{format}: {helped}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_format_or_a_mistake_with_help(
            text in "([{}:<>^=0-9.sdf!a-zé ]|\\{(asctime|message|msecs|levelno|created)\\}|\\{levelname:){0,20}",
        ) {
            match LineFormat::parse(&text) {
                Ok(format) => drop(written(&format)),
                Err((words, help)) => proptest::prop_assert!(!words.is_empty() && !help.is_empty()),
            }
        }
    }

    #[test]
    fn every_field_has_a_value() {
        for (name, _) in FIELDS {
            assert!(!line(&format!("{{{name}}}")).is_empty(), "{name}");
        }
    }
}
