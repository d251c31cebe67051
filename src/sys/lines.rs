//! Cuts what a child writes into lines, in constant memory: the lines are borrowed from the read
//! buffer and only an unfinished one is kept.

use std::io::BufRead;

/// What is read at once.
const USUAL: usize = 64 * 1024;
/// A longer line is handed out in pieces of this size.
const LONGEST: usize = 1024 * 1024;

pub(super) struct Lines {
    buffer: Vec<u8>,
    /// Bytes of an unfinished line at the start of the buffer.
    kept: usize,
    /// The line being read was already handed out in part.
    cut: bool,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self {
            buffer: vec![0; USUAL],
            kept: 0,
            cut: false,
        }
    }

    /// Where the next bytes go; never empty.
    pub(super) fn space(&mut self) -> &mut [u8] {
        &mut self.buffer[self.kept..]
    }

    /// Takes note of `count` new bytes in [`Lines::space`] and hands out the lines they complete.
    pub(super) fn take(&mut self, count: usize, hand: &mut dyn FnMut(&[u8])) {
        let end = self.kept + count;
        let mut start = 0;
        let mut from = self.kept;
        while let Some(length) = line(&self.buffer[from..end]) {
            let stop = from + length;
            if !(self.cut && start == stop) {
                hand(&self.buffer[start..stop]);
            }
            self.cut = false;
            start = stop + 1;
            from = start;
        }
        self.buffer.copy_within(start..end, 0);
        self.kept = end - start;
        if self.kept == self.buffer.len() {
            if self.kept < LONGEST {
                self.buffer.resize(self.kept * 2, 0);
            } else {
                hand(&self.buffer);
                self.kept = 0;
                self.cut = true;
            }
        }
    }

    /// What is there of a line that has no end yet.
    pub(super) fn unfinished(&self) -> &[u8] {
        &self.buffer[..self.kept]
    }

    /// Hands out a last line that has no end.
    pub(super) fn finish(&mut self, hand: &mut dyn FnMut(&[u8])) {
        if self.kept > 0 {
            hand(self.unfinished());
            self.kept = 0;
        }
    }
}

/// The length of the first line, if its end is there.
fn line(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    // Cannot fail on a slice; the library searches a machine word at a time.
    let skipped = rest.skip_until(b'\n').unwrap_or(0);
    (skipped > 0 && bytes[skipped - 1] == b'\n').then(|| skipped - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut lines = Lines::new();
        let mut heard = Vec::new();
        let mut hand = |line: &[u8]| heard.push(line.to_vec());
        for piece in pieces {
            let mut rest = *piece;
            while !rest.is_empty() {
                let space = lines.space();
                let count = space.len().min(rest.len());
                space[..count].copy_from_slice(&rest[..count]);
                lines.take(count, &mut hand);
                rest = &rest[count..];
            }
        }
        lines.finish(&mut hand);
        heard
    }

    #[test]
    fn lines_may_arrive_in_any_pieces() {
        let whole: &[&[u8]] = &[b"one\n\ntwo\nthree"];
        let parts: &[&[u8]] = &[b"o", b"ne", b"\n", b"\ntw", b"o\nthr", b"ee"];
        let expected: Vec<&[u8]> = vec![b"one", b"", b"two", b"three"];
        assert_eq!(feed(whole), expected);
        assert_eq!(feed(parts), expected);
        assert!(feed(&[b""]).is_empty());
    }

    #[test]
    fn a_very_long_line_comes_in_pieces() {
        let mut text = vec![b'x'; LONGEST + 10];
        text.extend_from_slice(b"\nnext\n");
        let lengths: Vec<usize> = feed(&[&text]).iter().map(Vec::len).collect();
        assert_eq!(lengths, [LONGEST, 10, 4]);
    }

    #[test]
    fn a_line_of_exactly_the_longest_length_has_no_empty_rest() {
        let mut text = vec![b'x'; LONGEST];
        text.extend_from_slice(b"\n\nnext");
        let lengths: Vec<usize> = feed(&[&text]).iter().map(Vec::len).collect();
        assert_eq!(lengths, [LONGEST, 0, 4]);
    }
}
