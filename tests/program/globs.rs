//! `fnmatch` against a slow reference, and against Python's own answers.

use std::fs;

use borgmatic::borg::pattern::fnmatch;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::kept::tests;

/// Tries everything; as Python's `fnmatch.translate` explains a pattern.
fn slow(name: &[char], pattern: &[char]) -> bool {
    match (name, pattern) {
        (_, ['*', rest @ ..]) => (0..=name.len()).any(|at| slow(&name[at..], rest)),
        ([_, name @ ..], ['?', rest @ ..]) => slow(name, rest),
        ([letter, name @ ..], ['[', rest @ ..]) => match class(rest) {
            Some((negated, inside, rest)) => holds(inside, *letter) != negated && slow(name, rest),
            None => *letter == '[' && slow(name, rest),
        },
        ([letter, name @ ..], [own, rest @ ..]) => letter == own && slow(name, rest),
        (name, []) => name.is_empty(),
        ([], _) => false,
    }
}

/// What stands between the brackets, and what after them.
fn class(pattern: &[char]) -> Option<(bool, &[char], &[char])> {
    let negated = pattern.first() == Some(&'!');
    let inside = &pattern[usize::from(negated)..];
    let end = inside.iter().skip(1).position(|letter| *letter == ']')? + 1;
    Some((negated, &inside[..end], &inside[end + 1..]))
}

fn holds(inside: &[char], letter: char) -> bool {
    match inside {
        [first, '-', last, rest @ ..] => (*first..=*last).contains(&letter) || holds(rest, letter),
        [first, rest @ ..] => *first == letter || holds(rest, letter),
        [] => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(5),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_quick_way_and_the_slow_way_agree(name in "[abc/é\\]\\[-]{0,6}", pattern in "[abc/é*?\\[\\]!-]{0,8}") {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        let expected = slow(&letters(&name), &letters(&pattern));
        prop_assert_eq!(fnmatch(&name, &pattern), expected, "{} {}", name, pattern);
    }
}

/// Recorded: name, pattern, and what `fnmatch.fnmatchcase` of Python says.
#[test]
fn python_agrees() {
    let text = fs::read_to_string(tests().join("oracle/fnmatch.txt")).unwrap();
    let mut wrong = Vec::new();
    let mut matches = 0;
    for line in text.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [name, pattern, expected] = parts[..] else {
            panic!("{line}");
        };
        matches += usize::from(expected == "True");
        if fnmatch(name, pattern) != (expected == "True") {
            wrong.push(line);
        }
    }
    assert!(matches > 100);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
