//! The words of a command hook: `{name}` becomes a value, quoted for the shell. Facts: borgmatic
//! 2.1.10, `hooks.md` section 6.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::borg::archive::PLACEHOLDERS;
use crate::host::{Exit, Failure, Signal};
use crate::option::words::quote_bytes;

/// What names stand for.
#[derive(Clone, Debug, Default)]
pub struct Variables(Vec<(&'static str, OsString)>);

/// The names that some hook or other has.
pub const NAMES: [&str; 7] = [
    "configuration_filename",
    "log_file",
    "repository",
    "repository_label",
    "repositories",
    "error",
    "output",
];

/// The longest value, in bytes: Linux takes no word of more than 128 kB.
const LONGEST: usize = 16 * 1024;

impl Variables {
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    fn get(&self, name: &str) -> Option<&OsStr> {
        self.0
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, value)| value.as_os_str())
    }
}

/// A line for the shell.
#[derive(Debug)]
pub struct Filled {
    pub line: OsString,
    /// Names that mean nothing here. They stay.
    pub unknown: Vec<String>,
}

/// Fills in the names of a line. `\{name\}` is `{name}` itself.
pub fn fill(line: &str, variables: &Variables) -> Filled {
    let (mut out, mut unknown) = (Vec::new(), Vec::new());
    let mut rest = line;
    while let Some(at) = rest.find('{') {
        let Some(place) = Place::at(&rest[at..]) else {
            out.extend_from_slice(&rest.as_bytes()[..=at]);
            rest = &rest[at + 1..];
            continue;
        };
        let before = &rest[..at];
        let opened = before.strip_suffix('\\');
        let known = variables.get(place.name);
        let kept = match (opened, place.closed, known) {
            (Some(kept), true, _) | (Some(kept), false, Some(_)) => kept,
            _ => before,
        };
        out.extend_from_slice(kept.as_bytes());
        match known {
            _ if opened.is_some() && place.closed => {
                out.extend_from_slice(format!("{{{}}}", place.name).as_bytes());
            }
            Some(value) => {
                let bytes = value.as_bytes();
                let end = &bytes[bytes.len().saturating_sub(LONGEST)..];
                out.extend_from_slice(&quote_bytes(end));
            }
            None => {
                // What borg fills in.
                if !PLACEHOLDERS.contains(&place.name) {
                    unknown.push(place.name.to_owned());
                }
                out.extend_from_slice(&rest.as_bytes()[at..at + place.length]);
            }
        }
        rest = &rest[at + place.length..];
    }
    out.extend_from_slice(rest.as_bytes());
    // No shell takes it.
    out.retain(|byte| *byte != 0);
    Filled {
        line: OsString::from_vec(out),
        unknown,
    }
}

/// `{name}` or `{name\}`.
struct Place<'a> {
    name: &'a str,
    closed: bool,
    length: usize,
}

impl<'a> Place<'a> {
    /// The one that starts here.
    fn at(text: &'a str) -> Option<Self> {
        let inside = text.strip_prefix('{')?;
        let end = inside.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
        let (name, after) = inside.split_at(end);
        let closed = after.starts_with('\\');
        let length = 1 + end + usize::from(closed) + 1;
        let ends = after[usize::from(closed)..].starts_with('}');
        (ends && !name.is_empty()).then_some(Self {
            name,
            closed,
            length,
        })
    }
}

/// `{error}`: hooks of the original's users look for Python's words of a child that failed.
pub fn error(failure: &Failure) -> String {
    let Some(child) = &failure.child else {
        return failure.words.clone();
    };
    let how = match child.exit {
        Exit::Code(code) => format!("returned non-zero exit status {code}"),
        Exit::Signal(number) => format!("died with <Signals.SIG{}: {number}>", Signal(number)),
    };
    let hook = child
        .hook
        .as_ref()
        .map(|hook| format!("Error running {hook} hook: "))
        .unwrap_or_default();
    format!("{hook}Command '{}' {how}.", child.words)
}

/// `{output}`: what that child said last.
pub fn output(failure: &Failure) -> String {
    failure
        .child
        .as_ref()
        .map_or_else(String::new, |child| child.said.join("\n"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    use proptest::prelude::*;

    use super::{LONGEST, Variables, fill};

    fn filled(line: &str) -> (String, Vec<String>) {
        let variables = Variables::default()
            .with("repository", "/r/a b.borg")
            .with("label", "x")
            .with("empty", "");
        let filled = fill(line, &variables);
        (filled.line.into_string().unwrap(), filled.unknown)
    }

    #[test]
    fn names_are_filled_in_and_quoted() {
        let cases = [
            ("echo {repository}", "echo '/r/a b.borg'"),
            ("{label}{empty}", "x''"),
            ("{{label}} ${label}", "{x} $x"),
            (r"\{label\}", "{label}"),
            (r"\{nobody\}", "{nobody}"),
            (r"\{label} {label\}", "x x"),
            (r"\\{label\\}", r"\\{label\\}"),
            (
                "{now} {now:%Y} {borgversion} {uuid4}",
                "{now} {now:%Y} {borgversion} {uuid4}",
            ),
            ("{} { label } {label {", "{} { label } {label {"),
            ("ä{label}ö", "äxö"),
        ];
        for (line, expected) in cases {
            assert_eq!(filled(line), (expected.to_owned(), Vec::new()), "{line}");
        }
    }

    #[test]
    fn what_nobody_knows_stays_and_is_named() {
        let (line, unknown) = filled("{nobody} {Label} {label}");
        assert_eq!(line, "{nobody} {Label} x");
        assert_eq!(unknown, ["nobody", "Label"]);
    }

    #[test]
    fn values_fit_into_a_word() {
        let variables = Variables::default().with("output", "x\0y".repeat(LONGEST));
        let line = fill("{output}", &variables).line;
        assert!(line.len() <= LONGEST);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_shell_gets_the_values_as_they_are(
            values in proptest::collection::vec(proptest::collection::vec(1u8.., 0..40), 3),
        ) {
            let value = |at: usize| OsString::from_vec(values[at].clone());
            let variables = Variables::default()
                .with("a", value(0))
                .with("b", value(1))
                .with("c", value(2));
            let line = fill(r"printf '%s\n' {a} x{b}{c}y", &variables).line;
            let out = std::process::Command::new("/bin/sh").arg("-c").arg(line).output().unwrap();
            let expected = [&values[0][..], b"\nx", &values[1], &values[2], b"y\n"].concat();
            prop_assert_eq!(out.stdout, expected);
        }
    }
}
