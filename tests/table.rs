//! Laws of the option table: names, words, examples.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use borgmatic::actions::config::template;
use borgmatic::config::{Config, is_secret};

use borgmatic::option::flags::of_option;
use borgmatic::option::shape::field;
use borgmatic::option::{At, Field, Options, Shape, sample, walk};
use borgmatic::text::{self, Kind, Node, Problems, Source};

fn fields() -> Vec<(String, &'static Field)> {
    let mut all = Vec::new();
    walk::visit(Config::GROUPS, "", &mut |path, field| {
        all.push((path.to_owned(), field));
    });
    all
}

fn parsed(text: &str) -> Node {
    let mut problems = Problems::default();
    let node = text::parse(&Source::plain("example", text), &mut problems);
    assert!(!problems.has_errors(), "{text}\n{problems:?}");
    node.unwrap()
}

/// The problems of a configuration.
fn problems(text: &str) -> Vec<String> {
    let mut problems = Problems::default();
    walk::object::<Config>(&parsed(text), &At::Top, &mut problems);
    problems
        .errors()
        .map(|problem| problem.words.clone())
        .collect()
}

#[test]
fn the_names_are_the_originals() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/options.txt");
    let list = fs::read_to_string(list).unwrap();
    let theirs: BTreeSet<&str> = list.lines().collect();
    let all = fields();
    let ours: BTreeSet<&str> = all.iter().map(|(path, _)| path.as_str()).collect();
    let lacking: Vec<_> = theirs.difference(&ours).collect();
    assert!(lacking.is_empty(), "lacking {lacking:?}");
    for (path, field) in &all {
        let own = !theirs.contains(path.as_str());
        assert_eq!(own, field.ours, "{path}: an option of ours is marked so");
    }
}

#[test]
fn every_option_has_words_and_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for (path, field) in fields() {
        assert!(names.insert(path.clone()), "{path} twice");
        let about = field.about();
        assert!(about.ends_with(['.', '?']), "{path}: {about}");
        let lines = field.doc.trim_end().lines().count();
        assert!(lines <= 4, "{path}: {lines} lines");
        let deprecated = about.contains("eprecated");
        assert!(!deprecated, "{path}: say it with `deprecated = …`");
    }
}

/// Everything that an option can hold, each with its example.
fn full(field: &Field, above: &Node) -> Vec<String> {
    if !field.fits(above) {
        return Vec::new();
    }
    let Some(groups) = field
        .shape
        .inner()
        .filter(|_| field.example.is_empty() || field.shape.item().is_some())
    else {
        return sample::example(field);
    };
    // Beside the first words of a choice, as the original's example has them.
    let inside: Vec<String> = groups
        .iter()
        .copied()
        .flatten()
        .filter(|field| field.of.is_empty() && field.name != "after")
        .flat_map(|field| full(field, above))
        .collect();
    let mut all = vec![format!("{}:", field.name)];
    for (at, line) in inside.iter().enumerate() {
        let mark = match (field.shape.item().is_some(), at) {
            (false, _) => "    ",
            (true, 0) => "    - ",
            (true, _) => "      ",
        };
        all.push(format!("{mark}{line}"));
    }
    all
}

#[test]
fn a_configuration_of_all_examples_is_good() {
    let nothing = Node::new(Kind::Map(Vec::new()), parsed("a").origin);
    let mut lines = Vec::new();
    for field in Config::GROUPS.iter().copied().flatten() {
        lines.extend(full(field, &nothing));
    }
    let text = lines.join("\n") + "\n";
    if let Some(path) = std::env::var_os("FULL_CONFIG") {
        fs::write(path, &text).unwrap();
    }
    assert_eq!(problems(&text), Vec::<String>::new(), "{text}");
    let top = Config::GROUPS.iter().copied().flatten();
    let ours = top.filter(|field| field.ours).count();
    assert_eq!(parsed(&text).pairs().len(), 136 + ours);
}

#[test]
fn every_example_reads_back() {
    for field in Config::GROUPS.iter().copied().flatten() {
        let repositories = if field.name == "repositories" {
            ""
        } else {
            "repositories: [{path: x}]\n"
        };
        for lines in [sample::lines(field), sample::example(field)] {
            // An example of everything has options that exclude each other.
            if field.shape.item().is_some() && field.example.is_empty() && lines.len() > 20 {
                continue;
            }
            let text = format!("{repositories}{}\n", lines.join("\n"));
            assert_eq!(problems(&text), Vec::<String>::new(), "{text}");
        }
    }
}

