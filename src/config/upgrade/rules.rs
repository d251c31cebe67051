//! The table of old forms: what each was, what it is today, and what that means for backups. Facts:
//! borgmatic 2.1.10, `config.md` section 8.

/// One old form.
#[derive(Debug)]
pub struct Rule {
    /// The option that is written in the old way.
    pub at: &'static str,
    pub change: Change,
    /// What to write instead.
    pub words: &'static str,
    /// What the change means for backups.
    pub effect: &'static str,
}

/// From an old form to today's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A section: its options belong one level up.
    Section,
    /// Another name.
    Rename(&'static str),
    /// Belongs into the mapping of that name.
    Into(&'static str),
    /// Text, which is the value of that key in a mapping.
    Wrap(&'static str),
    /// Texts of a list, each the value of that key in a mapping.
    WrapItems(&'static str),
    /// Text, which is a list of one.
    List,
    /// True or false, which are words of another option, or of the same.
    Word(&'static str, [&'static str; 2]),
    /// A command hook: the word before it, what it surrounds, and for which actions.
    Command(&'static str, &'static str, &'static [&'static str]),
    /// The addresses in a list of repositories.
    Address,
    /// Works still, and nothing means quite the same.
    Stay,
    /// Nothing can be done with it any more.
    Gone,
}

const SECTION: &str =
    "move its options to the top level: take out this line and the indentation below it";
const SAME: &str = "Backups stay as they are: only the place in the file changes.";
const HOOK: &str = "The commands run as before, at the same moments; as entries of `commands` they can be told apart by action, repository and outcome.";
const COMMANDS: &str = "write it as an entry of `commands`";

const fn section(at: &'static str) -> Rule {
    Rule {
        at,
        change: Change::Section,
        words: SECTION,
        effect: SAME,
    }
}

const fn renamed(at: &'static str, to: &'static str, words: &'static str) -> Rule {
    Rule {
        at,
        change: Change::Rename(to),
        words,
        effect: "Backups stay as they are: only the name changes.",
    }
}

const fn action(at: &'static str, moment: &'static str, when: &'static [&'static str]) -> Rule {
    Rule {
        at,
        change: Change::Command(moment, "action", when),
        words: COMMANDS,
        effect: HOOK,
    }
}

