//! `config outline`: what a run would do. The words only: who has the outline shows it.

use crate::actions::Info;
use crate::options;

options! {
    /// Flags of config outline.
    pub struct Flags {
        /// Print JSON.
        json: bool = "";
    }
}

pub const INFO: Info = Info {
    name: "config outline",
    aliases: &[],
    about: "Show what a run would do, or the actions that follow",
};
