//! The last lines of a child, in constant memory.

use std::collections::VecDeque;

/// How many lines are kept. borgmatic 2.1.10: 25.
const LINES: usize = 25;
/// The longest part of a line that is kept, in bytes.
const LONGEST: usize = 4096;

#[derive(Default)]
pub struct Tail {
    lines: VecDeque<String>,
    /// There were more.
    cut: bool,
}

impl Tail {
    pub fn push(&mut self, line: &str) {
        let mut kept = if self.lines.len() < LINES {
            String::new()
        } else {
            self.cut = true;
            self.lines.pop_front().unwrap_or_default()
        };
        kept.clear();
        kept.push_str(&line[..line.floor_char_boundary(LONGEST)]);
        self.lines.push_back(kept);
    }

    /// The lines, after three dots where they are not all. borgmatic 2.1.10: the same.
    pub fn into_lines(mut self) -> Vec<String> {
        if self.cut {
            self.lines.push_front("...".to_owned());
        }
        self.lines.into()
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
        assert_eq!(lines.len(), LINES + 1);
        assert_eq!(lines[..2], ["...", "76"]);
        assert_eq!(lines[LINES].len(), LONGEST);
        let mut tail = Tail::default();
        tail.push("all");
        assert_eq!(tail.into_lines(), ["all"]);
    }
}
