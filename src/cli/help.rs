//! Help, drawn by clap from the tables.

use clap::{Arg, ArgAction, Command};

use super::globals::Globals;
use crate::actions::Entry;
use crate::config::Config;
use crate::option::flags::{self, written};
use crate::option::{Field, Groups, Options, Shape};

/// The page for these actions, or for the whole.
pub fn page(of: &[&'static Entry], entries: &'static [Entry], width: usize) -> String {
    match of {
        [] => overview(entries, width),
        of => of
            .iter()
            .map(|entry| action(entry, width))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

fn overview(entries: &'static [Entry], width: usize) -> String {
    let end = format!(
        "Flags of an action: borgmatic ACTION --help\n\n\
         Every option of the configuration is a flag, too; --no-… turns one off. An element of a list is \
         written as --repositories[0].label x.\n{}\n\
         First backup:\n  borgmatic config generate\n  borgmatic repo-create --encryption repokey\n  borgmatic --verbosity 1 --list",
        options(width.clamp(40, 100))
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
        .args(args(Globals::GROUPS))
        .args(
            Config::GROUPS
                .iter()
                .copied()
                .flatten()
                .filter(|field| field.short.is_some())
                .map(arg),
        )
        .after_help(end)
        .render_help()
        .to_string()
}

fn action(entry: &'static Entry, width: usize) -> String {
    let mut about = entry.info.about.to_owned();
    let aliases: Vec<_> = entry.info.aliases.to_vec();
    if !aliases.is_empty() {
        about += &format!("\nAlso called: {}", aliases.join(", "));
    }
    blank(entry.info.name, width)
        .about(about)
        .override_usage(format!("borgmatic {} [FLAGS]", entry.info.name))
        .args(args(entry.groups))
        .after_help("Flags of every run, such as --config and --verbosity: borgmatic --help")
        .render_help()
        .to_string()
}

/// The flags of the configuration's options, with the first sentence about each. Of lists, the flags
/// of the first element stand for all; those of plain values are left out.
fn options(width: usize) -> String {
    const COLUMN: usize = 34;
    let mut text = String::new();
    let all = flags::every(Config::GROUPS);
    let mut all = all
        .iter()
        .filter(|(name, _)| !name.ends_with(']'))
        .peekable();
    while let Some((name, field)) = all.next() {
        let mut line = format!("  --{name}");
        if let Some((negative, _)) = all.next_if(|(_, next)| std::ptr::eq(*next, *field)) {
            line += &format!(", --{negative}");
        }
        let mut column = line.chars().count();
        if column >= COLUMN {
            line.push('\n');
            column = 0;
        }
        line += &" ".repeat(COLUMN - column);
        column = COLUMN;
        for (at, word) in field.summary().split(' ').enumerate() {
            let long = word.chars().count();
            if at > 0 && column + 1 + long > width {
                line += &format!("\n{:COLUMN$}", "");
                column = COLUMN;
            } else if at > 0 {
                line.push(' ');
                column += 1;
            }
            line += word;
            column += long;
        }
        text += &line;
        text.push('\n');
    }
    text
}

fn blank(name: &'static str, width: usize) -> Command {
    Command::new(name)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .term_width(width.clamp(40, 100))
}

fn args(groups: Groups) -> impl Iterator<Item = Arg> {
    groups
        .iter()
        .copied()
        .flatten()
        .filter(|field| !field.no_flag)
        .map(arg)
}

fn arg(field: &'static Field) -> Arg {
    let mut help = field.about();
    if field.required {
        help += " Required.";
    }
    if !field.default.is_empty() {
        help += &format!(" [default: {}]", field.default);
    }
    let mut arg = Arg::new(field.name)
        .long(clap::builder::Str::from(written(field.name)))
        .visible_aliases(field.aliases.iter().copied())
        .help(help);
    if let Some(letter) = field.short {
        arg = arg.short(letter);
    }
    match field.shape {
        Shape::Bool => arg.action(ArgAction::SetTrue),
        _ => arg.action(ArgAction::Set).value_name(value_name(field)),
    }
}

fn value_name(field: &'static Field) -> &'static str {
    let is_word = !field.example.is_empty()
        && field
            .example
            .chars()
            .all(|letter| letter.is_ascii_uppercase());
    match field.shape {
        _ if is_word => field.example,
        Shape::Int(..) | Shape::Number | Shape::Choice(_) => "N",
        _ => "VALUE",
    }
}

/// The names of all flags that could stand beside these actions.
pub(super) fn flag_names(acts: &[(Option<usize>, &Entry)]) -> Vec<String> {
    let of = |groups: Groups| {
        groups
            .iter()
            .copied()
            .flatten()
            .filter(|field| !field.no_flag)
            .flat_map(|field| {
                std::iter::once(written(field.name))
                    .chain(field.aliases.iter().map(|alias| (*alias).to_owned()))
            })
    };
    let options = of(Config::GROUPS);
    let actions = acts.iter().flat_map(|(_, entry)| of(entry.groups));
    of(Globals::GROUPS).chain(actions).chain(options).collect()
}
