//! The texts of generated files: all options, the least, and those of a file that is there; and the
//! page of all options. Writes nothing.

use crate::borg::Repository;
use crate::config::Config;
use crate::config::lints::secrets::EXAMPLE;
use crate::option::shape::{field, fields};
use crate::option::{Field, Groups, Options, reference, sample};
use crate::text::Node;

/// Every option, in the order of a file.
pub fn all() -> impl Iterator<Item = &'static Field> {
    fields(Config::GROUPS)
}

const HEAD: &str = "# Configuration of borgmatic. Change it to your needs: the values are examples. An option that\n\
                    # starts with # is off; remove the # to set it. Indent with spaces, not with tabs.\n\n";

/// The text of a generated file; `sample/config.yaml` is a copy of it.
pub fn text() -> String {
    HEAD.to_owned() + &sample::file(Config::GROUPS)
}

/// The same with the values of a file: what that does not set is off. `short` leaves the rest out.
pub fn filled(values: &Node, short: bool) -> String {
    let set = |field: &&'static Field| !short || values.get(field.name).is_some();
    let known = all()
        .filter(set)
        .map(|field| sample::filled(field, values, !short));
    let all = known.chain(sample::strange(Config::GROUPS, values));
    HEAD.to_owned() + &sample::joined(all)
}

/// The text of a file with no more than a first backup needs.
pub fn minimal() -> String {
    let lines =
        |groups: Groups, name: &str| field(groups, name).map_or_else(Vec::new, sample::lines);
    let commented = |lines: Vec<String>| lines.into_iter().map(|line| format!("# {line}"));
    let mut text = String::from(
        "# The least that borgmatic needs. All options: borgmatic config generate --destination all.yaml\n\n\
         # What to back up.\n",
    );
    let mut add = |lines: Vec<String>| text += &(lines.join("\n") + "\n");
    add(lines(Config::GROUPS, "source_directories"));
    let path = lines(Repository::GROUPS, "path").join("");
    add(vec![
        String::new(),
        "# Where to: a path, or ssh://user@host/./path. Make it once: borgmatic repo-create -e repokey".into(),
        "repositories:".into(),
        format!("    - {path}"),
    ]);
    let mut secret = vec![
        String::new(),
        "# The passphrase of the repository. Keep a copy elsewhere: without it no backup can be read.".into(),
    ];
    secret.extend(commented(vec![format!("encryption_passphrase: {EXAMPLE}")]));
    add(secret);
    add(vec![String::new(), "# How many backups to keep.".into()]);
    for name in ["keep_daily", "keep_weekly", "keep_monthly"] {
        add(lines(Config::GROUPS, name));
    }
    text
}

/// The text of `docs/options.md`.
pub fn page() -> String {
    let head = "# Options\n\n\
        Every option of a configuration file, made from the program's own table. A file is YAML: one\n\
        `name: value` on a line. Each option is also a flag: `keep_daily` is `--keep-daily 7`, an option\n\
        within another is `--ntfy.topic x`, an element of a list is `--repositories[0].label x`, and what is\n\
        true or false is `--color` or `--no-color`. Most options may also stand in an entry of\n\
        `repositories`, and then count for that repository only.\n";
    head.to_owned() + &reference::page(Config::GROUPS, Config::ABOUT)
}
