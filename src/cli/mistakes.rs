//! What is wrong with a command line: words that nobody wanted, and what was meant by them.

use super::argv::{Argv, Word};
use super::deal::Deal;
use super::split::{effective, in_group, is_group};
use crate::actions::{Entry, LATER, not_yet};
use crate::config::Config;
use crate::option::Options;
use crate::option::flags::{of_action, of_option, written};
use crate::option::shape::fields;
use crate::text::near::nearest;
use crate::text::{Node, Problem, Problems};

/// An action of the original that this version does not have yet.
pub(super) fn later(argv: &Argv, requested: &[(usize, &'static Entry)]) -> Option<Problem> {
    let is_later = |(_, entry): &&(usize, &Entry)| LATER.contains(&entry.info.name);
    let (index, entry) = requested.iter().find(is_later)?;
    let failure = not_yet(entry.info.name);
    let problem = Problem::new(failure.code, failure.words);
    let problem = problem.at(&argv.origin(*index), "not in this version");
    Some(match failure.help {
        Some(help) => problem.help(help),
        None => problem,
    })
}

/// Flags that say where files go.
const PLACES: [&str; 2] = ["destination", "mount_point"];

/// `--config ''`: as a path it would be the current directory, with whatever lies there. So it is with
/// flags that say where files go; and what runs alone would do something else than was asked for.
pub(super) fn nameless(deal: &Deal, problems: &mut Problems) {
    let configs = deal.globals.get("config").into_iter();
    let mut given: Vec<(&str, &Node)> = configs.map(|node| ("config", node)).collect();
    // The installer tells what each of its flags takes.
    let acts = deal.acts.iter();
    for act in acts.filter(|act| act.entry.info.name != "self-install") {
        let flags = act.flags.pairs().iter();
        let named = flags.filter_map(|(key, value)| Some((key.as_text()?, value)));
        given.extend(named.filter(|(name, _)| act.entry.is_alone() || PLACES.contains(name)));
    }
    for (name, node) in given {
        let values = std::iter::once(node).chain(node.items());
        for empty in values.filter(|value| value.as_text() == Some("")) {
            problems.add(
                Problem::new(
                    "borgmatic::cli::value",
                    format!("`--{}` is empty", written(name)),
                )
                .at(&empty.origin, "nothing here")
                .help("give it a value, or leave it out; a variable of a script may be empty here"),
            );
        }
    }
}

/// A problem for each word that nobody wanted.
pub(super) fn leftovers(
    argv: &Argv,
    deal: &Deal,
    requested: &[(usize, &'static Entry)],
    entries: &'static [Entry],
    problems: &mut Problems,
) {
    // A word after an unknown flag may have been meant as its value, one after a group as its action.
    let mut belongs_to_mistake = false;
    for (index, word) in argv.words.iter().enumerate() {
        let text = word.text.as_str();
        let is_group = is_group(text, entries);
        let is_named = |at: usize| requested.iter().find(|(own, _)| *own == at);
        let leads = is_group && is_named(index + 1).is_some_and(|(_, entry)| in_group(entry, text));
        if deal.is_taken(index) || leads || is_named(index).is_some() {
            belongs_to_mistake = false;
            continue;
        }
        let is_flag = text.starts_with('-') && text.len() > 1;
        if belongs_to_mistake && !is_flag {
            belongs_to_mistake = false;
            continue;
        }
        belongs_to_mistake = is_group || (is_flag && !text.contains('='));
        let next = argv.words.get(index + 1);
        let next = next.filter(|next| is_group && !next.text.starts_with('-'));
        let (problem, at, label) = if is_flag {
            let problem = unknown_flag(text, requested, entries);
            (problem, index, "no such flag here")
        } else if is_group {
            let problem = lone_group(text, next, entries);
            match next {
                Some(_) => (problem, index + 1, "no such action"),
                None => (problem, index, "nothing after it"),
            }
        } else {
            match requested {
                // An action that owns its line: what else is one runs without it.
                [(_, alone)]
                    if alone.first && entries.iter().any(|entry| entry.is_called(text)) =>
                {
                    (not_beside(alone), index, "another action")
                }
                _ => (unknown_action(text, entries), index, "no such action"),
            }
        };
        problems.add(problem.at(&argv.origin(at), label));
    }
}

/// The flag that was meant, in words.
fn meant(word: &str, names: &[String]) -> Option<String> {
    // `--no-a.b` is written `--a.no-b`, and `[3]` is no slip of `[0]`.
    let turned = word.strip_prefix("no-").and_then(|positive| {
        let (above, last) = positive.rsplit_once('.')?;
        Some(format!("{above}.no-{last}"))
    });
    if let Some(turned) = turned.filter(|turned| of_option(Config::GROUPS, turned).is_some()) {
        return Some(format!("`--{turned}`"));
    }
    let index = word.find('[').zip(word.find(']'));
    let index = index.and_then(|(start, end)| word.get(start..=end));
    let is_number = |index: &&str| index[1..index.len() - 1].parse::<usize>().is_ok();
    let number = index.filter(is_number).unwrap_or("[0]");
    let plain = index.map_or_else(|| word.to_owned(), |index| word.replacen(index, "[0]", 1));
    let former = fields(Config::GROUPS);
    let former: Vec<_> = former
        .flat_map(|field| field.former.iter().map(move |name| (written(name), field)))
        .collect();
    let all = names.iter().map(String::as_str);
    let near = nearest(&plain, all.chain(former.iter().map(|(name, _)| &**name)))?;
    Some(match former.iter().find(|(name, _)| name == near) {
        Some((name, field)) => format!("`--{}` (formerly `{name}`)", written(field.name)),
        None => format!("`--{}`", near.replacen("[0]", number, 1)),
    })
}

/// `config` without `generate` or `validate`.
fn lone_group(text: &str, next: Option<&Word>, entries: &[Entry]) -> Problem {
    let inside: Vec<_> = entries
        .iter()
        .filter(|entry| in_group(entry, text))
        .map(|entry| entry.info.name)
        .collect();
    let names = inside
        .iter()
        .filter_map(|name| name.split_once(' '))
        .map(|(_, name)| name);
    let whole = next.map(|next| format!("{text} {}", next.text));
    if let Some(whole) = whole.filter(|whole| entries.iter().any(|entry| entry.is_called(whole))) {
        return not_first(&whole);
    }
    let words = match next {
        Some(next) => format!("unknown action `{text} {}`", next.text),
        None => format!("`{text}` needs one of its actions after it"),
    };
    let problem = Problem::new("borgmatic::cli::action", words);
    match next.and_then(|next| nearest(&next.text, names)) {
        Some(near) => problem.help(format!("did you mean `{text} {near}`?")),
        None => problem.help(format!("write one of: {}", inside.join(", "))),
    }
}

pub(super) fn not_beside(alone: &Entry) -> Problem {
    let words = format!("`{}` runs alone, without other actions", alone.info.name);
    Problem::new("borgmatic::cli::conflict", words).help("run the actions one after the other")
}

fn not_first(name: &str) -> Problem {
    let words = format!("`{name}` counts only as the first word");
    Problem::new("borgmatic::cli::action", words).help(format!("write it first: borgmatic {name}"))
}

fn unknown_action(text: &str, entries: &[Entry]) -> Problem {
    let names = entries.iter().flat_map(|entry| {
        std::iter::once(entry.info.name).chain(entry.info.aliases.iter().copied())
    });
    if entries
        .iter()
        .any(|entry| entry.first && entry.is_called(text))
    {
        return not_first(text);
    }
    let problem = Problem::new("borgmatic::cli::action", format!("unknown action `{text}`"));
    match nearest(text, names.filter(|name| !name.starts_with('-'))) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None if text.contains('/') => {
            problem.help("paths are values of flags, or stand in the configuration")
        }
        None => problem.help("see what there is: borgmatic --help"),
    }
}

fn unknown_flag(
    text: &str,
    requested: &[(usize, &'static Entry)],
    entries: &'static [Entry],
) -> Problem {
    let word = text
        .trim_start_matches('-')
        .split('=')
        .next()
        .unwrap_or_default();
    let problem = Problem::new(
        "borgmatic::cli::flag",
        format!("unknown flag `{}`", text.split('=').next().unwrap_or(text)),
    );
    let owners: Vec<_> = entries
        .iter()
        .filter(|entry| of_action(entry.groups, word).is_some())
        .map(|entry| entry.info.name)
        .collect();
    if !owners.is_empty() && text.starts_with("--") {
        let asked: Vec<_> = effective(requested, entries)
            .iter()
            .map(|(_, entry)| entry.info.name)
            .collect();
        return problem.help(format!(
            "--{word} belongs to {}; this line asks for {}",
            owners.join(", "),
            asked.join(", ")
        ));
    }
    if text.starts_with("--") && !word.is_empty() {
        let acts = effective(requested, entries).into_iter();
        let mut names: Vec<_> = super::deal::starting(acts.map(|(_, entry)| entry), word)
            .iter()
            .map(|field| format!("--{}", written(field.name)))
            .collect();
        names.sort_unstable();
        names.dedup();
        if (2..8).contains(&names.len()) {
            return problem.help(format!("write it in full: {}", names.join(" or ")));
        }
    }
    let names = super::help::flag_names(&effective(requested, entries));
    match meant(word, &names) {
        Some(near) => problem.help(format!("did you mean {near}?")),
        None if let Some(action) = nearest(word, entries.iter().map(|entry| entry.info.name)) => {
            problem.help(format!("did you mean the action `{action}`?"))
        }
        None => match requested {
            [(_, entry), ..] => problem.help(format!(
                "see what there is: borgmatic {} --help",
                entry.info.name
            )),
            [] => problem.help("see what there is: borgmatic --help"),
        },
    }
}
