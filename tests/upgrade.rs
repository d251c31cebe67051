//! Old configurations, made up and from the world: the upgraded file loads to the same configuration,
//! has every comment, and a second upgrade changes nothing.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

#[path = "../fuzz/laws.rs"]
mod laws;

use std::fs;
use std::path::{Path, PathBuf};

use borgmatic::actions::config::upgrade::diff;
use borgmatic::config::upgrade::{Rewritten, rewrite};
use proptest::prelude::*;

/// The laws that hold for every file, and that this one can be read.
fn check(old: &str) -> Rewritten {
    laws::upgraded(old).unwrap_or_else(|| panic!("it cannot be read: {old}"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upgrade")
}

/// With `UPDATE=1` the expected files are written anew.
#[test]
fn files_from_the_world_become_what_is_expected() {
    let mut count = 0;
    let mut names: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    for path in names {
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(stem) = name
            .strip_suffix(".yaml")
            .filter(|stem| !stem.contains(".new"))
        else {
            continue;
        };
        count += 1;
        let old = fs::read_to_string(&path).unwrap();
        let new = check(&old);
        let mut shown = diff(&format!("/{name}"), &old, &new.text);
        for left in &new.left {
            shown += &format!("left: line {}: {}: {}\n", left.line, left.rule.at, left.why);
        }
        for (ending, made) in [("new.yaml", &new.text), ("diff", &shown)] {
            let expected = folder().join(format!("{stem}.{ending}"));
            if std::env::var_os("UPDATE").is_some() {
                fs::write(&expected, made).unwrap();
            }
            let words = fs::read_to_string(&expected).unwrap_or_default();
            assert_eq!(made, &words, "{}", expected.display());
        }
    }
    assert!(count >= 8, "only {count} files");
}

/// How one made-up file is written.
#[derive(Clone, Debug)]
struct Hand {
    step: usize,
    crlf: bool,
    quote: u8,
    flow: bool,
    dash_at_key: bool,
    comments: bool,
    blank: bool,
    bom: bool,
}

fn hand() -> impl Strategy<Value = Hand> {
    (
        prop_oneof![Just(2usize), Just(4), Just(3)],
        prop::bool::weighted(0.2),
        0u8..3,
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.3),
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.1),
    )
        .prop_map(
            |(step, crlf, quote, flow, dash_at_key, comments, blank, bom)| Hand {
                step,
                crlf,
                quote,
                flow,
                dash_at_key,
                comments,
                blank,
                bom,
            },
        )
}

impl Hand {
    fn text(&self, words: &str) -> String {
        match self.quote {
            0 if !words.contains(['"', '#', '{']) => words.to_owned(),
            2 => format!("\"{}\"", words.replace('\\', "\\\\").replace('"', "\\\"")),
            _ => format!("'{words}'"),
        }
    }

    fn note(&self, words: &str) -> String {
        if self.comments {
            format!("  # {words}")
        } else {
            String::new()
        }
    }

    fn list(&self, name: &str, items: &[&str]) -> Vec<String> {
        if self.flow {
            let items: Vec<_> = items.iter().map(|item| self.text(item)).collect();
            return vec![format!(
                "{name}: [{}]{}",
                items.join(", "),
                self.note("flow")
            )];
        }
        let indent = if self.dash_at_key { 0 } else { self.step };
        let mut lines = vec![format!("{name}:{}", self.note("list"))];
        for item in items {
            if self.comments {
                lines.push(format!("{}# an item - or two", " ".repeat(indent)));
            }
            lines.push(format!(
                "{}- {}{}",
                " ".repeat(indent),
                self.text(item),
                self.note("item")
            ));
        }
        lines
    }

    fn scalar(&self, name: &str, words: &str) -> Vec<String> {
        vec![format!(
            "{name}: {}{}",
            self.text(words),
            self.note("value: x")
        )]
    }
}

