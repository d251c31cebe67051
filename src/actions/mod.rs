//! One file for each action: its flags, its command, what it does. Nobody below knows them.

pub mod borg;
pub mod break_lock;
pub mod browse;
pub mod check;
pub mod compact;
pub mod completion;
pub mod config;
pub mod context;
pub mod create;
pub mod delete;
pub mod diff;
pub mod due;
pub mod explain;
pub mod export_tar;
pub mod extract;
pub mod history;
pub mod info;
pub mod key;
pub mod list;
mod manifest;
pub mod mount;
pub mod next_run;
mod patterns_file;
pub mod prune;
pub mod recreate;
pub mod repo_create;
pub mod repo_delete;
pub mod repo_info;
pub mod repo_list;
pub mod restore;
pub mod select;
pub mod status;
pub mod transfer;
pub mod umount;
pub mod unbuilt;

pub use context::{Alone, Context, Last};

use crate::host::Failure;
use crate::option::shape::fields;
use crate::option::{At, Field, Groups, Options, walk};
use crate::text::{Kind, Node, Problems};

/// What an action leaves behind.
#[derive(Debug)]
pub enum Answer {
    Done,
    /// A document for standard output, with `--json`.
    Json(serde_json::Value),
}

/// What a person and the command line know of an action.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    /// One line for the overview.
    pub about: &'static str,
}

/// An action on a repository.
pub trait Action {
    type Flags: Options;
    const INFO: Info;
    /// Does it write, so that only one run of a configuration may do it at a time?
    const TAKES_TURN: bool = false;
    /// Does it make sense in one repository of a run only?
    const SINGLE: bool = false;

    /// Rules between flags.
    fn rules(_flags: &Self::Flags, _node: &Node, _out: &mut Problems) {}

    fn run(context: &Context<'_>, flags: &Self::Flags) -> Result<Answer, Failure>;
}

/// An action that runs once, before and without any repository.
pub trait AloneAction {
    type Flags: Options;
    const INFO: Info;
    /// Does it look at the configuration files?
    const LOADS: bool = true;
    /// Counts only as the first word of the command line: an action that the original does not have
    /// takes no value's word away, and owns its arguments.
    const FIRST: bool = false;
    /// How the program ends where its command line cannot be meant. borgmatic 2.1.10: 1.
    const MISTAKE: u8 = 1;

    fn run(alone: &Alone<'_>, flags: &Self::Flags) -> Result<Answer, Failure>;
}

/// An action that runs once, after all repositories and without any.
pub trait LastAction {
    type Flags: Options;
    const INFO: Info;

