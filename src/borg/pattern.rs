//! What to back up and what not, as lines of borg's patterns file: `R /home`, `! fm:*.pyc`.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt;

/// What borg does with paths that match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Starts from this path.
    Root,
    /// Sets the style of the patterns that follow.
    Style,
    /// Leaves it out, but looks below it.
    Exclude,
    /// Leaves it and all below it out.
    NoRecurse,
    Include,
}

impl Kind {
    const LETTERS: [(&'static str, Self); 5] = [
        ("R", Self::Root),
        ("P", Self::Style),
        ("-", Self::Exclude),
        ("!", Self::NoRecurse),
        ("+", Self::Include),
    ];

    fn of(letter: &str) -> Option<Self> {
        Self::LETTERS
            .iter()
            .find(|(own, _)| *own == letter)
            .map(|(_, kind)| *kind)
    }

    fn letter(self) -> &'static str {
        Self::LETTERS
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("", |(letter, _)| letter)
    }
}

/// Borg's pattern styles.
const STYLES: [&str; 5] = ["fm", "sh", "re", "pp", "pf"];

/// What to do about a line that is no pattern.
pub const HELP: &str = "write for example: R /home, - /home/*/.cache, + /home/susan";

/// What a line of patterns or excludes says; `None` for an empty one and for a comment.
pub fn meant(line: &str) -> Option<&str> {
    let line = line.trim();
    (!line.is_empty() && !line.starts_with('#')).then_some(line)
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    pub kind: Kind,
    /// `fm`, `sh`, `re`, `pp`, `pf`, or empty.
    pub style: &'static str,
    pub path: OsString,
}

impl Pattern {
    pub fn root(path: impl Into<OsString>) -> Self {
        Self {
            kind: Kind::Root,
            style: "",
            path: path.into(),
        }
    }

    /// Takes in a path and what is below it. What would mean something else as a shell pattern is
    /// written as a plain path.
    pub fn include(path: impl Into<OsString>) -> Self {
        let path = path.into();
        let has_magic = path.as_bytes().iter().any(|byte| b"*?[]\\".contains(byte));
        Self {
            kind: Kind::Include,
            style: if has_magic { "pp" } else { "" },
            path,
        }
    }

    /// An exclude as the option `exclude_patterns` has it: `fm:` unless it names a style.
    pub fn exclude(text: &str) -> Self {
        let (style, path) = styled(text).unwrap_or(("fm", text));
        Self {
            kind: Kind::NoRecurse,
            style,
            path: path.into(),
        }
    }

    /// A line of the option `patterns`. The error says what is wrong with it.
    pub fn parse(line: &str) -> Result<Self, String> {
        let Some((letter, rest)) = line.split_once(' ') else {
            return Err(format!(
                "the pattern `{line}` lacks the space after its first letter"
            ));
        };
        let Some(kind) = Kind::of(letter) else {
            return Err(format!(
                "a pattern starts with R, P, +, - or !, not with `{letter}`"
            ));
        };
        // A root is a path, whatever it looks like.
        let (style, path) = match kind {
            Kind::Root => ("", rest),
            _ => styled(rest).unwrap_or(("", rest)),
        };
        Ok(Self {
            kind,
            style,
            path: path.into(),
        })
    }

    /// The same pattern with another path.
    #[must_use]
    pub fn with_path(&self, path: impl AsRef<OsStr>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            ..self.clone()
        }
    }

    /// Its line in a patterns file; a path may be any bytes.
    fn line(&self) -> Vec<u8> {
        let colon = if self.style.is_empty() { "" } else { ":" };
        let mut line = format!("{} {}{colon}", self.kind.letter(), self.style).into_bytes();
        line.extend_from_slice(self.path.as_bytes());
        line
    }
}

/// Splits `sh:**/x` into its style and the rest.
fn styled(text: &str) -> Option<(&'static str, &str)> {
    let (style, path) = text.split_once(':')?;
    STYLES
        .iter()
        .find(|own| **own == style)
        .map(|own| (*own, path))
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.line()))
    }
}

/// The text of a patterns file. borgmatic 2.1.10: no newline at its end.
pub fn file(patterns: &[Pattern]) -> Vec<u8> {
    patterns
        .iter()
        .map(Pattern::line)
        .collect::<Vec<_>>()
        .join(&b'\n')
}

/// Has a text letters that stand for others in a pattern of the shell?
pub fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Shell-style matching of a whole name: `*`, `?`, `[abc]`, `[!a-z]`; slashes are like other letters
/// and nothing escapes. Python docs: fnmatch. Linear in the name for each star, never exponential.
pub fn fnmatch(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<char>, Vec<char>) =
        (name.chars().collect(), pattern.chars().collect());
    let (mut n, mut p) = (0, 0);
    let mut star = None;
    while n < name.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => class(&pattern[p..], name[n]),
            Some(letter) => (*letter == name[n]).then_some(1),
            None => None,
        };
        if let Some(step) = step {
            n += 1;
            p += step;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            (p, n) = (at + 1, from + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

/// The length of a character class that has this letter. A class that does not end is a plain `[`.
fn class(pattern: &[char], letter: char) -> Option<usize> {
    let negated = pattern.get(1) == Some(&'!');
    let first = if negated { 2 } else { 1 };
    let Some(end) = (first + 1..pattern.len()).find(|at| pattern[*at] == ']') else {
        return (letter == '[').then_some(1);
    };
    let mut found = false;
    let mut at = first;
    while at < end {
        if at + 2 < end && pattern[at + 1] == '-' {
            found |= (pattern[at]..=pattern[at + 2]).contains(&letter);
            at += 3;
        } else {
            found |= pattern[at] == letter;
            at += 1;
        }
    }
    (found != negated).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::{Pattern, fnmatch};

    #[test]
    fn lines_read_and_print_the_same() {
        for line in [
            "R /",
            "- sh:**/.cache",
            "+ /home/susan",
            "! re:^x: y$",
            "P sh",
            "- c:/x",
        ] {
            assert_eq!(Pattern::parse(line).unwrap().to_string(), line);
        }
        assert!(Pattern::parse("R").unwrap_err().contains("lacks the space"));
        assert!(Pattern::parse("X /a").unwrap_err().contains("`X`"));
        assert_eq!(Pattern::exclude("*.pyc").to_string(), "! fm:*.pyc");
        assert_eq!(Pattern::exclude("sh:**/x").to_string(), "! sh:**/x");
    }

    #[test]
    fn globs_match_whole_names() {
        for (name, pattern, matches) in [
            ("abc", "a*c", true),
            ("abc", "a?c", true),
            ("ab/c", "a*c", true),
            ("abd", "a*c", false),
            ("b", "[abc]", true),
            ("b", "[!abc]", false),
            ("d", "[a-c]", false),
            ("]", "[]]", true),
            ("[x", "[x", true),
            ("", "*", true),
            ("", "", true),
            ("a", "", false),
        ] {
            assert_eq!(fnmatch(name, pattern), matches, "{name} {pattern}");
        }
        assert!(!fnmatch(
            &"a".repeat(2000),
            &format!("{}b", "*a".repeat(500))
        ));
    }
}
