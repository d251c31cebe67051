//! `config show`: what the configuration files mean, after includes, constants, variables and flags.

use super::nothing_configured;
use crate::actions::{Alone, AloneAction, Answer, Info};
use crate::config::Loaded;
use crate::config::show::{self, Wanted};
use crate::host::{Failure, Level};
use crate::options;

options! {
    /// Flags of config show.
    pub struct Flags {
        /// Show only this option.
        option: String = "OPTION";
        /// Print JSON.
        json: bool = "";
        /// Tell the file and the line of every value. Secrets are not shown then.
        origin: bool = "";
        /// Show what is written, after includes and merges, before any check.
        parsed: bool = "";
    }
}

pub struct Show;

impl AloneAction for Show {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "config show",
        aliases: &[],
        about: "Show what the configuration files mean",
    };

    fn run(alone: &Alone<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let parsed = flags.parsed.is_on();
        let good: Vec<&Loaded> = alone
            .loaded
            .iter()
            .filter(|loaded| loaded.config.is_some() || parsed && loaded.tree.is_some())
            .collect();
        let wanted = Wanted {
            option: flags.option.text(),
            origins: flags.origin.is_on(),
        };
        if flags.json.is_on() {
            let document = show::document(good.iter().copied(), wanted);
            alone.host.bus.data(&document);
        } else {
            for loaded in &good {
                if good.len() > 1 {
                    alone.host.bus.line(Level::Answer, "", "---");
                }
                let lines = show::yaml(loaded, wanted);
                if wanted.origins {
                    for line in &lines {
                        alone.host.bus.line(Level::Answer, "", line);
                    }
                } else {
                    whole(alone, &lines);
                }
            }
        }
        if alone.loaded.is_empty() {
            return Err(nothing_configured(alone.host.env));
        }
        Ok(Answer::Done)
    }
}

/// A configuration as it is meant, secrets included: masked, it would be another one, and no YAML.
pub(super) fn whole(alone: &Alone<'_>, lines: &[String]) {
    alone.host.bus.data(&(lines.join("\n") + "\n"));
}
