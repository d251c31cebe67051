//! From bytes to text, and the characters that no YAML file may have. Knows no YAML beyond them.

use std::sync::Arc;

use crate::text::edit::Edits;
use crate::text::node::Origin;
use crate::text::problem::{Fix, Problem};
use crate::text::problems::Problems;
use crate::text::source::Source;

/// The bytes of a file as a source. Spans count from its first byte, a byte order mark included.
/// What is not UTF-8 is a problem at the first such byte.
pub fn decode(
    name: &str,
    bytes: Vec<u8>,
    is_secret: fn(&str) -> bool,
) -> Result<Arc<Source>, Box<Problem>> {
    read(bytes, |text| Source::new(name, text, is_secret))
}

/// The same, for a file that a value of another stands in.
pub fn decode_included(
    name: &str,
    bytes: Vec<u8>,
    place: &Origin,
) -> Result<Arc<Source>, Box<Problem>> {
    read(bytes, |text| Source::included(name, text, place))
}

fn read(
    bytes: Vec<u8>,
    make: impl FnOnce(String) -> Arc<Source>,
) -> Result<Arc<Source>, Box<Problem>> {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(make(text)),
        Err(error) => error,
    };
    let at = error.utf8_error().valid_up_to();
    let bytes = error.into_bytes();
    let bad = bytes.get(at).copied().unwrap_or_default();
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let source = make(String::from_utf8_lossy(&bytes).into_owned());
    let (line, column) = source.line_column(at);
    let help = if wide {
        "save the file as UTF-8: it looks like UTF-16, which Windows editors call Unicode"
    } else {
        "save the file as UTF-8; most editors offer it under «encoding»"
    };
    Err(Box::new(
        Problem::new("borgmatic::yaml::utf8", "the file is not UTF-8 text")
            .at(
                &Origin::new(&source, at..at + char::REPLACEMENT_CHARACTER.len_utf8()),
                format!("byte 0x{bad:02x} here (line {line}, column {column})"),
            )
            .help(help),
    ))
}

/// Adds a problem for each forbidden character, up to a few; how to take all of them out.
pub(super) fn lint(source: &Arc<Source>, problems: &mut Problems) -> Edits {
    const SHOWN: usize = 5;
    let mut edits = Edits::default();
    let text = &source.text;
    if text
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t'))
    {
        return edits;
    }
    let forbidden = text.char_indices().filter(|(_, c)| !allowed(*c));
    for (number, (at, character)) in forbidden.enumerate() {
        let span = at..at + character.len_utf8();
        edits.replace(span.clone(), "");
        if number >= SHOWN {
            continue;
        }
        let (line, column) = source.line_column(at);
        problems.add(
            Problem::new(
                "borgmatic::yaml::character",
                format!("{} cannot stand in a YAML file", called(character)),
            )
            .at(
                &Origin::new(source, span.clone()),
                format!("here (line {line}, column {column})"),
            )
            .help("delete it; editors may not show it")
            .fix(Fix::guess(Fix::replace(span, ""))),
        );
    }
    edits
}

/// What the original's reader lets through.
fn allowed(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

fn called(character: char) -> String {
    let code = format!("U+{:04X}", u32::from(character));
    match character {
        '\0' => format!("a zero byte ({code})"),
        '\u{1b}' => format!("an escape character ({code})"),
        '\u{8}' => format!("a backspace ({code})"),
        _ if character.is_control() => format!("the control character {code}"),
        _ => format!("the character {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_is_not_utf_8_is_named() {
        let problem = decode("x.yaml", b"a: 1\nb: \xff\n".to_vec(), |_| false).unwrap_err();
        assert_eq!(problem.code, "borgmatic::yaml::utf8");
        assert!(problem.line().starts_with("x.yaml:2:4: "));
        assert_eq!(problem.labels[0].1, "byte 0xff here (line 2, column 4)");
    }

    #[test]
    fn invisible_characters_are_found_wherever_they_stand() {
        let source = Source::plain("x.yaml", "# \u{1b}\na: \u{7}\n");
        let mut problems = Problems::default();
        let clean = lint(&source, &mut problems).apply(&source.text);
        assert_eq!(clean.unwrap(), "# \na: \n");
        assert_eq!(problems.iter().count(), 2);
        let fine = Source::plain("x", "é: \u{a0}🎉\u{85}");
        assert!(lint(&fine, &mut problems).is_empty());
    }
}
