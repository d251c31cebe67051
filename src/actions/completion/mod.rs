//! `completion bash`, `zsh`, `fish`: the scripts that let a shell complete command lines. They ask
//! this program what may stand at the cursor (`cli::complete`), so an old script knows new options.

use super::{Alone, AloneAction, Answer, Info};
use crate::host::{Body, Event, Failure, Level};
use crate::options;

pub const BASH: &str = include_str!("borgmatic.bash");
pub const ZSH: &str = include_str!("_borgmatic");
pub const FISH: &str = include_str!("borgmatic.fish");

options! {
    /// Flags of completion.
    pub struct Flags {
    }
}

pub struct Bash;
pub struct Zsh;
pub struct Fish;

const fn info(name: &'static str, about: &'static str) -> Info {
    Info {
        name,
        aliases: &[],
        about,
    }
}

fn print(alone: &Alone<'_>, script: &str) -> Result<Answer, Failure> {
    alone.host.bus.say(Event {
        level: Level::Answer,
        scope: "",
        body: Body::Data(script),
    });
    Ok(Answer::Done)
}

impl AloneAction for Bash {
    type Flags = Flags;
    const INFO: Info = info("completion bash", "Print the completion script for bash");
    const LOADS: bool = false;
    const FIRST: bool = true;

    fn run(alone: &Alone<'_>, _flags: &Flags) -> Result<Answer, Failure> {
        print(alone, BASH)
    }
}

impl AloneAction for Zsh {
    type Flags = Flags;
    const INFO: Info = info("completion zsh", "Print the completion script for zsh");
    const LOADS: bool = false;
    const FIRST: bool = true;

    fn run(alone: &Alone<'_>, _flags: &Flags) -> Result<Answer, Failure> {
        print(alone, ZSH)
    }
}

impl AloneAction for Fish {
    type Flags = Flags;
    const INFO: Info = info("completion fish", "Print the completion script for fish");
    const LOADS: bool = false;
    const FIRST: bool = true;

    fn run(alone: &Alone<'_>, _flags: &Flags) -> Result<Answer, Failure> {
        print(alone, FISH)
    }
}
