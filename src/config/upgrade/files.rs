//! The rewrite of several files that belong together: those that were named, and what they include.
//! Nothing is written here.

use std::path::{Path, PathBuf};

use super::apply::apply;
use super::rewrite::{Left, Rewritten, rewrite};
use super::scope::Refused;
use crate::config::include::{Includes, Texts, candidates};
use crate::config::is_secret;
use crate::host::outcome::reason;
use crate::host::{Env, Files};
use crate::text::{self, Problem, Problems, Source, Within};

/// The largest file that is rewritten, in bytes.
const LARGEST: u64 = 16 << 20;

/// One file, and what became of it.
#[derive(Debug)]
pub struct Planned {
    pub path: PathBuf,
    pub old: String,
    pub result: Result<Rewritten, Problems>,
    /// It was not named, but included.
    pub included: bool,
}

impl Planned {
    /// The new text, where it is another one.
    pub fn new_text(&self) -> Option<&str> {
        let rewritten = self.result.as_ref().ok()?;
        (rewritten.text != self.old).then_some(rewritten.text.as_str())
    }
}

impl Planned {
    /// Leaves the file as it is: all that was done is not.
    fn leave(&mut self) {
        let Ok(rewritten) = &mut self.result else {
            return;
        };
        rewritten.text.clone_from(&self.old);
        let unproven = |rule| Left {
            rule,
            line: 1,
            why: Refused::Together,
        };
        rewritten
            .left
            .extend(rewritten.done.drain(..).map(unproven));
    }
}

/// Rewrites files and what they include, each once; what changes the meaning of any that was named
/// is left as it is. `texts` stand for what is in files, by their path without links.
pub fn plan(paths: &[PathBuf], texts: &Texts, files: &Files, env: &Env) -> Vec<Planned> {
    let mut planned = rewritten(paths, texts, files, env);
    while let Some(Broken {
        named,
        read,
        problems,
    }) = broken(&planned, files, env)
    {
        let mut left = false;
        for one in &mut planned {
            let within = one.path == named || read.contains(&one.path);
            if within && one.new_text().is_some() {
                one.leave();
                left = true;
            }
            if one.path == named && problems.has_errors() {
                one.result = Err(problems.clone());
                left = true;
            }
        }
        if !left {
            break;
        }
    }
    planned
}

/// A file that was named and would not mean the same.
struct Broken {
    named: PathBuf,
    /// With what it includes.
    read: Vec<PathBuf>,
    /// Why it cannot be loaded as it is.
    problems: Problems,
}

fn broken(planned: &[Planned], files: &Files, env: &Env) -> Option<Broken> {
    let real = |path: &Path| files.real(path).unwrap_or_else(|| path.to_owned());
    let texts = |new: bool| -> Texts {
        let text = |one: &Planned| match one.new_text().filter(|_| new) {
            Some(text) => text.to_owned(),
            None => one.old.clone(),
        };
        planned
            .iter()
            .map(|one| (real(&one.path), text(one)))
            .collect()
    };
    let (old, new) = (texts(false), texts(true));
    let named = planned
        .iter()
        .filter(|one| !one.included)
        // Without includes it has been proven alone.
        .filter(|one| {
            one.result
                .as_ref()
                .is_ok_and(|made| !made.includes.is_empty())
        });
    for one in named {
        let meaning = |texts: &Texts| {
            let mut includes = Includes::of(&one.path, files, env).with(texts.clone());
            let text = texts
                .get(&real(&one.path))
                .map_or(one.old.as_str(), String::as_str);
            let source = Source::new(one.path.to_string_lossy(), text, is_secret);
            let within = Within::default();
            let mut found = Problems::default();
            let mut node = text::parse_with(&source, &mut includes, within, &mut found);
            if let Some(node) = &mut node {
                apply(node, &mut found);
            }
            // Two sections may contradict each other only when all files are read.
            let good = !found.has_errors();
            (node.filter(|_| good), includes.into_read(), found)
        };
        let (before, read, problems) = meaning(&old);
        let named = one.path.clone();
        let Some(before) = before else {
            // Nothing can be told of it and what it includes.
            return Some(Broken {
                named,
                read,
                problems,
            });
        };
        let same = meaning(&new).0.is_some_and(|after| before.means(&after));
        if !same {
            return Some(Broken {
                named,
                read,
                problems: Problems::default(),
            });
        }
    }
    None
}

