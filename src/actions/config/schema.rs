//! `config schema`: the JSON Schema of a configuration file, for editors.

use crate::actions::{Alone, AloneAction, Answer, Info};
use crate::config::Config;
use crate::host::Failure;
use crate::option::{Options, json_schema};
use crate::options;

options! {
    /// Flags of config schema.
    pub struct Flags {
    }
}

pub struct Schema;

impl AloneAction for Schema {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "config schema",
        aliases: &[],
        about: "Print the JSON Schema of a configuration file",
    };

    const LOADS: bool = false;

    fn run(alone: &Alone<'_>, _flags: &Flags) -> Result<Answer, Failure> {
        alone.host.bus.data(&text());
        Ok(Answer::Done)
    }
}

/// The text of `schema/borgmatic.schema.json`.
pub fn text() -> String {
    json_schema::file(Config::GROUPS, "A configuration file of borgmatic")
}
