//! `config validate`: are the configuration files right? Everything that is wrong in one report, for
//! people or for tools; and what can be mended, mended.

mod fix;
mod formats;
mod report;

use super::nothing_configured;
use super::show::whole;
use crate::actions::{Alone, AloneAction, Answer, DEFAULT, Info, unbuilt};
use crate::config::logging::Logs;
use crate::config::show::{self, Wanted};
use crate::config::{Loaded, lints, portable};
use crate::host::{Failure, Level};
use crate::options;
use crate::text::Problems;
use report::Report;

options! {
    /// How `config validate` tells what it found.
    pub enum Format { Human = "human", Json = "json", Sarif = "sarif", Github = "github" }
}

options! {
    /// Flags of config validate.
    pub struct Flags {
        /// Show what the files mean, too.
        show: bool = "", short = 's';
        /// Mend what can only be meant one way: tabs, missing spaces, old forms. The old text is kept.
        fix: bool = "";
        /// Mend what is a guess, too: misspelt names, quotes that are not closed. With --fix or --diff.
        unsafe_fixes: bool = "";
        /// Show what --fix would change, and change nothing; --dry-run does the same.
        diff: bool = "";
        /// How to report: human, json, sarif or github.
        format: Format = "human", default = "human";
        /// Report what Python borgmatic 2.1.10 would not accept, too.
        portable: bool = "";
        /// Say nothing of this lint, for example source-missing. The flag can be repeated.
        allow: Vec<String> = "LINT";
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
        lints::known(flags.allow.items())?;
        let diff = flags.diff.is_on() || flags.fix.is_on() && alone.dry;
        let fixes = flags.fix.is_on() || diff;
        if flags.unsafe_fixes.is_on() && !fixes {
            let words = "--unsafe-fixes belongs to --fix or --diff";
            return Err(Failure::new("borgmatic::cli::conflict", words).help("add one of them"));
        }
        let format = flags.format.or(Format::Human);
        if diff && format != Format::Human {
            let words = "a difference is shown to people only, without --format";
            return Err(Failure::new("borgmatic::cli::conflict", words)
                .help("leave --diff out: json and sarif hold the edits of each fix"));
        }
        let mut again = None;
        if fixes {
            let changed = fix::plan(alone, flags.unsafe_fixes.is_on());
            if diff {
                fix::show(alone, &changed);
            } else {
                fix::write(alone, &changed, format == Format::Human)?;
                again = Some(fix::load_all(alone, alone.wishes));
            }
        }
        let loaded = again.as_deref().unwrap_or(alone.loaded);
        let mut further = Vec::new();
        for one in loaded {
            further.push(lints::of(
                one,
                alone.host.files,
                alone.host.env,
                flags.allow.items(),
            ));
            if flags.portable.is_on() {
                further.push(portable::of(one));
            }
        }
        further.extend(two_logs(loaded));
        let report = Report::of(loaded, further.iter());
        let document = match format {
            Format::Human => {
                report.draw(alone);
                None
            }
            Format::Json => Some(formats::json(&report)),
            Format::Sarif => Some(formats::sarif(&report)),
            Format::Github => Some(formats::github(&report)),
        };
        if let Some(document) = document {
            alone.host.bus.data(&document);
        }
        report.verdict()?;
        if format == Format::Human {
            fine(alone, flags, loaded, &report);
        }
        Ok(Answer::Done)
    }
}

/// One run has one log: do the files agree about it?
fn two_logs(loaded: &[Loaded]) -> Option<Problems> {
    let configs: Vec<_> = loaded
        .iter()
        .filter_map(|it| it.config.as_deref())
        .collect();
    let mut found = Problems::default();
    found.add(*Logs::of(&configs).err()?);
    Some(found)
}

/// What is said of files that can be used.
fn fine(alone: &Alone<'_>, flags: &Flags, loaded: &[Loaded], report: &Report<'_>) {
    if flags.show.is_on() {
        for one in loaded {
            if loaded.len() > 1 {
                alone.host.bus.line(Level::Answer, "", "---");
            }
            whole(alone, &show::yaml(one, Wanted::default()));
        }
    }
    for one in loaded {
        warn_of_unbuilt(alone, one);
    }
    if loaded.is_empty() {
        let failure = nothing_configured(alone.host.env);
        alone.host.bus.failure(Level::Warning, &failure);
    }
    let mut words = match loaded {
        [] => "There is no configuration file to check".to_owned(),
        [one] => format!("{} is valid", one.path.display()),
        all => format!("All {} configuration files are valid", all.len()),
    };
    if report.warnings > 0 {
        words += &format!(": {}", report.count());
    }
    alone.host.bus.line(Level::Answer, "", &words);
}

/// A file that is right may ask for what a run would refuse.
fn warn_of_unbuilt(alone: &Alone<'_>, loaded: &Loaded) {
    let mut said = Vec::new();
    let configs = loaded
        .config
        .iter()
        .chain(loaded.units.iter().map(|unit| &unit.config));
    for config in configs {
        for failure in unbuilt::refusals(config, &DEFAULT, false) {
            if !said.contains(&failure.words) {
                alone.host.bus.failure(Level::Warning, &failure);
                said.push(failure.words);
            }
        }
    }
}
