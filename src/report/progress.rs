//! How far each repository has come, drawn below the lines of the console. Drawn only when something
//! new is heard, so that it never stands over a question.

mod door;
mod lines;

use std::collections::HashMap;
use std::sync::Arc;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::host::{About, Env, Progress, Terminal};
use door::Door;
use lines::{Seen, drawn};

/// How often it is drawn, at most, in a second.
const RATE: u8 = 10;

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
        let door = Door::to(terminal);
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
