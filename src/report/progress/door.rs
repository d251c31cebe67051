//! The terminal, as the drawing library sees it.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;

use crate::host::Terminal;

/// Standard error, for the drawing library. What it draws goes out at once.
pub(super) struct Door {
    terminal: Arc<dyn Terminal>,
    waiting: Mutex<String>,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Door")
    }
}

impl Door {
    pub(super) fn to(terminal: &Arc<dyn Terminal>) -> Self {
        Self {
            terminal: Arc::clone(terminal),
            waiting: Mutex::default(),
        }
    }

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
