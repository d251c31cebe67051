//! What may stand at the cursor: actions, flags, and the values of a flag.

use std::collections::HashSet;
use std::ffi::OsString;

use crate::actions::Entry;
use crate::cli::argv::Argv;
use crate::cli::globals::Globals;
use crate::cli::split::{dealt, effective, in_group, is_group, leading_flags};
use crate::config::Config;
use crate::option::flags::{self, written};
use crate::option::{Field, Options, Shape};
use crate::text::{Node, Problems};

/// One word to choose.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Offer {
    pub(super) word: String,
    pub(super) about: String,
}

impl Offer {
    pub(super) fn new(word: impl Into<String>, about: impl Into<String>) -> Self {
        Self {
            word: word.into(),
            about: about.into(),
        }
    }
}

/// Which paths the shell is to offer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Paths {
    #[default]
    None,
    Files,
    Folders,
}

#[derive(Debug, Default)]
pub(super) struct Offers {
    pub(super) paths: Paths,
    pub(super) list: Vec<Offer>,
}

/// Tells the repositories of these configuration files.
type Known<'a> = &'a dyn Fn(&[String]) -> Vec<Offer>;

/// What may follow these words, beginning with `typed`.
pub(super) fn at(
    before: &[String],
    typed: &str,
    entries: &'static [Entry],
    known: Known<'_>,
) -> Offers {
    let flag = typed
        .split_once('=')
        .map(|(flag, _)| flag)
        .filter(|flag| flag.starts_with("--"));
    let line = before.iter().map(String::as_str).chain(flag);
    let args: Vec<OsString> = ["borgmatic"]
        .into_iter()
        .chain(line)
        .map(Into::into)
        .collect();
    let argv = Argv::new(&args, |_| false, &mut Problems::default());
    let (requested, deal) = dealt(&argv, entries);

    let mut offers = Offers::default();
    if !deal.open.is_empty() {
        let configs = deal.globals.get("config").map_or(&[][..], Node::items);
        let configs: Vec<String> = configs
            .iter()
            .filter_map(|path| path.as_text().map(str::to_owned))
            .collect();
        for (field, shape) in &deal.open {
            values(field, shape, &mut offers, &|| known(&configs));
        }
        for offer in offers.list.iter_mut().filter(|_| flag.is_some()) {
            offer.word = format!("{}={}", flag.unwrap_or_default(), offer.word);
        }
    } else if let Some(words) = deal.passed_on {
        let own = requested.iter().flat_map(|(_, entry)| entry.groups);
        of_groups(own, typed, &mut offers.list);
        let words = words.suggests.iter().map(|word| Offer::new(*word, ""));
        offers.list.extend(words);
        offers.paths = Paths::Files;
    } else if flag.is_none() && typed.starts_with('-') {
        let acts = effective(&requested, entries);
        let own = acts.iter().flat_map(|(_, entry)| entry.groups);
        of_groups(own.chain(Globals::GROUPS), typed, &mut offers.list);
        // Beside an action its own flags come first: of the rest, those that begin as what is typed.
        if requested.is_empty() || typed.len() > 2 {
            options(typed.trim_start_matches('-'), &mut offers.list);
        }
    } else if flag.is_none() {
        actions(&argv, &requested, entries, typed, &mut offers.list);
    }
    let mut seen = HashSet::new();
    let fits = |offer: &Offer| offer.word.starts_with(typed) && seen.insert(offer.word.clone());
    offers.list.retain(fits);
    offers
}

/// The values of a flag.
fn values(
    field: &'static Field,
    shape: &'static Shape,
    offers: &mut Offers,
    repositories: &dyn Fn() -> Vec<Offer>,
) {
    let mut words = |words: &[&str]| {
        let all = words.iter().map(|word| Offer::new(*word, ""));
        offers.list.extend(all);
    };
    match shape {
        Shape::Choice(choices) => words(choices),
        Shape::Either(shapes) => {
            for shape in *shapes {
                values(field, shape, offers, repositories);
            }
            return;
        }
        _ => words(field.suggests),
    }
    if field.name.ends_with("archive") && field.suggests.is_empty() {
        words(&["latest"]);
    }
    if field.name.ends_with("repository") {
        offers.list.extend(repositories());
    }
    if offers.paths == Paths::None {
        offers.paths = paths(field);
    }
}

