//! Made-up files of borgmatic 1.0, and their excludes: each value arrives in today's file.

use std::fs;
use std::path::Path;

use borgmatic::config::load::{Wishes, load};
use borgmatic::config::upgrade::{ini, rewrite};
use borgmatic::host::{Env, Files};
use borgmatic::text::{Node, Problem, Problems, Source, parse};
use proptest::prelude::*;

/// Ways to write a value, each with what it means today.
type Ways = &'static [(&'static str, &'static str)];

/// One option as it was written: its section, its name, the ways to write its value, and what each
/// means today: an option of today, as JSON.
const OPTIONS: [(&str, &str, Ways); 18] = [
    (
        "location",
        "source_directories",
        &[
            ("/home", r#""source_directories": ["/home"]"#),
            (
                "/home  /etc/x#y /a:b",
                r#""source_directories": ["/home", "/etc/x#y", "/a:b"]"#,
            ),
            (
                "/home\n    /etc\n\t/var/log/*.1",
                r#""source_directories": ["/home", "/etc", "/var/log/*.1"]"#,
            ),
        ],
    ),
    (
        "location",
        "repository",
        &[
            ("/mnt/a b", r#""repositories": [{"path": "/mnt/a b"}]"#),
            (
                "user@host:repo",
                r#""repositories": [{"path": "ssh://user@host/./repo"}]"#,
            ),
            (
                "ssh://h:22/x.borg",
                r#""repositories": [{"path": "ssh://h:22/x.borg"}]"#,
            ),
        ],
    ),
    (
        "location",
        "one_file_system",
        &[
            ("yes", r#""one_file_system": true"#),
            ("Off", r#""one_file_system": false"#),
            ("1", r#""one_file_system": true"#),
        ],
    ),
    (
        "location",
        "remote_path",
        &[
            ("borg1", r#""remote_path": "borg1""#),
            ("/opt/my borg", r#""remote_path": "/opt/my borg""#),
        ],
    ),
    (
        "storage",
        "encryption_passphrase",
        &[
            ("a\"b: #c", r#""encryption_passphrase": "a\"b: #c""#),
            ("'quoted' \\n", r#""encryption_passphrase": "'quoted' \\n""#),
            ("0123", r#""encryption_passphrase": "0123""#),
            ("no", r#""encryption_passphrase": "no""#),
            ("%(x)s {y} !z", r#""encryption_passphrase": "%(x)s {y} !z""#),
        ],
    ),
    (
        "storage",
        "compression",
        &[
            ("lz4", r#""compression": "lz4""#),
            ("auto,zlib,9", r#""compression": "auto,zlib,9""#),
        ],
    ),
    ("storage", "umask", &[("0077", r#""umask": 77"#)]),
    (
        "storage",
        "archive_name_format",
        &[
            (
                "{hostname}-{now}",
                r#""archive_name_format": "{hostname}-{now}""#,
            ),
            ("x = y: z", r#""archive_name_format": "x = y: z""#),
        ],
    ),
    (
        "retention",
        "keep_within",
        &[("3H", r#""keep_within": "3H""#)],
    ),
    (
        "retention",
        "keep_secondly",
        &[("5", r#""keep_secondly": 5"#)],
    ),
    (
        "retention",
        "keep_hourly",
        &[("24", r#""keep_hourly": 24"#)],
    ),
    (
        "retention",
        "keep_daily",
        &[("7", r#""keep_daily": 7"#), ("-1", r#""keep_daily": -1"#)],
    ),
    ("retention", "keep_weekly", &[("4", r#""keep_weekly": 4"#)]),
    (
        "retention",
        "keep_monthly",
        &[("6", r#""keep_monthly": 6"#)],
    ),
    ("retention", "keep_yearly", &[("1", r#""keep_yearly": 1"#)]),
    ("retention", "prefix", &[("box-", r#""prefix": "box-""#)]),
    (
        "consistency",
        "checks",
        &[
            (
                "repository archives",
                r#""checks": [{"name": "repository"}, {"name": "archives"}]"#,
            ),
            ("disabled", r#""checks": [{"name": "disabled"}]"#),
            ("data", r#""checks": [{"name": "data"}]"#),
        ],
    ),
    ("consistency", "check_last", &[("3", r#""check_last": 3"#)]),
];

/// The lines of an excludes file that mean something.
const PATTERNS: [&str; 6] = [
    "*.pyc",
    "/home/*/.cache",
    "re:^/x#y$",
    "a b: c",
    "'q'",
    "!x",
];

/// The two old files, and what they mean.
fn old() -> impl Strategy<Value = (String, Option<String>, Node)> {
    let chosen = prop::collection::vec(
        prop::option::of(any::<prop::sample::Index>()),
        OPTIONS.len(),
    );
    let excludes = prop::option::of(prop::collection::vec(any::<prop::sample::Index>(), 0..5));
    (chosen, excludes, any::<[bool; 5]>()).prop_map(
        |(chosen, excludes, [equals, notes, blank, crlf, bare])| {
            let mut text = String::from("# the head\n");
            let mut means = Vec::new();
            let mut within = "";
            for (number, ((section, name, ways), chosen)) in OPTIONS.iter().zip(chosen).enumerate()
            {
                // The first two must be there.
                let way = match chosen {
                    Some(index) => index.get(ways),
                    None if number < 2 => &ways[0],
                    None => continue,
                };
                if within != *section {
                    text += &format!("[{section}]\n");
                    within = section;
                }
                if notes {
                    text += &format!("{} about {name}\n", if bare { ';' } else { '#' });
                }
                text += &format!("{name}{}{}\n", if equals { " = " } else { ": " }, way.0);
                if blank {
                    text.push('\n');
                }
                means.push(way.1.to_owned());
            }
            let patterns = excludes.map(|all| {
                let mut lines: Vec<&str> = Vec::new();
                for index in &all {
                    let line = *index.get(&PATTERNS);
                    if !lines.contains(&line) {
                        lines.push(line);
                    }
                }
                lines
            });
            if let Some(patterns) = patterns.as_ref().filter(|patterns| !patterns.is_empty()) {
                means.push(format!(
                    "\"exclude_patterns\": {}",
                    serde_json::to_string(patterns).unwrap()
                ));
            }
            if crlf {
                text = text.replace('\n', "\r\n");
            }
            let excludes = patterns.map(|lines| format!("# caches\n\n{}\n", lines.join("\n")));
            let means = format!("{{{}}}", means.join(", "));
            (
                text,
                excludes,
                parse(&Source::plain("x", means), &mut Problems::default()).unwrap(),
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn files_of_borgmatic_1_0_mean_the_same_today((text, excludes, means) in old()) {
        let made = ini::convert("config", &text, excludes.as_deref());
        let made = made.unwrap_or_else(|problems| panic!("{:?}\n{text}", problems.iter().map(Problem::line).collect::<Vec<_>>()));
        let read = parse(&Source::plain("x", made.as_str()), &mut Problems::default());
        prop_assert!(read.is_some_and(|read| read.means(&means)), "{text}{excludes:?}\nbecame\n{made}");
        for old in [Some(&text), excludes.as_ref()].into_iter().flatten() {
            for line in old.lines().filter(|line| line.starts_with(['#', ';'])) {
                prop_assert!(made.contains(line.trim_end().trim_start_matches(['#', ';'])), "{line} is lost in\n{made}");
            }
        }
        // What is left to bring to today's form is what YAML files have, too: a prefix.
        let left = rewrite("x", &made).unwrap();
        prop_assert!(left.done.is_empty() && left.left.iter().all(|left| left.rule.at == "prefix"), "{made}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.yaml");
        fs::write(&path, &made).unwrap();
        let env = Env { cwd: "/".into(), home: "/d".into(), ..Env::default() };
        let loaded = load(Path::new(&path), &Wishes::default(), &Files::new("/"), &env);
        let errors: Vec<_> = loaded.problems.errors().map(Problem::line).collect();
        prop_assert!(errors.is_empty(), "{errors:?}\n{made}");
    }
}
