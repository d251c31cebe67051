//! `config generate`: a file with every option, explained; a short one; or one file for each option.

use std::path::Path;

use crate::actions::{Alone, AloneAction, Answer, Info};
use crate::borg::Repository;
use crate::config::Config;
use crate::config::find::expand;
use crate::host::{Failure, Host, Level};
use crate::option::shape::field;
use crate::option::words::quote;
use crate::option::{Groups, Options, reference, sample};
use crate::options;

/// Where a file is made unless something else is said.
const DEFAULT: &str = "/etc/borgmatic/config.yaml";

options! {
    /// Flags of config generate.
    pub struct Flags {
        /// The file to make; with --split, the directory.
        destination: String = "FILE", short = 'd', default = "/etc/borgmatic/config.yaml";
        /// Replace a file that is there.
        overwrite: bool = "";
        /// Only what a first backup needs.
        minimal: bool = "";
        /// Make a file for each option, and a list of them.
        split: bool = "";
    }
}

pub struct Generate;

impl AloneAction for Generate {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "config generate",
        aliases: &[],
        about: "Make a configuration file to start from",
    };

    const LOADS: bool = false;

    fn run(alone: &Alone<'_>, flags: &Flags) -> Result<Answer, Failure> {
        let host = alone.host;
        let destination = flags.destination.or(DEFAULT.into());
        let path = host.env.cwd.join(expand(&destination, host.env));
        if flags.split.is_on() {
            return split(alone, &path, flags.overwrite.is_on());
        }
        let shown = path.display();
        if host.files.is_dir(&path) {
            let words = format!("{shown} is a directory");
            return Err(refused(words).help(format!(
                "name a file in it: --destination {shown}/config.yaml"
            )));
        }
        if host.files.is_there(&path) && !flags.overwrite.is_on() {
            let words = format!("{shown} exists already");
            return Err(refused(words)
                .help("add --overwrite to replace it, or choose another --destination"));
        }
        let answer = |line: &str| host.bus.line(Level::Answer, "", line);
        if alone.dry {
            answer(&format!("Would write {shown} (dry run)"));
            return Ok(Answer::Done);
        }
        let text = if flags.minimal.is_on() {
            minimal()
        } else {
            text()
        };
        let text = editor_line(host) + &text;
        host.files
            .make_dir(path.parent().unwrap_or(Path::new("/")), 0o700)?;
        host.files.write_private(&path, text.as_bytes())?;
        answer(&format!("Wrote {shown}"));
        let other = (destination != DEFAULT)
            .then(|| format!(" --config {}", quote(&path.to_string_lossy())));
        let other = other.unwrap_or_default();
        answer(&format!(
            "Next: change what it says to your needs, then run: borgmatic config validate{other}"
        ));
        Ok(Answer::Done)
    }
}

/// One file for each option, and `options.json` with their names.
fn split(alone: &Alone<'_>, folder: &Path, overwrite: bool) -> Result<Answer, Failure> {
    let files = alone.host.files;
    let shown = folder.display();
    if files.is_there(folder) && !files.is_dir(folder) {
        return Err(refused(format!("{shown} is not a directory"))
            .help("name a directory to make files in"));
    }
    let mut texts: Vec<(String, String)> = Vec::new();
    let mut names = Vec::new();
    for field in all() {
        names.push(field.name);
        let text = sample::joined([sample::option(field)]);
        texts.push((format!("{}.yaml", field.name), text));
    }
    let list = serde_json::json!({ "option_names": names }).to_string();
    texts.push(("options.json".into(), list));
    let there = texts
        .iter()
        .map(|(name, _)| folder.join(name))
        .find(|path| files.is_there(path) && !overwrite);
    if let Some(there) = there {
        return Err(refused(format!("{} exists already", there.display()))
            .help("add --overwrite to replace the files, or choose another --destination"));
    }
    let answer = |line: &str| alone.host.bus.line(Level::Answer, "", line);
    if alone.dry {
        answer(&format!(
            "Would write {} files into {shown} (dry run)",
            texts.len()
        ));
        return Ok(Answer::Done);
    }
    files.make_dir(folder, 0o700)?;
    for (name, text) in &texts {
        files.write_private(&folder.join(name), text.as_bytes())?;
    }
    answer(&format!("Wrote {} files into {shown}", texts.len()));
    Ok(Answer::Done)
}

fn refused(words: String) -> Failure {
    Failure::new("borgmatic::generate::destination", words)
}

/// Tells an editor where the schema is, if it was installed.
fn editor_line(host: &Host<'_>) -> String {
    let schemas = ["/usr/local", "/usr"]
        .map(|prefix| format!("{prefix}/share/borgmatic/borgmatic.schema.json"));
    let found = schemas
        .iter()
        .find(|path| host.files.exists(Path::new(path)));
    found.map_or_else(String::new, |path| {
        format!("# yaml-language-server: $schema=file://{path}\n")
    })
}

fn all() -> impl Iterator<Item = &'static crate::option::Field> {
    Config::GROUPS.iter().copied().flatten()
}

/// The text of a generated file; `sample/config.yaml` is a copy of it.
pub fn text() -> String {
    let head = "# Configuration of borgmatic. Change it to your needs: the values are examples. An option that\n\
                # starts with # is off; remove the # to set it. Indent with spaces, not with tabs.\n\n";
    head.to_owned() + &sample::file(Config::GROUPS)
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
    secret.extend(commented(vec![
        "encryption_passphrase: \"change me\"".into(),
    ]));
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
