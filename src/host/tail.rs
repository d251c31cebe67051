//! The last lines of a child, in constant memory.

use std::collections::VecDeque;

/// How many lines are kept. borgmatic 2.1.10: 25.
const LINES: usize = 25;
/// The longest part of a line that is kept, in bytes.
const LONGEST: usize = 4096;

#[derive(Default)]
pub struct Tail(VecDeque<String>);

impl Tail {
    pub fn push(&mut self, line: &str) {
        let mut kept = if self.0.len() < LINES {
            String::new()
        } else {
            self.0.pop_front().unwrap_or_default()
        };
        kept.clear();
        kept.push_str(&line[..line.floor_char_boundary(LONGEST)]);
        self.0.push_back(kept);
    }

    pub fn into_lines(self) -> Vec<String> {
        self.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::{LINES, LONGEST, Tail};

    #[test]
    fn the_last_lines_are_kept_and_long_ones_cut() {
        let mut tail = Tail::default();
        for number in 0..100 {
            tail.push(&number.to_string());
        }
        tail.push(&"ä".repeat(LONGEST));
        let lines = tail.into_lines();
        assert_eq!(lines.len(), LINES);
        assert_eq!(lines[0], "76");
        assert_eq!(lines[LINES - 1].len(), LONGEST);
    }
}
