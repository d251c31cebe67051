//! `config generate`: a file with every option, explained; a short one; or one file for each option.
//! `--source` takes the values of a file that is there.

use std::path::Path;

use super::{tell, template};
use crate::actions::{Alone, AloneAction, Answer, Info};
use crate::config::directories::own_share;
use crate::config::find::expand;
use crate::config::load::{Wishes, load};
use crate::config::{Config, upgrade};
use crate::host::{Failure, Host, Level};
use crate::option::shape::field;
use crate::option::words::quote;
use crate::option::{Options, sample};
use crate::options;
use crate::text::{Kind, Node, Problems, Source, parse};

/// Where a file is made unless something else is said.
const DEFAULT: &str = "/etc/borgmatic/config.yaml";

options! {
    /// Flags of config generate.
    pub struct Flags {
        /// A file whose values are taken, in today's form; with its includes, without its comments.
        source: String = "FILE", short = 's';
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
        if flags.split.is_on() && flags.minimal.is_on() {
            let words = "--split and --minimal exclude each other";
            return Err(
                Failure::new("borgmatic::cli::conflict", words).help("leave one of them out")
            );
        }
        let destination = flags.destination.or(DEFAULT.into());
        let path = host.env.cwd.join(expand(&destination, host.env));
        let source = flags.source.text().map(|path| values(alone, path));
        let source = source.transpose()?;
        if flags.split.is_on() {
            return split(alone, &path, source.as_ref(), flags);
        }
        let shown = path.display();
        if host.files.is_dir(&path) {
            let words = format!("{shown} is a directory");
            return Err(refused(words).help(format!(
                "name a file in it: --destination {}",
                quote(&path.join("config.yaml").to_string_lossy())
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
        let text = match &source {
            Some(values) => proven(values, template::filled(values, flags.minimal.is_on()))?,
            None if flags.minimal.is_on() => template::minimal(),
            None => template::text(),
        };
        let text = editor_line(host) + &text;
        host.files
            .make_dir(path.parent().unwrap_or(Path::new("/")), 0o700)?;
        host.files.write_private(&path, text.as_bytes())?;
        answer(&format!("Wrote {shown}"));
        if let (Some(values), Some(source)) = (&source, flags.source.text()) {
            taken(host, values, source, Some(&destination));
        }
        let other = (destination != DEFAULT)
            .then(|| format!(" --config {}", quote(&path.to_string_lossy())));
        let other = other.unwrap_or_default();
        answer(&format!(
            "Next: change what it says to your needs, then run: borgmatic config validate{other}"
        ));
        Ok(Answer::Done)
    }
}

/// The values of a file in today's form. Constants and variables stay as they are written.
fn values(alone: &Alone<'_>, path: &str) -> Result<Node, Failure> {
    let host = alone.host;
    let path = host.env.cwd.join(expand(path, host.env));
    let wishes = Wishes {
        parsed: true,
        ..Wishes::default()
    };
    let mut loaded = load(&path, &wishes, host.files, host.env);
    if let Some(tree) = &mut loaded.tree {
        upgrade::apply(tree, &mut loaded.problems);
    }
    tell(alone, &loaded.problems);
    let words = match loaded.tree {
        Some(tree) if !loaded.problems.has_errors() => match tree.kind {
            Kind::Map(_) => return Ok(tree),
            _ => format!("{} holds {}, not options", path.display(), tree.describe()),
        },
        _ => format!("{} cannot be used", path.display()),
    };
    let words = format!("{words}; nothing was written");
    Err(Failure::new("borgmatic::generate::source", words))
}

/// The text, if it says what the values say.
fn proven(values: &Node, text: String) -> Result<String, Failure> {
    let mut problems = Problems::default();
    let read = parse(&Source::plain("new", text.as_str()), &mut problems);
    if values.pairs().is_empty() || read.is_some_and(|read| read.means(values)) {
        return Ok(text);
    }
    let words = "a value of the source cannot be written so that it reads back the same";
    Err(Failure::new("borgmatic::generate::source", words)
        .help("bring the file itself to today's form: borgmatic upgrade-config"))
}

/// What came from the source, and what did not.
fn taken(host: &Host<'_>, values: &Node, source: &str, destination: Option<&str>) {
    let answer = |line: &str| host.bus.line(Level::Answer, "", line);
    answer(&format!(
        "The values are those of {source}; its comments stay there"
    ));
    if let Some(destination) = destination {
        let (one, other) = (quote(source), quote(destination));
        answer(&format!(
            "See what is different: diff --unified {one} {other}"
        ));
    }
    let strange = strange(values);
    if !strange.is_empty() {
        let words = format!(
            "{source}: no option is called {}; it stands at the end",
            strange.join(" or ")
        );
        host.bus.line(Level::Warning, "", &words);
    }
}

/// Names that are no options.
fn strange(values: &Node) -> Vec<String> {
    let names = values.pairs().iter().filter_map(|(key, _)| key.as_text());
    names
        .filter(|name| field(Config::GROUPS, name).is_none())
        .map(|name| format!("`{name}`"))
        .collect()
}

/// One file for each option, and `options.json` with their names.
fn split(
    alone: &Alone<'_>,
    folder: &Path,
    values: Option<&Node>,
    flags: &Flags,
) -> Result<Answer, Failure> {
    let overwrite = flags.overwrite.is_on();
    let files = alone.host.files;
    let shown = folder.display();
    if files.is_there(folder) && !files.is_dir(folder) {
        return Err(refused(format!("{shown} is not a directory"))
            .help("name a directory to make files in"));
    }
    let mut texts: Vec<(String, String)> = Vec::new();
    let mut names = Vec::new();
    for field in template::all() {
        names.push(field.name);
        let lines = match values {
            Some(values) => sample::filled(field, values, true),
            None => sample::option(field),
        };
        texts.push((format!("{}.yaml", field.name), sample::joined([lines])));
    }
    if let Some(values) = values {
        let strange = strange(values);
        if !strange.is_empty() {
            let words = format!("no option is called {}", strange.join(" or "));
            return Err(Failure::new("borgmatic::generate::source", words)
                .help("correct the source first, or leave out --split"));
        }
        let together: String = texts.iter().map(|(_, text)| text.as_str()).collect();
        proven(values, together)?;
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
    if let (Some(values), Some(source)) = (values, flags.source.text()) {
        taken(alone.host, values, source, None);
    }
    Ok(Answer::Done)
}

fn refused(words: String) -> Failure {
    Failure::new("borgmatic::generate::destination", words)
}

/// Tells an editor where the schema is, if it was installed.
fn editor_line(host: &Host<'_>) -> String {
    let shares = [
        own_share(host.env),
        "/usr/local/share".into(),
        "/usr/share".into(),
    ];
    let mut schemas = shares
        .iter()
        .map(|share| share.join("borgmatic/borgmatic.schema.json"));
    let found = schemas.find(|path| host.files.exists(path));
    found.map_or_else(String::new, |path| {
        format!(
            "# yaml-language-server: $schema=file://{}\n",
            path.display()
        )
    })
}
