//! The flags that belong to no action and to no option of the configuration.

use crate::options;
use crate::run::Conditions;

options! {
    /// Flags of every run.
    pub struct Globals {
        /// A configuration file, or a directory of them. May be repeated.
        config: Vec<String> = "PATH", short = 'c', default = "/etc/borgmatic/config.yaml, /etc/borgmatic.d, ~/.config/borgmatic/config.yaml, ~/.config/borgmatic.d";
        /// Go through everything without changing anything.
        dry_run: bool = "", short = 'n';
        /// Deprecated: set an option of the configuration. Use the option's own flag.
        r#override: Vec<String> = "OPTION=VALUE";
        /// Leave ${VARIABLES} in the configuration as they are.
        no_environment_interpolation: bool = "";
        /// Print the completion of bash.
        bash_completion: bool = "";
        /// Print the completion of fish.
        fish_completion: bool = "";
        /// Print the man page: of the whole, or of an action.
        man_page: bool = "";
        /// Show the version.
        version: bool = "";
        /// Show help: of the whole, or of an action.
        help: bool = "", short = 'h';
        /// With --help: the flags of every run and of all options, too.
        all: bool = "";
        ..conditions: Conditions;
    }
}