fn rewritten(paths: &[PathBuf], texts: &Texts, files: &Files, env: &Env) -> Vec<Planned> {
    let mut planned: Vec<Planned> = Vec::new();
    let mut waiting: Vec<(PathBuf, bool)> = paths
        .iter()
        .rev()
        .map(|path| (path.clone(), false))
        .collect();
    while let Some((path, included)) = waiting.pop() {
        let real = files.real(&path).unwrap_or_else(|| path.clone());
        if planned
            .iter()
            .any(|one| files.real(&one.path).as_ref() == Some(&real))
        {
            continue;
        }
        let one = one(path, included, texts.get(&real), files);
        if let Ok(rewritten) = &one.result {
            let names = rewritten.includes.iter();
            let found = names.filter_map(|name| {
                let mut places = candidates(name, &one.path, env).into_iter();
                places.find(|path| files.exists(path))
            });
            waiting.extend(found.map(|path| (path, true)));
        }
        planned.push(one);
    }
    planned
}

fn one(path: PathBuf, included: bool, text: Option<&String>, files: &Files) -> Planned {
    let name = path.to_string_lossy().into_owned();
    let bad = |problem: Problem| {
        let mut problems = Problems::default();
        problems.add(problem);
        problems
    };
    let bytes = match text {
        Some(text) => Ok(text.clone().into_bytes()),
        None => files.read(&path, LARGEST),
    };
    let read = match bytes {
        Ok(bytes) => crate::text::decode(&name, bytes, is_secret).map_err(|problem| bad(*problem)),
        Err(error) => {
            let words = format!("{name}: cannot be read: {}", reason(&error));
            Err(bad(Problem::new("borgmatic::config::file", words)))
        }
    };
    let (old, result) = match read {
        Ok(source) => (source.text.clone(), rewrite(&name, &source.text)),
        Err(problems) => (String::new(), Err(problems)),
    };
    Planned {
        path,
        old,
        result,
        included,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Plans the first file of several; the new texts, `-` for those that stay.
    fn planned(texts: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in texts {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let env = Env {
            cwd: PathBuf::from("/"),
            ..Env::default()
        };
        let first = folder.path().join(texts[0].0);
        plan(&[first], &Texts::new(), &Files::new("/"), &env)
            .iter()
            .map(|one| one.new_text().unwrap_or("-").to_owned())
            .collect()
    }

    #[test]
    fn included_files_are_upgraded_too() {
        let all = planned(&[
            (
                "a.yaml",
                "<<: !include common.yaml\nlocation:\n    repositories: [/r]\n",
            ),
            (
                "common.yaml",
                "retention:\n    keep_daily: 7 # week\nchecks: [data]\n",
            ),
        ]);
        assert_eq!(
            all,
            [
                "<<: !include common.yaml\nrepositories: [{path: /r}]\n",
                "keep_daily: 7 # week\nchecks: [{name: data}]\n"
            ]
        );
    }

    #[test]
    fn an_include_within_a_section_moves_with_it() {
        let all = planned(&[
            (
                "a.yaml",
                "location:\n    <<: !include l.yaml\n    repositories: [/r]\n",
            ),
            ("l.yaml", "numeric_owner: true\n"),
        ]);
        assert_eq!(
            all,
            [
                "<<: !include l.yaml\nrepositories: [{path: /r}]\n",
                "numeric_ids: true\n"
            ]
        );
    }

    #[test]
    fn files_that_would_mean_something_else_together_stay() {
        // The section of one file and the option of the other: the section goes before.
        let all = planned(&[
            (
                "a.yaml",
                "<<: !include b.yaml\nkeep_daily: 7\nrepositories: [{path: /r}]\n",
            ),
            ("b.yaml", "retention:\n    keep_daily: 3\n"),
        ]);
        assert_eq!(all, ["-", "-"]);
    }
}
