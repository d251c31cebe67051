//! `{name}` in a value stands for what `constants` says. borgmatic 2.1.10: in every value, in commands
//! quoted for a shell; what is no constant stays, so that borg's placeholders do.

use std::collections::HashMap;

use super::texts::{self, Seat};
use crate::option::words::quote;
use crate::text::{Kind, Node, Problem, Problems};

/// The longest text of a constant, in bytes.
const LONGEST: usize = 1 << 20;

/// A constant, with the constants in it filled in.
struct Constant {
    text: String,
    node: Node,
}

type Constants = HashMap<String, Constant>;

/// Fills in the constants of a tree.
pub fn apply(tree: &mut Node, problems: &mut Problems) {
    let Some(written) = tree.get("constants").cloned() else {
        return;
    };
    if written.pairs().is_empty() {
        return;
    }
    let mut lists = HashMap::new();
    let constants = read(&written, &mut lists, problems);
    texts::each(tree, &mut |node, seat| {
        fill(node, seat, &constants, &lists, problems);
    });
}

/// The constants by name; those that are no single value apart.
fn read(written: &Node, lists: &mut HashMap<String, Node>, problems: &mut Problems) -> Constants {
    let mut raw: HashMap<&str, &Node> = HashMap::new();
    for (key, value) in written.pairs() {
        let Some(name) = key.as_text() else { continue };
        match value.kind {
            // A constant without a value is none.
            Kind::Null => {}
            Kind::List(_) | Kind::Map(_) => {
                lists.insert(name.to_owned(), value.clone());
            }
            _ => {
                raw.insert(name, value);
            }
        }
    }
    let mut done = Constants::new();
    let mut names: Vec<&str> = raw.keys().copied().collect();
    names.sort_unstable();
    for name in names {
        resolve(name, &raw, &mut done, &mut Vec::new(), problems);
    }
    done
}

/// A constant's text, with the constants in it filled in first.
fn resolve<'a>(
    name: &'a str,
    raw: &HashMap<&'a str, &'a Node>,
    done: &mut Constants,
    open: &mut Vec<&'a str>,
    problems: &mut Problems,
) {
    let Some(node) = raw.get(name).filter(|_| !done.contains_key(name)) else {
        return;
    };
    let written = spelled(node);
    open.push(name);
    for part in parts(&written) {
        let Part::Name { name: inner, .. } = part else {
            continue;
        };
        let Some((&inner, other)) = raw.get_key_value(inner) else {
            continue;
        };
        // A constant that names itself means the placeholder of that name.
        if inner == name {
            continue;
        }
        if open.contains(&inner) {
            problems.add(
                Problem::new(
                    "borgmatic::config::constant-cycle",
                    format!("the constants `{inner}` and `{name}` name each other"),
                )
                .on(node, "here the circle closes")
                .on(other, "it starts here")
                .help("give one of them a value of its own; `\\{name\\}` is text"),
            );
            continue;
        }
        resolve(inner, raw, done, open, problems);
    }
    open.pop();
    let mut text = substitute(&written, done, false, &mut |_| {});
    if text.len() > LONGEST {
        problems.add(
            Problem::new(
                "borgmatic::config::constant-size",
                format!("the constant `{name}` grows beyond all measure"),
            )
            .on(node, "filled in, this is more than a million characters")
            .help("let constants name fewer others"),
        );
        text.clear();
    }
    let node = (*node).clone();
    done.insert(name.to_owned(), Constant { text, node });
}

fn fill(
    node: &mut Node,
    seat: Seat,
    constants: &Constants,
    lists: &HashMap<String, Node>,
    problems: &mut Problems,
) {
    let Kind::Text(text) = &node.kind else { return };
    for part in parts(text) {
        if let Part::Name { name, .. } = part
            && let Some(list) = lists.get(name)
        {
            problems.add(
                Problem::new(
                    "borgmatic::config::constant-kind",
                    format!("the constant `{name}` is {}, and only single values can be filled in", list.describe()),
                )
                .on(node, "it is used here")
                .on(list, "and written here")
                .help("write the values out where they are used, or share them with an anchor: &name, *name"),
            );
        }
    }
    let mut used = false;
    let text = substitute(text, constants, seat.hook, &mut |constant| {
        used = true;
        if seat.secret {
            constant.node.origin.hide();
        }
    });
    // borgmatic 2.1.10 takes every text of digits for a number then, a passphrase too.
    let unknown = seat.is_unknown() && used && !seat.secret && !seat.hook;
    node.kind = if seat.wants_value() || unknown {
        coerced(text)
    } else {
        Kind::Text(text)
    };
}

/// A number, or true or false, where the text is one. Python docs: `int()`.
fn coerced(text: String) -> Kind {
    match text.as_str() {
        "true" | "True" => return Kind::Bool(true),
        "false" | "False" => return Kind::Bool(false),
        _ => {}
    }
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    let grouped = digits
        .split('_')
        .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    let number = grouped
        .then(|| trimmed.replace('_', "").parse().ok())
        .flatten();
    number.map_or(Kind::Text(text), Kind::Int)
}

/// A constant as text. borgmatic 2.1.10: as Python spells it.
fn spelled(node: &Node) -> String {
    match &node.kind {
        Kind::Text(text) | Kind::Date(text) | Kind::BigInt(text) => text.clone(),
        Kind::Bool(true) => "True".to_owned(),
        Kind::Bool(false) => "False".to_owned(),
        Kind::Int(number) => number.to_string(),
        Kind::Float(number) => python(*number),
        Kind::Null | Kind::List(_) | Kind::Map(_) => String::new(),
    }
}

