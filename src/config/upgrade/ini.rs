//! The format of borgmatic 1.0: an INI file and a file of excludes, to today's YAML. Facts: the
//! upgrade program of borgmatic 1.5.10.

use std::sync::Arc;

use super::address;
use crate::config::is_secret;
use crate::text::near::nearest;
use crate::text::{Origin, Problem, Problems, Source, Span, quoted};

/// How a value is written today.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    /// A word that YAML may read as a number.
    Plain,
    Number,
    Truth,
    /// Words with spaces between them.
    Words,
    Checks,
    Repository,
}

/// Section, option, today's name, form.
const OPTIONS: [(&str, &str, &str, Form); 18] = [
    (
        "location",
        "source_directories",
        "source_directories",
        Form::Words,
    ),
    (
        "location",
        "one_file_system",
        "one_file_system",
        Form::Truth,
    ),
    ("location", "remote_path", "remote_path", Form::Text),
    ("location", "repository", "repositories", Form::Repository),
    (
        "storage",
        "encryption_passphrase",
        "encryption_passphrase",
        Form::Text,
    ),
    ("storage", "compression", "compression", Form::Text),
    ("storage", "umask", "umask", Form::Plain),
    (
        "storage",
        "archive_name_format",
        "archive_name_format",
        Form::Text,
    ),
    ("retention", "keep_within", "keep_within", Form::Text),
    ("retention", "keep_secondly", "keep_secondly", Form::Number),
    ("retention", "keep_hourly", "keep_hourly", Form::Number),
    ("retention", "keep_daily", "keep_daily", Form::Number),
    ("retention", "keep_weekly", "keep_weekly", Form::Number),
    ("retention", "keep_monthly", "keep_monthly", Form::Number),
    ("retention", "keep_yearly", "keep_yearly", Form::Number),
    ("retention", "prefix", "prefix", Form::Text),
    ("consistency", "checks", "checks", Form::Checks),
    ("consistency", "check_last", "check_last", Form::Number),
];

/// An option as it is written, and the comments above it.
struct Entry {
    section: String,
    name: String,
    value: String,
    place: Span,
    above: Vec<String>,
}

/// The text of a YAML file. `excludes`: the lines of the other file.
pub fn convert(name: &str, text: &str, excludes: Option<&str>) -> Result<String, Problems> {
    let source = Source::new(name, text, is_secret);
    let mut problems = Problems::default();
    let (entries, rest) = entries(&source, &mut problems);
    let mut yaml = String::new();
    for entry in &entries {
        let known = OPTIONS
            .iter()
            .find(|(section, option, ..)| *section == entry.section && *option == entry.name);
        let Some((.., today, form)) = known else {
            problems.add(unknown(&source, entry));
            continue;
        };
        for line in &entry.above {
            comment(line, &mut yaml);
        }
        match write(*form, &entry.value) {
            Ok(lines) => yaml += &format!("{today}:{lines}\n"),
            Err(words) => problems.add(
                Problem::new(
                    "borgmatic::config::wrong-type",
                    format!("`{}` {words}", entry.name),
                )
                .at(&Origin::new(&source, entry.place.clone()), "this value"),
            ),
        }
    }
    for option in ["source_directories", "repository"] {
        if !entries.iter().any(|entry| entry.name == option) {
            let words = format!("`{option}` is missing in the section [location]");
            problems.add(
                Problem::new("borgmatic::config::missing", words)
                    .at(&Origin::new(&source, 0..0), "in this file"),
            );
        }
    }
    for line in &rest {
        comment(line, &mut yaml);
    }
    yaml += &patterns(excludes.unwrap_or_default());
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(yaml)
}

/// The lines of the other file as an option, with its comments.
fn patterns(excludes: &str) -> String {
    let lines: Vec<&str> = excludes.lines().map(str::trim_end).collect();
    let mut yaml = String::new();
    if lines.iter().any(|line| is_pattern(line)) {
        yaml += "exclude_patterns:\n";
    }
    for line in lines.iter().filter(|line| !line.is_empty()) {
        yaml += &if is_pattern(line) {
            format!("    - {}\n", quoted(line))
        } else {
            format!("    {line}\n")
        };
    }
    yaml
}

/// Borg leaves out blank lines and comments.
fn is_pattern(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#')
}

fn comment(line: &str, yaml: &mut String) {
    *yaml += line;
    yaml.push('\n');
}

