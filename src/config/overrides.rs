//! `--override OPTION.SUB=VALUE`, deprecated: writes a value into the tree. borgmatic 2.1.10: the value
//! is YAML unless the option is text, and a section of old files may lead.

use super::{Config, is_secret};
use crate::option::shape::field;
use crate::option::{Options, Shape};
use crate::text::{self, Kind, Node, Origin, Problem, Problems, Source};

/// The sections of files before borgmatic 1.8.
pub(super) const SECTIONS: [&str; 6] = [
    "location",
    "storage",
    "retention",
    "consistency",
    "output",
    "hooks",
];

/// One `--override`.
#[derive(Clone, Debug)]
pub struct Override {
    path: Vec<String>,
    value: Node,
}

/// Reads an argument; a deprecation is among `problems` in any case.
pub fn parse(argument: &Node, problems: &mut Problems) -> Option<Override> {
    let origin = &argument.origin;
    let words = argument.as_text().unwrap_or_default();
    let form = "write --override OPTION=VALUE, or --override OPTION.SUBOPTION=VALUE";
    let Some((names, value)) = words.split_once('=') else {
        problems.add(bad("`=` is missing in an override", origin, "no value here").help(form));
        return None;
    };
    let path: Vec<String> = names.split('.').map(str::to_owned).collect();
    if path.iter().any(String::is_empty) {
        problems.add(bad("an option's name is missing in an override", origin, "here").help(form));
        return None;
    }
    if path.iter().any(|name| name.contains('[')) {
        problems.add(
            bad(
                "an override cannot name an element of a list",
                origin,
                "no name of an option",
            )
            .help(format!(
                "write the whole list: --override '{}=[…, …]'",
                names.split('[').next().unwrap_or_default()
            )),
        );
        return None;
    }
    let secret =
        path.iter().any(|name| is_secret(name)) || matches!(shape(&path), Some(Shape::Secret));
    let kind = match shape(&path) {
        Some(Shape::Text | Shape::Secret) => Kind::Text(value.to_owned()),
        Some(Shape::Choice(words)) if words.contains(&value) && value.parse::<i64>().is_err() => {
            Kind::Text(value.to_owned())
        }
        _ => yaml(value, secret, problems)?,
    };
    if secret {
        origin.hide();
    }
    let mut value = Node::new(kind, origin.clone());
    settle(&mut value, origin);
    problems.add(deprecated(&path, origin));
    Some(Override { path, value })
}

/// The value of an argument, as YAML.
fn yaml(value: &str, secret: bool, problems: &mut Problems) -> Option<Kind> {
    let source = Source::new("value of --override", value, is_secret);
    if secret {
        source.hide(0..value.len());
    }
    text::parse(&source, problems).map(|node| node.kind)
}

/// Everything in a value was written in one argument.
fn settle(node: &mut Node, origin: &Origin) {
    node.origin = origin.clone();
    match &mut node.kind {
        Kind::List(items) => items.iter_mut().for_each(|item| settle(item, origin)),
        Kind::Map(pairs) => {
            for (key, value) in pairs {
                settle(key, origin);
                settle(value, origin);
            }
        }
        _ => {}
    }
}

fn bad(words: &str, origin: &Origin, label: &str) -> Problem {
    Problem::new("borgmatic::cli::override", words).at(origin, label)
}

fn deprecated(path: &[String], origin: &Origin) -> Problem {
    let flag = stripped(path).join(".").replace('_', "-");
    let help = match shape(stripped(path)) {
        Some(Shape::Bool) => format!(
            "every option is a flag now: --{flag}, or --{}",
            negated(&flag)
        ),
        Some(shape) if shape.groups().is_none() => {
            format!("every option is a flag now: --{flag} VALUE")
        }
        _ => "every option is a flag now; see borgmatic --help".to_owned(),
    };
    Problem::new("borgmatic::cli::override", "--override is deprecated")
        .at(origin, "this override")
        .help(help)
        .deprecation()
}

fn negated(flag: &str) -> String {
    match flag.rsplit_once('.') {
        Some((above, name)) => format!("{above}.no-{name}"),
        None => format!("no-{flag}"),
    }
}

/// The path without the name of a section.
fn stripped(path: &[String]) -> &[String] {
    match path {
        [section, rest @ ..] if SECTIONS.contains(&section.as_str()) && !rest.is_empty() => rest,
        _ => path,
    }
}

/// The type of the option, if the table has it.
fn shape(path: &[String]) -> Option<&'static Shape> {
    let (last, above) = path.split_last()?;
    let mut groups = Config::GROUPS;
    for name in above {
        groups = field(groups, name)?.shape.groups()?;
    }
    Some(field(groups, last)?.shape)
}

/// Writes the values into a tree: where the argument says, and where today's files have it.
pub fn apply(tree: &mut Node, overrides: &[Override], problems: &mut Problems) {
    for one in overrides {
        let whole = one.path.as_slice();
        let today = stripped(whole);
        let sections = today.len() < whole.len() && tree.get(&whole[0]).is_some();
        if sections {
            put(tree, whole, &one.value, problems);
        }
        put(tree, today, &one.value, problems);
    }
}

