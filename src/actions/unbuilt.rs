//! Options that this version knows but cannot carry out yet. An action that would need one stops
//! before borg is started: a backup must never silently lack its dump, its snapshot or its ping.

use crate::config::Config;
use crate::host::Failure;
use crate::option::Options;
use crate::text::{Origin, Problem};

/// Options, and what they would be needed for.
struct Row {
    options: &'static [&'static str],
    /// The actions that need them; none means all.
    actions: &'static [&'static str],
    /// Does a dry run need them, too?
    dry: bool,
    /// Completes «this version does not … yet».
    what: &'static str,
}

const BACKUP: &[&str] = &["create"];
const WATCHED: &[&str] = &["create", "prune", "compact", "check"];

const ROWS: &[Row] = &[
    Row {
        options: &[
            "postgresql_databases",
            "mariadb_databases",
            "mysql_databases",
            "sqlite_databases",
            "mongodb_databases",
            "influxdb_databases",
            "openldap_databases",
        ],
        actions: BACKUP,
        dry: false,
        what: "dump databases",
    },
    Row {
        options: &["zfs", "btrfs", "lvm"],
        actions: BACKUP,
        dry: false,
        what: "make snapshots",
    },
    Row {
        options: MONITORS,
        actions: WATCHED,
        dry: false,
        what: "tell monitoring services",
    },
    Row {
        options: &["encryption_passphrase"],
        actions: &[],
        dry: true,
        what: "look up {credential …} values",
    },
];

const MONITORS: &[&str] = &[
    "apprise",
    "cronitor",
    "healthchecks",
    "loki",
    "ntfy",
    "pagerduty",
    "pushover",
    "sentry",
    "uptime_kuma",
    "watchgoose",
    "zabbix",
];

/// Stops an action that would need what is not there.
pub fn refuse(config: &Config, action: &str, dry: bool) -> Result<(), Failure> {
    refusals(config, &[action], dry).next().map_or(Ok(()), Err)
}

/// For each option that is not there yet, which of these actions it stops.
pub fn refusals<'a>(
    config: &'a Config,
    actions: &'a [&str],
    dry: bool,
) -> impl Iterator<Item = Failure> + 'a {
    let rows = ROWS.iter().filter(move |row| row.dry || !dry);
    rows.flat_map(move |row| {
        let needs = |action: &&&str| row.actions.is_empty() || row.actions.contains(*action);
        let stopped: Vec<&str> = actions.iter().filter(needs).copied().collect();
        let names = row.options.iter().filter(|_| !stopped.is_empty());
        let set: Vec<_> = names
            .filter_map(|name| Some((name, config.place(name)?)))
            .filter(|(name, _)| is_used(config, name))
            .map(|(name, origin)| unbuilt(row, name, &stopped, origin))
            .collect();
        set
    })
}

/// Does the value of an option that is set ask for anything?
fn is_used(config: &Config, name: &str) -> bool {
    match name {
        "encryption_passphrase" => config
            .borg
            .encryption_passphrase
            .get()
            .is_some_and(|secret| secret.reveal().starts_with("{credential")),
        monitor if MONITORS.contains(&monitor) => config
            .logging
            .monitoring_verbosity
            .get()
            .is_none_or(|level| level.0 > -2),
        list => config
            .place(list)
            .is_some_and(|origin| !is_empty_list(origin)),
    }
}

fn is_empty_list(origin: &Origin) -> bool {
    let text = origin.text();
    text.starts_with('[') && text.trim_matches(['[', ']', ' ', '\n']).is_empty()
}

fn unbuilt(row: &Row, name: &str, actions: &[&str], origin: &Origin) -> Failure {
    let words = format!(
        "`{name}` is set, but this version does not {} yet; refused: {}",
        row.what,
        actions.join(", ")
    );
    let help = format!(
        "take `{name}` out of this configuration for as long, or go on using the original borgmatic for it"
    );
    Problem::new("borgmatic::config::not-yet", words)
        .at(origin, "set here")
        .help(help)
        .into()
}

#[cfg(test)]
mod tests {
    use super::{ROWS, refuse};
    use crate::config::Config;
    use crate::option::shape::field;
    use crate::option::{At, Options, walk};
    use crate::text::{Problems, Source, parse};

    fn refused(text: &str, action: &str, dry: bool) -> Option<String> {
        let source = Source::plain("c.yaml", format!("repositories: [{{path: r}}]\n{text}\n"));
        let mut problems = Problems::default();
        let node = parse(&source, &mut problems).unwrap();
        let config: Config = walk::object(&node, &At::Top, &mut problems).unwrap();
        assert!(!problems.has_errors(), "{problems:?}");
        refuse(&config, action, dry)
            .err()
            .map(|failure| failure.words)
    }

    #[test]
    fn every_name_is_an_option() {
        for name in ROWS.iter().flat_map(|row| row.options) {
            assert!(field(Config::GROUPS, name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_backup_that_would_lack_something_is_not_started() {
        let words = refused("zfs:", "create", false).unwrap();
        assert!(words.starts_with("c.yaml:2:"), "{words}");
        assert!(
            words.contains("`zfs`") && words.contains("snapshots"),
            "{words}"
        );
        assert!(refused("sqlite_databases: [{name: a, path: b}]", "create", false).is_some());
        assert!(refused("cronitor: {ping_url: x}", "prune", false).is_some());
        assert!(refused("encryption_passphrase: '{credential file x}'", "list", true).is_some());
    }

    #[test]
    fn what_needs_nothing_runs() {
        assert!(refused("zfs:", "list", false).is_none());
        assert!(refused("zfs:", "create", true).is_none());
        assert!(refused("sqlite_databases: []", "create", false).is_none());
        assert!(refused("encryption_passphrase: x", "create", false).is_none());
        assert!(refused("checks: [{name: data}]", "check", false).is_none());
        assert!(
            refused(
                "cronitor: {ping_url: x}\nmonitoring_verbosity: -2",
                "create",
                false
            )
            .is_none()
        );
        assert!(refused("log_file: x\nsyslog_verbosity: 1", "list", false).is_none());
    }

    #[test]
    fn an_option_is_named_once_for_all_actions_that_it_stops() {
        let text = "repositories: [{path: r}]\nzfs:\nntfy: {topic: t}\n";
        let source = Source::plain("c.yaml", text);
        let mut problems = Problems::default();
        let node = parse(&source, &mut problems).unwrap();
        let config: Config = walk::object(&node, &At::Top, &mut problems).unwrap();
        let words: Vec<_> = super::refusals(&config, &["create", "prune", "list"], false)
            .map(|failure| failure.words)
            .collect();
        assert_eq!(words.len(), 2, "{words:?}");
        assert!(words[0].ends_with("refused: create"), "{words:?}");
        assert!(words[1].ends_with("refused: create, prune"), "{words:?}");
    }
}
