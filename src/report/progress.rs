//! How far each repository has come, drawn below the lines of the console. Drawn only when something
//! new is heard, so that it never stands over a question.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{
    DecimalBytes, HumanCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle,
    TermLike,
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::host::{About, Env, Progress, Terminal};

/// How often it is drawn, at most, in a second.
const RATE: u8 = 10;
/// The width of the bar itself, and from which width of the terminal on there is one.
const BAR: usize = 20;
const WIDE: usize = 60;

pub struct Bars {
    multi: MultiProgress,
    /// By configuration and repository.
    drawn: HashMap<(String, String), ProgressBar>,
    terminal: Arc<dyn Terminal>,
}

impl Bars {
    /// `None` where nobody looks, or where the cursor cannot be moved.
    pub fn of(terminal: &Arc<dyn Terminal>, env: &Env) -> Option<Self> {
        let kind = env.text("TERM").unwrap_or("dumb");
        if !terminal.err_is_terminal() || kind == "dumb" {
            return None;
        }
        let door = Door {
            terminal: Arc::clone(terminal),
            waiting: Mutex::default(),
        };
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(door), RATE);
        Some(Self {
            multi: MultiProgress::with_draw_target(target),
            drawn: HashMap::new(),
            terminal: Arc::clone(terminal),
        })
    }

    /// Writes beside what is drawn.
    pub fn aside(&self, write: impl FnOnce()) {
        if self.drawn.is_empty() {
            write();
        } else {
            self.multi.suspend(write);
        }
    }

    /// Takes everything away until something new is heard.
    pub fn hide(&self) {
        let _lost = self.multi.clear();
    }

    pub fn end(&mut self, about: &About) {
        if let Some(bar) = self.drawn.remove(&key(about)) {
            bar.finish_and_clear();
            self.multi.remove(&bar);
        }
    }

    pub fn show(&mut self, progress: &Progress<'_>, about: &About) {
        let multi = &self.multi;
        let bar = self.drawn.entry(key(about)).or_insert_with(|| {
            let bar = multi.add(ProgressBar::no_length());
            if let Ok(style) = ProgressStyle::with_template("{msg}") {
                bar.set_style(style);
            }
            bar
        });
        let share = progress.share();
        if let Some((done, all)) = share {
            bar.set_length(all);
            bar.set_position(done);
        } else if let Some(original) = progress.original {
            bar.set_position(original);
        }
        let seen = Seen {
            rate: bar.per_sec(),
            elapsed: bar.elapsed(),
            left: share.map(|_| bar.eta()),
        };
        let name = format!("{} {}", about.repository, about.action);
        let text = drawn(&name, progress, &seen, self.terminal.width());
        bar.set_message(text);
    }
}

fn key(about: &About) -> (String, String) {
    (about.configuration.clone(), about.repository.clone())
}

/// What was measured.
struct Seen {
    /// Units in a second.
    rate: f64,
    elapsed: Duration,
    left: Option<Duration>,
}

/// Two lines, no wider than the terminal: the numbers, as many as there is room for, and what is
/// worked on.
fn drawn(name: &str, progress: &Progress<'_>, seen: &Seen, width: usize) -> String {
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

/// A name of a file may hold what a terminal obeys.
fn plain(text: &str) -> String {
    let shown = |letter: char| if letter.is_control() { '?' } else { letter };
    text.chars().map(shown).collect()
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

/// Standard error, for the drawing library. What it draws goes out at once.
struct Door {
    terminal: Arc<dyn Terminal>,
    waiting: Mutex<String>,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Door")
    }
}

impl Door {
    fn waiting(&self) -> MutexGuard<'_, String> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, parts: &[&str]) {
        self.waiting().extend(parts.iter().copied());
    }

    fn step(&self, count: usize, letter: char) {
        if count > 0 {
            self.add(&[&format!("\x1b[{count}{letter}")]);
        }
    }
}

impl TermLike for Door {
    fn width(&self) -> u16 {
        u16::try_from(self.terminal.width()).unwrap_or(u16::MAX)
    }

    fn move_cursor_up(&self, count: usize) -> io::Result<()> {
        self.step(count, 'A');
        Ok(())
    }

    fn move_cursor_down(&self, count: usize) -> io::Result<()> {
        self.step(count, 'B');
        Ok(())
    }

    fn move_cursor_right(&self, count: usize) -> io::Result<()> {
        self.step(count, 'C');
        Ok(())
    }

    fn move_cursor_left(&self, count: usize) -> io::Result<()> {
        self.step(count, 'D');
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.add(&[text, "\n"]);
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.add(&[text]);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.add(&["\r\x1b[2K"]);
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let mut waiting = self.waiting();
        if !waiting.is_empty() {
            self.terminal.err(waiting.as_bytes());
            waiting.clear();
        }
        Ok(())
    }
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
