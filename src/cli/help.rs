//! Help, from the tables: clap draws the frame of a page, the columns of flags are ours.

use clap::Command;

use super::globals::Globals;
use crate::actions::{DEFAULT, Entry};
use crate::config::Config;
use crate::option::flags::{self, written};
use crate::option::shape::fields;
use crate::option::{Field, Groups, Options, Shape};

/// Where what a flag means begins, at most.
const COLUMN: usize = 34;

/// The same for commands: the longest of [`USUAL`] stands on its line.
const WIDE: usize = 46;

/// The commands of a first backup, and what each does.
pub(super) const USUAL: [(&str, &str); 7] = [
    (
        "borgmatic config generate",
        "Write a configuration to change.",
    ),
    ("borgmatic config validate", "Look for mistakes in it."),
    (
        "borgmatic repo-create --encryption repokey",
        "Make the repositories in it.",
    ),
    (
        "borgmatic --verbosity 1 --list",
        "Back up, prune, compact and check.",
    ),
    (
        "borgmatic list --archive latest",
        "List the files of the last backup.",
    ),
    (
        "borgmatic extract --archive latest",
        "Bring them back, into this folder.",
    ),
    ("borgmatic self-install", "Have all this done regularly."),
];

/// The flags of every run that stand on the first page, by their names in the table.
const FIRST: [&str; 6] = ["config", "dry_run", "verbosity", "version", "help", "all"];

/// How much is said of the flags that are no action's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// How to see them.
    Short,
    /// Their names: a script that looks for a flag finds it.
    Names,
    /// What each does.
    All,
}

/// A flag, and what it means.
pub(super) struct Row {
    pub(super) flag: String,
    pub(super) words: String,
}

/// The page for these actions, or for the whole: what is their own, and then the rest.
pub fn page(of: &[&'static Entry], entries: &'static [Entry], rest: Rest, width: usize) -> String {
    let width = width.clamp(40, 100);
    let mut pages: Vec<_> = of.iter().map(|entry| action(entry, width)).collect();
    if of.is_empty() {
        pages.push(overview(entries, rest, width));
    }
    pages.push(match rest {
        Rest::Short => {
            "With --all: the flags of every run (--config, --help) and of all options\n".to_owned()
        }
        Rest::Names => names(width),
        Rest::All => format!("{}\n{}", of_every_run(width), of_options(width)),
    });
    pages.join("\n")
}

fn overview(entries: &'static [Entry], rest: Rest, width: usize) -> String {
    let row = |(flag, words): &(&str, &str)| Row {
        flag: (*flag).to_owned(),
        words: (*words).to_owned(),
    };
    let usual: Vec<_> = USUAL.iter().map(row).collect();
    let actions: Vec<_> = entries
        .iter()
        .map(|entry| row(&(entry.info.name, entry.info.about)))
        .collect();
    let mut page = format!(
        "Makes, prunes and checks backups with borg, as configuration files say.\n\n\
         Usage: borgmatic [ACTION]… [FLAGS]\n\n\
         To begin with, as root (for yourself alone, add to the first line:\n\
         --destination ~/.config/borgmatic/config.yaml):\n{}\n\
         Actions (without one: {}):\n{}\n\
         Flags of an action: borgmatic ACTION --help\n",
        columns(&usual, width, WIDE),
        DEFAULT.join(", "),
        columns(&actions, width, COLUMN),
    );
    if rest != Rest::All {
        let first = of_runs().filter(|field| FIRST.contains(&field.name));
        let first: Vec<_> = first.map(row_of).collect();
        page += &format!(
            "Flags of every run, the usual ones:\n{}",
            columns(&first, width, COLUMN)
        );
    }
    page
}

fn action(entry: &'static Entry, width: usize) -> String {
    let mut about = entry.info.about.to_owned();
    if !entry.info.aliases.is_empty() {
        about += &format!("\nAlso called: {}", entry.info.aliases.join(", "));
    }
    let rows = rows(entry.groups);
    let flags = if rows.is_empty() {
        String::new()
    } else {
        format!("Flags:\n{}", columns(&rows, width, COLUMN))
    };
    let page = blank(entry.info.name, width)
        .about(about)
        .override_usage(format!("borgmatic {} {}", entry.info.name, operands(entry)))
        .after_help(flags)
        .render_help();
    format!("{}\n", page.to_string().trim_end())
}

/// What may follow the action's name.
pub(super) fn operands(entry: &Entry) -> String {
    match entry.rest() {
        Some(field) => format!("[FLAGS] {}", field.example),
        None if entry.is_outline() => "[FLAGS] [ACTION]…".into(),
        None => "[FLAGS]".into(),
    }
}

fn blank(name: &'static str, width: usize) -> Command {
    Command::new(name)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .term_width(width)
}

fn of_every_run(width: usize) -> String {
    format!(
        "Flags of every run:\n{}",
        columns(&every_run(), width, COLUMN)
    )
}

fn of_options(width: usize) -> String {
    let lines = [
        "Every option of the configuration is a flag, too; --no-… turns one off.",
        "An element of a list is written as --repositories[0].label x.",
    ];
    format!(
        "{}\n{}",
        lines.join("\n"),
        columns(&options(), width, COLUMN)
    )
}

/// The names of all flags that are no action's own, and those that their words speak of.
fn names(width: usize) -> String {
    let rows: Vec<_> = every_run().into_iter().chain(options()).collect();
    let told = rows.iter().map(|row| &row.words);
    let mut all: Vec<&str> = Vec::new();
    for text in rows.iter().map(|row| &row.flag).chain(told) {
        let flags = text
            .split_whitespace()
            .map(|word| word.trim_end_matches([',', '.', ';', ':']));
        for flag in flags.filter(|word| word.starts_with("--")) {
            if !all.contains(&flag) {
                all.push(flag);
            }
        }
    }
    let names = Row {
        flag: String::new(),
        words: all.join(" "),
    };
    format!(
        "With --all: what each flag of every run and of all options does. These are:\n{}",
        columns(&[names], width, COLUMN)
    )
}

/// The flags that belong to no action.
fn of_runs() -> impl Iterator<Item = &'static Field> {
    let short = fields(Config::GROUPS).filter(|field| field.short.is_some());
    fields(Globals::GROUPS).chain(short)
}