/// One old form; the sections that it may stand in.
type Form = (&'static str, fn(&Hand) -> Vec<String>);

const FORMS: [Form; 28] = [
    ("location", |hand| {
        hand.list("source_directories", &["/home", "/etc"])
    }),
    ("location", |hand| {
        hand.list("repositories", &["user@host:repo", "/mnt/a b", "h:~/x"])
    }),
    ("location", |hand| {
        hand.scalar("exclude_if_present", ".nobackup")
    }),
    ("location", |_| vec!["numeric_owner: true".into()]),
    ("location", |hand| {
        vec![format!("bsd_flags: false{}", hand.note("flags"))]
    }),
    ("location", |_| vec!["'remote_rate_limit': 100".into()]),
    ("storage", |hand| {
        hand.scalar("archive_name_format", "{hostname}-{now}")
    }),
    ("storage", |_| vec!["umask: 0077".into()]),
    ("storage", |hand| {
        vec![
            "encryption_passphrase: >-".into(),
            format!("{}a # b", " ".repeat(hand.step)),
            String::new(),
            format!("{}  c", " ".repeat(hand.step)),
        ]
    }),
    ("retention", |_| vec!["keep_daily: 7".into()]),
    ("retention", |hand| hand.scalar("prefix", "box-")),
    ("consistency", |hand| {
        hand.list("checks", &["repository", "archives"])
    }),
    ("consistency", |hand| hand.scalar("prefix", "box-")),
    ("consistency", |_| vec!["check_last: 3".into()]),
    ("output", |_| vec!["color: false".into()]),
    ("hooks", |hand| {
        hand.list("before_backup", &["echo \"a\"", "echo b"])
    }),
    ("hooks", |hand| hand.list("after_backup", &["echo c"])),
    ("hooks", |hand| hand.scalar("on_error", "echo bad")),
    ("hooks", |hand| {
        vec![
            "before_everything:".into(),
            format!("{}- |", " ".repeat(hand.step)),
            format!("{}  echo 1", " ".repeat(hand.step)),
            String::new(),
            format!("{}    echo 2", " ".repeat(hand.step)),
        ]
    }),
    ("hooks", |_| vec!["after_check:".into()]),
    ("hooks", |_| vec!["before_prune: []".into()]),
    ("hooks", |hand| {
        hand.scalar("healthchecks", "https://hc.example/x#y")
    }),
    ("hooks", |hand| {
        hand.scalar("cronitor", "https://c.example/x")
    }),
    ("hooks", |_| vec!["pagerduty: &key abc".into()]),
    ("hooks", |_| vec!["umask: 0077".into()]),
    ("", |_| vec!["statistics: true".into()]),
    ("", |_| vec!["store_config_files: false".into()]),
    ("", |_| {
        vec![
            "commands:".into(),
            "    - before: action".into(),
            "      run: [x]".into(),
        ]
    }),
];

fn old_file() -> impl Strategy<Value = String> {
    let on = prop::collection::vec(any::<bool>(), FORMS.len());
    let braces = prop::collection::vec(prop::bool::weighted(0.1), 6);
    (hand(), on, any::<bool>(), braces, any::<u64>()).prop_map(|(hand, on, flat, braces, salt)| {
        let sections = [
            "location",
            "storage",
            "retention",
            "consistency",
            "output",
            "hooks",
        ];
        let mut lines = vec!["# the head".to_owned()];
        let mut seen = Vec::new();
        let start = usize::try_from(salt % 6).unwrap();
        for index in (0..6).map(|index| (start + index) % 6).chain([6]) {
            let section = sections.get(index).copied().unwrap_or_default();
            let mut inside: Vec<String> = Vec::new();
            let mut forms: Vec<_> = FORMS
                .iter()
                .zip(&on)
                .filter(|((own, _), on)| *own == section && **on)
                .collect();
            if salt & 64 == 0 {
                forms.reverse();
            }
            let mut names = Vec::new();
            for ((_, form), _) in forms {
                let piece = form(&hand);
                let name = piece[0].split(':').next().unwrap_or_default().to_owned();
                if (flat && seen.contains(&name)) || names.contains(&name) {
                    continue;
                }
                names.push(name);
                if hand.comments {
                    inside.push(format!("# about {}", names.len()));
                }
                inside.extend(piece);
                if hand.blank {
                    inside.push(String::new());
                }
            }
            seen.extend(names);
            if section.is_empty() || flat {
                lines.extend(inside);
                continue;
            }
            let simple = |line: &String| {
                line.contains(": ")
                    && !line.contains(['#', '|', '>', '['])
                    && !line.trim_start().starts_with('-')
            };
            if braces[index] && !inside.is_empty() && inside.iter().all(simple) {
                lines.push(format!("{section}: {{{}}}", inside.join(", ")));
                continue;
            }
            lines.push(format!("# section {section}"));
            lines.push(format!("{section}:{}", hand.note("section")));
            for line in inside {
                lines.push(if line.is_empty() {
                    line
                } else {
                    " ".repeat(hand.step) + &line
                });
            }
            if hand.comments {
                lines.push(format!("{}# last of {section}", " ".repeat(hand.step)));
            }
        }
        lines.push("keep_yearly: 1".into());
        let end = if hand.crlf { "\r\n" } else { "\n" };
        let bom = if hand.bom { "\u{feff}" } else { "" };
        let last = if salt & 128 == 0 { end } else { "" };
        format!("{bom}{}{last}", lines.join(end))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_old_file_means_the_same_after_the_upgrade(old in old_file()) {
        let new = check(&old);
        for left in &new.left {
            // These mean something that nothing else means; all else is known how to rewrite.
            prop_assert!(
                ["prefix"].contains(&left.rule.at) || old.contains("commands:"),
                "{} stays ({}) in\n{}\nbecame\n{}", left.rule.at, left.why, old, new.text
            );
        }
    }

    #[test]
    fn any_text_is_upgraded_without_harm(
        old in "(location|hooks|checks|repositories|before_backup|path|name|[a-z]|: |- |\\[|\\]|\\{|\\}|\"|'|#| |&a|\\*a|!include x|<<|\n|\n    |\r|,){0,40}",
    ) {
        if let Ok(new) = rewrite("x", &old) {
            let again = rewrite("x", &new.text);
            prop_assert!(again.is_ok_and(|again| again.text == new.text));
        }
    }
}
