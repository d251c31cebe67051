//! `check`: is the repository whole, and can it be read?

mod command;
mod due;
mod spot;
mod times;

use super::select::Where;
use super::{Action, Answer, Context, Info, repo_info};
use crate::borg::reply::{self, Info as RepositoryInfo};
use crate::borg::run::Strictness;
use crate::config::directories;
use crate::config::groups::CheckName;
use crate::host::{Failure, Level};
use crate::options;
use times::Times;

options! {
    /// Flags of check.
    pub struct Flags {
        /// Show borg's progress.
        progress: bool = "", sets = "progress";
        /// Try to repair what is broken. It can lose data: make a copy of the repository first.
        repair: bool = "";
        /// Stop the repository check after so many seconds.
        max_duration: u32 = "SECONDS";
        /// Only archives of this name or pattern: sh:…, re:….
        match_archives: String = "PATTERN", short = 'a', aliases = &["glob-archives"], sets = "match_archives";
        /// Only this check: repository, archives, data, extract or spot. May be repeated.
        only: Vec<CheckName> = "CHECK";
        /// Check even what is not due.
        force: bool = "";
        ..at: Where;
    }
}

pub struct Check;

impl Action for Check {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "check",
        aliases: &["-k", "--check"],
        about: "Check repositories and archives for damage",
    };
    const TAKES_TURN: bool = true;

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        if is_left_out(context) {
            context.say(
                Level::Info,
                "Skipping the check: check_repositories does not name this repository",
            );
            return Ok(Answer::Done);
        }
        context.say(Level::Info, "Checking the repository");
        let times = if flags.repair.is_on() {
            None
        } else {
            Some(times(context)?)
        };
        let wanted = due::wanted(&context.config.checks, flags.only.items());
        let forced = flags.force.is_on() || flags.repair.is_on();
        let matching = command::matching(context, &wanted);
        let names: Vec<CheckName> = match &times {
            Some(times) if !forced => due::due(context, times, &matching, &wanted),
            _ => wanted.iter().map(|check| check.name).collect(),
        };
        // Data is read through archives: each that is checked for data is checked for its list too.
        let with = |name| names.contains(&name);
        let plan = command::Plan {
            repository: with(CheckName::Repository),
            archives: with(CheckName::Archives) || with(CheckName::Data),
            data: with(CheckName::Data),
            longest: longest(context, flags),
        };
        let done = |name: CheckName| match &times {
            // A dry run leaves no trace: the next real one checks again.
            Some(times) if !context.dry => times.done(context.host.files, name, &matching),
            _ => Ok(()),
        };
        for part in plan.parts() {
            let command = command::command(context, &part, &matching, flags.repair.is_on());
            context
                .borg
                .run_as(context.host, &command, Level::Info, Strictness::NoWarning)?;
            for name in part.names() {
                done(name)?;
            }
        }
        if with(CheckName::Extract) {
            command::extract(context)?;
            done(CheckName::Extract)?;
        }
        if with(CheckName::Spot) {
            spot::check(context)?;
            done(CheckName::Spot)?;
        }
        Ok(Answer::Done)
    }
}

/// Does `check_repositories` name others only?
fn is_left_out(context: &Context<'_>) -> bool {
    let cwd = &context.host.env.cwd;
    let chosen = context.config.checks.check_repositories.items();
    !chosen.is_empty()
        && !chosen
            .iter()
            .any(|word| context.repository.matches(word, cwd))
}

/// The longest time for the repository check: the flag's, else the option's.
fn longest(context: &Context<'_>, flags: &Flags) -> Option<u32> {
    let checks = context.config.checks.checks.items();
    let option = checks
        .iter()
        .find(|check| check.name.get() == Some(&CheckName::Repository));
    flags
        .max_duration
        .get()
        .or_else(|| option.and_then(|check| check.max_duration.get()))
        .copied()
        .filter(|time| *time > 0)
}

/// The times at which this repository was checked: kept by the repository's id.
fn times(context: &Context<'_>) -> Result<Times, Failure> {
    let ask = repo_info::command(context.borg, context.repository.path(), true);
    let info: RepositoryInfo = reply::read(&ask, &context.borg.capture(context.host, &ask)?)?;
    let (env, files) = (context.host.env, context.host.files);
    let run = &context.config.run;
    if !context.dry {
        let moved = times::move_old(
            files,
            &directories::state(run, env),
            &directories::old_checks(run, env),
        );
        if let Err(failure) = moved {
            // What is not remembered is checked again: that is no reason to check nothing.
            context.say(
                Level::Warning,
                &format!("The times of earlier checks are not taken over: {failure}"),
            );
        }
    }
    Times::open(
        files,
        &directories::state(run, env),
        &info.repository.id,
        context.dry,
    )
}
