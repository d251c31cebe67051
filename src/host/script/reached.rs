//! Other machines, played.

use std::io;
use std::sync::Mutex;
use std::time::Duration;

use super::locked;
use crate::host::Network;

/// Machines that answer, but not before they are asked so often.
#[derive(Debug, Default)]
pub struct Reached {
    after: Mutex<Vec<(String, u32)>>,
    asked: Mutex<Vec<String>>,
}

impl Reached {
    /// This one answers from the question after so many on.
    pub fn after(&self, place: &str, questions: u32) {
        locked(&self.after).push((place.to_owned(), questions));
    }

    /// The places so far, `host:port`, one for each question.
    pub fn asked(&self) -> Vec<String> {
        locked(&self.asked).clone()
    }
}

impl Network for Reached {
    fn answers(&self, host: &str, port: u16, _longest: Duration) -> io::Result<()> {
        let place = format!("{host}:{port}");
        locked(&self.asked).push(place.clone());
        let mut after = locked(&self.after);
        match after.iter_mut().find(|(known, _)| *known == place) {
            Some((_, left @ 1..)) => {
                *left -= 1;
                Err(io::ErrorKind::NetworkUnreachable.into())
            }
            _ => Ok(()),
        }
    }
}