/// The options of a file, and the comments below the last.
fn entries(source: &Arc<Source>, problems: &mut Problems) -> (Vec<Entry>, Vec<String>) {
    let mut entries: Vec<Entry> = Vec::new();
    let mut section: Option<String> = None;
    let mut above = Vec::new();
    let mut start = 0;
    let wrong = |span: Span, words: &str, help: &str| {
        Problem::new("borgmatic::upgrade::ini", words)
            .at(&Origin::new(source, span), "this line")
            .help(help)
    };
    for line in source.text.split_inclusive('\n') {
        let here = start..start + line.trim_end().len();
        start += line.len();
        let line = line.trim_end();
        let words = line.trim_start();
        if words.is_empty() {
            if above.last().is_some_and(|last: &String| !last.is_empty()) {
                above.push(String::new());
            }
        } else if let Some(said) = words.strip_prefix(['#', ';']) {
            above.push(format!("#{said}"));
        } else if line.starts_with([' ', '\t'])
            && let Some(last) = entries.last_mut().filter(|_| section.is_some())
        {
            last.value.push('\n');
            last.value += words;
            last.place.end = here.end;
        } else if let Some(name) = words
            .strip_prefix('[')
            .and_then(|rest| rest.split(']').next())
        {
            section = Some(name.to_owned());
        } else if let Some((name, value)) = words.split_once(['=', ':']) {
            let Some(section) = &section else {
                let help = "write the name of a section above it: [location]";
                problems.add(wrong(
                    here,
                    "an option stands before the first section",
                    help,
                ));
                continue;
            };
            let name = name.trim_end().to_lowercase();
            if entries
                .iter()
                .any(|entry| entry.name == name && entry.section == *section)
            {
                problems.add(wrong(
                    here,
                    "an option stands twice in a section",
                    "delete one of the lines",
                ));
                continue;
            }
            entries.push(Entry {
                section: section.clone(),
                name,
                value: value.trim().to_owned(),
                place: here,
                above: std::mem::take(&mut above),
            });
        } else {
            let help =
                "is this the old format? An option is written as `name: value`, below a [section]";
            problems.add(wrong(here, "this is neither a section nor an option", help));
        }
    }
    (entries, above)
}

fn unknown(source: &Arc<Source>, entry: &Entry) -> Problem {
    let words = format!(
        "unknown option `{}` in the section [{}]",
        entry.name, entry.section
    );
    let problem = Problem::new("borgmatic::config::unknown-option", words).at(
        &Origin::new(source, entry.place.clone()),
        "no such option in borgmatic 1.0",
    );
    match nearest(&entry.name, OPTIONS.iter().map(|(_, option, ..)| *option)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("delete the line"),
    }
}

/// What stands after the colon.
fn write(form: Form, value: &str) -> Result<String, &'static str> {
    let list = |prefix: &str| {
        value.split_whitespace().fold(String::new(), |lines, word| {
            lines + "\n    - " + prefix + &quoted(word)
        })
    };
    Ok(match form {
        Form::Text => format!(" {}", quoted(value)),
        Form::Plain if value.chars().all(|letter| letter.is_ascii_digit()) => format!(" {value}"),
        Form::Plain => format!(" {}", quoted(value)),
        Form::Number => match value.parse::<i64>() {
            Ok(number) => format!(" {number}"),
            Err(_) => return Err("needs a whole number"),
        },
        Form::Truth => match value.to_lowercase().as_str() {
            "1" | "yes" | "true" | "on" => " true".into(),
            "0" | "no" | "false" | "off" => " false".into(),
            _ => return Err("needs true or false"),
        },
        Form::Words => list(""),
        Form::Checks => list("name: "),
        Form::Repository => {
            let path = address::modern(value).unwrap_or_else(|| value.to_owned());
            format!("\n    - path: {}", quoted(&path))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "\
[location]
# What to back up.
source_directories: /home /etc
; remote
repository: user@host:repo.borg
one_file_system = yes

[storage]
encryption_passphrase: a\"b: #c
umask: 0077

[retention]
keep_daily: 7

[consistency]
checks: repository archives
check_last: 3
# the end
";

    #[test]
    fn a_file_of_borgmatic_1_0_becomes_one_of_today() {
        let made = convert("config", OLD, Some("# caches\n*.pyc\n\n/home/*/.cache\n")).unwrap();
        insta::assert_snapshot!(made, @r##"
        # What to back up.
        source_directories:
            - /home
            - /etc
        # remote
        repositories:
            - path: ssh://user@host/./repo.borg
        one_file_system: true
        encryption_passphrase: 'a"b: #c'
        umask: 0077
        keep_daily: 7
        checks:
            - name: repository
            - name: archives
        check_last: 3
        # the end
        exclude_patterns:
            # caches
            - '*.pyc'
            - /home/*/.cache
        "##);
        let source = Source::plain("x", made);
        let mut node = crate::text::parse(&source, &mut Problems::default()).unwrap();
        let mut problems = Problems::default();
        crate::config::upgrade::apply(&mut node, &mut problems);
        assert_eq!(problems.iter().count(), 0);
        assert_eq!(
            node.get("encryption_passphrase").unwrap().as_text(),
            Some("a\"b: #c")
        );
    }

    #[test]
    fn mistakes_are_told_together() {
        let problems = convert(
            "config",
            "x: 1\n[retention]\nkeep_dialy: 7\nkeep_weekly: many\nkeep_weekly: 1\nnonsense\n",
            None,
        )
        .unwrap_err();
        let lines: Vec<_> = problems.iter().map(Problem::line).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        config:1:1: an option stands before the first section
        config:5:1: an option stands twice in a section
        config:6:1: this is neither a section nor an option
        config:3:1: unknown option `keep_dialy` in the section [retention]
        config:4:1: `keep_weekly` needs a whole number
        config:1:1: `source_directories` is missing in the section [location]
        config:1:1: `repository` is missing in the section [location]
        ");
    }
}
