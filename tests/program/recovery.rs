//! One mistake does not hide the next: whatever is wrong with a line of YAML, it is told once, and
//! so is what is wrong with the options above and below.

use std::path::Path;

use borgmatic::config::load::{Wishes, load};
use borgmatic::text::Problem;
use proptest::prelude::*;

use crate::words::config;
use crate::world::World;

/// A file with two options that do not exist, and all kinds of lines between them.
const TEXT: &str = "\
kep_daily: 7
# Where to.
repositories:
    - path: /mnt/backup.borg
      label: local
      encryption: repokey
    - path: ssh://me@host/./repo
source_directories:
    - /home
    - /var/log/syslog*
    - \"/etc/a b\"
retries: 3
umask: 77
exclude_patterns: [a, 'b']
checks:
    - name: archives
      frequency: 2 weeks
      only_run_on:
          - Saturday
    - name: repository
constants:
    archive: x
    name: 'y'
commands:
    - before: action
      when:
          - create
      run:
          - echo one
          - echo four
    - after: error
      run: [echo five]
keep_weekly: 4
kep_monthly: 6
";

type Damage = fn(&str) -> Option<String>;

fn indented(line: &str) -> Option<(&str, &str)> {
    let words = line.trim_start();
    (words.len() < line.len()).then(|| line.split_at(line.len() - words.len()))
}

/// A line with another value.
fn valued(line: &str, value: &str) -> Option<String> {
    let start = line.find(": ").or_else(|| line.find("- "))? + 2;
    Some(format!("{}{value}", &line[..start]))
}

const DAMAGES: [(&str, Damage); 12] = [
    ("tab", |line| Some(format!("\t{}", indented(line)?.1))),
    ("missing-space", |line| {
        line.contains(": ").then(|| line.replacen(": ", ":", 1))
    }),
    ("missing-space", |line| {
        let (white, words) = indented(line)?;
        Some(format!("{white}-{}", words.strip_prefix("- /")?))
    }),
    ("unclosed-quote", |line| valued(line, "\"x")),
    ("unclosed-quote", |line| valued(line, "'x")),
    ("after-quote", |line| valued(line, "'it's")),
    ("colon", |line| valued(line, "one: two: three")),
    ("unclosed-bracket", |line| valued(line, "[one, two")),
    ("reserved", |line| valued(line, "{hostname}-{now}")),
    ("reserved", |line| valued(line, "@home")),
    ("unknown-anchor", |line| valued(line, "*.pyc")),
    ("indentation", |line| Some(format!(" {line}"))),
];

fn problems(text: &str) -> Vec<Problem> {
    let world = World::new();
    world.write("/x.yaml", text);
    let (files, env) = (&world.stage.files, &world.stage.env);
    let loaded = load(Path::new("/x.yaml"), &Wishes::default(), files, env);
    assert!(loaded.config.is_none());
    loaded.problems.into_iter().collect()
}

#[test]
fn one_mistake_does_not_hide_the_next() {
    let lines: Vec<&str> = TEXT.lines().collect();
    let mut wrong = Vec::new();
    let mut tried = 0;
    for index in 1..lines.len() - 1 {
        for (name, damage) in DAMAGES {
            let Some(damaged) = damage(lines[index]) else {
                continue;
            };
            let mut all = lines.clone();
            all[index] = &damaged;
            let text = all.join("\n") + "\n";
            let found = problems(&text);
            let said: Vec<_> = found.iter().map(Problem::line).collect();
            let of_yaml = found
                .iter()
                .filter(|problem| problem.code.starts_with("borgmatic::yaml::"));
            let of_yaml: Vec<_> = of_yaml.map(|problem| problem.code).collect();
            // Some of it is YAML with another meaning.
            let Some(code) = of_yaml.first() else {
                continue;
            };
            tried += 1;
            let twice = said
                .iter()
                .filter(|line| line.contains("unknown option `kep_"));
            if of_yaml.len() > 1 || twice.count() != 2 || found.len() != 3 {
                wrong.push(format!(
                    "{name} {code}: {damaged}\n    {}",
                    said.join("\n    ")
                ));
            }
        }
    }
    assert!(tried > 150, "{tried}");
    assert!(
        wrong.is_empty(),
        "{} of {tried}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What a hand may do to a text: take a letter out, put one in.
fn slips() -> impl Strategy<Value = Vec<(usize, Option<&'static str>)>> {
    let letters = [
        "\t", "\"", "'", "[", "{", "]", ": ", "- ", "*", "&", "!", "#", "\n", "  ", "é", "|", "%",
        "@", "\u{feff}", "\u{1b}", "<<: ", "---\n",
    ];
    let slip = (
        0usize..900,
        prop::option::of(prop::sample::select(letters.to_vec())),
    );
    prop::collection::vec(slip, 1..6)
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn any_slip_ends_with_places_and_fixes_that_fit(slips in slips()) {
        let mut text = TEXT.to_owned();
        for (at, letter) in slips {
            let mut at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match letter {
                Some(letter) => text.insert_str(at, letter),
                None if at < text.len() => drop(text.remove(at)),
                None => {}
            }
        }
        let world = World::new();
        world.write("/x.yaml", &text);
        let (files, env) = (&world.stage.files, &world.stage.env);
        let loaded = load(Path::new("/x.yaml"), &Wishes::default(), files, env);
        prop_assert!(loaded.config.is_some() || loaded.problems.has_errors());
        for problem in loaded.problems.iter() {
            let mut places = problem.labels.iter();
            prop_assert!(places.all(|(origin, _)| text.get(origin.span.clone()).is_some()));
            if let Some(fix) = &problem.fix {
                let mended = fix.edits.clone().apply(&text);
                prop_assert!(mended.is_some_and(|mended| mended != text), "{}", problem.line());
            }
        }
        // Mending ends.
        let mut world = world;
        let ran = world.run(&["config", "validate", "--diff", "--unsafe-fixes", "-c", "/x.yaml"]);
        prop_assert!(ran.code <= 1, "{}", ran.shown());
    }
}
