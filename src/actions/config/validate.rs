//! `config validate`: are the configuration files right? What is wrong has been shown by now: they
//! were loaded before any action.

use super::show::lines;
use crate::actions::{Alone, AloneAction, Answer, DEFAULT, Info, unbuilt};
use crate::config::Loaded;
use crate::config::show::{self, Wanted};
use crate::host::{Body, Event, Failure, Level};
use crate::options;

options! {
    /// Flags of config validate.
    pub struct Flags {
        /// Show what the files mean, too.
        show: bool = "", short = 's';
    }
}

pub struct Validate;

impl AloneAction for Validate {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "config validate",
        aliases: &[],
        about: "Check configuration files for mistakes",
    };

    fn run(alone: &Alone<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let bad = alone
            .loaded
            .iter()
            .filter(|loaded| loaded.config.is_none())
            .count();
        if bad > 0 {
            let words = match alone.loaded {
                [one] => format!("{} cannot be used", one.path.display()),
                all => format!("{bad} of {} configuration files cannot be used", all.len()),
            };
            return Err(Failure::new("borgmatic::validate::bad", words));
        }
        if flags.show.is_on() {
            for loaded in alone.loaded {
                if alone.loaded.len() > 1 {
                    alone.host.bus.line(Level::Answer, "", "---");
                }
                lines(alone, &show::yaml(loaded, Wanted::default()));
            }
        }
        for loaded in alone.loaded {
            warn_of_unbuilt(alone, loaded);
        }
        let words = match alone.loaded {
            [] => "There is no configuration file to check".to_owned(),
            [one] => format!("{} is valid", one.path.display()),
            all => format!("All {} configuration files are valid", all.len()),
        };
        alone.host.bus.line(Level::Answer, "", &words);
        Ok(Answer::Done)
    }
}

/// A file that is right may ask for what a run would refuse.
fn warn_of_unbuilt(alone: &Alone<'_>, loaded: &Loaded) {
    let mut said = Vec::new();
    let configs = loaded
        .config
        .iter()
        .chain(loaded.units.iter().map(|unit| &unit.config));
    for config in configs {
        for action in DEFAULT {
            let Err(failure) = unbuilt::refuse(config, action, false) else {
                continue;
            };
            if !said.contains(&failure.words) {
                alone.host.bus.say(Event {
                    level: Level::Warning,
                    scope: "",
                    body: Body::Failure(&failure),
                });
                said.push(failure.words);
            }
        }
    }
}
