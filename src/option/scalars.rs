//! Reading plain values. A wrong type is explained with what to type instead.

use super::secret::Secret;
use super::shape::{At, Choice, Shape, Value, fields};
use crate::text::near::nearest;
use crate::text::{Fix, Kind, Node, Problem, Problems};

/// «`keep_daily` needs a whole number, but this is text.» Never shows the value of a secret.
pub fn wrong_type(node: &Node, at: &At<'_>, wanted: &Shape) -> Problem {
    let words = match at {
        At::Top => format!(
            "a configuration is {}, but this is {}",
            wanted.describe(),
            node.describe()
        ),
        _ => format!(
            "`{at}` needs {}, but this is {}",
            wanted.describe(),
            node.describe()
        ),
    };
    let problem = Problem::new("borgmatic::config::wrong-type", words)
        .on(node, format!("{} here", node.describe()));
    let problem = match fix(node, wanted) {
        Some(fix) => problem.fix(fix),
        None => problem,
    };
    match correction(node, at, wanted) {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// What must have been meant, in the text of the value.
fn fix(node: &Node, wanted: &Shape) -> Option<Fix> {
    let written = node.origin.text();
    let span = || node.origin.span.clone();
    // What a constant stands for is not written there.
    let plain = || crate::text::scalar(written) == node.kind;
    match (wanted, &node.kind) {
        (Shape::Bool, Kind::Text(text)) if plain() => {
            let meant = match text.to_lowercase().as_str() {
                "yes" | "on" | "y" => "true",
                "no" | "off" | "n" => "false",
                _ => return None,
            };
            Some(Fix::sure(Fix::replace(span(), meant)))
        }
        (
            Shape::Text,
            Kind::Int(_) | Kind::BigInt(_) | Kind::Float(_) | Kind::Bool(_) | Kind::Date(_),
        ) if plain() => {
            let mut edits = Fix::replace(span().start..span().start, "\"");
            edits.insert(span().end, "\"");
            Some(Fix::sure(edits))
        }
        (Shape::Int(..), Kind::Text(text))
            if text.parse::<i64>().is_ok() && is_quoted(written, text) =>
        {
            Some(Fix::sure(Fix::replace(span(), text.as_str())))
        }
        (Shape::List(Shape::Text) | Shape::Set(Shape::Text), Kind::Text(text))
            if !written.contains('\n') && (plain() || is_quoted(written, text)) =>
        {
            Some(Fix::guess(Fix::replace(span(), list_of_one(written))))
        }
        _ => None,
    }
}

/// What to type instead, where that can be told.
fn correction(node: &Node, at: &At<'_>, wanted: &Shape) -> Option<String> {
    let name = match at {
        At::Key(At::Line, name) => format!("--{} ", super::flags::written(name)),
        At::Item(At::Key(At::Line, _), _) => String::new(),
        // An option that was given as a flag.
        _ if node.origin.source.name.starts_with("command line") => String::new(),
        At::Key(_, name) => format!("{name}: "),
        At::Item(..) => "- ".to_owned(),
        At::Line => return None,
        At::Top => return Some("write options as `name: value`, one on a line".into()),
    };
    let written = node.origin.text();
    match (wanted, &node.kind) {
        (Shape::Secret, Kind::List(_) | Kind::Map(_)) => {
            Some(format!("write a single value: {name}\"…\""))
        }
        (Shape::Secret, Kind::Null) => Some("write the secret after the colon".into()),
        (Shape::Secret, _) => Some(format!("put quotes around it: {name}\"…\"")),
        (Shape::List(_) | Shape::Set(_), Kind::Null) => {
            Some("write its elements on the lines below, each after a dash: - …".into())
        }
        (_, Kind::Null) => Some(format!(
            "write a value after `{}`, or remove the line",
            name.trim_end()
        )),
        (Shape::Int(..) | Shape::Number, kind) => in_digits(kind, wanted, &name),
        (Shape::Bool, Kind::Text(text)) => match text.to_lowercase().as_str() {
            "yes" | "on" | "y" | "true" => Some(format!("write {name}true")),
            "no" | "off" | "n" | "false" => Some(format!("write {name}false")),
            _ => Some(format!("write {name}true or {name}false")),
        },
        (Shape::Bool, Kind::Int(0)) => Some(format!("write {name}false")),
        (Shape::Bool, Kind::Int(1)) => Some(format!("write {name}true")),
        (Shape::Text, Kind::Map(_)) if written.starts_with('{') && !written.contains('\n') => {
            Some(format!("put quotes around it: {name}\"{written}\""))
        }
        (Shape::Text | Shape::Choice(_), Kind::List(_) | Kind::Map(_)) => {
            Some(format!("write a single value: {name}…"))
        }
        (Shape::Text, _) => Some(format!("put quotes around it: {name}\"{written}\"")),
        (Shape::List(_) | Shape::Set(_), kind) => as_list(kind, written, wanted, &name),
        (Shape::Object(_) | Shape::OrEmpty(_), Kind::List(_)) => {
            Some("write its options as `name: value`, without dashes".into())
        }
        (Shape::Object(_) | Shape::OrEmpty(_), Kind::Text(text)) => {
            let first = fields(wanted.groups()?).next()?;
            Some(format!("name what it is: {name}{{{}: {text}}}", first.name))
                .filter(|_| !text.contains('{'))
        }
        _ => None,
    }
}

fn in_digits(kind: &Kind, wanted: &Shape, name: &str) -> Option<String> {
    let whole = matches!(wanted, Shape::Int(..));
    match kind {
        Kind::Text(text) if text.trim().parse::<f64>().is_ok() => {
            Some(format!("remove the quotes: {name}{}", text.trim()))
        }
        Kind::Text(text) if whole => {
            let text = text.trim();
            let digits = text.len() - text.trim_start_matches(is_digit).len();
            Some(match &text[..digits] {
                "" => "write a number in digits".to_owned(),
                number => format!("write digits only: {name}{number}"),
            })
        }
        Kind::Float(number) if whole && !number.is_finite() => {
            Some("write a number in digits".to_owned())
        }
        Kind::Float(number) if whole => Some(format!(
            "leave out the fraction: {name}{:.0}",
            number.trunc()
        )),
        _ => None,
    }
}

fn as_list(kind: &Kind, written: &str, wanted: &Shape, name: &str) -> Option<String> {
    match (kind, wanted.inner()) {
        (Kind::Map(pairs), Some(_)) => {
            let first = pairs.first().and_then(|(key, _)| key.as_text());
            let key = first.unwrap_or("name");
            Some(format!("start its first line with a dash: - {key}: …"))
        }
        (Kind::Map(_), None) => {
            Some("write only its values, each on a line of its own after a dash: - …".into())
        }
        (Kind::Text(_) | Kind::Int(_) | Kind::Float(_) | Kind::Bool(_), None) => Some(format!(
            "make it a list of one: {name}{}",
            list_of_one(written)
        )),
        (Kind::Text(text), Some(inner)) if !text.contains('{') => {
            let first = fields(inner).next()?.name;
            Some(format!(
                "make it a list of one: {name}[{{{first}: {text}}}]"
            ))
        }
        _ => None,
    }
}

/// Is the text written as it is, after one character more: its quote?
fn is_quoted(written: &str, text: &str) -> bool {
    written.get(1..).is_some_and(|rest| rest.starts_with(text))
}

/// `[/home]`, and with quotes round what would end an unquoted value between brackets.
fn list_of_one(written: &str) -> String {
    let bare = !written.starts_with(['"', '\'']);
    let ends = written.contains([',', '[', ']', '{', '}']) || written.ends_with(':');
    if bare && ends {
        format!("['{}']", written.replace('\'', "''"))
    } else {
        format!("[{written}]")
    }
}

fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit()
}

impl Value for bool {
    const SHAPE: &'static Shape = &Shape::Bool;

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        if let Kind::Bool(value) = node.kind {
            return Some(value);
        }
        out.add(wrong_type(node, at, Self::SHAPE));
        None
    }
}

