//! A terminal, played.

use std::sync::Mutex;

use super::locked;
use crate::host::Terminal;

/// A terminal, or a pipe, that keeps what is written.
#[derive(Debug, Default)]
pub struct Collected {
    out: Mutex<Vec<u8>>,
    err: Mutex<Vec<u8>>,
    pub terminal: bool,
    /// Standard output goes into a file all the same.
    pub out_is_file: bool,
    /// What the person there says next.
    answers: Mutex<Vec<String>>,
}

impl Collected {
    /// A terminal at which somebody answers so, the last one first.
    pub fn answering(answers: Vec<String>) -> Self {
        Self {
            answers: answers.into(),
            ..Self::default()
        }
    }

    pub fn out_text(&self) -> String {
        String::from_utf8_lossy(&locked(&self.out)).into_owned()
    }

    pub fn err_text(&self) -> String {
        String::from_utf8_lossy(&locked(&self.err)).into_owned()
    }
}

impl Terminal for Collected {
    fn out(&self, bytes: &[u8]) {
        locked(&self.out).extend_from_slice(bytes);
    }

    fn err(&self, bytes: &[u8]) {
        locked(&self.err).extend_from_slice(bytes);
    }

    fn flush(&self) {}

    fn out_is_terminal(&self) -> bool {
        self.terminal && !self.out_is_file
    }

    fn err_is_terminal(&self) -> bool {
        self.terminal
    }

    fn is_answered(&self) -> bool {
        false
    }

    fn width(&self) -> usize {
        80
    }

    fn ask(&self, question: &str) -> Option<String> {
        let answer = locked(&self.answers).pop()?;
        self.err(question.as_bytes());
        Some(answer)
    }
}
