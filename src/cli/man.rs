//! Man pages, from the same tables as help: one for the program, one for each action.

use roff::{Inline, Roff, bold, italic, roman};

use super::help::{Row, USUAL, every_run, operands, options, rows};
use crate::actions::{DEFAULT, Entry};

/// What stands at the left, and what it means.
type Item = (&'static str, &'static str);

const FILES: [Item; 4] = [
    (
        "/etc/borgmatic/config.yaml",
        "Read by every run without --config, where it exists.",
    ),
    (
        "/etc/borgmatic.d/*.yaml",
        "The same; each file is a configuration of its own.",
    ),
    (
        "~/.config/borgmatic/config.yaml, ~/.config/borgmatic.d/*.yaml",
        "The same, for one user; below $XDG_CONFIG_HOME, where that is set.",
    ),
    (
        "~/.local/state/borgmatic",
        "What earlier runs did, and when which check ran; below $XDG_STATE_HOME or $STATE_DIRECTORY, where one is set.",
    ),
];

const ENVIRONMENT: [Item; 5] = [
    (
        "BORG_*",
        "Passed on to borg; options of the configuration go before them.",
    ),
    (
        "BORGMATIC_BORG",
        "The borg to run, where local_path names none.",
    ),
    ("NO_COLOR", "Not empty: no colours."),
    (
        "NO_GRAPHICS",
        "Neither empty nor 0: sentences instead of drawings, for those who listen.",
    ),
    (
        "TMPDIR, XDG_RUNTIME_DIR, RUNTIME_DIRECTORY",
        "Where the files of a run are kept while it runs.",
    ),
];

const EXIT_STATUS: [Item; 4] = [
    ("0", "All went well, warnings included."),
    (
        "1",
        "Something failed, in the configuration, in a hook or in borg. The summary at the end tells what.",
    ),
    (
        "2, 3, 4, 5, 10",
        "Of self-install and self-update: flags that cannot be meant; a person has to decide; not root; no borg that works; --check found a difference.",
    ),
    ("128 and the number of a signal", "A signal ended the run."),
];

/// All pages, by the names of their files.
pub fn pages(entries: &'static [Entry]) -> Vec<(String, String)> {
    let program = ("borgmatic.1".to_owned(), program(entries));
    let actions = entries
        .iter()
        .map(|entry| (format!("{}.1", name(entry)), action(entry)));
    std::iter::once(program).chain(actions).collect()
}

