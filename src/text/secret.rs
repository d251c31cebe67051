//! Finds the values of secret options in a text that may not even parse, so that no frame shows
//! them.

use super::source::Span;

/// The byte ranges of the values of all options that `is_secret` names.
pub(super) fn values(_text: &str, _is_secret: fn(&str) -> bool) -> Vec<Span> {
    Vec::new()
}
