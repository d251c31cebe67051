//! The two lines of a repository's progress: numbers, as many as there is room for, and what is worked
//! on. Pure.

use std::time::Duration;

use indicatif::{DecimalBytes, HumanCount};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::host::Progress;
use crate::text::printable::printable;

/// The width of the bar itself, and from which width of the terminal on there is one.
const BAR: usize = 20;
const WIDE: usize = 60;

/// What was measured.
pub(super) struct Seen {
    /// Units in a second.
    pub(super) rate: f64,
    pub(super) elapsed: Duration,
    pub(super) left: Option<Duration>,
}

/// Two lines, no wider than the terminal: the numbers, as many as there is room for, and what is
/// worked on.
pub(super) fn drawn(name: &str, progress: &Progress<'_>, seen: &Seen, width: usize) -> String {
    // The last column makes some terminals break the line.
    let width = width.saturating_sub(1).max(1);
    let mut pieces = Vec::new();
    if let Some((done, all)) = progress.share() {
        let percent = done.saturating_mul(100) / all.max(1);
        let left = seen.left.filter(|left| !left.is_zero() && done > 0);
        let left = left.map_or(String::new(), |left| format!(", {} left", clock(left)));
        let bar = if width >= WIDE {
            bar(done, all)
        } else {
            String::new()
        };
        pieces.push(format!("{bar}{percent}%{left}"));
    }
    if let Some(original) = progress.original {
        pieces.push(DecimalBytes(original).to_string());
    }
    if let Some(new) = progress.deduplicated {
        pieces.push(format!("{} new", DecimalBytes(new)));
    }
    if let Some(files) = progress.files {
        let plural = if files == 1 { "" } else { "s" };
        pieces.push(format!("{} file{plural}", HumanCount(files)));
    }
    if progress.original.is_some() && seen.rate >= 1.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate that is shown"
        )]
        let rate = seen.rate as u64;
        pieces.push(format!("{}/s", DecimalBytes(rate)));
    }
    pieces.push(clock(seen.elapsed));
    let mut line = cut_end(&plain(name), width);
    for (index, piece) in pieces.iter().enumerate() {
        let joint = if index == 0 { ": " } else { ", " };
        if line.width() + joint.len() + piece.width() <= width {
            line += joint;
            line += piece;
        }
    }
    let at = cut_start(&plain(progress.at), width.saturating_sub(2));
    format!("{line}\n  {at}")
}

/// `[=====>    ] `
fn bar(done: u64, all: u64) -> String {
    let full = u128::from(done) * BAR as u128 / u128::from(all.max(1));
    let full = usize::try_from(full).unwrap_or(BAR).min(BAR);
    let head = if full < BAR { ">" } else { "" };
    format!("[{:<BAR$}] ", "=".repeat(full) + head)
}

/// `4:05`, `1:04:05`
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A name of a file may hold what a terminal obeys, and tabs, whose width nobody knows.
fn plain(text: &str) -> String {
    printable(text).replace('\t', " ")
}

/// The end of a text, as wide as there is room.
fn cut_start(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let mut start = text.len();
    for (at, letter) in text.char_indices().rev() {
        let wide = letter.width().unwrap_or(0);
        if wide > room {
            break;
        }
        room -= wide;
        start = at;
    }
    format!("…{}", &text[start..])
}

/// The start of a text, as wide as there is room.
fn cut_end(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let fits = |letter: &char| {
        let wide = letter.width().unwrap_or(0);
        let fits = wide <= room;
        room = room.saturating_sub(wide);
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> Progress<'static> {
        Progress {
            files: Some(12_345),
            original: Some(1_250_000_000),
            deduplicated: Some(300_000_000),
            at: "home/ann/Documents/letters/2026/to the bank.txt",
            ..Progress::default()
        }
    }

    fn at(progress: &Progress<'_>, left: Option<u64>, width: usize) -> String {
        let seen = Seen {
            rate: 25e6,
            elapsed: Duration::from_secs(50),
            left: left.map(Duration::from_secs),
        };
        drawn("usb create", progress, &seen, width)
    }

    #[test]
    fn numbers_stand_first_and_the_path_below() {
        assert_eq!(
            at(&archive(), None, 100),
            "usb create: 1.25 GB, 300.00 MB new, 12,345 files, 25.00 MB/s, 0:50\n  home/ann/Documents/letters/2026/to the bank.txt"
        );
    }

    #[test]
    fn with_an_earlier_total_there_is_a_bar_and_the_time_left() {
        let progress = Progress {
            expected: Some(2_500_000_000),
            ..archive()
        };
        assert_eq!(
            at(&progress, Some(3_725), 80).lines().next(),
            Some("usb create: [==========>         ] 50%, 1:02:05 left, 1.25 GB, 300.00 MB new")
        );
        let more = Progress {
            expected: Some(1),
            ..archive()
        };
        assert!(!at(&more, Some(1), 80).contains('%'), "more than last time");
    }

    #[test]
    fn a_narrow_terminal_is_not_overrun() {
        let wide = Progress {
            at: "漢字/漢字/漢字/a\u{1b}[2J\nb",
            ..archive()
        };
        for width in 1..100 {
            for progress in [&archive(), &wide] {
                let text = at(progress, Some(9), width);
                for line in text.lines() {
                    let room = width.saturating_sub(1).max(3);
                    assert!(line.width() <= room, "{width}: {line:?}");
                }
                assert_eq!(text.lines().count(), 2, "{text:?}");
                assert!(!text.contains('\u{1b}'));
            }
        }
        assert_eq!(
            at(&archive(), None, 40),
            "usb create: 1.25 GB, 300.00 MB new\n  …cuments/letters/2026/to the bank.txt"
        );
    }

    #[test]
    fn names_of_files_do_not_steer_the_terminal() {
        let progress = Progress {
            at: "a\u{202e}txt.exe\tb\u{1b}[2J\nc",
            ..archive()
        };
        assert_eq!(
            at(&progress, None, 100).split_once('\n').unwrap().1,
            "  a\\u{202e}txt.exe b\\x1b[2J\\nc"
        );
    }

    #[test]
    fn what_has_a_share_of_its_own_shows_it() {
        let progress = Progress {
            share: Some((1, 4)),
            at: "Checking segments",
            ..Progress::default()
        };
        assert_eq!(
            at(&progress, Some(9), 59),
            "usb create: 25%, 0:09 left, 0:50\n  Checking segments"
        );
    }
}
