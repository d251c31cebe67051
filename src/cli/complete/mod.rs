//! Completion: the scripts of the shells ask this program what may stand at the cursor. An answer
//! comes from the tables and from the configuration files, runs nothing and never fails.

mod line;
mod offers;

use std::ffi::OsString;

use crate::actions::Entry;
use crate::config::find;
use crate::config::load::{self, Wishes};
use crate::host::{Env, Files};
use crate::text::Node;
use line::Asked;
use offers::{Offer, Offers, Paths};

/// The first word of a question. It is no action: nobody types it.
const QUESTION: &str = "__complete";

/// The answer to a shell's question, if the command line is one. Its first line tells what the shell
/// itself may offer (`none`, `files`, `folders`); each other line is a word, a tab and what it means.
pub fn answer(
    args: &[OsString],
    entries: &'static [Entry],
    files: &Files,
    env: &Env,
) -> Option<String> {
    let mut words = args.iter().skip(1).map(|word| word.to_string_lossy());
    if words.next()? != QUESTION {
        return None;
    }
    let shell = words.next().unwrap_or_default();
    let rest: Vec<String> = words.map(std::borrow::Cow::into_owned).collect();
    let asked = Asked::of(&shell, &rest);
    let known = |configs: &[String]| repositories(configs, files, env);
    let offers = offers::at(&asked.before, &asked.word, entries, &known);
    Some(written(&offers, &asked))
}

fn written(offers: &Offers, asked: &Asked) -> String {
    let mut text = match offers.paths {
        Paths::None => "none\n",
        Paths::Files => "files\n",
        Paths::Folders => "folders\n",
    }
    .to_owned();
    for Offer { word, about } in &offers.list {
        // A line is a line.
        if !word.contains(['\n', '\t']) {
            text += &format!(
                "{}\t{}\n",
                asked.fit(word),
                about.replace(['\n', '\t'], " ")
            );
        }
    }
    text
}

/// The labels and paths of the repositories in the files that a run would read, as far as they can
/// be read.
fn repositories(configs: &[String], files: &Files, env: &Env) -> Vec<Offer> {
    let paths = find::files(configs, env, files);
    // A pipe would wait for somebody.
    let trees = paths
        .iter()
        .filter(|path| files.is_file(path))
        .filter_map(|path| load::load(path, &Wishes::default(), files, env).tree);
    let mut found = Vec::new();
    for tree in trees {
        let list = tree.get("repositories").map_or(&[][..], Node::items);
        for repository in list {
            let text = |name| repository.get(name).and_then(Node::as_text);
            let path = text("path").unwrap_or_default();
            if let Some(label) = text("label") {
                found.push(Offer::new(label, path));
            }
            found.push(Offer::new(path, ""));
        }
    }
    found
}
