//! Names of files may hold anything: control characters, which would steer a terminal or forge a
//! line of a log, are written as escapes.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text without characters that do something: `\x1b`, `\n`. A tab stays, and a carriage return
/// at the end, which is half of a line end, goes.
pub fn printable(text: &str) -> Cow<'_, str> {
    // One look at all bytes: nearly every line is plain.
    let plain = |&byte: &u8| byte == b'\t' || (0x20..0x7f).contains(&byte);
    if text.bytes().all(|byte| plain(&byte)) {
        return Cow::Borrowed(text);
    }
    let text = text.strip_suffix('\r').unwrap_or(text);
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            letter if !acts(letter) => shown.push(letter),
            letter => {
                let number = u32::from(letter);
                // Writing into a text cannot fail.
                let _written = if number < 0x100 {
                    write!(shown, "\\x{number:02x}")
                } else {
                    write!(shown, "\\u{{{number:x}}}")
                };
            }
        }
    }
    Cow::Owned(shown)
}

/// Does a character do something where it is shown? Control characters but the tab, line breaks of
/// Unicode, and what changes the direction of writing.
pub fn acts(letter: char) -> bool {
    letter != '\t' && letter.is_control()
        || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{acts, printable};

    proptest! {
        #[test]
        fn nothing_that_acts_is_left_and_plain_text_stays(text in any::<String>()) {
            let shown = printable(&text);
            prop_assert!(!shown.chars().any(acts), "{shown:?}");
            prop_assert_eq!(&printable(&shown), &shown);
            if !text.chars().any(acts) {
                prop_assert_eq!(&*shown, &*text);
            }
        }
    }

    #[test]
    fn what_acts_is_escaped_and_the_rest_stays() {
        for plain in ["", "A /home/ann/ü 😀.txt", "a\tb", "\\x1b", "\u{fffd}"] {
            assert_eq!(printable(plain), plain);
        }
        assert_eq!(printable("a\x1b[31mb\x07\x7f"), "a\\x1b[31mb\\x07\\x7f");
        assert_eq!(printable("a\nb\rc\r"), "a\\nb\\rc");
        assert_eq!(printable("é\u{9b}2J\u{202e}x"), "é\\x9b2J\\u{202e}x");
    }
}
