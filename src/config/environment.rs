//! `${NAME}` in a value stands for a variable of the environment. borgmatic 2.1.10: in every value;
//! `${NAME:-default}` where the variable is not set, `\${NAME}` for the text itself.

use std::collections::BTreeSet;

use super::texts::{self, Seat};
use crate::host::Env;
use crate::text::near::nearest;
use crate::text::{Kind, Node, Origin, Problem, Problems, scalar};

/// Fills in the variables of a tree. Gives the names of those that are set.
pub fn apply(tree: &mut Node, env: &Env, problems: &mut Problems) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    texts::each(tree, &mut |node, seat| {
        fill(node, seat, env, &mut used, problems);
    });
    used
}

fn fill(
    node: &mut Node,
    seat: Seat,
    env: &Env,
    used: &mut BTreeSet<String>,
    problems: &mut Problems,
) {
    let Kind::Text(text) = &node.kind else { return };
    if !text.contains("${") {
        return;
    }
    let all = parts(text);
    let mut filled = String::with_capacity(text.len());
    for part in &all {
        match part {
            Part::Text(text) => filled += text,
            Part::Escaped(text) => filled += text,
            Part::Variable {
                whole,
                name,
                default,
            } => match (env.get(name), default) {
                (Some(value), _) => match value.to_str() {
                    Some(value) => {
                        filled += value;
                        used.insert((*name).to_owned());
                    }
                    None => problems.add(no_text(node, whole, name)),
                },
                (None, Some(default)) => filled += default,
                (None, None) => problems.add(unset(node, whole, name, env)),
            },
        }
    }
    // borgmatic 2.1.10 has text here always, so that no other option can be set this way.
    let filled_in = all.iter().any(|part| matches!(part, Part::Variable { .. }));
    node.kind = if filled_in && seat.wants_value() {
        scalar(&filled)
    } else {
        Kind::Text(filled)
    };
}

/// Where a variable is used.
fn place(node: &Node, whole: &str) -> Origin {
    let mut origin: Origin = node.origin.clone();
    if let Some(at) = origin.text().find(whole) {
        let start = origin.span.start + at;
        origin.span = start..start + whole.len();
    }
    origin
}

/// Its value is not told: it may be a secret.
fn no_text(node: &Node, whole: &str, name: &str) -> Problem {
    Problem::new(
        "borgmatic::config::unset-variable",
        format!("the value of the environment variable `{name}` is not UTF-8 text"),
    )
    .at(&place(node, whole), "used here")
    .help("set it to UTF-8 text where borgmatic is started")
}