/// The pages for these actions, or that for the program.
pub fn page(of: &[&'static Entry], entries: &'static [Entry]) -> String {
    match of {
        [] => program(entries),
        of => of.iter().map(|entry| action(entry)).collect(),
    }
}

/// `borgmatic-config-generate`: man-db finds it as `man borgmatic config generate`, too.
fn name(entry: &Entry) -> String {
    format!("borgmatic-{}", entry.info.name.replace(' ', "-"))
}

/// A page up to its first own section.
fn begin(name: &str, about: &str, synopsis: &str) -> Roff {
    let mut page = Roff::new();
    let version = concat!("borgmatic ", env!("CARGO_PKG_VERSION"));
    let month = concat!(
        env!("CARGO_PKG_VERSION_MAJOR"),
        "-",
        env!("CARGO_PKG_VERSION_MINOR")
    );
    page.control("TH", [name, "1", month, version, "Backups with borg"]);
    page.control("SH", ["NAME"]);
    page.text([roman(format!("{name} - {about}"))]);
    page.control("SH", ["SYNOPSIS"]);
    page.text([bold("borgmatic"), roman(" "), roman(synopsis)]);
    page
}

fn section(page: &mut Roff, title: &str, words: &[&str]) {
    page.control("SH", [title]);
    for (index, words) in words.iter().enumerate() {
        if index > 0 {
            page.control("PP", []);
        }
        page.text([roman(*words)]);
    }
}

/// What stands at the left, and what it means.
fn item(page: &mut Roff, term: Vec<Inline>, words: &str) {
    page.control("TP", []);
    page.text(term);
    page.text([roman(words)]);
}

fn table(page: &mut Roff, title: &str, rows: &[Item], font: fn(&'static str) -> Inline) {
    page.control("SH", [title]);
    for (term, words) in rows {
        item(page, vec![font(term)], words);
    }
}

fn flags(page: &mut Roff, rows: Vec<Row>) {
    for Row { flag, words } in rows {
        let term = match flag.split_once(" <") {
            Some((flag, value)) => {
                vec![bold(flag), roman(" "), italic(value.trim_end_matches('>'))]
            }
            None => vec![bold(flag)],
        };
        item(page, term, &words);
    }
}

fn program(entries: &'static [Entry]) -> String {
    let about = "make, prune and check backups with borg, as configuration files say";
    let mut page = begin("borgmatic", about, "[ACTION]... [FLAGS]");
    let without = format!(
        "Without an action, a run does {}. Several actions in one line are done in the order in which they stand there. A flag goes to every action that has it.",
        DEFAULT.join(", ")
    );
    let description = [
        "borgmatic reads its configuration files and runs borg for each repository in them: it makes archives, removes old ones, frees space and checks what is stored.",
        &without,
        "At the default verbosity a run that went well says nothing.",
    ];
    section(&mut page, "DESCRIPTION", &description);
    section(
        &mut page,
        "ACTIONS",
        &["Each has a page of its own: borgmatic-ACTION(1)."],
    );
    for entry in entries {
        let mut term = vec![bold(entry.info.name)];
        for alias in entry.info.aliases {
            term.extend([roman(", "), bold(*alias)]);
        }
        item(&mut page, term, entry.info.about);
    }
    page.control("SH", ["FLAGS"]);
    flags(&mut page, every_run());
    let words = "Every option of the configuration is a flag. It counts for all files of the run. A switch is turned off by its --no- form, an object is taken out by it. An element of a list is written with its number, from 0: --repositories[0].label x. Whole lists are written as YAML: --skip-actions '[prune]'.";
    section(&mut page, "FLAGS OF OPTIONS", &[words]);
    flags(&mut page, options());
    table(&mut page, "FILES", &FILES, italic);
    table(&mut page, "ENVIRONMENT", &ENVIRONMENT, bold);
    table(&mut page, "EXIT STATUS", &EXIT_STATUS, bold);
    table(&mut page, "EXAMPLES", &USUAL, bold);
    let others: Vec<_> = entries
        .iter()
        .map(|entry| format!("{}(1)", name(entry)))
        .collect();
    section(
        &mut page,
        "SEE ALSO",
        &[&format!("borg(1), {}", others.join(", "))],
    );
    page.render()
}

fn action(entry: &'static Entry) -> String {
    let called = entry.info.name;
    let first = entry.info.about.chars().next().unwrap_or_default();
    let about = format!(
        "{}{}",
        first.to_lowercase(),
        &entry.info.about[first.len_utf8()..]
    );
    let mut page = begin(
        &name(entry),
        &about,
        &format!("{called} {}", operands(entry).replace('…', "...")),
    );
    let mut description = vec![format!("{}.", entry.info.about)];
    if !entry.info.aliases.is_empty() {
        description.push(format!("Also called: {}.", entry.info.aliases.join(", ")));
    }
    if entry.first {
        description.push(format!(
            "{called} counts only as the first word of a command line."
        ));
    }
    let description: Vec<_> = description.iter().map(String::as_str).collect();
    section(&mut page, "DESCRIPTION", &description);
    let own = rows(entry.groups);
    if !own.is_empty() {
        page.control("SH", ["FLAGS"]);
        flags(&mut page, own);
    }
    let words = "The flags of every run, such as --config and --verbosity, and those of options: borgmatic(1).";
    section(&mut page, "SEE ALSO", &[words]);
    page.render()
}