/// Is the value a path? The example tells, or the name.
fn paths(field: &Field) -> Paths {
    let example = field.example.trim_start_matches("- ");
    let named = |ends: &[&str]| ends.iter().any(|end| field.name.ends_with(end));
    match example {
        "DIRECTORY" => Paths::Folders,
        "PATH" | "FILE" => Paths::Files,
        _ if named(&["directory"]) && example.starts_with('/') => Paths::Folders,
        _ if named(&["_path", "_file"]) || field.name == "path" => Paths::Files,
        _ if example.starts_with('/') || example.starts_with("~/") => Paths::Files,
        _ => Paths::None,
    }
}

/// The flags of these groups. A second name is told where the first one does not begin so.
fn of_groups<'a>(
    groups: impl Iterator<Item = &'a &'static [Field]>,
    typed: &str,
    list: &mut Vec<Offer>,
) {
    for field in groups.copied().flatten().filter(|field| !field.no_flag) {
        let names = std::iter::once(written(field.name));
        let names = names.chain(field.aliases.iter().map(|alias| (*alias).to_owned()));
        let mut words = names.map(|name| format!("--{name}"));
        let word = words.find(|word| word.starts_with(typed));
        list.extend(word.map(|word| Offer::new(word, field.summary())));
    }
}

/// The flags of options that begin so, without the dashes. What lies below an option comes after it
/// is typed, as with folders: `--ntfy.` first, then `--ntfy.topic`.
fn options(typed: &str, list: &mut Vec<Offer>) {
    let pattern = first_elements(typed);
    for (name, field) in flags::every(Config::GROUPS) {
        let is_negative = typed.is_empty() && name.starts_with("no-");
        let Some(rest) = name.strip_prefix(&pattern).filter(|_| !is_negative) else {
            continue;
        };
        if !field.deprecated.is_empty() || rest.contains('[') && !rest.starts_with('[') {
            continue;
        }
        list.push(match rest.split_once('.') {
            Some((step, _)) => Offer::new(format!("--{typed}{step}."), ""),
            None => Offer::new(format!("--{typed}{rest}"), field.summary()),
        });
    }
}

/// `repositories[12].pa` as the tables have it: `repositories[0].pa`.
fn first_elements(typed: &str) -> String {
    let mut text = String::new();
    for (at, part) in typed.split('[').enumerate() {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let is_index = at > 0 && digits > 0 && part[digits..].starts_with(']');
        text += if at > 0 { "[" } else { "" };
        text += if is_index { "0" } else { &part[..digits] };
        text += &part[digits..];
    }
    text
}