fn put(tree: &mut Node, path: &[String], value: &Node, problems: &mut Problems) {
    let Some((name, rest)) = path.split_first() else {
        *tree = value.clone();
        return;
    };
    if matches!(tree.kind, Kind::Null) {
        *tree = Node::new(Kind::Map(Vec::new()), value.origin.clone());
    }
    if !matches!(tree.kind, Kind::Map(_)) {
        let is = tree.describe();
        let help = if matches!(tree.kind, Kind::List(_)) {
            "write the whole list: --override 'OPTION=[…, …]'"
        } else {
            "name an option that has options of its own"
        };
        problems.add(
            Problem::new(
                "borgmatic::cli::override",
                format!("`{name}` of this override would stand in {is}"),
            )
            .on(value, "this override")
            .on(tree, format!("{is} here"))
            .help(help),
        );
        return;
    }
    if tree.get(name).is_none() {
        let key = Node::new(Kind::Text(name.clone()), value.origin.clone());
        tree.set(key, Node::new(Kind::Null, value.origin.clone()));
    }
    let Kind::Map(pairs) = &mut tree.kind else {
        return;
    };
    if let Some((_, below)) = pairs
        .iter_mut()
        .find(|(key, _)| key.as_text() == Some(name))
    {
        put(below, rest, value, problems);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn argument(text: &str) -> Node {
        let source = Source::plain("command line", text);
        let origin = Origin::new(&source, 0..text.len());
        Node::new(Kind::Text(text.to_owned()), origin)
    }

    fn applied(config: &str, text: &str) -> (Node, Problems) {
        let mut problems = Problems::default();
        let mut tree = text::parse(&Source::plain("config.yaml", config), &mut problems).unwrap();
        let one = parse(&argument(text), &mut problems);
        apply(&mut tree, one.as_slice(), &mut problems);
        (tree, problems)
    }

    fn codes(problems: &Problems) -> Vec<&'static str> {
        problems.errors().map(|problem| problem.code).collect()
    }

    #[test]
    fn values_are_yaml_unless_the_option_is_text() {
        let of = |text: &str, name| {
            applied("compression: lz4\n", text)
                .0
                .get(name)
                .unwrap()
                .kind
                .clone()
        };
        assert_eq!(of("keep_daily=3", "keep_daily"), Kind::Int(3));
        assert_eq!(of("compression=12", "compression"), Kind::Text("12".into()));
        assert_eq!(
            of("compression=a=b", "compression"),
            Kind::Text("a=b".into())
        );
        assert_eq!(of("retention.keep_daily=3", "keep_daily"), Kind::Int(3));
        assert!(
            matches!(of("source_directories=[/a, /b]", "source_directories"), Kind::List(items) if items.len() == 2)
        );
        let (tree, _) = applied("a: 1\n", "bootstrap.store_config_files=false");
        let inner = tree
            .get("bootstrap")
            .unwrap()
            .get("store_config_files")
            .unwrap();
        assert_eq!(inner.kind, Kind::Bool(false));
        assert_eq!(inner.origin.source.name, "command line");
    }

    #[test]
    fn a_section_is_written_where_the_file_has_it_too() {
        let (tree, _) = applied("retention:\n  keep_daily: 1\n", "retention.keep_daily=3");
        assert_eq!(
            tree.get("retention")
                .unwrap()
                .get("keep_daily")
                .unwrap()
                .kind,
            Kind::Int(3)
        );
        assert_eq!(tree.get("keep_daily").unwrap().kind, Kind::Int(3));
    }

    #[test]
    fn what_is_no_override_is_told() {
        for (config, text) in [
            ("a: 1\n", "nonsense"),
            ("a: 1\n", "=1"),
            ("a: 1\n", "a..b=1"),
            ("a: 1\n", "repositories[0].label=x"),
            ("repositories: [{path: x}]\n", "repositories.path=x"),
            ("a: 1\n", "a.b=x"),
        ] {
            assert_eq!(
                codes(&applied(config, text).1),
                ["borgmatic::cli::override"],
                "{text}"
            );
        }
        assert!(!codes(&applied("a: 1\n", "a=[").1).is_empty());
    }

    #[test]
    fn every_override_is_deprecated() {
        let (_, problems) = applied("a: 1\n", "keep_daily=3");
        let problem = problems.iter().next().unwrap();
        assert_eq!(problem.severity, text::Severity::Deprecation);
        assert!(
            problem
                .help
                .as_ref()
                .unwrap()
                .contains("--keep-daily VALUE")
        );
    }

    proptest! {
        #[test]
        fn no_argument_is_too_strange(text in "([a-z_.=\\[\\]{}:'\"]|keep_daily|é| ){0,20}") {
            let mut problems = Problems::default();
            let read = parse(&argument(&text), &mut problems);
            prop_assert_eq!(read.is_none(), problems.has_errors());
        }

        #[test]
        fn an_override_of_text_is_the_text(value in ".*") {
            let (tree, _) = applied("a: 1\n", &format!("compression={value}"));
            prop_assert_eq!(tree.get("compression").and_then(Node::as_text), Some(value.as_str()));
        }
    }
}
