//! One part of a point in time, such as its hours: which numbers it may be.

use std::fmt;

/// Numbers from `least` to `most`, at most 63.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    bits: u64,
    least: u8,
    most: u8,
}

impl Numbers {
    pub const fn none(least: u8, most: u8) -> Self {
        Self {
            bits: 0,
            least,
            most,
        }
    }

    pub const fn all(least: u8, most: u8) -> Self {
        Self {
            bits: ((1 << (most + 1)) - 1) & !((1 << least) - 1),
            least,
            most,
        }
    }

    pub const fn only(number: u8, least: u8, most: u8) -> Self {
        Self {
            bits: 1 << number,
            least,
            most,
        }
    }

    #[must_use]
    pub fn with(mut self, number: u8) -> Self {
        if (self.least..=self.most).contains(&number) {
            self.bits |= 1 << number;
        }
        self
    }

    pub fn has(self, number: u8) -> bool {
        self.bits & 1 << number != 0
    }

    /// Any number will do.
    pub fn is_all(self) -> bool {
        self == Self::all(self.least, self.most)
    }

    /// In ascending order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = u8> {
        (self.least..=self.most).filter(move |number| self.has(*number))
    }

    pub fn count(self) -> usize {
        self.iter().count()
    }

    /// The largest.
    pub fn last(self) -> u8 {
        self.iter().next_back().unwrap_or(self.least)
    }

    /// A list of numbers, ranges `2..5` and steps `0/15`; `*` is all. systemd.time(7). An error says
    /// what is wrong with which part.
    pub fn parse(text: &str, least: u8, most: u8) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::all(least, most));
        }
        let number = |text: &str| match text.parse::<u8>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() => {
                Err(format!("{text} is not between {least} and {most}"))
            }
            _ => Err(format!("`{text}` is not a number")),
        };
        let mut found = Self::none(least, most);
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(step)),
                None => (part, None),
            };
            let step = match step.map(str::parse::<usize>) {
                None => 1,
                Some(Ok(step)) if step > 0 => step,
                Some(_) => return Err(format!("`{part}` needs a number above 0 after its slash")),
            };
            let (from, to) = match range.split_once("..") {
                Some((from, to)) => (number(from)?, number(to)?),
                None if range == "*" => {
                    return Err(format!(
                        "`{part}` names no first number: write {least:02}/{step}"
                    ));
                }
                None if part.contains('/') => (number(range)?, most),
                None => (number(range)?, number(range)?),
            };
            if from > to {
                return Err(format!("`{range}` runs backwards"));
            }
            found = (from..=to).step_by(step).fold(found, Self::with);
        }
        Ok(found)
    }

    /// Runs of numbers that follow each other, as first and last.
    pub fn runs(self) -> Vec<(u8, u8)> {
        let mut runs: Vec<(u8, u8)> = Vec::new();
        for number in self.iter() {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == number => *last = number,
                _ => runs.push((number, number)),
            }
        }
        runs
    }

    /// As a list, each number said in its own way. Runs of three and more are joined.
    pub fn listed(self, joint: &str, say: impl Fn(u8) -> String) -> String {
        if self.is_all() {
            return "*".into();
        }
        let say_run = |(first, last): (u8, u8)| match last - first {
            0 => say(first),
            1 => format!("{},{}", say(first), say(last)),
            _ => format!("{}{joint}{}", say(first), say(last)),
        };
        let runs: Vec<String> = self.runs().into_iter().map(say_run).collect();
        runs.join(",")
    }
}

/// As systemd writes them: two digits.
impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.listed("..", |number| format!("{number:02}")))
    }
}
