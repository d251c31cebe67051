//! A text that was read: a file, or the command line. Knows its name, its bytes and which of them
//! are secret; must not know what they mean.

use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use miette::{MietteError, NamedSource, SourceCode, SourceSpan, SpanContents};

/// A half-open range of bytes in a [`Source`].
pub type Span = Range<usize>;

/// One text and its name, shared by every value that came from it.
#[derive(Debug)]
pub struct Source {
    /// What a person calls it: an absolute path, or `command line`.
    pub name: String,
    pub text: String,
    /// Tells from an option's name whether its value must never be shown.
    is_secret: fn(&str) -> bool,
    hidden: Mutex<Vec<Span>>,
    /// What frames are cut from: made at the first one, when everything has been read.
    shown: OnceLock<NamedSource<String>>,
}

impl Source {
    pub fn new(
        name: impl Into<String>,
        text: impl Into<String>,
        is_secret: fn(&str) -> bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: text.into(),
            is_secret,
            hidden: Mutex::default(),
            shown: OnceLock::new(),
        })
    }

    /// A text from the bytes of a file.
    pub fn decode(
        name: &str,
        bytes: Vec<u8>,
        is_secret: fn(&str) -> bool,
    ) -> Result<Arc<Self>, super::Problem> {
        String::from_utf8(bytes)
            .map(|text| Self::new(name, text, is_secret))
            .map_err(|_| {
                super::Problem::new("borgmatic::yaml::utf8", format!("{name} is not UTF-8"))
            })
    }

    /// A text without secrets.
    pub fn plain(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Self::new(name, text, |_| false)
    }

    /// Keeps these bytes out of every frame from now on.
    pub fn hide(&self, span: Span) {
        self.hidden
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(span);
    }

    /// One-based line and column (in characters) of a byte offset.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let line_start = before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        (
            line,
            String::from_utf8_lossy(&before[line_start..])
                .chars()
                .count()
                + 1,
        )
    }

    /// The text with every secret overwritten by asterisks, byte for byte.
    fn masked(&self) -> String {
        let mut bytes = self.text.clone().into_bytes();
        let hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        for span in hidden
            .iter()
            .cloned()
            .chain(super::secret::values(&self.text, self.is_secret))
        {
            for byte in bytes.iter_mut().take(span.end).skip(span.start) {
                if *byte != b'\n' {
                    *byte = b'*';
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let shown = || NamedSource::new(&self.name, self.masked());
        self.shown.get_or_init(shown).read_span(span, before, after)
    }
}