pub(super) fn every_run() -> Vec<Row> {
    of_runs().map(row_of).collect()
}

/// The flags of the configuration's options, with the first sentence about each. Of lists, the flags
/// of the first element stand for all; those of plain values are left out.
pub(super) fn options() -> Vec<Row> {
    let all = flags::every(Config::GROUPS);
    let mut all = all
        .iter()
        .filter(|(name, _)| !name.ends_with(']'))
        .peekable();
    let mut rows = Vec::new();
    while let Some((name, field)) = all.next() {
        let mut flag = format!("--{name}");
        if let Some((negative, _)) = all.next_if(|(_, next)| std::ptr::eq(*next, *field)) {
            flag += &format!(", --{negative}");
        }
        let words = field.summary();
        rows.push(Row { flag, words });
    }
    rows
}

/// The flags of these groups.
pub(super) fn rows(groups: Groups) -> Vec<Row> {
    let fields = fields(groups);
    fields.filter(|field| !field.no_flag).map(row_of).collect()
}

fn row_of(field: &'static Field) -> Row {
    let mut flag = match field.short {
        Some(letter) => format!("-{letter}, --{}", written(field.name)),
        None => format!("--{}", written(field.name)),
    };
    if !field.is_switch() {
        flag += &format!(" <{}>", value_name(field));
    }
    let mut words = field.about();
    if field.required {
        words += " Required.";
    }
    if !field.default.is_empty() {
        words += &format!(" Otherwise: {}.", field.default);
    }
    for alias in field.aliases {
        words += &format!(" Also --{alias}.");
    }
    Row { flag, words }
}

/// Flags at the left, what they mean at the right: where that begins, at most.
fn columns(rows: &[Row], width: usize, most: usize) -> String {
    let widths = rows.iter().map(|row| row.flag.chars().count() + 4);
    let column = widths.filter(|width| *width <= most).max().unwrap_or(most);
    let mut text = String::new();
    for row in rows {
        let mut line = format!("  {}", row.flag);
        let mut at = line.chars().count();
        if at > width {
            line = line.replace(", ", ",\n  ");
        }
        if at + 2 > column {
            line.push('\n');
            at = 0;
        }
        line += &" ".repeat(column - at);
        at = column;
        for (index, word) in row.words.split(' ').enumerate() {
            let long = word.chars().count();
            if index > 0 && at + 1 + long > width {
                line += &format!("\n{:column$}", "");
                at = column;
            } else if index > 0 {
                line.push(' ');
                at += 1;
            }
            line += word;
            at += long;
        }
        text += &line;
        text.push('\n');
    }
    text
}

fn value_name(field: &'static Field) -> &'static str {
    let is_word = !field.example.is_empty()
        && field
            .example
            .chars()
            .all(|letter| letter.is_ascii_uppercase());
    match field.shape {
        _ if is_word => field.example,
        Shape::Int(..) | Shape::Number => "N",
        Shape::Choice(words) if words.iter().all(|word| word.parse::<i64>().is_ok()) => "N",
        Shape::Choice(_) => "CHOICE",
        _ => "VALUE",
    }
}

/// The names of all flags that could stand beside these actions.
pub(super) fn flag_names(acts: &[(Option<usize>, &Entry)]) -> Vec<String> {
    let of = |groups: Groups| {
        fields(groups)
            .filter(|field| !field.no_flag)
            .flat_map(|field| {
                std::iter::once(written(field.name))
                    .chain(field.aliases.iter().map(|alias| (*alias).to_owned()))
            })
    };
    let options = flags::every(Config::GROUPS)
        .into_iter()
        .map(|(name, _)| name);
    let actions = acts.iter().flat_map(|(_, entry)| of(entry.groups));
    of(Globals::GROUPS).chain(actions).chain(options).collect()
}