fn python(number: f64) -> String {
    if !number.is_finite() {
        return number.to_string().to_lowercase();
    }
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    format!("{number:?}")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    /// `{name}`, with the backslashes that stand before its braces.
    Name {
        whole: &'a str,
        name: &'a str,
        escaped: bool,
    },
}

/// The parts of a text: `{name}`s and what is between them.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut all = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest[from..].find('{').map(|at| from + at) {
        let after = &rest[at + 1..];
        let len = after
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .unwrap_or(after.len());
        let end = &after[len..];
        let right = end.starts_with("\\}");
        if len == 0 || !(right || end.starts_with('}')) {
            from = at + 1;
            continue;
        }
        let left = rest[..at].ends_with('\\');
        let start = at - usize::from(left);
        let stop = at + 1 + len + 1 + usize::from(right);
        if start > 0 {
            all.push(Part::Text(&rest[..start]));
        }
        all.push(Part::Name {
            whole: &rest[start..stop],
            name: &after[..len],
            escaped: left && right,
        });
        rest = &rest[stop..];
        from = 0;
    }
    all.push(Part::Text(rest));
    all
}

fn substitute(
    text: &str,
    constants: &Constants,
    hook: bool,
    used: &mut dyn FnMut(&Constant),
) -> String {
    let mut filled = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Text(text) => filled += text,
            // In a command the next step takes the backslashes away.
            Part::Name {
                whole,
                escaped: true,
                ..
            } if hook => filled += whole,
            Part::Name {
                name,
                escaped: true,
                ..
            } => filled += &format!("{{{name}}}"),
            Part::Name { whole, name, .. } => match constants.get(name) {
                Some(constant) => {
                    used(constant);
                    if hook {
                        filled += &quote(&constant.text);
                    } else {
                        filled += &constant.text;
                    }
                }
                None => filled += whole,
            },
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{self, Source};

    fn applied(text: &str) -> (Node, Problems) {
        let source = Source::plain("config.yaml", text);
        let mut problems = Problems::default();
        let mut node = text::parse(&source, &mut problems).unwrap();
        apply(&mut node, &mut problems);
        (node, problems)
    }

    fn value(text: &str, name: &str) -> Kind {
        applied(text).0.get(name).unwrap().kind.clone()
    }

    fn word(text: &str) -> Kind {
        Kind::Text(text.to_owned())
    }

    #[test]
    fn constants_are_filled_in_and_placeholders_stay() {
        let config = "constants: {user: ana, days: 7}\n";
        let of = |line: &str, name| value(&format!("{config}{line}\n"), name);
        assert_eq!(
            of("compression: 'x{user}{now}'", "compression"),
            word("xana{now}")
        );
        assert_eq!(of("keep_daily: '{days}'", "keep_daily"), Kind::Int(7));
        assert_eq!(
            of(r"compression: '\{user\}'", "compression"),
            word("{user}")
        );
        assert_eq!(of(r"compression: '\{user}'", "compression"), word("ana"));
        assert_eq!(of(r"compression: '\{now}'", "compression"), word(r"\{now}"));
        assert_eq!(of("compression: '{user'", "compression"), word("{user"));
        assert_eq!(of("compression: '{{user}}'", "compression"), word("{ana}"));
    }

    #[test]
    fn commands_get_quoted_words() {
        let text = "constants: {user: 'a b'}\nbefore_backup: ['echo {user} \\{user\\}']\n";
        let (node, _) = applied(text);
        let run = &node.get("before_backup").unwrap().items()[0];
        assert_eq!(run.kind, word(r"echo 'a b' \{user\}"));
    }

    #[test]
    fn only_options_that_are_no_text_become_numbers() {
        let config = "constants: {n: 5}\n";
        let of = |line: &str, name| value(&format!("{config}{line}\n"), name);
        assert_eq!(of("keep_daily: '12'", "keep_daily"), Kind::Int(12));
        assert_eq!(
            of("encryption_passphrase: '12345'", "encryption_passphrase"),
            word("12345")
        );
        assert_eq!(
            of("one_file_system: 'true'", "one_file_system"),
            Kind::Bool(true)
        );
        assert_eq!(value("keep_daily: '12'\n", "keep_daily"), word("12"));
    }

    #[test]
    fn constants_may_use_others_but_not_in_a_circle() {
        let text = "constants: {z: '{a}/b', a: x, hostname: '{hostname}-1'}\ncompression: '{z}{hostname}'\n";
        assert_eq!(value(text, "compression"), word("x/b{hostname}-1"));
        let (_, problems) = applied("constants: {a: '{b}', b: '{a}'}\n");
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["borgmatic::config::constant-cycle"]);
    }

    #[test]
    fn numbers_are_spelled_as_python_does() {
        for (number, text) in [(1.0, "1.0"), (0.5, "0.5"), (1e16, "1e+16"), (1e-5, "1e-05")] {
            assert_eq!(python(number), text);
        }
    }

    proptest! {
        #[test]
        fn the_parts_are_the_text(text in r"(\{|\}|\\|[a-zé_]|\{a\}|\\\{b\\\}| ){0,30}") {
            let whole: String = parts(&text)
                .into_iter()
                .map(|part| match part {
                    Part::Text(text) => text,
                    Part::Name { whole, .. } => whole,
                })
                .collect();
            prop_assert_eq!(whole, text);
        }

        #[test]
        fn a_text_without_braces_stays(text in "[^{}]*") {
            prop_assert_eq!(substitute(&text, &Constants::new(), false, &mut |_| {}), text);
        }
    }
}
