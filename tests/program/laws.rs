//! Laws of small parts, for every input.

use borgmatic::borg::exit::{Judge, Meaning, judge};
use borgmatic::borg::options::{ExitCode, ExitRule, TreatAs};
use borgmatic::host::Exit;
use borgmatic::option::flags::{Step, of_option, put};
use borgmatic::option::{Opt, Options};
use borgmatic::text::{Kind, Node, Origin, Source};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(3),
        ..ProptestConfig::default()
    }
}

fn nowhere() -> Origin {
    Origin::new(&Source::plain("x", ""), 0..0)
}

fn node(kind: Kind) -> Node {
    Node::new(kind, nowhere())
}

/// A tree of maps, lists and numbers.
fn tree() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        (0i64..9).prop_map(|number| node(Kind::Int(number))),
        Just(node(Kind::Null)),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let name = prop::sample::select(vec!["a", "b", "c"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| node(Kind::List(items))),
            prop::collection::vec((name, inner), 0..4).prop_map(|pairs| {
                let mut map = node(Kind::Map(Vec::new()));
                for (name, value) in pairs {
                    map.set(node(Kind::Text(name.to_owned())), value);
                }
                map
            }),
        ]
    })
}

fn path() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => prop::sample::select(vec!["a", "b", "c"]).prop_map(Step::Key),
        1 => (0usize..4).prop_map(Step::Item),
    ];
    prop::collection::vec(step, 1..4)
}

fn get<'a>(tree: &'a Node, path: &[Step]) -> Option<&'a Node> {
    path.iter().try_fold(tree, |tree, step| match step {
        Step::Key(name) => tree.get(name),
        Step::Item(index) => tree.items().get(*index),
    })
}

fn rule(code: i32, treat_as: Option<TreatAs>) -> ExitRule {
    ExitRule {
        code: Opt::set(ExitCode(code), nowhere()),
        treat_as: treat_as.map_or_else(Opt::default, |how| Opt::set(how, nowhere())),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_put_into_a_tree_stands_there(tree in tree(), path in path(), other in path()) {
        let mut changed = tree.clone();
        let value = node(Kind::Int(42));
        if !put(&mut changed, &path, value.clone(), &nowhere()) {
            // Only an element that is not there refuses.
            prop_assert!(path.iter().any(|step| matches!(step, Step::Item(_))));
            return Ok(());
        }
        prop_assert_eq!(get(&changed, &path), Some(&value));
        // A second time changes nothing more.
        let mut again = changed.clone();
        prop_assert!(put(&mut again, &path, value, &nowhere()));
        prop_assert_eq!(&again, &changed);
        // What lies elsewhere stays, unless a plain value stood in the way.
        let apart = path.iter().zip(&other).any(|(one, other)| match (one, other) {
            (Step::Key(one), Step::Key(other)) => one != other,
            (Step::Item(one), Step::Item(other)) => one != other,
            _ => false,
        });
        if let (Some(before), true) = (get(&tree, &other), apart) {
            prop_assert_eq!(get(&changed, &other), Some(before));
        }
    }

    #[test]
    fn any_word_is_a_flag_or_none(word in "[a-z0-9.\\[\\]_-]{0,24}|\\PC{0,12}") {
        if let Some(flag) = of_option(borgmatic::config::Config::GROUPS, &word) {
            prop_assert!(!flag.path.is_empty());
            prop_assert!(matches!(flag.path[0], Step::Key(_)));
        }
    }

    #[test]
    fn every_exit_means_something_and_the_users_rule_goes_first(
        code in any::<i32>(),
        near in 0i32..260,
        treat_as in prop::sample::select(vec![TreatAs::Error, TreatAs::Warning]),
        signal in 1i32..65,
    ) {
        for code in [code, near] {
            let usual = judge(Exit::Code(code), &[]);
            let other = rule(code.wrapping_add(1), Some(treat_as));
            prop_assert_eq!(judge(Exit::Code(code), &[other]), usual);
            prop_assert_eq!(judge(Exit::Code(code), &[rule(code, None)]), usual);
            let judged = judge(Exit::Code(code), &[rule(code, Some(treat_as))]);
            if code == 0 {
                prop_assert_eq!(judged.0, Meaning::Fine);
                continue;
            }
            prop_assert!(usual.0 != Meaning::Fine);
            prop_assert_eq!(judged.1, Judge::User);
            prop_assert_eq!(judged.0 == Meaning::Error, treat_as == TreatAs::Error);
            // A signal that killed borg cannot be excused: the archive may be half done.
            let killed = judge(Exit::Signal(signal), &[rule(code, Some(TreatAs::Warning))]);
            prop_assert_eq!(killed.0, Meaning::Error);
        }
    }
}
