//! The rewrite of several files that belong together: those that were named, and what they include.
//! Nothing is written here.

use std::path::PathBuf;

use super::rewrite::{Left, Rewritten, rewrite};
use super::scope::Refused;
pub use super::together::order;
use super::together::{Broken, broken, name_included};
use crate::config::include::{Texts, candidates};
use crate::config::is_secret;
use crate::host::outcome::reason;
use crate::host::{Env, Files};
use crate::text::{Problem, Problems};

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
    /// It includes another one or is included: they are written together, or not at all.
    pub joined: bool,
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
    name_included(&mut planned, files, env);
    planned
}

fn rewritten(paths: &[PathBuf], texts: &Texts, files: &Files, env: &Env) -> Vec<Planned> {
    let mut planned: Vec<Planned> = Vec::new();
    let mut joined = Vec::new();
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
            let found: Vec<PathBuf> = found.collect();
            joined.extend(found.iter().filter_map(|path| files.real(path)));
            if !found.is_empty() {
                joined.push(real);
            }
            waiting.extend(found.into_iter().map(|path| (path, true)));
        }
        planned.push(one);
    }
    for one in &mut planned {
        let real = files.real(&one.path);
        one.joined = real.is_some_and(|real| joined.contains(&real));
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
        joined: false,
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

    /// The commands of the included file run first, as before, also where a kill comes in between.
    #[test]
    fn what_a_kill_leaves_means_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let first = "<<: !include common.yaml\nafter_backup: [echo b]\nrepositories: [path: /r]\n";
        fs::write(at("a.yaml"), first).unwrap();
        fs::write(at("common.yaml"), "before_backup: [echo a]\n").unwrap();
        let (files, env) = (Files::new("/"), Env::default());
        let all = plan(&[at("a.yaml")], &Texts::new(), &files, &env);
        assert!(all.iter().all(|one| one.new_text().is_some()), "{all:?}");
        assert_eq!(order(&all, &files, &env), [1, 0]);
        // Halfway: the second run finishes the rest, to the same.
        fs::write(at("common.yaml"), all[1].new_text().unwrap()).unwrap();
        let rest = plan(&[at("a.yaml")], &Texts::new(), &files, &env);
        assert_eq!(rest[0].new_text(), all[0].new_text());
        assert_eq!(rest[1].new_text(), None);
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
    fn an_old_form_whose_value_another_file_holds_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let texts = [
            (
                "a.yaml",
                "<<: !include b.yaml\nhooks:\n    healthchecks: !include hc.yaml\nrepositories: !include r.yaml\n",
            ),
            (
                "b.yaml",
                "cronitor:\n    ping_url: x\npagerduty: !include hc.yaml\n",
            ),
            ("hc.yaml", "abc\n"),
            ("r.yaml", "[/r]\n"),
        ];
        for (name, text) in texts {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let env = Env {
            cwd: folder.path().to_owned(),
            ..Env::default()
        };
        let first = folder.path().join("a.yaml");
        let planned = plan(&[first], &Texts::new(), &Files::new("/"), &env);
        let left: Vec<_> = planned
            .iter()
            .flat_map(|one| {
                let name = one.path.file_name().unwrap().to_string_lossy();
                let left = &one.result.as_ref().unwrap().left;
                left.iter().map(move |left| {
                    format!("{name}:{}: {}: {:?}", left.line, left.rule.at, left.why)
                })
            })
            .collect();
        assert_eq!(
            left,
            [
                "a.yaml:2: healthchecks: Included",
                "a.yaml:3: repositories: Included",
                "b.yaml:3: pagerduty: Included",
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