impl Value for i64 {
    const SHAPE: &'static Shape = &Shape::Int(Self::MIN, Self::MAX);

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        whole(node, at, Self::SHAPE, out)
    }
}

/// A whole number, not negative.
impl Value for u32 {
    const SHAPE: &'static Shape = &Shape::Int(0, Self::MAX as i64);

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        Self::try_from(whole(node, at, Self::SHAPE, out)?).ok()
    }
}

/// A whole number within the range of the shape. borgmatic 2.1.10 takes `7.0` for 7.
pub fn whole(node: &Node, at: &At<'_>, shape: &Shape, out: &mut Problems) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "guarded: whole and within 2^53"
    )]
    let number = match node.kind {
        Kind::Int(number) => Some(number),
        Kind::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(number as i64),
        Kind::BigInt(_) => None,
        _ => {
            out.add(wrong_type(node, at, shape));
            return None;
        }
    };
    let &Shape::Int(least, most) = shape else {
        return number;
    };
    if let Some(number) = number.filter(|number| (least..=most).contains(number)) {
        return Some(number);
    }
    let help = match (least, most) {
        (i64::MIN, i64::MAX) => "write a number of at most 18 digits".to_owned(),
        _ => format!("write a number from {least} to {most}"),
    };
    out.add(
        Problem::new(
            "borgmatic::config::out-of-range",
            format!("`{at}` is out of range"),
        )
        .on(node, "this number")
        .help(help),
    );
    None
}

