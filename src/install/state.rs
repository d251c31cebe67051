//! How each step of a recipe stands: the disk, the manifest and the recipe compared. Changes nothing.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use super::crontab;
use super::manifest::{Entry, Known, Origin, What};
use super::own_files;
use super::paths::Paths;
use super::recipe::{Block, Crontab, File, Kind, Recipe, Step};
use super::rivals::{self, Sort};
use super::systemd;
use crate::config::directories::hashed;
use crate::host::files::{self, Owner, Placed};
use crate::host::{Failure, Files};

/// The largest file that is compared, in bytes.
const LARGEST: u64 = 1 << 30;

/// How a path stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Absent,
    /// As it is to be.
    Same,
    /// The right bytes with another mode.
    Mode(u32),
    /// The right bytes and mode, in the hands of somebody else.
    Owner(Owner),
    /// As we wrote it; it is to be another now.
    Outdated,
    /// Ours, and changed since.
    Edited,
    /// Edited, and to stay so.
    Kept,
    /// Not ours; what it is.
    Foreign(String),
}

/// A step, or something that was installed and is wanted no more.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    pub path: PathBuf,
    /// `None`: wanted no more.
    pub step: Option<&'a Step>,
    pub state: State,
    pub entry: Option<Entry>,
    /// What is there, where it is text that people edit.
    pub now: Option<String>,
    pub placed: Option<Placed>,
}

impl State {
    /// Are the bytes there that we wrote?
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Same | Self::Mode(_) | Self::Owner(_))
    }
}

impl Item<'_> {
    /// Our text as it was written, as far as it is known.
    pub fn written(&self) -> Option<&str> {
        self.entry.as_ref()?.text.as_deref()
    }

    /// Did we make it, whatever it is now?
    pub fn was_ours(&self) -> bool {
        let entry = self.entry.as_ref();
        entry.is_some_and(|entry| entry.origin == Origin::Created)
    }

    /// Is it a part of a file that others have lines in, too?
    pub fn is_block(&self) -> bool {
        let was = |entry: &Entry| matches!(entry.kind, What::Block(_));
        matches!(self.step, Some(Step::Block(_))) || self.entry.as_ref().is_some_and(was)
    }

    /// Does it start backups?
    pub fn is_schedule(&self) -> bool {
        match self.step {
            Some(Step::File(file)) => file.kind.is_edited(),
            Some(Step::Block(_)) => true,
            Some(Step::Link { path, .. }) => systemd::is_enabling(path),
            Some(_) => false,
            None => self.entry.as_ref().is_some_and(Entry::is_schedule),
        }
    }
}

/// Reads crontabs and files, and compares.
pub struct Disk<'a> {
    pub files: &'a Files,
    /// The crontab of the user; empty where there is none.
    pub crontab: Result<String, Failure>,
    /// Whom what is installed belongs to.
    pub owner: Owner,
}

