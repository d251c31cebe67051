//! What is done about each thing that is there or is to be there, and where a person has to decide.
//! Pure.

use std::path::PathBuf;

use super::dropin;
use super::manifest::What;
use super::recipe::{Kind, Step};
use super::state::{Item, PYTHON, State};
use super::systemd;
use crate::host::files::Sort;

/// What a person has agreed to.
#[derive(Clone, Debug, Default)]
pub struct Consent {
    pub force: bool,
    /// The end of a copy's name, where copies are kept: `.bak-20261125070000`.
    pub backup: Option<String>,
    /// The end of the name where a copy is kept in any case.
    pub copy: String,
    pub keep: Vec<PathBuf>,
    pub to_dropin: bool,
    /// Where copies go that must not lie beside the file: cron and systemd read all that is there.
    pub aside: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    Nothing,
    Create,
    /// Ours, and unedited.
    Update,
    /// Edited or somebody else's, with a person's consent.
    Overwrite(Option<PathBuf>),
    /// The edits go to a drop-in, then it is updated.
    Dropin {
        path: PathBuf,
        text: String,
    },
    /// Edited, and stays so.
    Keep,
    /// Was installed and is wanted no more.
    Remove,
    /// Was installed and is gone.
    Forget,
    /// Wanted no more, but not ours to remove.
    Leave,
    /// A person has to decide; why.
    Conflict(String),
}

impl Doing {
    /// Does something else stand there afterwards?
    pub fn writes(&self) -> bool {
        matches!(
            self,
            Self::Create | Self::Update | Self::Overwrite(_) | Self::Dropin { .. }
        )
    }
}

#[derive(Clone, Debug)]
pub struct Decided<'a> {
    pub item: Item<'a>,
    pub doing: Doing,
}

impl Decided<'_> {
    /// Is nothing to be done about it?
    pub fn is_settled(&self) -> bool {
        matches!(self.doing, Doing::Nothing | Doing::Keep | Doing::Leave)
    }

    /// Is it a file, a link or a block of lines, of which people are told a number?
    pub fn is_counted(&self) -> bool {
        !matches!(self.item.step, Some(Step::Folder { .. }))
    }

    /// What kind of file changes, if one does.
    pub fn changed(&self) -> Option<Kind> {
        if !self.doing.writes() && self.doing != Doing::Remove {
            return None;
        }
        match (self.item.step, &self.item.entry) {
            (Some(Step::File(file)), _) => Some(file.kind),
            (None, Some(entry)) => match entry.kind {
                What::File(kind) => Some(kind),
                _ => None,
            },
            _ => None,
        }
    }
}

/// For an installation.
pub fn install<'a>(items: Vec<Item<'a>>, consent: &Consent) -> Vec<Decided<'a>> {
    let decided = |item: Item<'a>| Decided {
        doing: one(&item, consent),
        item,
    };
    items.into_iter().map(decided).collect()
}

fn one(item: &Item<'_>, consent: &Consent) -> Doing {
    if item.step.is_none() {
        return unwanted(item, consent);
    }
    match &item.state {
        State::Absent => Doing::Create,
        State::Same => Doing::Nothing,
        State::Mode(_) | State::Owner(_) | State::Outdated => Doing::Update,
        State::Kept if consent.force => overwrite(item, consent),
        State::Kept => Doing::Keep,
        State::Edited => edited(item, consent),
        State::Foreign(what) => foreign(item, what, consent),
    }
}

/// What was installed and is in no step any more.
fn unwanted(item: &Item<'_>, consent: &Consent) -> Doing {
    match &item.state {
        State::Absent => Doing::Forget,
        // Fetched once, with `--with-borg`.
        _ if item.path.ends_with("borg") => Doing::Leave,
        state if state.is_ours() => Doing::Remove,
        _ if consent.force && item.state == State::Edited => Doing::Remove,
        // Two would start backups.
        _ if item.is_schedule() && !is_kept(item, consent) => Doing::Conflict(
            "it belongs to the scheduler that was chosen before, and was edited".into(),
        ),
        _ => Doing::Leave,
    }
}

fn is_kept(item: &Item<'_>, consent: &Consent) -> bool {
    consent.keep.contains(&item.path)
}

fn edited(item: &Item<'_>, consent: &Consent) -> Doing {
    if is_kept(item, consent) {
        return Doing::Keep;
    }
    if consent.force {
        return overwrite(item, consent);
    }
    if consent.to_dropin
        && let (Some(written), Some(now)) = (item.written(), &item.now)
        && matches!(item.step, Some(Step::File(file)) if file.kind == Kind::Unit)
    {
        return match dropin::of(written, now) {
            Ok(text) => Doing::Dropin {
                path: dropin::folder(&item.path),
                text,
            },
            Err(why) => Doing::Conflict(format!("its edits cannot move to a drop-in: {why}")),
        };
    }
    Doing::Conflict("it was edited since it was installed".into())
}

fn foreign(item: &Item<'_>, what: &str, consent: &Consent) -> Doing {
    let is_folder = item
        .placed
        .is_some_and(|placed| placed.sort == Sort::Directory);
    if matches!(item.step, Some(Step::Link { .. })) && !is_folder {
        // Asked for by `--aliases force`; or a package's unit is enabled, whose place ours takes.
        return Doing::Overwrite(Some(copy_of(item, &consent.copy, consent)));
    }
    let is_plain = !is_folder && what != PYTHON && !matches!(item.step, Some(Step::Folder { .. }));
    if is_kept(item, consent) && is_plain {
        return Doing::Keep;
    }
    if is_plain && consent.force && consent.backup.is_some() {
        return overwrite(item, consent);
    }
    Doing::Conflict(format!("it is {what}"))
}

fn overwrite(item: &Item<'_>, consent: &Consent) -> Doing {
    let copy = consent.backup.as_ref();
    Doing::Overwrite(copy.map(|end| copy_of(item, end, consent)))
}

/// Where a copy is kept: beside it, but not where cron or systemd would read it.
fn copy_of(item: &Item<'_>, end: &str, consent: &Consent) -> PathBuf {
    let mut beside = item.path.clone().into_os_string();
    beside.push(end);
    let beside = PathBuf::from(beside);
    let is_read = match item.step {
        Some(Step::File(file)) => file.kind == Kind::Cron,
        Some(Step::Block(_)) => true,
        Some(Step::Link { path, .. }) => systemd::is_enabling(path),
        _ => false,
    };
    match beside.file_name().filter(|_| is_read) {
        Some(name) => consent.aside.join(name),
        None => beside,
    }
}

/// For an uninstallation: nothing that was edited goes, unless that was asked for.
pub fn uninstall<'a>(items: Vec<Item<'a>>, force: bool) -> Vec<Decided<'a>> {
    let decided = |item: Item<'a>| Decided {
        doing: match &item.state {
            State::Absent => Doing::Forget,
            state if state.is_ours() => Doing::Remove,
            State::Edited if force => Doing::Remove,
            State::Kept if force && item.was_ours() => Doing::Remove,
            _ => Doing::Leave,
        },
        item,
    };
    items.into_iter().map(decided).collect()
}