/// In the order in which they are applied; that of the hooks is the order of the entries they become.
pub static RULES: &[Rule] = &[
    section("location"),
    section("storage"),
    section("retention"),
    section("consistency"),
    section("output"),
    section("hooks"),
    Rule {
        at: "before_actions",
        change: Change::Command("before", "repository", &[]),
        words: COMMANDS,
        effect: HOOK,
    },
    Rule {
        at: "after_actions",
        change: Change::Command("after", "repository", &[]),
        words: COMMANDS,
        effect: HOOK,
    },
    action("before_backup", "before", &["create"]),
    action("after_backup", "after", &["create"]),
    action("before_prune", "before", &["prune"]),
    action("after_prune", "after", &["prune"]),
    action("before_compact", "before", &["compact"]),
    action("after_compact", "after", &["compact"]),
    action("before_check", "before", &["check"]),
    action("after_check", "after", &["check"]),
    action("before_extract", "before", &["extract"]),
    action("after_extract", "after", &["extract"]),
    Rule {
        at: "on_error",
        change: Change::Command("after", "error", &["create", "prune", "compact", "check"]),
        words: COMMANDS,
        effect: HOOK,
    },
    Rule {
        at: "before_everything",
        change: Change::Command("before", "everything", &["create"]),
        words: COMMANDS,
        effect: HOOK,
    },
    Rule {
        at: "after_everything",
        change: Change::Command("after", "everything", &["create"]),
        words: COMMANDS,
        effect: HOOK,
    },
    Rule {
        at: "borgmatic_source_directory",
        change: Change::Stay,
        words: "use user_runtime_directory and user_state_directory",
        effect: "It stays: backups that were made with it are restored with its help.",
    },
    Rule {
        at: "exclude_if_present",
        change: Change::List,
        words: "write it as a list, one name on a line after a dash",
        effect: "The same directories are left out of backups.",
    },
    Rule {
        at: "statistics",
        change: Change::Word("statistics", ["none", "standard"]),
        words: "write standard for true and none for false",
        effect: "The same numbers are shown; backups stay as they are.",
    },
    Rule {
        at: "quick_statistics",
        change: Change::Word("statistics", ["none", "quick"]),
        words: "write `statistics: quick` for true and `statistics: none` for false",
        effect: "The same numbers are shown; backups stay as they are.",
    },
    Rule {
        at: "store_config_files",
        change: Change::Into("bootstrap"),
        words: "write it below `bootstrap:`",
        effect: "The configuration is stored in backups, or is not, as before.",
    },
    Rule {
        at: "healthchecks",
        change: Change::Wrap("ping_url"),
        words: "write the address below it, after `ping_url:`",
        effect: "The same address hears of each run.",
    },
    Rule {
        at: "cronitor",
        change: Change::Wrap("ping_url"),
        words: "write the address below it, after `ping_url:`",
        effect: "The same address hears of each run.",
    },
    Rule {
        at: "pagerduty",
        change: Change::Wrap("integration_key"),
        words: "write the key below it, after `integration_key:`",
        effect: "The same service hears of failures.",
    },
    Rule {
        at: "cronhub",
        change: Change::Gone,
        words: "delete it; other services are: healthchecks, cronitor, uptime_kuma, ntfy",
        effect: "Cronhub has closed: it hears of no run any more.",
    },
    Rule {
        at: "checks",
        change: Change::WrapItems("name"),
        words: "write `name:` before each check",
        effect: "The same checks run, as often as before; each can now have a `frequency` of its own.",
    },
    renamed("numeric_owner", "numeric_ids", "call it numeric_ids"),
    renamed("bsd_flags", "flags", "call it flags"),
    renamed(
        "remote_rate_limit",
        "upload_rate_limit",
        "call it upload_rate_limit",
    ),
    Rule {
        at: "repositories",
        change: Change::WrapItems("path"),
        words: "write `path:` before each repository",
        effect: "Backups go to the same repositories; each can now have a `label` and options of its own.",
    },
    Rule {
        at: "repositories",
        change: Change::Address,
        words: "write an address with ssh://, or a path that starts with a slash",
        effect: "It is the same repository. Borg may ask once whether it was moved: relocated_repo_access_is_ok answers that.",
    },
    Rule {
        at: "prefix",
        change: Change::Stay,
        words: "use archive_name_format, or match_archives: \"sh:PREFIX*\"",
        effect: "It stays: prune and check look at archives of this prefix only, as before. `match_archives` counts for list, info and others too.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::option::Options;
    use crate::option::shape::field;

    #[test]
    fn every_rule_says_what_to_write_and_what_it_means() {
        for rule in RULES {
            assert!(
                !rule.words.is_empty() && rule.effect.ends_with('.'),
                "{}",
                rule.at
            );
        }
    }

    #[test]
    fn a_slip_of_an_old_name_finds_the_new_one() {
        for rule in RULES {
            if let Change::Rename(to) | Change::Into(to) = rule.change {
                let former = field(Config::GROUPS, to).unwrap().former;
                assert!(former.contains(&rule.at), "{}", rule.at);
            }
        }
    }

    #[test]
    fn hooks_become_entries_in_the_order_of_the_original() {
        let hooks: Vec<_> = RULES
            .iter()
            .filter(|rule| matches!(rule.change, Change::Command(..)))
            .map(|rule| rule.at)
            .collect();
        assert_eq!(hooks.len(), 15);
        assert_eq!(
            hooks[..3],
            ["before_actions", "after_actions", "before_backup"]
        );
        assert_eq!(
            hooks[12..],
            ["on_error", "before_everything", "after_everything"]
        );
    }
}
