//! `config validate`: are the configuration files right? What is wrong has been shown by now: they
//! were loaded before any action.

use crate::actions::{Alone, AloneAction, Answer, Info};
use crate::host::{Failure, Level};
use crate::options;

options! {
    /// Flags of config validate.
    pub struct Flags {
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

    fn run(alone: &Alone<'_>, _flags: &Flags) -> Result<Answer, Failure> {
        let bad = alone
            .loaded
            .iter()
            .filter(|loaded| loaded.config.is_none())
            .count();
        if bad > 0 {
            let words = format!(
                "{bad} of {} configuration files cannot be used",
                alone.loaded.len()
            );
            return Err(Failure::new("borgmatic::validate::bad", words));
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
