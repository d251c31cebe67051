//! Old configurations, made up: all old forms, in all ways to write them.

use proptest::prelude::*;

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

/// What options stood in before borgmatic 1.8.
pub(crate) const SECTIONS: [&str; 6] = [
    "location",
    "storage",
    "retention",
    "consistency",
    "output",
    "hooks",
];

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

pub(crate) fn old_file() -> impl Strategy<Value = String> {
    let on = prop::collection::vec(any::<bool>(), FORMS.len());
    let braces = prop::collection::vec(prop::bool::weighted(0.1), 6);
    (hand(), on, any::<bool>(), braces, any::<u64>()).prop_map(|(hand, on, flat, braces, salt)| {
        let mut lines = vec!["# the head".to_owned()];
        let mut seen = Vec::new();
        let start = usize::try_from(salt % 6).unwrap();
        for index in (0..6).map(|index| (start + index) % 6).chain([6]) {
            let section = SECTIONS.get(index).copied().unwrap_or_default();
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
