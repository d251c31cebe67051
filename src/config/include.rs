//! Reads the files that `!include` names: where they are looked for, what cannot be included, and
//! which were read. Knows no option.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::find::expand;
use super::load::LARGEST;
use crate::host::outcome::reason;
use crate::host::{Env, Files};
use crate::text::near::nearest;
use crate::text::{self, Include, Node, Origin, Problem, Problems, Wanted};

/// How many files may include one another in a chain.
const DEEPEST: usize = 50;
/// How many files one configuration may include.
const MOST: usize = 1_000;

/// Texts that stand for files, by their path without links: what would be written.
pub type Texts = HashMap<PathBuf, String>;

/// The files of one configuration.
pub struct Includes<'a> {
    files: &'a Files,
    env: &'a Env,
    /// Those that are being read, the outermost first: as named, and without links. That of the
    /// outermost is empty until somebody asks.
    open: Vec<(PathBuf, PathBuf)>,
    /// All that were read.
    read: Vec<PathBuf>,
    left: u64,
    texts: Texts,
}

impl<'a> Includes<'a> {
    /// For a configuration file that is being read.
    pub fn of(path: &Path, files: &'a Files, env: &'a Env) -> Self {
        Self {
            files,
            env,
            open: vec![(path.to_owned(), PathBuf::new())],
            // What is handed over once cannot be backed up.
            read: if files.is_stream(path) {
                Vec::new()
            } else {
                vec![path.to_owned()]
            },
            left: LARGEST,
            texts: Texts::new(),
        }
    }

    /// The same, with these texts for what is in those files.
    #[must_use]
    pub fn with(mut self, texts: Texts) -> Self {
        self.texts = texts;
        self
    }

    /// The configuration file and all that it includes, sorted. borgmatic 2.1.10: the same.
    pub fn into_read(mut self) -> Vec<PathBuf> {
        self.read.sort();
        self.read.dedup();
        self.read
    }

    /// What is in a file, or what stands for it.
    pub(super) fn bytes(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let text = || self.texts.get(&self.files.real(path)?);
        match (!self.texts.is_empty()).then(text).flatten() {
            Some(text) => Ok(text.clone().into_bytes()),
            None if self.open.len() == 1 && self.files.is_stream(path) => {
                self.files.read_stream(path, limit)
            }
            None => self.files.read(path, limit),
        }
    }

    fn missing(&self, name: &str, candidates: &[PathBuf], place: &Origin) -> Problem {
        let places: Vec<_> = candidates
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let problem = wrong(
            format!("there is no file `{name}` to include"),
            place,
            "this file",
        );
        let last = candidates.last();
        let folder = last.and_then(|path| path.parent());
        let names = folder
            .and_then(|folder| self.files.names(folder).ok())
            .unwrap_or_default();
        let file = Path::new(name)
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or(name);
        let near = nearest(file, names.iter().filter_map(|name| name.to_str()));
        let looked = format!("it was looked for at {}", places.join(" and at "));
        match near {
            Some(near) => problem.help(format!("did you mean `{near}`? ({looked})")),
            None => problem.help(looked),
        }
    }

    /// What keeps a file that exists from being read again.
    fn refused(&self, name: &str, real: &Path, place: &Origin) -> Option<Problem> {
        if let Some(at) = self.open.iter().position(|(_, open)| open == real) {
            let mut words = format!("`{name}` includes itself");
            if at + 1 < self.open.len() {
                let between = self.open[at + 1..]
                    .iter()
                    .map(|(path, _)| path.display().to_string());
                words += &format!(", by way of {}", between.collect::<Vec<_>>().join(", "));
            }
            let problem = wrong(words, place, "here the circle closes");
            return Some(problem.help("take one of the includes out"));
        }
        if self.open.len() > DEEPEST {
            let words = format!("more than {DEEPEST} files include one another");
            let problem = wrong(words, place, "the limit is passed here");
            return Some(problem.help("include the files from one file, one beside the other"));
        }
        if self.read.len() > MOST {
            let words = format!("more than {MOST} files are included");
            let problem = wrong(words, place, "the limit is passed here");
            return Some(problem.help("do files that are included several times include others?"));
        }
        None
    }
}

impl Include for Includes<'_> {
    fn include(&mut self, wanted: &Wanted<'_>, problems: &mut Problems) -> Option<Node> {
        let (name, place) = (wanted.name, &wanted.place);
        if name.is_empty() {
            let problem = wrong("`!include` names no file", place, "nothing after it");
            problems.add(problem.help("write `!include FILE`"));
            return None;
        }
        let by = self.open.last().map_or(Path::new(""), |(path, _)| path);
        let candidates = candidates(name, by, self.env);
        let Some(path) = candidates.iter().find(|path| self.files.exists(path)) else {
            problems.add(self.missing(name, &candidates, place));
            return None;
        };
        let real = |path: &Path| self.files.real(path).unwrap_or_else(|| path.to_owned());
        let first = self
            .open
            .first()
            .filter(|(_, real)| real.as_os_str().is_empty());
        let outermost = first.map(|(path, _)| real(path));
        let real = real(path);
        if let Some(outermost) = outermost {
            self.open[0].1 = outermost;
        }
        if let Some(problem) = self.refused(name, &real, place) {
            problems.add(problem);
            return None;
        }
        let bytes = match self.bytes(path, self.left) {
            Ok(bytes) => bytes,
            Err(error) => {
                problems.add(unreadable(path, &error, place));
                return None;
            }
        };
        self.left = self.left.saturating_sub(bytes.len() as u64);
        self.read.push(path.clone());
        let source = match text::decode_included(&path.to_string_lossy(), bytes, place) {
            Ok(source) => source,
            Err(problem) => {
                problems.add(*problem);
                return None;
            }
        };
        if wanted.within.secret {
            source.hide(0..source.text.len());
        }
        self.open.push((path.clone(), real));
        let node = text::read_on(&source, self, wanted.within, problems);
        self.open.pop();
        node
    }
}

/// The places where a file may be that another one includes: the working directory goes before the
/// including file's.
pub(super) fn candidates(name: &str, by: &Path, env: &Env) -> Vec<PathBuf> {
    let path = expand(name, env);
    if path.is_absolute() {
        return vec![path];
    }
    let folder = env.cwd.join(by.parent().unwrap_or(Path::new("")));
    let mut all = vec![env.cwd.join(&path), folder.join(path)];
    all.dedup();
    all
}

fn wrong(words: impl Into<String>, place: &Origin, label: &str) -> Problem {
    Problem::new("borgmatic::config::include", words).at(place, label)
}

fn unreadable(path: &Path, error: &std::io::Error, place: &Origin) -> Problem {
    use std::io::ErrorKind;
    let shown = path.display();
    match error.kind() {
        ErrorKind::PermissionDenied => {
            wrong(format!("no permission to read {shown}"), place, "this file")
                .help("run as a user who may read it (often: sudo borgmatic …)")
        }
        ErrorKind::IsADirectory => wrong(format!("{shown} is a directory"), place, "not a file")
            .help("name its files: `<<: !include [ONE, TWO]`"),
        ErrorKind::FileTooLarge => wrong(
            "more than 64 MB would be included",
            place,
            "the limit is passed here",
        )
        .help("is this the right file?"),
        _ => wrong(
            format!("{shown} cannot be read: {}", reason(error)),
            place,
            "this file",
        )
        .help("include a plain file"),
    }
}
