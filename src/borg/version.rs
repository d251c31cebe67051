//! Borg's version numbers: `1.2.0a2 < 1.2.0b3 < 1.2.0rc1 < 1.2.0 < 1.2.9 < 2.0.0b11`.

use std::fmt;

/// Compared as PEP 440 does, as far as borg's numbers go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    numbers: [u32; 3],
    /// Alpha, beta, candidate or release, and its number.
    phase: (Phase, u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Development,
    Alpha,
    Beta,
    Candidate,
    Release,
}

impl Version {
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            numbers: [major, minor, patch],
            phase: (Phase::Release, 0),
        }
    }

    pub const fn alpha(major: u32, minor: u32, patch: u32, number: u32) -> Self {
        Self {
            numbers: [major, minor, patch],
            phase: (Phase::Alpha, number),
        }
    }

    pub const fn beta(major: u32, minor: u32, patch: u32, number: u32) -> Self {
        Self {
            numbers: [major, minor, patch],
            phase: (Phase::Beta, number),
        }
    }

    /// The version in what `borg --version` prints: its second word.
    pub fn from_output(output: &str) -> Option<Self> {
        Self::parse(output.split_whitespace().nth(1)?)
    }

    pub fn parse(text: &str) -> Option<Self> {
        // What setuptools-scm adds to a build between releases: 1.2.5.dev12+gabc.
        let text = text.split('+').next()?;
        let end = text
            .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .unwrap_or(text.len());
        let mut numbers = [0; 3];
        for (at, part) in text[..end].trim_end_matches('.').split('.').enumerate() {
            // More than three numbers say nothing that a gate asks for.
            let number = part.parse().ok()?;
            if let Some(seat) = numbers.get_mut(at) {
                *seat = number;
            }
        }
        let rest = &text[end..];
        let digits = rest
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(rest.len());
        let phase = match &rest[..digits] {
            "" | "post" | ".post" => Phase::Release,
            "a" => Phase::Alpha,
            "b" => Phase::Beta,
            "rc" => Phase::Candidate,
            "dev" => Phase::Development,
            _ => return None,
        };
        let number = rest[digits..]
            .split('.')
            .next()
            .filter(|digits| !digits.is_empty())
            .map_or(Some(0), |digits| digits.parse().ok())?;
        Some(Self {
            numbers,
            phase: (phase, number),
        })
    }

    pub fn major(&self) -> u32 {
        self.numbers[0]
    }
}

/// Says that a program did not tell a version of borg.
pub(super) fn unread(program: &dyn fmt::Display, output: &str) -> String {
    let told = output.trim();
    format!("`{program} --version` prints «{told}», which is no version of borg")
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        let letters = match self.phase.0 {
            Phase::Development => ".dev",
            Phase::Alpha => "a",
            Phase::Beta => "b",
            Phase::Candidate => "rc",
            Phase::Release => return Ok(()),
        };
        write!(f, "{letters}{}", self.phase.1)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_compare_as_releases_came() {
        let order = [
            "1.1.16",
            "1.2.0.dev3",
            "1.2.0a2",
            "1.2.0b3",
            "1.2.0rc1",
            "1.2.0",
            "1.2.9",
            "1.4.5",
            "2.0.0b5",
            "2.0.0b11",
            "2.0.0",
        ];
        let parsed: Vec<_> = order
            .iter()
            .map(|text| Version::parse(text).unwrap())
            .collect();
        assert!(parsed.is_sorted());
        assert_eq!(parsed[9].to_string(), "2.0.0b11");
    }

    #[test]
    fn the_number_is_found_in_what_borg_prints() {
        assert_eq!(
            Version::from_output("borg 1.2.4\n"),
            Some(Version::new(1, 2, 4))
        );
        assert_eq!(
            Version::from_output("borg2 2.0.0b14"),
            Some(Version::beta(2, 0, 0, 14))
        );
        assert_eq!(
            Version::from_output("borg 1.4.1.dev5+g12ab"),
            Version::parse("1.4.1.dev5")
        );
        assert_eq!(Version::from_output("borg"), None);
        assert_eq!(Version::from_output("borg x.y"), None);
    }
}
