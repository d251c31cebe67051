//! The options of command hooks: `commands`, and the older forms that it took the place of.

use crate::options;

options! {
    /// Commands of your own that run before and after actions.
    pub struct Commands {
        /// Commands to run before or after something. Each entry says when, and what.
        commands: Vec<Hook> = "- before: action\n  when: [create]\n  run:\n      - echo Backing up.";
        /// Commands to run before all actions on a repository.
        before_actions: Vec<String> = "- echo Starting actions.", deprecated = "commands: with before: repository";
        /// Commands to run before create.
        before_backup: Vec<String> = "- echo Starting a backup.", deprecated = "commands: with before: action";
        /// Commands to run before prune.
        before_prune: Vec<String> = "- echo Starting pruning.", deprecated = "commands: with before: action";
        /// Commands to run before compact.
        before_compact: Vec<String> = "- echo Starting compaction.", deprecated = "commands: with before: action";
        /// Commands to run before check.
        before_check: Vec<String> = "- echo Starting checks.", deprecated = "commands: with before: action";
        /// Commands to run before extract.
        before_extract: Vec<String> = "- echo Starting extracting.", deprecated = "commands: with before: action";
        /// Commands to run after create.
        after_backup: Vec<String> = "- echo Finished a backup.", deprecated = "commands: with after: action";
        /// Commands to run after compact.
        after_compact: Vec<String> = "- echo Finished compaction.", deprecated = "commands: with after: action";
        /// Commands to run after prune.
        after_prune: Vec<String> = "- echo Finished pruning.", deprecated = "commands: with after: action";
        /// Commands to run after check.
        after_check: Vec<String> = "- echo Finished checks.", deprecated = "commands: with after: action";
        /// Commands to run after extract.
        after_extract: Vec<String> = "- echo Finished extracting.", deprecated = "commands: with after: action";
        /// Commands to run after all actions on a repository.
        after_actions: Vec<String> = "- echo Finished actions.", deprecated = "commands: with after: repository";
        /// Commands to run when create, prune, compact or check fails.
        on_error: Vec<String> = "- echo Error during create/prune/compact/check.", deprecated = "commands: with after: error";
        /// Commands to run once before everything, when create is asked for.
        before_everything: Vec<String> = "- echo Starting actions.", deprecated = "commands: with before: everything";
        /// Commands to run once after everything, when create is asked for.
        after_everything: Vec<String> = "- echo Completed actions.", deprecated = "commands: with after: everything";
    }
}

options! {
    /// When to run commands, and which.
    pub struct Hook {
        /// Run them before this: each action, all actions on a repository, a configuration file, or
        /// everything.
        before: Before = "action", or = "after";
        /// Run them after this; or only after an error.
        after: After = "action";
        /// Only for these actions.
        when: Vec<ActionName> = "- create\n- prune\n- compact\n- check", default = "all";
        /// Only after a good end (finish), or after a bad one (fail).
        states: Vec<Ending> = "- finish", default = "both", of = "after";
        /// The commands, one after the other, each in a shell. Names such as {repository} are filled in
        /// and quoted.
        run: Vec<String> = "- echo Doing stuff.", required;
    }
}

options! {
    /// What commands can run before.
    pub enum Before {
        Action = "action",
        Repository = "repository",
        Configuration = "configuration",
        Everything = "everything",
    }
}

options! {
    /// What commands can run after.
    pub enum After {
        Action = "action",
        Repository = "repository",
        Configuration = "configuration",
        Everything = "everything",
        Error = "error",
    }
}

options! {
    /// How the thing before ended.
    pub enum Ending { Finish = "finish", Fail = "fail" }
}

options! {
    /// An action, where an option names one.
    pub enum ActionName {
        RepoCreate = "repo-create",
        Transfer = "transfer",
        Prune = "prune",
        Compact = "compact",
        Create = "create",
        Recreate = "recreate",
        Check = "check",
        Delete = "delete",
        Extract = "extract",
        Config = "config",
        ExportTar = "export-tar",
        Mount = "mount",
        Umount = "umount",
        RepoDelete = "repo-delete",
        Restore = "restore",
        RepoList = "repo-list",
        List = "list",
        RepoInfo = "repo-info",
        Info = "info",
        BreakLock = "break-lock",
        Key = "key",
        Diff = "diff",
        Browse = "browse",
        Borg = "borg",
    }
}