impl Disk<'_> {
    /// All steps that have a path, and all that was installed and is in no step.
    pub fn compare<'r>(&self, recipe: &'r Recipe, known: &Known) -> Result<Vec<Item<'r>>, Failure> {
        let mut items = Vec::new();
        let mut wanted = HashSet::new();
        for step in &recipe.steps {
            let Some(item) = self.item(step, known)? else {
                continue;
            };
            wanted.insert(item.path.clone());
            items.push(item);
        }
        for entry in known.entries() {
            if !wanted.contains(&entry.path) {
                items.push(self.installed(entry, known)?);
            }
        }
        Ok(items)
    }

    fn item<'r>(&self, step: &'r Step, known: &Known) -> Result<Option<Item<'r>>, Failure> {
        let path = match step {
            Step::Run(_) => return Ok(None),
            Step::Folder { path, .. } | Step::Link { path, .. } => path.clone(),
            Step::File(file) => file.path.clone(),
            Step::Block(block) => block.path(),
        };
        let entry = known.entry(&path).cloned();
        let mut item = Item {
            path,
            step: Some(step),
            state: State::Same,
            entry,
            now: None,
            placed: None,
        };
        if item.entry.as_ref().is_some_and(|entry| entry.kept) {
            item.state = State::Kept;
            return Ok(Some(item));
        }
        match step {
            Step::File(file) => self.file(&mut item, file, known)?,
            Step::Link { to, .. } => self.link(&mut item, to, known)?,
            Step::Block(block) => self.block(&mut item, block, known)?,
            Step::Folder { path, mode } => {
                item.placed = self.placed(path)?;
                item.state = match item.placed {
                    None => State::Absent,
                    Some(placed) if placed.sort == files::Sort::Directory => {
                        self.folder(path, placed, *mode, known)
                    }
                    Some(_) if self.files.is_dir(path) => State::Same,
                    Some(_) => State::Foreign("not a directory".into()),
                };
            }
            Step::Run(_) => {}
        }
        Ok(Some(item))
    }

    /// How something stands that was installed, whatever is wanted now. `Same`: as we wrote it.
    pub fn installed(&self, entry: &Entry, known: &Known) -> Result<Item<'static>, Failure> {
        let mut item = Item {
            path: entry.path.clone(),
            step: None,
            state: State::Absent,
            entry: Some(entry.clone()),
            now: None,
            placed: None,
        };
        let hash = match &entry.kind {
            What::Block(crontab) => {
                item.now = self.block_of(crontab)?;
                item.now.as_ref().map(|lines| hashed(lines.as_bytes()))
            }
            What::Link(_) => self.link_hash(&mut item)?,
            What::File(kind) => {
                item.placed = self.placed(&entry.path)?;
                match item.placed {
                    None => None,
                    Some(placed) if placed.sort != files::Sort::File => {
                        item.state = State::Edited;
                        return Ok(item);
                    }
                    Some(_) => {
                        let bytes = self.read(&entry.path)?;
                        item.now = text_of(*kind, &bytes);
                        Some(hashed(&bytes))
                    }
                }
            }
        };
        item.state = match hash {
            None => State::Absent,
            Some(_) if entry.kept => State::Kept,
            Some(hash) if known.is_ours(&entry.path, &hash) => match (&entry.kind, item.placed) {
                (What::File(_), Some(placed)) => self.rights(placed, entry.mode),
                _ => State::Same,
            },
            Some(_) => State::Edited,
        };
        Ok(item)
    }

    /// How a file stands whose bytes are right. Where a folder hands its group on, a user's files have
    /// that one.
    fn rights(&self, placed: Placed, mode: u32) -> State {
        let Owner { user, group } = placed.owner;
        if placed.mode != mode {
            State::Mode(placed.mode)
        } else if user != self.owner.user || user == 0 && group != self.owner.group {
            State::Owner(placed.owner)
        } else {
            State::Same
        }
    }

    /// How a directory stands that we made. One that is private may be opened to readers.
    fn folder(&self, path: &Path, placed: Placed, mode: u32, known: &Known) -> State {
        let is_wrong = match mode & 0o077 {
            0 => placed.mode & 0o022 != 0,
            _ => placed.mode & 0o777 != mode,
        };
        if !known.folders().iter().any(|own| *own == path) {
            State::Same
        } else if is_wrong {
            State::Mode(placed.mode)
        } else if placed.owner.user != self.owner.user {
            State::Owner(placed.owner)
        } else {
            State::Same
        }
    }

    /// How the manifest and its directory stand: what they say is done by root.
    pub fn records(&self, paths: &Paths, known: &Known) -> Result<Vec<(PathBuf, State)>, Failure> {
        let (state, manifest) = (paths.state(), &paths.manifest);
        let mut found = Vec::new();
        if let Some(placed) = self.placed(state)? {
            found.push((state.to_owned(), self.folder(state, placed, 0o700, known)));
        }
        if let Some(placed) = self.placed(manifest)? {
            found.push((manifest.clone(), self.rights(placed, 0o644)));
        }
        found.retain(|(_, state)| *state != State::Same);
        Ok(found)
    }

    fn file(&self, item: &mut Item<'_>, file: &File, known: &Known) -> Result<(), Failure> {
        item.placed = self.placed(&file.path)?;
        item.state = match item.placed {
            None => State::Absent,
            Some(placed) if placed.sort == files::Sort::File => {
                let bytes = self.read(&file.path)?;
                item.now = text_of(file.kind, &bytes);
                if bytes == file.bytes {
                    self.rights(placed, file.mode)
                } else if file.kind == Kind::Program && rivals::sort(&bytes) == Sort::Ours {
                    // Of another version, or put there by hand.
                    State::Outdated
                } else {
                    other(item, &hashed(&bytes), known, || sort_of(&bytes))
                }
            }
            Some(_) if self.is_masked(&file.path) => {
                let name = file.path.file_name().unwrap_or_default();
                let name = name.to_string_lossy();
                State::Foreign(format!(
                    "masked, so that systemd starts it never: systemctl unmask {name}"
                ))
            }
            Some(placed) => State::Foreign(
                match placed.sort {
                    files::Sort::Directory => "a directory",
                    files::Sort::Link => "a symbolic link",
                    _ => "not a plain file",
                }
                .into(),
            ),
        };
        Ok(())
    }

    /// systemctl(1), «mask».
    fn is_masked(&self, path: &Path) -> bool {
        let to = self.files.read_link(path);
        to.is_some_and(|to| to == Path::new("/dev/null"))
    }

    fn link(&self, item: &mut Item<'_>, to: &Path, known: &Known) -> Result<(), Failure> {
        item.state = match self.link_hash(item)? {
            None if item.placed.is_none() => State::Absent,
            None => State::Foreign("not a link of ours".into()),
            Some(hash) if hash == hashed(to.as_os_str().as_encoded_bytes()) => State::Same,
            Some(hash) => other(item, &hash, known, || "a link to another program".into()),
        };
        Ok(())
    }

    fn block(&self, item: &mut Item<'_>, block: &Block, known: &Known) -> Result<(), Failure> {
        item.now = self.block_of(&block.crontab)?;
        item.state = match &item.now {
            None => State::Absent,
            Some(now) if *now == block.lines => State::Same,
            Some(now) => other(item, &hashed(now.as_bytes()), known, String::new),
        };
        Ok(())
    }

    fn link_hash(&self, item: &mut Item<'_>) -> Result<Option<String>, Failure> {
        item.placed = self.placed(&item.path)?;
        let to = self.files.read_link(&item.path);
        let to = to.or_else(|| self.is_wrapper(&item.path).then(|| "borgmatic".into()));
        Ok(to.map(|to| hashed(to.as_os_str().as_encoded_bytes())))
    }

    /// Is it what stands for an old name where there are no links?
    fn is_wrapper(&self, path: &Path) -> bool {
        let wrapper = own_files::wrapper(path).map(String::into_bytes);
        wrapper.is_some() && self.files.read(path, 16 << 10).ok() == wrapper
    }

    /// The text of a crontab.
    pub fn crontab(&self, crontab: &Crontab) -> Result<String, Failure> {
        match crontab {
            Crontab::Own => self.crontab.clone(),
            Crontab::File(path) if self.placed(path)?.is_none() => Ok(String::new()),
            Crontab::File(path) => {
                let bytes = self.read(path)?;
                String::from_utf8(bytes).map_err(|_| {
                    let words = format!("{} is not UTF-8", path.display());
                    Failure::new("borgmatic::install::crontab", words)
                        .help("correct it by hand, then run again")
                        .status(3)
                })
            }
        }
    }

    fn block_of(&self, crontab: &Crontab) -> Result<Option<String>, Failure> {
        let text = self.crontab(crontab)?;
        crontab::lines(&text).map_err(|_| {
            let words = format!(
                "in {}, one of the marks around our lines is missing, or they are there twice",
                crontab_path(crontab).display()
            );
            Failure::new("borgmatic::install::crontab", words)
                .help("take the lines between the marks out by hand, the marks too, then run again")
                .status(3)
        })
    }

    fn placed(&self, path: &Path) -> Result<Option<Placed>, Failure> {
        self.files
            .placed(path)
            .map_err(|error| unseen("look at", path, &error))
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        self.files
            .read(path, LARGEST)
            .map_err(|error| unseen("read", path, &error))
    }
}

