//! Who owns which word of the command line. Facts: borgmatic 2.1.10, `cli.md` section 2: action words
//! may stand anywhere, each action sees every flag, and any option of the configuration is a flag.

use std::ffi::OsString;

use super::argv::{Argv, Word};
use super::deal::Deal;
use super::globals::Globals;
use crate::actions::{Act, DEFAULT, Entry};
use crate::config::load::Wishes;
use crate::config::overrides;
use crate::option::{At, Options};
use crate::text::near::nearest;
use crate::text::{Node, Problem, Problems};

/// What a command line asks for.
#[derive(Debug)]
pub struct Invocation {
    /// In the order of the command line.
    pub acts: Vec<Act>,
    pub configs: Vec<String>,
    pub dry: bool,
    /// What loading is to heed: options that were given as flags, overrides, variables.
    pub wishes: Wishes,
    /// What works, and will not for ever.
    pub notes: Problems,
    /// Nothing at all was said.
    pub bare: bool,
}

/// A command line that asks for words only.
#[derive(Debug)]
pub enum Special {
    Version,
    /// Of these actions, or of the whole.
    Help(Vec<&'static Entry>),
}

/// Reads a command line.
pub fn split(
    args: &[OsString],
    entries: &'static [Entry],
    is_secret: fn(&str) -> bool,
) -> Result<Result<Invocation, Special>, Problems> {
    let mut problems = Problems::default();
    let argv = Argv::new(args, is_secret, &mut problems);
    let mut requested = candidates(&argv, entries);
    let deal = loop {
        let deal = Deal::new(&argv, &requested, entries);
        // A word that turned out to be a value is no action.
        let before = requested.len();
        requested.retain(|(index, _)| !deal.is_value(*index));
        if requested.len() == before {
            break deal;
        }
    };
    let globals = Globals::take(&deal.globals, &At::Line, &mut problems);
    if globals.version.is_on() {
        return Ok(Err(Special::Version));
    }
    if globals.help.is_on() {
        let group = argv
            .words
            .iter()
            .find(|word| is_group(&word.text, entries))
            .filter(|_| requested.is_empty());
        let of = match group {
            Some(group) => entries
                .iter()
                .filter(|entry| in_group(entry, &group.text))
                .collect(),
            None => requested.iter().map(|(_, entry)| *entry).collect(),
        };
        return Ok(Err(Special::Help(of)));
    }
    problems.extend(deal.problems.clone());
    leftovers(&argv, &deal, &requested, entries, &mut problems);
    let mut checked = Problems::default();
    for act in &deal.acts {
        (act.entry.check)(&act.flags, &mut checked);
    }
    // A flag that lacks its value is missing, too: that is one mistake.
    let half = deal.problems.has_errors();
    let told = |problem: &Problem| half && problem.code == "borgmatic::config::missing";
    problems.extend(checked.into_iter().filter(|problem| !told(problem)));
    together(&deal.acts, &globals, &mut problems);
    let written = deal.globals.get("override").map_or(&[][..], Node::items);
    let overrides = written
        .iter()
        .filter_map(|argument| overrides::parse(argument, &mut problems))
        .collect();
    if problems.has_errors() {
        return Err(problems);
    }
    let has = |name: &str| deal.acts.iter().any(|act| act.entry.info.name == name);
    let wishes = Wishes {
        overrides,
        // borgmatic 2.1.10: validation needs no environment.
        environment: !globals.no_environment_interpolation.is_on() && !has("config validate"),
        parsed: has("config show") && deal.acts.iter().any(|act| act.is_on("parsed")),
        given: deal.given,
    };
    Ok(Ok(Invocation {
        bare: argv.words.is_empty(),
        configs: globals.config.items().to_vec(),
        dry: globals.dry_run.is_on(),
        wishes,
        notes: problems,
        acts: deal.acts,
    }))
}

/// Words that may be actions, with their places. `config generate` stands at its second word.
fn candidates(argv: &Argv, entries: &'static [Entry]) -> Vec<(usize, &'static Entry)> {
    let mut found: Vec<(usize, &'static Entry)> = Vec::new();
    for (index, word) in argv.words.iter().enumerate() {
        let joined = index
            .checked_sub(1)
            .map(|before| format!("{} {}", argv.words[before].text, word.text));
        let entry = entries.iter().find(|entry| {
            entry.is_called(&word.text)
                || joined
                    .as_ref()
                    .is_some_and(|joined| entry.is_called(joined))
        });
        let Some(entry) = entry else { continue };
        if entry.first {
            let words = if entry.is_called(&word.text) { 1 } else { 2 };
            if index + 1 == words {
                return vec![(index, entry)];
            }
            continue;
        }
        if entry.info.name == "borg" {
            // Everything after it is borg's, and no other action runs beside it.
            return vec![(index, entry)];
        }
        if !found.iter().any(|(_, other)| std::ptr::eq(*other, entry)) {
            found.push((index, entry));
        }
    }
    found
}

/// The actions whose flags count: those that are named, else the default ones.
pub(super) fn effective<'a>(
    requested: &[(usize, &'static Entry)],
    entries: &'a [Entry],
) -> Vec<(Option<usize>, &'a Entry)> {
    if requested.is_empty() {
        let named = |name: &&str| entries.iter().find(|entry| entry.info.name == *name);
        return DEFAULT
            .iter()
            .filter_map(named)
            .map(|entry| (None, entry))
            .collect();
    }
    requested
        .iter()
        .map(|(index, entry)| (Some(*index), *entry))
        .collect()
}

fn is_group(word: &str, entries: &[Entry]) -> bool {
    entries.iter().any(|entry| in_group(entry, word))
}

fn in_group(entry: &Entry, group: &str) -> bool {
    let aliases = entry.info.aliases.iter().copied();
    std::iter::once(entry.info.name).chain(aliases).any(|name| {
        name.split_once(' ')
            .is_some_and(|(first, _)| first == group)
    })
}

/// A problem for each word that nobody wanted.
fn leftovers(
    argv: &Argv,
    deal: &Deal,
    requested: &[(usize, &'static Entry)],
    entries: &[Entry],
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
            (unknown_action(text, entries), index, "no such action")
        };
        problems.add(problem.at(&argv.origin(at), label));
    }
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

fn unknown_action(text: &str, entries: &[Entry]) -> Problem {
    let names = entries.iter().flat_map(|entry| {
        std::iter::once(entry.info.name).chain(entry.info.aliases.iter().copied())
    });
    if entries
        .iter()
        .any(|entry| entry.first && entry.is_called(text))
    {
        let words = format!("`{text}` counts only as the first word");
        return Problem::new("borgmatic::cli::action", words)
            .help(format!("write it first, and alone: borgmatic {text}"));
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

fn unknown_flag(text: &str, requested: &[(usize, &'static Entry)], entries: &[Entry]) -> Problem {
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
        .filter(|entry| crate::option::flags::of_action(entry.groups, word).is_some())
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
    let names = super::help::flag_names(&effective(requested, entries));
    match nearest(word, names.iter().map(String::as_str)) {
        Some(near) => problem.help(format!("did you mean `--{near}`?")),
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

/// Rules between actions.
fn together(acts: &[Act], globals: &Globals, problems: &mut Problems) {
    let name = |act: &Act| act.entry.info.name;
    if let Some(alone) = acts
        .iter()
        .find(|act| act.entry.is_alone())
        .filter(|_| acts.len() > 1)
    {
        let words = format!("`{}` runs alone, without other actions", name(alone));
        problems.add(
            Problem::new("borgmatic::cli::conflict", words)
                .help("run the actions one after the other"),
        );
    }
    let documents: Vec<_> = acts
        .iter()
        .filter(|act| ["list", "repo-info", "info"].contains(&name(act)) && act.is_on("json"))
        .collect();
    if let [first, second, ..] = documents.as_slice() {
        let words = format!(
            "--json cannot be used with both {} and {}",
            name(first),
            name(second)
        );
        problems.add(
            Problem::new("borgmatic::cli::conflict", words).help("run them one after the other"),
        );
    }
    if globals.dry_run.is_on()
        && let (Some(origin), true) = (
            globals.dry_run.origin(),
            acts.iter().any(|act| name(act) == "borg"),
        )
    {
        let problem = Problem::new(
            "borgmatic::cli::conflict",
            "--dry-run cannot be used with the borg action",
        );
        problems.add(problem.at(origin, "here").help(
            "give --dry-run to borg itself, if its command has it: borgmatic borg … --dry-run",
        ));
    }
}
