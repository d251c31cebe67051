//! What was found, and how it is shown: words first, so that it can be read aloud; colour only adds.

use nu_ansi_term::Color;
use serde_json::{Value, json};

use crate::host::Failure;
use crate::text::printable::printable;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Good,
    /// Backups work; look at it all the same.
    Look,
    /// Backups do not work, or nobody would notice when they stop.
    Wrong,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Look => "look",
            Self::Wrong => "wrong",
        }
    }

    fn colour(self) -> Color {
        match self {
            Self::Good => Color::Green,
            Self::Look => Color::Yellow,
            Self::Wrong => Color::Red,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) state: State,
    /// What was looked at: `repository usb`.
    pub(super) about: String,
    pub(super) words: String,
    /// What to do about it.
    pub(super) cure: Option<String>,
}

impl Finding {
    fn new(state: State, about: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            state,
            about: about.into(),
            words: words.into(),
            cure: None,
        }
    }

    pub(super) fn good(about: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(State::Good, about, words)
    }

    pub(super) fn look(about: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(State::Look, about, words)
    }

    pub(super) fn wrong(about: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(State::Wrong, about, words)
    }

    /// A failure, with the last line of whoever failed.
    pub(super) fn failed(about: impl Into<String>, failure: &Failure) -> Self {
        let mut words = failure.words.clone();
        if let Some(last) = failure.tail.last().filter(|last| !last.trim().is_empty()) {
            words += &format!(" ({})", last.trim());
        }
        Self {
            cure: failure.help.clone(),
            ..Self::wrong(about, words)
        }
    }

    /// Puts another thing to do before its own.
    pub(super) fn after(mut self, first: &str) -> Self {
        self.cure = self.cure.map(|cure| format!("{first}; then {cure}"));
        self
    }

    pub(super) fn cure(mut self, cure: impl Into<String>) -> Self {
        self.cure = Some(cure.into());
        self
    }
}

/// Everything that was found, in its order.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<Finding>);

impl Report {
    pub(super) fn extend(&mut self, found: impl IntoIterator<Item = Finding>) {
        self.0.extend(found);
    }

    /// Says what to do in other words.
    pub(super) fn rephrase(&mut self, say: impl Fn(&str) -> String) {
        for cure in self
            .0
            .iter_mut()
            .filter_map(|finding| finding.cure.as_mut())
        {
            *cure = say(cure);
        }
    }

    /// Was something wrong found about that?
    pub(super) fn is_wrong(&self, about: &str) -> bool {
        let wrong = |finding: &Finding| finding.state == State::Wrong && finding.about == about;
        self.0.iter().any(wrong)
    }

    pub(super) fn all(&self) -> usize {
        self.0.len()
    }

    pub(super) fn count(&self, state: State) -> usize {
        self.0
            .iter()
            .filter(|finding| finding.state == state)
            .count()
    }

    /// A line for each finding, and what to do below it.
    pub(super) fn page(&self, coloured: bool) -> String {
        let mut page = String::new();
        for finding in &self.0 {
            let word = format!("{:<5}", finding.state.word());
            page += &if coloured {
                finding.state.colour().paint(word).to_string()
            } else {
                word
            };
            let words = shown(&finding.words);
            page += &format!("  {}: {words}\n", shown(&finding.about));
            let lines = finding.cure.iter().flat_map(|cure| cure.lines());
            for (number, line) in lines.filter(|line| !line.trim().is_empty()).enumerate() {
                let lead = if number == 0 { "do:" } else { "   " };
                page += &format!("       {lead} {}\n", shown(line));
            }
        }
        // What is wrong is counted where the program ends with it.
        match (self.count(State::Wrong), self.count(State::Look)) {
            (0, 0) => page + "All is well\n",
            (0, look) => page + &format!("Nothing is wrong; {look} to look at\n"),
            _ => page,
        }
    }

    pub(super) fn json(&self) -> Value {
        let one = |finding: &Finding| {
            json!({
                "state": finding.state.word(),
                "about": finding.about,
                "words": finding.words,
                "do": finding.cure,
            })
        };
        json!({
            "wrong": self.count(State::Wrong),
            "look": self.count(State::Look),
            "checks": self.0.iter().map(one).collect::<Vec<_>>(),
        })
    }
}

/// One line that does not steer a terminal, whatever a program or a file has in it.
fn shown(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    printable(&lines.join("; ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report(vec![
            Finding::good("borg", "1.4.5 at /usr/bin/borg"),
            Finding::look("borg", "a\u{1b}[31m\u{202e}\nb").cure("do that\n\n  and that"),
            Finding::wrong("repository usb", "gone"),
        ])
    }

    #[test]
    fn a_page_is_read_without_colour() {
        insta::assert_snapshot!(report().page(false), @r"
        ok     borg: 1.4.5 at /usr/bin/borg
        look   borg: a\x1b[31m\u{202e}; b
               do: do that
                   and that
        wrong  repository usb: gone
        ");
        assert!(
            report()
                .page(true)
                .starts_with("\u{1b}[32mok   \u{1b}[0m  borg")
        );
    }

    #[test]
    fn programs_read_json() {
        let json = report().json();
        assert_eq!((&json["wrong"], &json["look"]), (&1.into(), &1.into()));
        assert_eq!(json["checks"][1]["do"], "do that\n\n  and that");
    }
}