    fn run(last: &Last<'_>, flags: &Self::Flags) -> Result<Answer, Failure>;
}

/// An action without its types: a line of [`ALL`].
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub info: Info,
    pub groups: Groups,
    /// Adds the problems that its flags have.
    pub check: fn(&Node, &mut Problems),
    pub run: Run,
    /// Does it look at the configuration files?
    pub loads: bool,
    /// Does it count only as the first word of the command line?
    pub first: bool,
    /// Does only one run of a configuration do it at a time?
    pub takes_turn: bool,
    /// Does it make sense in one repository of a run only?
    pub single: bool,
    /// How the program ends where its command line cannot be meant.
    pub mistake: u8,
}

#[derive(Clone, Copy, Debug)]
pub enum Run {
    OnRepository(fn(&Context<'_>, &Node) -> Result<Answer, Failure>),
    Alone(fn(&Alone<'_>, &Node) -> Result<Answer, Failure>),
    Last(fn(&Last<'_>, &Node) -> Result<Answer, Failure>),
    /// Shows what the other actions of the line would do, in place of doing it.
    Outline,
}

impl Entry {
    const fn of<A: Action>() -> Self {
        Self {
            info: A::INFO,
            groups: A::Flags::GROUPS,
            check: |node, out| {
                if let Some(flags) = walk::object::<A::Flags>(node, &At::Line, out) {
                    A::rules(&flags, node, out);
                }
            },
            run: Run::OnRepository(|context, node| A::run(context, &flags::<A::Flags>(node))),
            loads: true,
            first: false,
            takes_turn: A::TAKES_TURN,
            single: A::SINGLE,
            mistake: 1,
        }
    }

    pub const fn alone<A: AloneAction>() -> Self {
        Self {
            info: A::INFO,
            groups: A::Flags::GROUPS,
            check: |node, out| {
                walk::object::<A::Flags>(node, &At::Line, out);
            },
            run: Run::Alone(|alone, node| A::run(alone, &flags::<A::Flags>(node))),
            loads: A::LOADS,
            first: A::FIRST,
            takes_turn: false,
            single: false,
            mistake: A::MISTAKE,
        }
    }

    const fn last<A: LastAction>() -> Self {
        Self {
            info: A::INFO,
            groups: A::Flags::GROUPS,
            check: |node, out| {
                walk::object::<A::Flags>(node, &At::Line, out);
            },
            run: Run::Last(|last, node| A::run(last, &flags::<A::Flags>(node))),
            loads: true,
            first: false,
            takes_turn: false,
            single: false,
            mistake: 1,
        }
    }

    const fn outline<F: Options>(info: Info) -> Self {
        Self {
            info,
            groups: F::GROUPS,
            check: |node, out| {
                walk::object::<F>(node, &At::Line, out);
            },
            run: Run::Outline,
            loads: true,
            first: true,
            takes_turn: false,
            single: false,
            mistake: 1,
        }
    }

    /// Is it called so, by name or alias?
    pub fn is_called(&self, word: &str) -> bool {
        self.info.name == word || self.info.aliases.contains(&word)
    }

    /// Does it run once, after all repositories?
    pub fn is_last(&self) -> bool {
        matches!(self.run, Run::Last(_))
    }

    /// What takes the words after its name that are no flags.
    pub fn rest(&self) -> Option<&'static Field> {
        let mut fields = fields(self.groups);
        fields.find(|field| field.no_flag && field.shape.item().is_some())
    }

    pub fn is_alone(&self) -> bool {
        matches!(self.run, Run::Alone(_))
    }

    pub fn is_outline(&self) -> bool {
        matches!(self.run, Run::Outline)
    }
}

/// An action and its flags.
#[derive(Clone, Debug)]
pub struct Act {
    pub entry: &'static Entry,
    pub flags: Node,
}

impl Act {
    /// The text of a flag.
    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags.get(name).and_then(Node::as_text)
    }

    /// Is a switch on?
    pub fn is_on(&self, name: &str) -> bool {
        self.flags
            .get(name)
            .is_some_and(|node| node.kind == Kind::Bool(true))
    }
}

/// Flags that [`Entry::check`] has found good.
fn flags<F: Options>(node: &Node) -> F {
    F::take(node, &At::Top, &mut Problems::default())
}

/// All actions, in the order of the overview.
pub static ALL: &[Entry] = &[
    Entry::of::<repo_create::RepoCreate>(),
    Entry::of::<create::Create>(),
    Entry::of::<prune::Prune>(),
    Entry::of::<compact::Compact>(),
    Entry::of::<check::Check>(),
    Entry::of::<repo_list::RepoList>(),
    Entry::of::<list::List>(),
    Entry::of::<repo_info::RepoInfo>(),
    Entry::of::<info::InfoAction>(),
    Entry::of::<extract::Extract>(),
    Entry::of::<export_tar::ExportTar>(),
    Entry::of::<restore::Restore>(),
    Entry::of::<mount::Mount>(),
    Entry::last::<umount::Umount>(),
    Entry::of::<delete::Delete>(),
    Entry::of::<repo_delete::RepoDelete>(),
    Entry::of::<transfer::Transfer>(),
    Entry::of::<diff::Diff>(),
    Entry::of::<recreate::Recreate>(),
    Entry::of::<break_lock::BreakLock>(),
    Entry::of::<key::export::Export>(),
    Entry::of::<key::import::Import>(),
    Entry::of::<key::change_passphrase::ChangePassphrase>(),
    Entry::alone::<browse::Browse>(),
    Entry::of::<borg::BorgAction>(),
    Entry::alone::<config::bootstrap::Bootstrap>(),
    Entry::alone::<config::generate::Generate>(),
    Entry::alone::<config::schema::Schema>(),
    Entry::alone::<config::validate::Validate>(),
    Entry::alone::<config::show::Show>(),
    Entry::outline::<config::outline::Flags>(config::outline::INFO),
    Entry::alone::<config::upgrade::Upgrade>(),
    Entry::alone::<explain::Explain>(),
    Entry::alone::<status::Status>(),
    Entry::alone::<due::Due>(),
    Entry::alone::<completion::Bash>(),
    Entry::alone::<completion::Zsh>(),
    Entry::alone::<completion::Fish>(),
];

/// Actions of the original that come later: their words, flags and help are there. A line that asks
/// for one is refused before anything is read.
pub const LATER: [&str; 2] = ["restore", "browse"];

/// What is said of an action that comes later.
pub fn not_yet(name: &str) -> Failure {
    let words = format!("this version does not have `{name}` yet");
    let instead = match name {
        "restore" => {
            "dumps are files of the archive. Find them: borgmatic list --archive latest --find _databases\n\
             bring them back: borgmatic extract --archive latest --path PATH"
        }
        _ => "list shows the files of an archive: borgmatic list --archive latest",
    };
    Failure::new("borgmatic::cli::later", words).help(instead)
}

/// What a run without any action does, in this order. borgmatic 1.7.9: the same.
pub const DEFAULT: [&str; 4] = ["create", "prune", "compact", "check"];

/// The action of that name or alias.
pub fn named(word: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.is_called(word))
}
