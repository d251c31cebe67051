//! An option of the configuration, for `explain`: all that the table knows of it, and what an old
//! name or an old form is today.

use crate::config::Config;
use crate::config::upgrade::rules::{Change, RULES, Rule};
use crate::option::flags::written;
use crate::option::shape::{field, fields};
use crate::option::{Field, Options, Shape, reference, sample, walk};

/// So many options of one name are told at length; of more, only the names.
const FEW: usize = 3;

/// Options that count for a file or a whole run, in an entry of `repositories` too.
const OF_FILES: [&str; 15] = [
    "repositories",
    "check_repositories",
    "default_actions",
    "parallel_repositories",
    "wait_for_run",
    "constants",
    "verbosity",
    "color",
    "syslog_verbosity",
    "log_file",
    "log_file_verbosity",
    "log_file_format",
    "monitoring_verbosity",
    "log_json",
    "metrics_file",
];

/// An option, and the options that it stands in, from the top.
#[derive(Clone)]
struct Place {
    /// `checks.frequency`
    path: String,
    above: Vec<&'static Field>,
    field: &'static Field,
}

/// The places of all options.
fn places() -> Vec<Place> {
    let mut all: Vec<Place> = Vec::new();
    walk::visit(Config::GROUPS, "", &mut |path, field| {
        let path = path.replace("[]", "");
        let owner = path.rsplit_once('.').map(|(owner, _)| owner);
        // An option comes after the one that it stands in.
        let owner = owner.and_then(|owner| all.iter().rev().find(|place| place.path == owner));
        let mut above = owner.map_or_else(Vec::new, |owner| owner.above.clone());
        above.extend(owner.map(|owner| owner.field));
        all.push(Place { path, above, field });
    });
    all
}

/// A word as a person writes it (`--checks[0].frequency`, `checks[].frequency`) as a path.
fn path(word: &str) -> String {
    let flag = word.strip_prefix("--").unwrap_or(word);
    let mut path = String::new();
    let mut within = false;
    for letter in flag.chars() {
        match letter {
            '[' => within = true,
            ']' => within = false,
            '-' if !within => path.push('_'),
            letter if !within => path.push(letter),
            _ => {}
        }
    }
    path.trim_end_matches(':').to_owned()
}

/// What a person may have meant: paths of options, their own names, and old ones.
pub(super) fn names() -> Vec<String> {
    let places = places();
    let ends = places.iter().map(|place| place.field.name.to_owned());
    let old = RULES.iter().map(|rule| rule.at.to_owned());
    let paths = places.iter().map(|place| place.path.clone());
    ends.chain(paths).chain(old).collect()
}

/// Paragraphs about what a word names: an option, or an old form. Empty where it is neither.
pub(super) fn about(word: &str) -> Vec<String> {
    let path = path(word);
    let places = places();
    let in_entry = path.strip_prefix("repositories.");
    let called = |wanted: &str| places.iter().find(|place| place.path == wanted);
    if let Some(place) = called(&path).or_else(|| called(in_entry?)) {
        return page(place);
    }
    let rule = RULES.iter().find(|rule| rule.at == path);
    if let Some(rule) = rule {
        return formerly(rule, &places);
    }
    let end = format!(".{path}");
    let within: Vec<_> = places
        .iter()
        .filter(|place| place.path.ends_with(&end))
        .collect();
    if within.len() > FEW {
        let lines = within
            .iter()
            .map(|place| format!("    borgmatic explain {}", place.path));
        let head = format!("`{path}` is an option within several others. One of them:");
        return vec![head, lines.collect::<Vec<_>>().join("\n")];
    }
    within.into_iter().flat_map(page).collect()
}

/// An old name or form, and what it is today.
fn formerly(rule: &Rule, places: &[Place]) -> Vec<String> {
    let today = match rule.change {
        Change::Rename(to) | Change::Into(to) | Change::Word(to, _) => Some(to),
        Change::Command(..) => Some("commands"),
        _ => None,
    };
    let called = today.map_or_else(String::new, |today| format!("; today: {today}"));
    let mut all = vec![
        format!("{}: an old form{called}", rule.at),
        format!("What to do: {}. {}", rule.words, rule.effect),
    ];
    if !matches!(rule.change, Change::Gone) {
        all.push("`borgmatic upgrade-config` rewrites it for you.".into());
    }
    let place = today.and_then(|today| places.iter().find(|place| place.path == today));
    all.extend(place.into_iter().flat_map(page));
    all
}

fn page(place: &Place) -> Vec<String> {
    let Place { path, above, field } = place;
    let mut all = vec![format!("{path}: {}", reference::kind(field.shape))];
    let words = reference::words(field).replace("**", "");
    all.extend(words.split("\n\n").map(str::to_owned));
    if field.default.is_empty() && !field.required {
        all.push("Default: not set.".into());
    }
    all.push(stands(above, field));
    all.extend(flag(place));
    all.push(indented(&example(above, field)));
    if let Some(groups) = field.shape.inner() {
        let line = |inner: &Field| format!("    {}: {}", inner.name, inner.summary());
        let lines: Vec<_> = fields(groups).map(line).collect();
        let first = fields(groups).next().map_or("", |inner| inner.name);
        all.push(format!(
            "Within it (more about one: borgmatic explain {path}.{first}):"
        ));
        all.push(lines.join("\n"));
    }
    all
}

