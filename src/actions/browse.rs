//! `browse`: looks through archives on the terminal. The word and its help; what it does comes later.

use super::{Alone, AloneAction, Answer, Info, not_yet};
use crate::host::Failure;
use crate::options;

options! {
    /// Flags of browse.
    pub struct Flags {}
}

pub struct Browse;

impl AloneAction for Browse {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "browse",
        aliases: &[],
        about: "Look through archives (not in this version yet)",
    };
    const LOADS: bool = false;

    fn run(_alone: &Alone<'_>, _flags: &Flags) -> Result<Answer, Failure> {
        Err(not_yet(Self::INFO.name))
    }
}
