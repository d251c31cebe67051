//! Help, from the tables: clap draws the frame of a page, the columns of flags are ours.

use clap::Command;

use super::globals::Globals;
use crate::actions::Entry;
use crate::config::Config;
use crate::option::flags::{self, written};
use crate::option::shape::fields;
use crate::option::{Field, Groups, Options, Shape};

/// Where what a flag means begins, at most.
const COLUMN: usize = 34;

/// A flag, and what it means.
pub(super) struct Row {
    pub(super) flag: String,
    pub(super) words: String,
}

/// The page for these actions, or for the whole. `all` adds the flags that every action has.
pub fn page(of: &[&'static Entry], entries: &'static [Entry], all: bool, width: usize) -> String {
    let width = width.clamp(40, 100);
    if of.is_empty() {
        return overview(entries, all, width);
    }
    let mut pages: Vec<_> = of.iter().map(|entry| action(entry, width)).collect();
    pages.push(if all {
        format!("{}\n{}", of_every_run(width), of_options(width))
    } else {
        "With --all: the flags of every run (--config, --help) and of all options\n".to_owned()
    });
    pages.join("\n")
}

fn overview(entries: &'static [Entry], all: bool, width: usize) -> String {
    let options = if all {
        of_options(width)
    } else {
        "Every option of the configuration is a flag, too: --keep-daily 7\n\
         They are listed by: borgmatic --help --all\n"
            .to_owned()
    };
    let end = format!(
        "{}\nFlags of an action: borgmatic ACTION --help\n\n{options}\n\
         First backup, as root:\n  borgmatic config generate\n  borgmatic repo-create --encryption repokey\n  borgmatic --verbosity 1 --list\n\
         As another user, begin with:\n  borgmatic config generate --destination ~/.config/borgmatic/config.yaml",
        of_every_run(width),
    );
    let actions = entries
        .iter()
        .map(|entry| Command::new(entry.info.name).about(entry.info.about));
    blank("borgmatic", width)
        .about("Makes, prunes and checks backups with borg, as configuration files say.")
        .override_usage("borgmatic [ACTION]… [FLAGS]")
        .subcommand_help_heading("Actions (without one: create, prune, compact, check)")
        .subcommands(actions)
        .disable_help_subcommand(true)
        .after_help(end)
        .render_help()
        .to_string()
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
        format!("Flags:\n{}", columns(&rows, width))
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
    format!("Flags of every run:\n{}", columns(&every_run(), width))
}

fn of_options(width: usize) -> String {
    let lines = [
        "Every option of the configuration is a flag, too; --no-… turns one off.",
        "An element of a list is written as --repositories[0].label x.",
    ];
    format!("{}\n{}", lines.join("\n"), columns(&options(), width))
}

/// The flags that belong to no action.
pub(super) fn every_run() -> Vec<Row> {
    let short = fields(Config::GROUPS);
    let short = short.filter(|field| field.short.is_some()).map(row);
    rows(Globals::GROUPS).into_iter().chain(short).collect()
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
    fields.filter(|field| !field.no_flag).map(row).collect()
}

fn row(field: &'static Field) -> Row {
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

/// Flags at the left, what they mean at the right.
fn columns(rows: &[Row], width: usize) -> String {
    let widths = rows.iter().map(|row| row.flag.chars().count() + 4);
    let column = widths
        .filter(|width| *width <= COLUMN)
        .max()
        .unwrap_or(COLUMN);
    let mut text = String::new();
    for row in rows {
        let mut line = format!("  {}", row.flag);
        let mut at = line.chars().count();
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
