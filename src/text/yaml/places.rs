//! From the parser's character counts to bytes of the text as it was written. Knows no YAML.

/// One checkpoint every so many characters.
const STEP: usize = 64;

/// Spaces that a repair put into the parsed text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pad {
    /// Where they start in the repaired text.
    pub(super) at: usize,
    pub(super) len: usize,
    /// How many were put in before.
    pub(super) before: usize,
}

/// The way back from marks in the parsed text.
pub(super) struct Places<'t> {
    parsed: &'t str,
    /// The byte of every [`STEP`]th character; empty where all characters are one byte.
    checkpoints: Vec<usize>,
    pads: &'t [Pad],
}

impl<'t> Places<'t> {
    pub(super) fn new(parsed: &'t str, pads: &'t [Pad]) -> Self {
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
            pads,
        }
    }

    /// The byte of a character.
    pub(super) fn byte(&self, character: usize) -> usize {
        let byte = if self.checkpoints.is_empty() {
            character.min(self.parsed.len())
        } else {
            self.wide(character)
        };
        if self.pads.is_empty() {
            byte
        } else {
            self.unpadded(byte)
        }
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

    fn unpadded(&self, byte: usize) -> usize {
        let after = self.pads.partition_point(|pad| pad.at <= byte);
        match after.checked_sub(1).map(|index| self.pads[index]) {
            Some(pad) => byte - pad.before - pad.len.min(byte - pad.at),
            None => byte,
        }
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
    fn spaces_of_a_repair_do_not_count() {
        let pads = [
            Pad {
                at: 2,
                len: 3,
                before: 0,
            },
            Pad {
                at: 7,
                len: 1,
                before: 3,
            },
        ];
        let places = Places::new("ab   cd ef", &pads);
        assert_eq!(
            (0..10).map(|at| places.byte(at)).collect::<Vec<_>>(),
            [0, 1, 2, 2, 2, 2, 3, 4, 4, 5]
        );
    }
}