/// Who may not look has to be another user.
fn unseen(doing: &str, path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::file(doing, path, error);
    match error.kind() {
        io::ErrorKind::PermissionDenied => failure.status(4),
        _ => failure,
    }
}

impl Block {
    pub fn path(&self) -> PathBuf {
        crontab_path(&self.crontab)
    }
}

pub fn crontab_path(crontab: &Crontab) -> PathBuf {
    match crontab {
        Crontab::File(path) => path.clone(),
        Crontab::Own => "crontab".into(),
    }
}

/// What is there is not what is to be there: is it ours, and as we left it?
fn other(item: &Item<'_>, hash: &str, known: &Known, what: impl FnOnce() -> String) -> State {
    let is_block = matches!(item.step, Some(Step::Block(_)));
    if known.is_ours(&item.path, hash) {
        State::Outdated
    } else if item.entry.is_some() || is_block {
        State::Edited
    } else {
        State::Foreign(what())
    }
}

fn text_of(kind: Kind, bytes: &[u8]) -> Option<String> {
    let text = || String::from_utf8_lossy(bytes).into_owned();
    (kind != Kind::Program).then(text)
}

/// What a file is that we did not write.
fn sort_of(bytes: &[u8]) -> String {
    if rivals::sort(bytes) == Sort::Python {
        return PYTHON.into();
    }
    match bytes {
        [0x7f, b'E', b'L', b'F', ..] => "a program that was not installed by this installer",
        [b'#', b'!', ..] => "a script",
        _ => "a file that was not installed by this installer",
    }
    .into()
}

/// The start script of Python borgmatic.
pub const PYTHON: &str = "Python borgmatic";
