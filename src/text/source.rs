//! A text that was read: a file, or the command line. Knows its name, its bytes and which of them
//! are secret; must not know what they mean.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::node::Origin;
use super::printable::acts;

/// Stands for a character that would do something; as long as the ones of Unicode that do.
const SIGN: &str = "\u{fffd}";

/// A half-open range of bytes in a [`Source`].
pub type Span = Range<usize>;

/// One text and its name, shared by every value that came from it.
#[derive(Debug)]
pub struct Source {
    /// What a person calls it: an absolute path, or `command line`.
    pub name: String,
    pub text: String,
    /// The line of another file that includes this one.
    pub included_from: Option<Origin>,
    /// Tells from an option's name whether its value must never be shown.
    is_secret: fn(&str) -> bool,
    hidden: Mutex<Vec<Span>>,
    /// What frames are cut from: made at the first one, when everything has been read.
    shown: OnceLock<String>,
    /// Where lines start: found when the first place is asked for.
    starts: OnceLock<Vec<usize>>,
}

impl Source {
    pub fn new(
        name: impl Into<String>,
        text: impl Into<String>,
        is_secret: fn(&str) -> bool,
    ) -> Arc<Self> {
        Self::make(name.into(), text.into(), None, is_secret)
    }

    /// A file that another one includes.
    pub fn included(name: impl Into<String>, text: impl Into<String>, place: &Origin) -> Arc<Self> {
        let is_secret = place.source.is_secret;
        Self::make(name.into(), text.into(), Some(place.clone()), is_secret)
    }

    fn make(
        name: String,
        text: String,
        included_from: Option<Origin>,
        is_secret: fn(&str) -> bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            text,
            included_from,
            is_secret,
            hidden: Mutex::default(),
            shown: OnceLock::new(),
            starts: OnceLock::new(),
        })
    }

    /// A text without secrets.
    pub fn plain(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Self::new(name, text, |_| false)
    }

    /// Must the value of an option of that name never be shown?
    pub fn is_secret(&self, name: &str) -> bool {
        (self.is_secret)(name)
    }

    /// Keeps these bytes out of every frame from now on.
    pub fn hide(&self, span: Span) {
        self.hidden
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(span);
    }

    /// One-based line and column (in characters) of a byte offset. A lone carriage return ends a
    /// line, as it does for the original.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let starts = self.starts();
        let line = starts.partition_point(|&start| start <= offset);
        let start = starts.get(line - 1).copied().unwrap_or_default();
        let column = self.text.as_bytes()[start..offset]
            .iter()
            .filter(|&&byte| byte & 0xc0 != 0x80)
            .count();
        (line, column + 1)
    }

    /// A line, counted from one, with its end.
    pub fn line(&self, number: usize) -> Option<&str> {
        let starts = self.starts();
        let start = *starts.get(number.checked_sub(1)?)?;
        let end = starts.get(number).copied().unwrap_or(self.text.len());
        self.text.get(start..end)
    }

    /// The byte that each line starts at.
    fn starts(&self) -> &[usize] {
        self.starts.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let ends_line = |at: &usize| match bytes[*at] {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            let ends = (0..bytes.len()).filter(ends_line);
            std::iter::once(0).chain(ends.map(|at| at + 1)).collect()
        })
    }

    /// The text that may be shown: see [`Self::masked`].
    pub(super) fn shown(&self) -> &str {
        self.shown.get_or_init(|| self.masked())
    }

    /// The words of all secrets in the lines of a place.
    pub(super) fn hidden_words(&self, place: &Span) -> HashSet<&str> {
        let bytes = self.text.as_bytes();
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let (from, to) = (place.start.min(bytes.len()), place.end.min(bytes.len()));
        let start = bytes[..from]
            .iter()
            .rposition(is_end)
            .map_or(0, |at| at + 1);
        let end = bytes[to..]
            .iter()
            .position(is_end)
            .map_or(bytes.len(), |at| to + at);
        let hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        hidden
            .iter()
            .filter(|span| span.start < end && start < span.end)
            .filter_map(|span| self.text.get(span.clone()))
            .flat_map(|text| text.split(between_words))
            .filter(|word| !word.is_empty())
            .collect()
    }

    /// Would a change there change a secret, or where it ends?
    pub(super) fn touches_secret(&self, place: &Span) -> bool {
        let hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        let found = super::secret::values(&self.text, self.is_secret);
        let mut all = hidden.iter().chain(&found);
        all.any(|span| !span.is_empty() && place.start <= span.end && span.start <= place.end)
    }

    /// The text with every secret overwritten by asterisks and every character that would do
    /// something by a question mark or [`SIGN`], byte for byte.
    pub fn masked(&self) -> String {
        let mut bytes = self.text.clone().into_bytes();
        let hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        for span in hidden
            .iter()
            .cloned()
            .chain(super::secret::values(&self.text, self.is_secret))
        {
            let end = self.text.ceil_char_boundary(span.end);
            let start = self.text.floor_char_boundary(span.start).min(end);
            for byte in &mut bytes[start..end] {
                if !matches!(byte, b'\n' | b'\r') {
                    *byte = b'*';
                }
            }
        }
        for (at, letter) in self.text.char_indices() {
            let end = at + letter.len_utf8();
            match letter {
                _ if bytes[at] == b'*' => {}
                '\r' if bytes.get(end) != Some(&b'\n') => bytes[at] = b'\n',
                '\n' | '\r' => {}
                _ if !acts(letter) => {}
                _ if end - at == SIGN.len() => bytes[at..end].copy_from_slice(SIGN.as_bytes()),
                _ => bytes[at..end].fill(b'?'),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Does a character part two words?
pub(super) fn between_words(letter: char) -> bool {
    !letter.is_alphanumeric() && !matches!(letter, '-' | '_' | '.' | '/' | '+' | '=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_the_original_ends_them() {
        let source = Source::plain("x", "a\nb\r\nc\rdé: x\n");
        let place = |text: &str| source.line_column(source.text.find(text).unwrap());
        assert_eq!(place("b"), (2, 1));
        assert_eq!(place("c"), (3, 1));
        assert_eq!(place("d"), (4, 1));
        assert_eq!(place(":"), (4, 3));
        assert_eq!(source.line_column(1000), (5, 1));
        assert_eq!(source.line(3), Some("c\r"));
        assert_eq!(source.line(5), Some(""));
        assert_eq!((source.line(0), source.line(6)), (None, None));
    }

    #[test]
    fn characters_that_act_are_not_shown() {
        let source = Source::plain("x", "a\u{1b}[0m\u{9b}\rb\tc\u{202e}d\r\n");
        assert_eq!(source.masked(), "a?[0m??\nb\tc\u{fffd}d\r\n");
    }
}