/// Taking the `# ` away turns an option on, whatever it is.
#[test]
fn a_sample_without_its_marks_is_good() {
    for field in Config::GROUPS.iter().copied().flatten() {
        let repositories = if field.name == "repositories" {
            ""
        } else {
            "repositories: [{path: x}]\n"
        };
        let words = sample::option(field);
        let start = words
            .iter()
            .position(|line| {
                line.starts_with(&format!("# {}:", field.name))
                    || line.starts_with(&format!("{}:", field.name))
            })
            .unwrap();
        let lines: Vec<_> = words[start..]
            .iter()
            .map(|line| {
                line.strip_prefix("# ")
                    .unwrap_or(line.trim_start_matches('#'))
            })
            .collect();
        let text = format!("{repositories}{}\n", lines.join("\n"));
        assert_eq!(problems(&text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn samples_are_good() {
    for text in [template::text(), template::minimal()] {
        assert_eq!(problems(&text), Vec::<String>::new(), "{text}");
    }
    let keys = |text: &str| -> Vec<String> {
        let node = parsed(text);
        let names = node.pairs().iter().filter_map(|(key, _)| key.as_text());
        names.map(str::to_owned).collect()
    };
    assert_eq!(
        keys(&template::text()),
        ["source_directories", "repositories", "keep_daily"]
    );
    for line in [
        "    - path: ssh://user@backupserver/./sourcehostname.borg",
        "    - path: /mnt/backup",
        "      label: local",
        "    - /home/user/path with spaces",
        "    - /home",
        "    - /etc",
        "    - /var/log/syslog*",
        "keep_daily: 7",
    ] {
        assert!(template::text().lines().any(|own| own == line), "{line}");
    }
}

#[test]
fn every_example_is_taken_over_from_a_source() {
    for (path, field) in fields()
        .into_iter()
        .filter(|(path, _)| !path.contains(['.', '[']))
    {
        let text = sample::example(field).join("\n") + "\n";
        let values = parsed(&text);
        for short in [false, true] {
            let filled = template::filled(&values, short);
            assert!(parsed(&filled).means(&values), "{path}\n{filled}");
        }
    }
}

#[test]
fn secrets_are_known_by_name() {
    for (path, field) in fields() {
        assert!(
            !matches!(field.shape, Shape::Secret) || is_secret(field.name),
            "{path}"
        );
    }
    for name in [
        "encryption_passphrase",
        "password",
        "token",
        "push_url",
        "cronhub",
    ] {
        assert!(is_secret(name), "{name}");
    }
    assert!(!is_secret("keep_daily") && !is_secret("repositories"));
}

#[test]
fn a_key_of_another_kind_is_told_apart() {
    let with = |text: &str| problems(&format!("repositories: [{{path: x}}]\n{text}\n"));
    assert_eq!(
        with("checks: [{name: archives, max_duration: 7}]"),
        ["`max_duration` belongs to `name: repository` in `checks[0]`"]
    );
    assert_eq!(
        with("checks: [{name: spot, count_tolerance_percentage: 1, data_sample_percentage: 1}]"),
        ["`checks[0]` lacks `data_tolerance_percentage`"]
    );
    assert_eq!(
        with("commands: [{run: [x]}]"),
        ["`commands[0]` lacks `before` or `after`"]
    );
    assert_eq!(
        with("commands: [{before: action, after: action, run: [x]}]"),
        ["`commands[0]` has both `before` and `after`"]
    );
    assert_eq!(
        with("commands: [{before: action, states: [fail], run: [x]}]"),
        ["`states` belongs to `after` in `commands[0]`"]
    );
    assert_eq!(with("commands: [{before: error, run: [x]}]").len(), 1);
    assert_eq!(
        with("openldap_databases: [{name: all}]"),
        ["`openldap_databases[0].name` cannot be `all`"]
    );
    assert_eq!(
        with("ntfy: {topic: x, states: [fail, fail]}"),
        ["`ntfy.states` names `fail` twice"]
    );
    assert!(with("zfs:\nbtrfs: {}\nlvm: {snapshot_size: 5GB}").is_empty());
    assert_eq!(with("bootstrap:").len(), 1);
    assert!(with("zabbix: {server: x, fail: {value: 2}}").is_empty());
    assert!(with("constants: {a: 1, b: [2], c: }").is_empty());
}

/// A flag that an action and the configuration both have writes the option, or is the action's alone
/// for a reason.
#[test]
fn flags_of_actions_leave_options_alone() {
    let mut shared = BTreeSet::new();
    // Where no configuration is read, there is no option that a flag could hide.
    for entry in borgmatic::actions::ALL.iter().filter(|entry| entry.loads) {
        for own in entry.groups.iter().copied().flatten() {
            let option = field(Config::GROUPS, own.name);
            if option.is_some_and(|option| own.sets != option.name && !option.no_flag) {
                shared.insert(format!("{} --{}", entry.info.name, own.name));
            }
        }
    }
    let shared: Vec<_> = shared.iter().map(String::as_str).collect();
    // What `list` takes is one file; the container of `restore` holds a database server, that of the
    // option keeps secrets.
    assert_eq!(
        shared,
        [
            "list --exclude_from",
            "list --patterns_from",
            "restore --container"
        ]
    );
}

#[test]
fn every_flag_of_the_original_is_a_flag_of_ours() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/flags.txt");
    let list = fs::read_to_string(list).unwrap();
    let unknown: Vec<_> = list
        .lines()
        .filter(|flag| of_option(Config::GROUPS, flag.trim_start_matches("--")).is_none())
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(list.lines().count() > 500);
}
