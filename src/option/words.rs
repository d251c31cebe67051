//! Text that is a command line: split into words as a shell does, without a shell.

use super::shape::{At, Shape, Value};
use crate::text::{Node, Problem, Problems};

/// The words of a command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

impl Value for Words {
    const SHAPE: &'static Shape = &Shape::Text;

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        let text = String::read(node, at, out)?;
        match split(&text) {
            Ok(words) => Some(Self(words)),
            Err(unclosed) => {
                out.add(
                    Problem::new(
                        "borgmatic::config::quotes",
                        format!("`{at}` cannot be split into words: {unclosed}"),
                    )
                    .on(node, "here")
                    .help("close the quote, or put a backslash before it"),
                );
                None
            }
        }
    }
}

/// Splits as Python's `shlex.split` does: quotes group, a backslash takes the next character as it
/// is (within double quotes only `"` and `\`), nothing is a comment.
pub fn split(text: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\'' => loop {
                match letters.next() {
                    None => return Err("a single quote is not closed"),
                    Some('\'') => break word.get_or_insert_default().push_str(""),
                    Some(inner) => word.get_or_insert_default().push(inner),
                }
            },
            '"' => loop {
                match letters.next() {
                    None => return Err("a double quote is not closed"),
                    Some('"') => break word.get_or_insert_default().push_str(""),
                    Some('\\') => match letters.next() {
                        None => return Err("a double quote is not closed"),
                        Some(escaped @ ('"' | '\\')) => word.get_or_insert_default().push(escaped),
                        Some(other) => word.get_or_insert_default().extend(['\\', other]),
                    },
                    Some(inner) => word.get_or_insert_default().push(inner),
                }
            },
            '\\' => match letters.next() {
                None => return Err("it ends with a backslash"),
                Some(escaped) => word.get_or_insert_default().push(escaped),
            },
            plain => word.get_or_insert_default().push(plain),
        }
    }
    words.extend(word);
    Ok(words)
}

/// One word for a shell. Python docs: `shlex.quote`.
pub fn quote(word: &str) -> String {
    String::from_utf8_lossy(&quote_bytes(word.as_bytes())).into_owned()
}

/// The same for a word that may not be text.
pub fn quote_bytes(word: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"@%+=:,./-_".contains(byte);
    if !word.is_empty() && word.iter().all(plain) {
        return word.to_vec();
    }
    let mut quoted = vec![b'\''];
    for byte in word {
        match byte {
            b'\'' => quoted.extend_from_slice(b"'\"'\"'"),
            other => quoted.push(*other),
        }
    }
    quoted.push(b'\'');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{quote, split};

    #[test]
    fn words_are_split_as_a_shell_does() {
        assert_eq!(
            split("get --name 'my repo'").unwrap(),
            ["get", "--name", "my repo"]
        );
        assert_eq!(
            split(r#"a"b c"d '' "\"" \ x # y"#).unwrap(),
            ["ab cd", "", "\"", " x", "#", "y"]
        );
        assert_eq!(split(r#""a\nb""#).unwrap(), [r"a\nb"]);
        assert!(split("it's").is_err());
        assert!(split("a\\").is_err());
        assert!(split("").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn quoted_words_come_back(words in proptest::collection::vec(".*", 0..5)) {
            let line = words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(split(&line).unwrap(), words);
        }
    }
}