/// Where it may stand.
fn stands(above: &[&Field], field: &Field) -> String {
    let Some(owner) = above.last() else {
        return if OF_FILES.contains(&field.name) {
            "It stands at the top level of a file.".into()
        } else {
            "It stands at the top level of a file; or in an entry of `repositories`, and counts \
             for that repository alone."
                .into()
        };
    };
    let names: Vec<_> = above.iter().map(|field| field.name).collect();
    match owner.shape.item() {
        Some(_) => format!("It stands in an entry of `{}`.", names.join(".")),
        None => format!("It stands below `{}`, indented.", names.join(".")),
    }
}

/// How it is given on the command line. A secret should not be.
fn flag(place: &Place) -> Option<String> {
    let field = place.field;
    let is_secret = matches!(field.shape, Shape::Secret);
    if is_secret || field.shape.groups().is_some() || field.no_flag && place.above.is_empty() {
        return None;
    }
    let owner = |field: &&Field| {
        let index = field.shape.item().map_or("", |_| "[0]");
        format!("{}{index}.", written(field.name))
    };
    let above: String = place.above.iter().map(owner).collect();
    let name = written(field.name);
    Some(match field.shape {
        Shape::Bool => {
            let no = name.strip_prefix("no-");
            let other = no.map_or_else(|| format!("no-{name}"), str::to_owned);
            format!("As a flag: --{above}{name} or --{above}{other}")
        }
        shape if shape.item().is_some() => format!("As a flag: --{above}{name} '[…]'"),
        _ => format!("As a flag: --{above}{name} VALUE"),
    })
}

/// A file's lines with an example of it, and what must stand beside it.
fn example(above: &[&'static Field], field: &'static Field) -> Vec<String> {
    let mut lines = sample::example(field);
    let mut field = field;
    for owner in above.iter().rev() {
        let mut all = beside(owner, field);
        all.append(&mut lines);
        lines = sample::block(owner.name, owner.shape.item().is_some(), all);
        field = owner;
    }
    lines
}

/// The options without which one of an object cannot stand there.
fn beside(owner: &'static Field, wanted: &'static Field) -> Vec<String> {
    let Some(groups) = owner.shape.inner() else {
        return Vec::new();
    };
    let (key, value) = wanted.condition().unwrap_or_default();
    let mut all: Vec<String> = match (field(groups, key), value) {
        (Some(_), Some(value)) => vec![format!("{key}: {value}")],
        (Some(field), None) => sample::lines(field),
        (None, _) => Vec::new(),
    };
    let kin = |field: &&Field| field.required && !field.of.is_empty() && field.of == wanted.of;
    for needed in sample::needed(groups).chain(fields(groups).filter(kin)) {
        // One of two is enough.
        let is_there = |name: &str| !name.is_empty() && (name == key || name == wanted.name);
        if !is_there(needed.or) && !is_there(needed.name) {
            all.extend(sample::lines(needed));
        }
    }
    all
}

fn indented(lines: &[String]) -> String {
    let lines = lines.iter().map(|line| format!("    {line}"));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::option::At;
    use crate::text::{Problems, Source, parse};

    #[test]
    fn every_option_has_a_page_whose_example_is_right() {
        let all = places();
        assert!(all.len() > 400);
        for place in &all {
            let text = example(&place.above, place.field).join("\n") + "\n";
            let mut problems = Problems::default();
            let source = Source::plain("example", text.as_str());
            let node = parse(&source, &mut problems).unwrap_or_else(|| panic!("{text}"));
            drop(walk::object::<Config>(&node, &At::Top, &mut problems));
            let words: Vec<_> = problems.errors().map(crate::text::Problem::line).collect();
            let bad = words.iter().find(|words| {
                !words.contains("`source_directories` is missing")
                    && !words.contains("`repositories` is missing")
                    && !words.contains("`patterns`")
            });
            assert_eq!(bad, None, "{}\n{text}", place.path);
            let page = about(&place.path);
            assert!(page[0].starts_with(&place.path), "{page:?}");
            assert!(page.iter().all(|part| !part.trim().is_empty()), "{page:?}");
            assert!(page.iter().any(|part| part.starts_with("It stands")));
        }
    }

    #[test]
    fn options_of_files_are_options() {
        let top = |name: &str| field(Config::GROUPS, name).is_some();
        assert_eq!(OF_FILES.iter().find(|name| !top(name)), None);
    }

    #[test]
    fn every_old_name_says_what_it_is_today() {
        for rule in RULES {
            let page = about(rule.at).join("\n");
            if field(Config::GROUPS, rule.at).is_none() {
                assert!(page.contains("an old form"), "{page}");
                assert!(page.contains(rule.words), "{page}");
            }
        }
        let page = about("numeric_owner").join("\n");
        assert!(page.contains("today: numeric_ids"), "{page}");
        assert!(page.contains("numeric_ids: true or false"), "{page}");
    }

    #[test]
    fn an_option_may_be_written_as_in_a_file_or_as_a_flag() {
        let page = about("checks.frequency");
        for word in ["--checks[0].frequency", "checks[].frequency", "frequency"] {
            assert_eq!(about(word), page, "{word}");
        }
        assert_eq!(about("--keep-daily"), about("keep_daily"));
        assert_eq!(about("repositories[0].keep_daily"), about("keep_daily"));
        assert!(
            about("hostname")
                .join("\n")
                .contains("within several others")
        );
        assert!(about("zzz").is_empty());
    }
}
