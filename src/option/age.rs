//! Lengths of time as people write and read them: `26h`, `2d`, `1d12h`.

use std::fmt;
use std::time::Duration;

use super::scalars::text_or_number;
use super::shape::{At, Shape, Value};
use crate::text::{Node, Problem, Problems};

const UNITS: [(&str, char, u64); 5] = [
    ("week", 'w', 7 * 86_400),
    ("day", 'd', 86_400),
    ("hour", 'h', 3600),
    ("minute", 'm', 60),
    ("second", 's', 1),
];

/// A length of time with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age(pub Duration);

impl Age {
    /// Numbers with units, the larger first: `90m`, `1d12h`, `2 days`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let (mut total, mut last) = (0_u64, u64::MAX);
        while !rest.is_empty() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number: u64 = rest[..digits].parse().ok()?;
            rest = rest[digits..].trim_start();
            let letters = rest.len()
                - rest
                    .trim_start_matches(|c: char| c.is_ascii_lowercase())
                    .len();
            let word = &rest[..letters];
            let (_, _, seconds) = UNITS.into_iter().find(|(name, letter, _)| {
                word.strip_suffix('s').unwrap_or(word) == *name
                    || word.strip_prefix(*letter) == Some("")
            })?;
            rest = rest[letters..].trim_start();
            // `1h2d` is a slip, and so is `1h1h`.
            if seconds >= last {
                return None;
            }
            last = seconds;
            total = total.checked_add(number.checked_mul(seconds)?)?;
        }
        (last < u64::MAX).then_some(Self(Duration::from_secs(total)))
    }
}

/// As short as it can be written.
impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.0.as_secs();
        let (_, letter, seconds) = UNITS
            .into_iter()
            .skip(1)
            .find(|(_, _, seconds)| left > 0 && left.is_multiple_of(*seconds))
            .unwrap_or(UNITS[4]);
        left /= seconds;
        write!(f, "{left}{letter}")
    }
}

impl Value for Age {
    const SHAPE: &'static Shape = &Shape::Text;

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        let text = text_or_number(node, at, out)?;
        let found = Self::parse(&text);
        if found.is_none() {
            let words = format!("`{at}` needs a length of time, but this is `{text}`");
            let help = if text.parse::<u64>().is_ok() {
                format!("write the unit too: {text}h, {text}d or {text}m")
            } else {
                "write a number and a unit: 90m, 26h, 2d or 1w".into()
            };
            out.add(
                Problem::new("borgmatic::config::age", words)
                    .on(node, "not a number and a unit")
                    .help(help),
            );
        }
        found
    }
}

/// «6 days 23 hours», «5 minutes»: the two largest units.
pub fn spoken(time: Duration) -> String {
    let mut left = time.as_secs().max(1);
    let mut parts = Vec::new();
    for (name, _, seconds) in UNITS.into_iter().skip(1) {
        let number = left / seconds;
        left %= seconds;
        if number > 0 {
            let plural = if number == 1 { "" } else { "s" };
            parts.push(format!("{number} {name}{plural}"));
        } else if !parts.is_empty() {
            break;
        }
    }
    parts.truncate(2);
    parts.join(" ")
}

/// «26h», «3d», «<1m»: the largest unit of which there are at least two.
pub fn brief(time: Duration) -> String {
    let left = time.as_secs();
    UNITS
        .into_iter()
        .skip(1)
        .take(3)
        .find(|(_, _, seconds)| left >= 2 * seconds || *seconds == 60 && left >= 60)
        .map_or_else(
            || "<1m".into(),
            |(_, letter, seconds)| format!("{}{letter}", left / seconds),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_numbers_with_units() {
        for (text, seconds) in [
            ("26h", 26 * 3600),
            ("2d", 2 * 86_400),
            ("90m", 5400),
            ("45s", 45),
            ("1w", 604_800),
            ("1d12h", 129_600),
            ("1d 12h", 129_600),
            ("2 days", 172_800),
            ("1 hour 30 minutes", 5400),
            ("0h", 0),
        ] {
            let age = Age::parse(text);
            assert_eq!(age, Some(Age(Duration::from_secs(seconds))), "{text}");
        }
        for text in [
            "",
            "26",
            "h",
            "26 x",
            "-1h",
            "1.5h",
            "1h2d",
            "1h1h",
            "99999999999999999999h",
            "9999999999999999w",
            "26H",
            "ä",
            "1hs",
        ] {
            assert_eq!(Age::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ages_are_shown_short() {
        for text in ["26h", "90m", "2d", "45s", "0s"] {
            assert_eq!(Age::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Age::parse("1w").unwrap().to_string(), "7d");
        let brief = |seconds| super::brief(Duration::from_secs(seconds));
        assert_eq!(
            [5, 60, 119, 7199, 7200, 172_799, 172_800].map(brief),
            ["<1m", "1m", "1m", "119m", "2h", "47h", "2d"]
        );
        assert_eq!(spoken(Duration::from_hours(25)), "1 day 1 hour");
    }
}