/// The actions that may still come, by their first or their second words.
fn actions(
    argv: &Argv,
    requested: &[(usize, &'static Entry)],
    entries: &'static [Entry],
    typed: &str,
    list: &mut Vec<Offer>,
) {
    let last = argv.words.len().checked_sub(1);
    let group = last.filter(|at| {
        is_group(&argv.words[*at].text, entries) && !requested.iter().any(|(own, _)| own == at)
    });
    if let Some(group) = group.map(|at| argv.words[at].text.as_str()) {
        let inside = entries.iter().filter(|entry| in_group(entry, group));
        list.extend(inside.filter_map(|entry| {
            let (_, second) = entry.info.name.split_once(' ')?;
            Some(Offer::new(second, entry.info.about))
        }));
        return;
    }
    if requested.iter().any(|(_, entry)| entry.is_alone()) {
        return;
    }
    let starts = leading_flags(argv) == argv.words.len();
    let is_named = |entry: &Entry| requested.iter().any(|(_, own)| std::ptr::eq(*own, entry));
    for entry in entries {
        if entry.first && !starts || entry.is_alone() && !requested.is_empty() || is_named(entry) {
            continue;
        }
        match entry.info.name.split_once(' ') {
            Some((group, _)) => {
                let inside = entries.iter().filter(|entry| in_group(entry, group));
                let names = inside.filter_map(|entry| entry.info.name.split_once(' '));
                let names: Vec<_> = names.map(|(_, name)| name).collect();
                list.push(Offer::new(group, names.join(", ")));
            }
            None => {
                let names = std::iter::once(&entry.info.name).chain(entry.info.aliases);
                let mut names = names.filter(|name| !name.contains(' '));
                let word = names.find(|name| name.starts_with(typed));
                list.extend(word.map(|word| Offer::new(*word, entry.info.about)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::ALL;

    /// What is offered after a line; its last word is the one at the cursor.
    fn offered(line: &str) -> (Vec<String>, Paths) {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let typed = words.pop().unwrap();
        let known = |configs: &[String]| match configs {
            [] => vec![Offer::new("usb", "/mnt/usb"), Offer::new("/mnt/usb", "")],
            [config, ..] => vec![Offer::new(config, "")],
        };
        let offers = at(&words, &typed, ALL, &known);
        let words = offers.list.into_iter().map(|offer| offer.word);
        (words.collect(), offers.paths)
    }

    fn words(line: &str) -> String {
        offered(line).0.join(" ")
    }

    #[test]
    fn actions_are_offered_where_they_may_stand() {
        assert_eq!(words("cre"), "create");
        assert_eq!(words("rin"), "rinfo");
        assert_eq!(words("prune co"), "compact");
        assert_eq!(words("config val"), "validate");
        assert_eq!(words("-c x upg"), "upgrade-config");
        assert_eq!(words("create upg"), "");
        assert_eq!(words("config validate c"), "");
        assert!(!offered("create ").0.contains(&"create".to_owned()));
        assert!(offered("create ").0.contains(&"prune".to_owned()));
    }

    #[test]
    fn flags_are_those_of_the_actions_then_all() {
        let beside = words("create --");
        assert!(beside.contains("--comment") && beside.contains("--config"));
        assert!(!beside.contains("--keep-daily"), "{beside}");
        assert!(words("--").contains("--keep-daily"));
        assert_eq!(words("prune --keep-d"), "--keep-daily");
        assert_eq!(
            words("create --fil"),
            "--files --files-changed --files-cache"
        );
        assert_eq!(words("--nt"), "--ntfy.");
        assert!(words("--ntfy.").starts_with("--ntfy.topic --ntfy.server "));
        assert_eq!(words("--repositories[12].lab"), "--repositories[12].label");
        assert_eq!(words("--skip-actions["), "--skip-actions[0]");
        assert_eq!(words("--no-col"), "--no-color");
        assert_eq!(words("--bogus=x"), "");
    }

    #[test]
    fn values_are_offered_after_their_flags() {
        assert_eq!(words("-v "), "-2 -1 0 1 2");
        assert_eq!(words("--verbosity=-"), "--verbosity=-2 --verbosity=-1");
        assert_eq!(words("check --only a"), "archives");
        assert_eq!(words("list --repository "), "usb /mnt/usb");
        assert_eq!(words("-c x.yaml list --repository x"), "x.yaml");
        assert_eq!(words("extract --archive "), "latest");
        assert_eq!(words("--comment cr"), "");
        assert_eq!(offered("-c ").1, Paths::Files);
        assert_eq!(offered("extract --destination ").1, Paths::Folders);
        assert_eq!(offered("--working-directory=").1, Paths::Folders);
        assert_eq!(offered("--keep-daily ").1, Paths::None);
    }

    #[test]
    fn what_is_borgs_is_left_to_it() {
        assert_eq!(words("borg --rep"), "--repository");
        assert_eq!(words("borg break"), "break-lock");
        assert_eq!(words("borg --repository "), "usb /mnt/usb");
        assert_eq!(offered("borg list ").1, Paths::Files);
    }
}
