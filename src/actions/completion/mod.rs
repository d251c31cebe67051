//! `completion bash`, `zsh`, `fish`: the scripts that let a shell complete command lines. They ask
//! this program what may stand at the cursor (`cli::complete`), so an old script knows new options.

use super::{Alone, AloneAction, Answer, Info};
use crate::host::Failure;
use crate::options;

pub const BASH: &str = include_str!("borgmatic.bash");
pub const ZSH: &str = include_str!("_borgmatic");
pub const FISH: &str = include_str!("borgmatic.fish");

options! {
    /// Flags of completion.
    pub struct Flags {
    }
}

macro_rules! scripts {
    ($( $Shell:ident, $name:literal, $about:literal, $script:ident; )*) => { $(
        pub struct $Shell;

        impl AloneAction for $Shell {
            type Flags = Flags;
            const INFO: Info = Info {
                name: $name,
                aliases: &[],
                about: $about,
            };
            const LOADS: bool = false;
            const FIRST: bool = true;

            fn run(alone: &Alone<'_>, _flags: &Flags) -> Result<Answer, Failure> {
                alone.host.bus.data($script);
                Ok(Answer::Done)
            }
        }
    )* };
}

scripts! {
    Bash, "completion bash", "Print the completion script for bash", BASH;
    Zsh, "completion zsh", "Print the completion script for zsh", ZSH;
    Fish, "completion fish", "Print the completion script for fish", FISH;
}
