//! Who owns which word of the command line. Facts: borgmatic 2.1.10, `cli.md` section 2: action words
//! may stand anywhere, each action sees every flag, and any option of the configuration is a flag.

use std::ffi::OsString;

use super::argv::Argv;
use super::deal::Deal;
use super::globals::Globals;
use super::mistakes;
use crate::actions::{Act, DEFAULT, Entry, completion};
use crate::config::load::Wishes;
use crate::config::overrides;
use crate::option::{At, Options, flags};
use crate::run::Conditions;
use crate::text::{Node, Problem, Problems};

/// What a command line asks for.
#[derive(Debug)]
pub struct Invocation {
    /// In the order of the command line.
    pub acts: Vec<Act>,
    pub configs: Vec<String>,
    pub dry: bool,
    pub conditions: Conditions,
    /// What loading is to heed: options that were given as flags, overrides, variables.
    pub wishes: Wishes,
    /// What works, and will not for ever.
    pub notes: Problems,
    /// Nothing at all was said.
    pub bare: bool,
    /// No action was named: what runs is the default.
    pub default: bool,
}

/// A command line that asks for words only.
#[derive(Debug)]
pub enum Special {
    Version,
    /// The script of a shell.
    Completion(&'static str),
    /// Of these actions, or of the whole; with all flags.
    Help(Vec<&'static Entry>, bool),
    /// The man pages of these actions, or of the whole.
    Man(Vec<&'static Entry>),
}

/// A command line that cannot be meant.
#[derive(Debug)]
pub struct Refused {
    pub problems: Problems,
    /// How the program ends: an action may have a status of its own for that.
    pub status: u8,
}

/// Reads a command line.
pub fn split(
    args: &[OsString],
    entries: &'static [Entry],
    is_secret: fn(&str) -> bool,
) -> Result<Result<Invocation, Special>, Refused> {
    let mut problems = Problems::default();
    let argv = Argv::new(args, is_secret, &mut problems);
    let (requested, deal) = dealt(&argv, entries);
    let statuses = requested.iter().map(|(_, entry)| entry.mistake);
    let status = statuses.max().unwrap_or(1);
    let refused = |problems| Err(Refused { problems, status });
    let globals = Globals::take(&deal.globals, &At::Line, &mut problems);
    if let Some(special) = special(&argv, &globals, &requested, entries) {
        return Ok(Err(special));
    }
    problems.extend(deal.problems.clone());
    if let Some(origin) = globals.all.origin() {
        let problem = Problem::new("borgmatic::cli::flag", "`--all` belongs to --help");
        let help = "leave it out, or ask for help: borgmatic --help --all";
        problems.add(problem.at(origin, "here").help(help));
    }
    mistakes::leftovers(&argv, &deal, &requested, entries, &mut problems);
    if let Some(later) = mistakes::later(&argv, &requested) {
        // Flags that it lacks would not help.
        problems.add(later);
        return refused(problems);
    }
    flags_of_actions(&deal, &mut problems);
    together(&deal.acts, &globals, &mut problems);
    mistakes::nameless(&deal, &mut problems);
    let written = deal.globals.get("override").map_or(&[][..], Node::items);
    let overrides = written
        .iter()
        .filter_map(|argument| overrides::parse(argument, &mut problems))
        .collect();
    if problems.has_errors() {
        return refused(problems);
    }
    let has = |name: &str| deal.acts.iter().any(|act| act.entry.info.name == name);
    let wishes = Wishes {
        overrides,
        // borgmatic 2.1.10: validation needs no environment.
        environment: !globals.no_environment_interpolation.is_on() && !has("config validate"),
        parsed: has("config show") && deal.acts.iter().any(|act| act.is_on("parsed")),
        given: deal.given,
        ..Wishes::default()
    };
    Ok(Ok(Invocation {
        bare: argv.words.is_empty(),
        default: requested.iter().all(|(_, entry)| entry.is_outline()),
        configs: globals.config.items().to_vec(),
        dry: globals.dry_run.is_on(),
        conditions: globals.conditions,
        wishes,
        notes: problems,
        acts: deal.acts,
    }))
}

/// What is asked for in words only, if anything is: then the rest of the line does not matter.
fn special(
    argv: &Argv,
    globals: &Globals,
    requested: &[(usize, &'static Entry)],
    entries: &'static [Entry],
) -> Option<Special> {
    if globals.version.is_on() {
        return Some(Special::Version);
    }
    if globals.bash_completion.is_on() {
        return Some(Special::Completion(completion::BASH));
    }
    if globals.fish_completion.is_on() {
        return Some(Special::Completion(completion::FISH));
    }
    let (helps, mans) = (globals.help.is_on(), globals.man_page.is_on());
    if !helps && !mans {
        return None;
    }
    let mut words = argv.words.iter();
    let group = words.find(|word| is_group(&word.text, entries));
    let of = match group.filter(|_| requested.is_empty()) {
        Some(group) => entries
            .iter()
            .filter(|entry| in_group(entry, &group.text))
            .collect(),
        None => requested.iter().map(|(_, entry)| *entry).collect(),
    };
    Some(if helps {
        Special::Help(of, globals.all.is_on())
    } else {
        Special::Man(of)
    })
}

/// The actions that are named, with their places, and whose every other word is.
pub(super) fn dealt(
    argv: &Argv,
    entries: &'static [Entry],
) -> (Vec<(usize, &'static Entry)>, Deal) {
    let mut requested = candidates(argv, entries);
    loop {
        let deal = Deal::new(argv, &requested, entries);
        // A word that turned out to be a value is no action.
        let before = requested.len();
        requested.retain(|(index, _)| !deal.is_value(*index));
        if requested.len() == before {
            return (requested, deal);
        }
    }
}

/// Words that may be actions, with their places. `config generate` stands at its second word.
fn candidates(argv: &Argv, entries: &'static [Entry]) -> Vec<(usize, &'static Entry)> {
    let mut found: Vec<(usize, &'static Entry)> = Vec::new();
    let leading = leading_flags(argv);
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
            if index + 1 == leading + words {
                found = vec![(index, entry)];
                if !entry.is_outline() {
                    return found;
                }
            }
            continue;
        }
        if entry.info.name == "borg" {
            // Everything after it is borg's, and no other action runs beside it.
            found.retain(|(_, entry)| entry.is_outline());
            found.push((index, entry));
            return found;
        }
        if !found.iter().any(|(_, other)| std::ptr::eq(*other, entry)) {
            found.push((index, entry));
        }
    }
    found
}

/// How many words at the start are flags of the run, with their values: `-c FILE upgrade-config`.
pub(super) fn leading_flags(argv: &Argv) -> usize {
    let mut count = 0;
    while let Some(word) = argv.words.get(count) {
        let (name, attached) = match word.text.split_once('=') {
            Some((name, _)) => (name, true),
            None => (word.text.as_str(), false),
        };
        let Some(field) = flags::named(Globals::GROUPS, name) else {
            break;
        };
        let value = !field.is_switch() && !attached;
        count += 1 + usize::from(value);
    }
    count
}

/// The actions whose flags count: those that are named, else the default ones. An outline is no
/// action of its own.
pub(super) fn effective<'a>(
    requested: &[(usize, &'static Entry)],
    entries: &'a [Entry],
) -> Vec<(Option<usize>, &'a Entry)> {
    let mut all: Vec<_> = requested
        .iter()
        .map(|(index, entry)| (Some(*index), *entry))
        .collect();
    if requested.iter().all(|(_, entry)| entry.is_outline()) {
        let named = |name: &&str| entries.iter().find(|entry| entry.info.name == *name);
        let default = DEFAULT.iter().filter_map(named);
        all.extend(default.map(|entry| (None, entry)));
    }
    all
}

pub(super) fn is_group(word: &str, entries: &[Entry]) -> bool {
    entries.iter().any(|entry| in_group(entry, word))
}

pub(super) fn in_group(entry: &Entry, group: &str) -> bool {
    let aliases = entry.info.aliases.iter().copied();
    std::iter::once(entry.info.name).chain(aliases).any(|name| {
        name.split_once(' ')
            .is_some_and(|(first, _)| first == group)
    })
}

/// What each action has to say about its flags.
fn flags_of_actions(deal: &Deal, problems: &mut Problems) {
    let mut checked = Problems::default();
    for act in &deal.acts {
        (act.entry.check)(&act.flags, &mut checked);
    }
    // A flag that lacks its value is missing, too: that is one mistake.
    let half = deal.problems.has_errors();
    let told = |problem: &Problem| half && problem.code == "borgmatic::config::missing";
    problems.extend(checked.into_iter().filter(|problem| !told(problem)));
}

/// Rules between actions.
fn together(acts: &[Act], globals: &Globals, problems: &mut Problems) {
    let name = |act: &Act| act.entry.info.name;
    if let Some(alone) = acts
        .iter()
        .find(|act| act.entry.is_alone())
        .filter(|_| acts.len() > 1)
    {
        problems.add(mistakes::not_beside(alone.entry));
    }
    lone(acts, globals, problems);
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

/// Conditions belong to runs; an action that runs alone may have flags of the same names.
fn lone(acts: &[Act], globals: &Globals, problems: &mut Problems) {
    let Some(alone) = acts.iter().find(|act| act.entry.is_alone()) else {
        return;
    };
    for field in Conditions::FIELDS {
        let own = flags::of_action(alone.entry.groups, &flags::written(field.name));
        if let (Some(origin), None) = (globals.conditions.place(field.name), own) {
            let flag = flags::written(field.name);
            let words = format!("`--{flag}` is for runs on repositories");
            problems.add(
                Problem::new("borgmatic::cli::conflict", words)
                    .at(origin, "here")
                    .help(format!("leave it out of {}", alone.entry.info.name)),
            );
        }
    }
}