impl Value for f64 {
    const SHAPE: &'static Shape = &Shape::Number;

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        match node.kind {
            Kind::Float(number) => Some(number),
            #[expect(clippy::cast_precision_loss, reason = "percentages and the like")]
            Kind::Int(number) => Some(number as Self),
            _ => {
                out.add(wrong_type(node, at, Self::SHAPE));
                None
            }
        }
    }
}

impl Value for String {
    const SHAPE: &'static Shape = &Shape::Text;

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        if let Kind::Text(text) = &node.kind {
            return Some(text.clone());
        }
        out.add(wrong_type(node, at, Self::SHAPE));
        None
    }
}

impl Value for Secret {
    const SHAPE: &'static Shape = &Shape::Secret;

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        node.origin.hide();
        if let Kind::Text(text) = &node.kind {
            return Some(Self::new(text.clone()));
        }
        out.add(wrong_type(node, at, Self::SHAPE));
        None
    }
}

/// A number or text, which are the same to whom it is for: a compression level, a monitored value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(pub String);

impl Value for Word {
    const SHAPE: &'static Shape = &Shape::Either(&[Shape::Int(i64::MIN, i64::MAX), Shape::Text]);

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        match &node.kind {
            Kind::Text(text) => Some(Self(text.clone())),
            Kind::Int(number) => Some(Self(number.to_string())),
            Kind::BigInt(digits) => Some(Self(digits.clone())),
            _ => {
                out.add(wrong_type(node, at, Self::SHAPE));
                None
            }
        }
    }
}

/// Text, or a whole number as text: where only a closer look tells what is right.
pub fn text_or_number(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<String> {
    match &node.kind {
        Kind::Int(number) => Some(number.to_string()),
        _ => String::read(node, at, out),
    }
}

/// A port of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port(pub u16);

impl Value for Port {
    const SHAPE: &'static Shape = &Shape::Int(1, u16::MAX as i64);

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        let number = whole(node, at, Self::SHAPE, out)?;
        u16::try_from(number).ok().map(Self)
    }
}

impl<T: Choice> Value for T {
    const SHAPE: &'static Shape = &Shape::Choice(T::WORDS);

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        let written = match &node.kind {
            Kind::Text(text) => text.clone(),
            Kind::Int(number) => number.to_string(),
            _ => {
                out.add(wrong_type(node, at, Self::SHAPE));
                return None;
            }
        };
        let found = T::WORDS.iter().position(|word| *word == written);
        if let Some(value) = found.and_then(|at| T::VALUES.get(at)) {
            return Some(*value);
        }
        let all = T::WORDS.join(", ");
        let near = nearest(&written, T::WORDS.iter().copied());
        let help = near.map_or_else(
            || format!("choose one of: {all}"),
            |near| format!("did you mean `{near}`? (choices: {all})"),
        );
        let problem = Problem::new(
            "borgmatic::config::choice",
            format!("`{at}` cannot be `{written}`"),
        )
        .on(node, "not one of the choices")
        .help(help);
        out.add(match near.filter(|_| node.origin.text() == written) {
            Some(near) => problem.fix(Fix::guess(Fix::replace(node.origin.span.clone(), near))),
            None => problem,
        });
        None
    }
}
