//! From the parser's character counts, in a text that may have been changed for it, to bytes of the
//! text as it was written. Knows no YAML.

use crate::text::edit::Edits;

/// One checkpoint every so many characters.
const STEP: usize = 64;

/// The way back from a changed text to the one it was made of.
#[derive(Debug, Default)]
pub(super) struct Way(Vec<Piece>);

/// Bytes of the changed text up to the next piece.
#[derive(Clone, Copy, Debug)]
struct Piece {
    at: usize,
    /// Where they come from, or were put in.
    from: usize,
    copied: bool,
}

impl Way {
    /// Changes a text. `None` where two edits touch the same bytes.
    pub(super) fn change(text: &str, edits: Edits) -> Option<(String, Self)> {
        let mut pieces = Vec::new();
        let (mut at, mut from) = (0, 0);
        let edits = edits.sorted();
        let mut changed = String::with_capacity(text.len());
        for (span, new) in edits {
            changed += text.get(from..span.start)?;
            pieces.push(Piece {
                at,
                from,
                copied: true,
            });
            pieces.push(Piece {
                at: changed.len(),
                from: span.start,
                copied: false,
            });
            changed += &new;
            (at, from) = (changed.len(), span.end);
        }
        changed += text.get(from..)?;
        pieces.push(Piece {
            at,
            from,
            copied: true,
        });
        Some((changed, Self(pieces)))
    }

    /// Where a byte of the changed text comes from.
    pub(super) fn back(&self, byte: usize) -> usize {
        let after = self.0.partition_point(|piece| piece.at <= byte);
        match after.checked_sub(1).map(|index| self.0[index]) {
            Some(piece) if piece.copied => piece.from + (byte - piece.at),
            Some(piece) => piece.from,
            None => byte,
        }
    }
}

/// The way back from marks in the parsed text.
pub(super) struct Places<'t> {
    parsed: &'t str,
    /// The byte of every [`STEP`]th character; empty where all characters are one byte.
    checkpoints: Vec<usize>,
    /// From the text as written to the parsed one.
    ways: &'t [Way],
}

impl<'t> Places<'t> {
    pub(super) fn new(parsed: &'t str, ways: &'t [Way]) -> Self {
        let checkpoints = if parsed.is_ascii() {
            Vec::new()
        } else {
            parsed
                .char_indices()
                .step_by(STEP)
                .map(|(at, _)| at)
                .collect()
        };
        Self {
            parsed,
            checkpoints,
            ways,
        }
    }

    /// The byte of a character.
    pub(super) fn byte(&self, character: usize) -> usize {
        let byte = if self.checkpoints.is_empty() {
            character.min(self.parsed.len())
        } else {
            self.wide(character)
        };
        self.ways
            .iter()
            .rev()
            .fold(byte, |byte, way| way.back(byte))
    }

    fn wide(&self, character: usize) -> usize {
        let Some(&near) = self.checkpoints.get(character / STEP) else {
            return self.parsed.len();
        };
        self.parsed[near..]
            .char_indices()
            .nth(character % STEP)
            .map_or(self.parsed.len(), |(at, _)| near + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_finds_its_byte() {
        let text = "aé🎉".repeat(100);
        let places = Places::new(&text, &[]);
        for (index, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(places.byte(index), byte);
        }
        assert_eq!(places.byte(300), text.len());
        assert_eq!(places.byte(usize::MAX), text.len());
    }

    #[test]
    fn what_was_put_in_does_not_count() {
        let mut edits = Edits::default();
        edits.insert(2, "   ");
        edits.insert(4, " ");
        let (text, way) = Way::change("abcdef", edits).unwrap();
        assert_eq!(text, "ab   cd ef");
        let places = Places::new(&text, std::slice::from_ref(&way));
        assert_eq!(
            (0..10).map(|at| places.byte(at)).collect::<Vec<_>>(),
            [0, 1, 2, 2, 2, 2, 3, 4, 4, 5]
        );
    }

    #[test]
    fn what_was_taken_out_is_stepped_over() {
        let mut edits = Edits::default();
        edits.replace(1..4, "-");
        let (text, way) = Way::change("abcdef", edits).unwrap();
        assert_eq!(text, "a-ef");
        let back: Vec<_> = (0..5).map(|at| way.back(at)).collect();
        assert_eq!(back, [0, 1, 4, 5, 6]);
    }
}