fn unset(node: &Node, whole: &str, name: &str, env: &Env) -> Problem {
    let origin = place(node, whole);
    let mut names: Vec<&str> = env
        .variables
        .keys()
        .filter_map(|name| name.to_str())
        .collect();
    names.sort_unstable();
    let near = nearest(name, names)
        .map_or_else(String::new, |near| format!("did you mean `{near}`? Else "));
    Problem::new(
        "borgmatic::config::unset-variable",
        format!("the environment variable `{name}` is not set"),
    )
    .at(&origin, "used here")
    .help(format!(
        "{near}set it where borgmatic is started, or give a default: `${{{name}:-value}}`; a backslash before the `$` keeps the text as it is"
    ))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    /// What a backslash kept, without it.
    Escaped(&'a str),
    Variable {
        whole: &'a str,
        name: &'a str,
        default: Option<&'a str>,
    },
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut all = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest[from..].find("${").map(|at| from + at) {
        let Some((len, name, default)) = variable(&rest[at..]) else {
            from = at + 2;
            continue;
        };
        let whole = &rest[at..at + len];
        let escaped = rest[..at].ends_with('\\');
        let start = at - usize::from(escaped);
        if start > 0 {
            all.push(Part::Text(&rest[..start]));
        }
        all.push(if escaped {
            Part::Escaped(whole)
        } else {
            Part::Variable {
                whole,
                name,
                default,
            }
        });
        rest = &rest[at + len..];
        from = 0;
    }
    if !rest.is_empty() {
        all.push(Part::Text(rest));
    }
    all
}

/// How long a variable at the start of a text is, its name and its default.
fn variable(text: &str) -> Option<(usize, &str, Option<&str>)> {
    let inner = text.strip_prefix("${")?;
    let len = inner
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count();
    let (name, rest) = inner.split_at(len);
    if name.is_empty() {
        return None;
    }
    if rest.starts_with('}') {
        return Some((2 + len + 1, name, None));
    }
    let after = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'))?;
    let close = after.find('}').filter(|close| *close > 0)?;
    let whole = text.len() - after.len() + close + 1;
    Some((whole, name, Some(&after[..close])))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{self, Source};

    fn env() -> Env {
        Env {
            variables: [("NAME", "ana"), ("N", "7"), ("EMPTY", "")]
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            ..Env::default()
        }
    }

    fn applied(text: &str) -> (Node, Problems) {
        let source = Source::plain("config.yaml", text);
        let mut problems = Problems::default();
        let mut node = text::parse(&source, &mut problems).unwrap();
        apply(&mut node, &env(), &mut problems);
        (node, problems)
    }

    fn filled(value: &str) -> Kind {
        let (node, problems) = applied(&format!("compression: '{value}'\n"));
        assert!(!problems.has_errors());
        node.get("compression").unwrap().kind.clone()
    }

    #[test]
    fn variables_defaults_and_escapes_are_those_of_the_original() {
        for (written, meant) in [
            ("${NAME}", "ana"),
            ("x${NAME}y${N}", "xanay7"),
            ("${NOPE:-a b}", "a b"),
            ("${NOPE-a}", "a"),
            ("${NAME:-x}", "ana"),
            ("[${EMPTY:-x}]", "[]"),
            ("${NOPE:-}", "${NOPE:-}"),
            ("${}", "${}"),
            ("$NAME", "$NAME"),
            (r"\${NAME}", "${NAME}"),
            (r"\${NOPE:-x}", "${NOPE:-x}"),
            ("${NA ME}", "${NA ME}"),
            ("${${NAME}", "${ana"),
            ("${NOPE:-${NAME}", "${NAME"),
        ] {
            assert_eq!(filled(written), Kind::Text(meant.to_owned()), "{written}");
        }
    }

    #[test]
    fn a_variable_may_be_a_number() {
        let (node, _) =
            applied("keep_daily: ${N}\nkeep_weekly: 1${N}\nencryption_passphrase: ${N}\n");
        assert_eq!(node.get("keep_daily").unwrap().kind, Kind::Int(7));
        assert_eq!(node.get("keep_weekly").unwrap().kind, Kind::Int(17));
        let passphrase = &node.get("encryption_passphrase").unwrap().kind;
        assert_eq!(*passphrase, Kind::Text("7".to_owned()));
    }

    #[test]
    fn every_shape_of_a_table_is_followed() {
        let text = "mysql_databases: [{name: a, port: '${N}'}]\nchecks: [{name: data, max_duration: '${N}'}]\nborg_exit_codes: [{code: '${N}'}]\n";
        let (node, _) = applied(text);
        for (list, name) in [
            ("mysql_databases", "port"),
            ("checks", "max_duration"),
            ("borg_exit_codes", "code"),
        ] {
            let value = node.get(list).unwrap().items()[0].get(name).unwrap();
            assert_eq!(value.kind, Kind::Int(7), "{list}.{name}");
        }
    }

    #[test]
    fn a_value_that_is_not_text_is_refused_and_not_shown() {
        use std::os::unix::ffi::OsStrExt;
        let env = Env {
            variables: [(
                "P".into(),
                std::ffi::OsStr::from_bytes(b"secret\xff").to_owned(),
            )]
            .into(),
            ..Env::default()
        };
        let source = Source::plain("config.yaml", "compression: ${P}\n");
        let mut problems = Problems::default();
        let mut node = text::parse(&source, &mut problems).unwrap();
        apply(&mut node, &env, &mut problems);
        let lines: Vec<_> = problems.iter().map(Problem::line).collect();
        assert!(lines[0].contains("`P` is not UTF-8"), "{lines:?}");
        assert!(!lines[0].contains("secret"), "{lines:?}");
    }

    #[test]
    fn an_unset_variable_is_told_at_its_place() {
        let (_, problems) = applied("compression: 'a ${NAMES}'\n");
        let problem = problems.iter().next().unwrap();
        assert_eq!(problem.code, "borgmatic::config::unset-variable");
        assert_eq!(problem.labels[0].0.text(), "${NAMES}");
        assert!(
            problem
                .help
                .as_ref()
                .unwrap()
                .starts_with("did you mean `NAME`?")
        );
    }

    proptest! {
        #[test]
        fn a_text_without_a_dollar_stays(text in "[^$]*") {
            prop_assert!(parts(&text).iter().all(|part| matches!(part, Part::Text(_))));
        }

        #[test]
        fn an_escaped_variable_is_itself(name in "[A-Za-z0-9_]{1,8}", default in "(:?-[a-z]{1,4})?") {
            let variable = format!("${{{name}{default}}}");
            let escaped = format!("\\{variable}");
            prop_assert_eq!(parts(&escaped), [Part::Escaped(variable.as_str())]);
        }
    }
}
