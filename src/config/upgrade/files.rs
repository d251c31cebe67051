//! The rewrite of several files that belong together: those that were named, and what they include.
//! Nothing is written here.

use std::path::{Path, PathBuf};

use super::rewrite::{Rewritten, rewrite};
use crate::config::find::expand;
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
}

impl Planned {
    /// The new text, where it is another one.
    pub fn new_text(&self) -> Option<&str> {
        let rewritten = self.result.as_ref().ok()?;
        (rewritten.text != self.old).then_some(rewritten.text.as_str())
    }
}

/// Rewrites files and what they include, each once.
pub fn plan(paths: &[PathBuf], files: &Files, env: &Env) -> Vec<Planned> {
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
        let one = one(path, included, files);
        if let Ok(rewritten) = &one.result {
            let names = rewritten.includes.iter();
            let found = names.filter_map(|name| find(name, &one.path, files, env));
            waiting.extend(found.map(|path| (path, true)));
        }
        planned.push(one);
    }
    planned
}

fn one(path: PathBuf, included: bool, files: &Files) -> Planned {
    let name = path.to_string_lossy().into_owned();
    let bad = |problem: Problem| {
        let mut problems = Problems::default();
        problems.add(problem);
        problems
    };
    let read = match files.read(&path, LARGEST) {
        Ok(bytes) => crate::text::decode(&name, bytes, crate::config::is_secret)
            .map_err(|problem| bad(*problem)),
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

/// Where an included file is: from the working directory, else beside the file that names it.
fn find(name: &str, by: &Path, files: &Files, env: &Env) -> Option<PathBuf> {
    let name = expand(name, env);
    let beside = by.parent().unwrap_or(Path::new("/")).join(&name);
    [env.cwd.join(name), beside]
        .into_iter()
        .find(|path| files.exists(path))
}
