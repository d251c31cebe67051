//! What a run does, and where it keeps its files.

use crate::hooks::command::ActionName;
use crate::option::{Age, Map};
use crate::options;
use crate::text::Node;

options! {
    /// What a run does.
    pub struct Run {
        /// Run create, prune, compact and check when no action is named. If false, help is shown.
        default_actions: bool = "true", default = "true";
        /// Actions to leave out.
        skip_actions: Vec<ActionName> = "- compact", default = "none";
        /// How many repositories of a file are worked on at once by create, prune, compact and check. Lines
        /// then name their repository. With snapshots, progress or other actions it is one after the other.
        parallel_repositories: u32 = "2", default = "1", ours;
        /// How often to try again when a repository fails. It goes behind the others that wait.
        retries: u32 = "3", default = "0";
        /// Seconds to wait before a repository is tried again; twice as many before the second time,
        /// and so on.
        retry_wait: u32 = "10", default = "0";
        /// How long to wait when another run of the same configuration writes: 90s, 10m, 2h.
        wait_for_run: Age = "10m", default = "lock_wait, else not at all", ours;
        /// Names for values that are used in several places: each {name} below is replaced. Once there
        /// is a constant, a value that consists of digits alone becomes a number.
        constants: Map<Node> = "app_name: myapp\nuser: myuser";
        /// Directory for files that live as long as a run.
        user_runtime_directory: String = "/run/user/1001", default = "$XDG_RUNTIME_DIR";
        /// Directory for what is remembered between runs, such as the times of checks.
        user_state_directory: String = "/var/lib/borgmatic", default = "$XDG_STATE_HOME, else ~/.local/state";
        /// Where borgmatic before 2.0 kept its files.
        borgmatic_source_directory: String = "/tmp/borgmatic", default = "~/.borgmatic", deprecated = "user_runtime_directory and user_state_directory";
    }
}
