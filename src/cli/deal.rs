//! Deals the words of a command line to the actions, the run and the configuration.

use std::collections::HashSet;
use std::sync::Arc;

use super::argv::Argv;
use super::globals::Globals;
use super::split::effective;
use crate::actions::{Act, Entry};
use crate::config::Config;
use crate::config::load::Given;
use crate::option::flags::{self, Flag, Step};
use crate::option::shape::{field, fields};
use crate::option::{Field, Options, Shape};
use crate::text::{self, Kind, Node, Problem, Problems, Source};

pub(super) struct Deal {
    pub(super) globals: Node,
    pub(super) acts: Vec<Act>,
    pub(super) given: Vec<Given>,
    pub(super) problems: Problems,
    /// The flags that the last word may be, where it lacks its value.
    pub(super) open: Vec<(&'static Field, &'static Shape)>,
    /// The flag that takes all other words: they belong to borg.
    pub(super) passed_on: Option<&'static Field>,
    taken: HashSet<usize>,
    values: HashSet<usize>,
}

/// A flag that is meant by a word.
enum Meant {
    Global(&'static Field),
    Action(&'static Field),
    Option(Flag),
}

impl Meant {
    /// What it is, and the shape of one value.
    fn of(&self) -> (&'static Field, &'static Shape) {
        match self {
            Self::Global(field) | Self::Action(field) => (field, item(field.shape)),
            Self::Option(flag) => (flag.field, flag.shape),
        }
    }

    fn takes_value(&self) -> bool {
        match self {
            Self::Global(field) | Self::Action(field) => !field.is_switch(),
            Self::Option(flag) => flag.takes_value(),
        }
    }
}

impl Deal {
    pub(super) fn new(
        argv: &Argv,
        requested: &[(usize, &'static Entry)],
        entries: &'static [Entry],
    ) -> Self {
        let map = || Node::new(Kind::Map(Vec::new()), argv.everything());
        let acts = effective(requested, entries)
            .into_iter()
            .map(|(_, entry)| Act {
                entry,
                flags: map(),
            })
            .collect();
        let mut deal = Self {
            globals: map(),
            acts,
            given: Vec::new(),
            problems: Problems::default(),
            open: Vec::new(),
            passed_on: None,
            taken: HashSet::new(),
            values: HashSet::new(),
        };
        let borg = requested
            .iter()
            .find_map(|(index, entry)| Some((*index, *entry, entry.rest()?)));
        deal.passed_on = borg.map(|(_, _, field)| field);
        let mut passed_on = Vec::new();
        let mut all_are_borgs = false;
        let mut index = 0;
        while index < argv.words.len() {
            if let Some((at, entry, _)) = borg
                && index > at
            {
                all_are_borgs |= argv.words[index].text == "--";
                if all_are_borgs || !is_ours(argv, at, entry, index) {
                    passed_on.push(index);
                    index += 1;
                    continue;
                }
            }
            let is_action = requested.iter().any(|(at, _)| *at == index);
            let named_flag = is_action && argv.words[index].text.starts_with('-');
            // `-i` is an action, and a flag of repo-create: the flag of an action that is named goes first.
            index = if is_action && !(named_flag && deal.is_flag_of_others(argv, index)) {
                index + 1
            } else {
                deal.word(argv, index)
            };
        }
        deal.pass_on(argv, &passed_on);
        // borgmatic 2.1.10: --no-healthchecks beside --healthchecks.ping-url leaves the URL.
        deal.given
            .sort_by_key(|given| !matches!(given.value.kind, Kind::Null));
        deal
    }

    pub(super) fn is_taken(&self, index: usize) -> bool {
        self.taken.contains(&index)
    }

    /// Was the word a value, or a flag, rather than an action?
    pub(super) fn is_value(&self, index: usize) -> bool {
        self.values.contains(&index)
    }

    fn is_flag_of_others(&self, argv: &Argv, index: usize) -> bool {
        let word = &argv.words[index].text;
        let others = self.acts.iter().filter(|act| !act.entry.is_called(word));
        others
            .into_iter()
            .any(|act| flags::short(act.entry.groups, word).is_some())
    }

    /// These words belong to borg.
    fn pass_on(&mut self, argv: &Argv, indexes: &[usize]) {
        let (Some(field), [first, ..]) = (self.passed_on, indexes) else {
            return;
        };
        let node = |index: &usize| argv.node(*index, Kind::Text(argv.words[*index].text.clone()));
        let list = argv.node(*first, Kind::List(indexes.iter().map(node).collect()));
        let key = argv.node(*first, Kind::Text(field.name.into()));
        self.taken.extend(indexes);
        self.values.extend(indexes);
        let takes = |act: &&mut Act| act.entry.rest().is_some();
        for act in self.acts.iter_mut().filter(takes) {
            act.flags.set(key.clone(), list.clone());
        }
    }

    /// Takes the word at `index`, and its value; returns the index of the next.
    fn word(&mut self, argv: &Argv, index: usize) -> usize {
        let word = argv.words[index].text.as_str();
        let (name, attached) = match word.split_once('=') {
            Some((name, value)) if word.starts_with("--") => (name, Some(value.to_owned())),
            _ => (word, None),
        };
        let meant = self.meant(name);
        if !meant.is_empty() {
            return self.take(argv, index, name, &meant, attached);
        }
        let mut next = index + 1;
        for (name, meant, attached) in self.cluster(word) {
            next = self.take(argv, index, &name, &meant, attached);
        }
        next
    }

    /// `-nv2` is `-n -v 2`: letters of switches, of which the last may take a value.
    fn cluster(&self, word: &str) -> Vec<(String, Vec<Meant>, Option<String>)> {
        let mut found = Vec::new();
        let Some(mut letters) = word.strip_prefix('-').filter(|rest| !rest.starts_with('-')) else {
            return found;
        };
        while let Some(letter) = letters.chars().next() {
            let name = format!("-{letter}");
            let mut meant = self.meant(&name);
            letters = &letters[letter.len_utf8()..];
            if meant.is_empty() {
                return Vec::new();
            }
            if !letters.is_empty() && meant.iter().any(Meant::takes_value) {
                meant.retain(Meant::takes_value);
                found.push((name, meant, Some(letters.to_owned())));
                break;
            }
            found.push((name, meant, None));
        }
        found
    }

    /// Takes a flag, and its value; returns the index of the next word.
    fn take(
        &mut self,
        argv: &Argv,
        index: usize,
        name: &str,
        meant: &[Meant],
        attached: Option<String>,
    ) -> usize {
        self.taken.insert(index);
        self.values.insert(index);
        if !meant.iter().any(Meant::takes_value) {
            if attached.is_some() {
                let problem =
                    Problem::new("borgmatic::cli::value", format!("`{name}` takes no value"));
                self.problems.add(
                    problem
                        .at(&argv.origin(index), "has one")
                        .help(format!("write {name} alone")),
                );
            }
            for flag in meant {
                self.give(argv, index, index, flag, None);
            }
            return index + 1;
        }
        let next = argv
            .words
            .get(index + 1)
            .map(|next| next.text.as_str())
            .filter(|next| is_value(next));
        let (value, at) = match (attached, next) {
            (Some(value), _) => (value, index),
            (None, Some(next)) => (next.to_owned(), index + 1),
            (None, None) => {
                let problem =
                    Problem::new("borgmatic::cli::value", format!("`{name}` needs a value"));
                self.problems
                    .add(
                        problem
                            .at(&argv.origin(index), "nothing after it")
                            .help(format!(
                                "write {name} VALUE, or {name}=VALUE if it starts with a dash"
                            )),
                    );
                if index + 1 == argv.words.len() {
                    self.open = meant.iter().map(Meant::of).collect();
                }
                return index + 1;
            }
        };
        self.taken.insert(at);
        self.values.insert(at);
        for flag in meant {
            self.give(argv, index, at, flag, Some(&value));
        }
        at + 1
    }

    /// What a flag means: to the run, to each action, else to the configuration.
    fn meant(&self, name: &str) -> Vec<Meant> {
        let of_run = flags::named(Globals::GROUPS, name).map(Meant::Global);
        let acts = self.acts.iter();
        let of_acts = acts.filter_map(|act| flags::named(act.entry.groups, name));
        let mut meant: Vec<Meant> = of_run
            .into_iter()
            .chain(of_acts.map(Meant::Action))
            .collect();
        let Some(long) = name.strip_prefix("--") else {
            if let Some(field) = flags::short(Config::GROUPS, name) {
                meant.extend(flags::of_option(Config::GROUPS, field.name).map(Meant::Option));
            }
            return meant;
        };
        if meant.is_empty() {
            meant.extend(flags::of_option(Config::GROUPS, long).map(Meant::Option));
        }
        if meant.is_empty() && !long.is_empty() {
            let found = starting(self.acts.iter().map(|act| act.entry), long);
            let first = found.first().map(|field| field.name);
            if found.iter().all(|field| Some(field.name) == first) {
                meant.extend(found.into_iter().map(Meant::Action));
            }
        }
        meant
    }

    fn give(&mut self, argv: &Argv, flag_at: usize, at: usize, meant: &Meant, value: Option<&str>) {
        match meant {
            Meant::Global(field) => {
                let node = argv.node(at, of_flag(field, value));
                put(&mut self.globals, argv, flag_at, field, node);
            }
            Meant::Action(field) => {
                let node = argv.node(at, of_flag(field, value));
                let has =
                    |act: &&mut Act| fields(act.entry.groups).any(|own| std::ptr::eq(own, *field));
                for act in self.acts.iter_mut().filter(has) {
                    put(&mut act.flags, argv, flag_at, field, node.clone());
                }
                self.set_option(argv, at, field, node.kind);
            }
            Meant::Option(flag) => {
                let value = match value {
                    None => Some(argv.node(at, flag.switch())),
                    Some(value) => self.option_value(argv, at, flag, value),
                };
                if let Some(value) = value {
                    if matches!(flag.shape, Shape::Secret) {
                        value.origin.hide();
                    }
                    self.given.push(Given {
                        path: flag.path.clone(),
                        value,
                    });
                }
            }
        }
    }

    /// Sets the option that a flag of an action stands for, if it does.
    fn set_option(&mut self, argv: &Argv, at: usize, flag: &Field, kind: Kind) {
        let Some(target) = field(Config::GROUPS, flag.sets) else {
            return;
        };
        let kind = match flag.sets_to {
            "" => kind,
            own => Kind::Text(own.into()),
        };
        self.given.push(Given {
            path: vec![Step::Key(target.name)],
            value: argv.node(at, kind),
        });
    }

    /// The value of an option's flag. Lists and objects are written as YAML.
    fn option_value(&mut self, argv: &Argv, at: usize, flag: &Flag, value: &str) -> Option<Node> {
        if !flag.shape.is_nested() {
            return Some(argv.node(at, flags::value(flag.shape, value)));
        }
        let source: Arc<Source> =
            Source::new("command line value", value, crate::config::is_secret);
        text::parse(&source, &mut self.problems)
    }
}

/// After the word `borg`, only the action's own flags are ours, be they shortened, and a question for
/// help right after it. borgmatic 2.1.10: these flags may stand anywhere.
fn is_ours(argv: &Argv, borg: usize, entry: &'static Entry, index: usize) -> bool {
    let flag = |index: usize| argv.words[index].text.split('=').next().unwrap_or_default();
    let asks = |index| index == borg + 1 && ["--help", "-h", "--man-page"].contains(&flag(index));
    let more = asks(index - 1) && flag(index) == "--all";
    let own = flag(index).strip_prefix("--");
    asks(index)
        || more
        || own
            .is_some_and(|name| !name.is_empty() && starting([entry].into_iter(), name).len() == 1)
}

/// What a flag of the run or of an action gives.
fn of_flag(field: &Field, value: Option<&str>) -> Kind {
    value.map_or(Kind::Bool(true), |value| {
        flags::value(item(field.shape), value)
    })
}

/// The shape of what one flag gives: a repeated flag makes a list.
fn item(shape: &'static Shape) -> &'static Shape {
    shape.item().unwrap_or(shape)
}

fn put(flags: &mut Node, argv: &Argv, at: usize, field: &'static Field, value: Node) {
    let key = argv.node(at, Kind::Text(field.name.to_owned()));
    if field.shape.item().is_none() {
        return flags.set(key, value);
    }
    let mut items = flags
        .get(field.name)
        .map_or_else(Vec::new, |list| list.items().to_vec());
    let origin = value.origin.clone();
    items.push(value);
    flags.set(key, Node::new(Kind::List(items), origin));
}

/// The flags of these actions that start so. borgmatic 2.1.10: `create --stat`.
pub(super) fn starting(
    entries: impl Iterator<Item = &'static Entry>,
    word: &str,
) -> Vec<&'static Field> {
    entries
        .flat_map(|entry| fields(entry.groups))
        .filter(|field| {
            !field.no_flag
                && (flags::written(field.name).starts_with(word)
                    || field.aliases.iter().any(|alias| alias.starts_with(word)))
        })
        .collect()
}

/// Can the word be a value? Flags cannot; negative numbers, a lone dash and what has a space, such as
/// the pattern `- *.o`, can. Python docs: argparse.
fn is_value(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or(word);
    !word.starts_with('-') || word == "-" || word[1..].parse::<f64>().is_ok() || name.contains(' ')
}
