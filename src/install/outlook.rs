//! How an installation would be now: its recipe, made of what the machine is, and what the disk needs
//! to become like it. Changes nothing.

use std::path::{Path, PathBuf};

use super::build::{self, Changes, Ground};
use super::decide::{self, Consent, Decided};
use super::job::Reach;
use super::manifest::{Entry, Manifest, What};
use super::programs::{self, agrees};
use super::recipe::{Crontab, Recipe, Step};
use super::schedulers::Scheduler;
use super::self_install::Task;
use super::state::Disk;
use super::{agree, choose, crond, fetched, hidden, own_files, prepare, schedulers, strangers};
use crate::host::files::Owner;
use crate::host::{Command, Failure, Level};

/// A recipe, and what the next manifest says beside it.
pub(super) struct Planned {
    pub(super) recipe: Recipe,
    next: Manifest,
    /// What a person should know about what starts the backups.
    pub(super) notes: Vec<String>,
}

/// The same beside what is there.
pub(super) struct Outlook<'r> {
    pub(super) decided: Vec<Decided<'r>>,
    pub(super) changes: Changes,
    /// As it will be.
    pub(super) manifest: Manifest,
}

impl Task<'_> {
    pub(super) fn outlook<'r>(
        &self,
        planned: &'r Planned,
        consent: &Consent,
    ) -> Result<Outlook<'r>, Failure> {
        let (recipe, known) = (&planned.recipe, &self.setting.known);
        let disk = self.disk(recipe);
        let decided = decide::install(disk.compare(recipe, known)?, consent);
        let asks = |question: &Command| agrees(&self.host, question);
        let ground = self.ground(&disk, &asks);
        let (changes, manifest) =
            build::install(recipe, &decided, known, planned.next.clone(), &ground)?;
        Ok(Outlook {
            decided,
            changes,
            manifest,
        })
    }

    /// What an installation with the same flags would decide and change now.
    pub(super) fn compared<T>(
        &self,
        look: impl FnOnce(&[Decided<'_>], &Changes) -> T,
    ) -> Result<T, Failure> {
        let planned = self.plan(false)?;
        let outlook = self.outlook(&planned, &Consent::default())?;
        Ok(look(&outlook.decided, &outlook.changes))
    }

    pub(super) fn ground<'g>(
        &'g self,
        disk: &'g Disk<'g>,
        asks: &'g dyn Fn(&Command) -> bool,
    ) -> Ground<'g> {
        Ground {
            disk,
            paths: &self.setting.paths,
            managers: &self.setting.managers,
            asks,
        }
    }

    /// The disk, with the crontab of the user where it has a part in it.
    pub(super) fn disk(&self, recipe: &Recipe) -> Disk<'_> {
        let is_own =
            |step: &Step| matches!(step, Step::Block(block) if block.crontab == Crontab::Own);
        let was_own = |entry: &&Entry| entry.kind == What::Block(Crontab::Own);
        let is_wanted = recipe.steps.iter().any(is_own);
        let was_wanted = self.setting.known.entries().iter().any(was_own);
        let crontab = match (is_wanted, was_wanted) {
            (false, false) => Ok(String::new()),
            (true, _) => programs::crontab(&self.host),
            (false, true) => programs::crontab_left(&self.host),
        };
        Disk {
            files: &self.setting.files,
            crontab,
            owner: self.owner(),
        }
    }

    /// What is installed for the machine is root's, whoever looks.
    pub(super) fn owner(&self) -> Owner {
        let setting = self.setting;
        let is_roots = setting.managers.reach == Reach::System && setting.root.is_none();
        if is_roots && self.host.env.user != 0 {
            return Owner::ROOT;
        }
        Owner::of_new_files()
    }

    /// Looks at everything, and makes the recipe.
    pub(super) fn plan(&self, asks: bool) -> Result<Planned, Failure> {
        let setting = self.setting;
        let found = prepare::paths(self);
        if found.is_empty() {
            hidden::refuse(self)?;
        }
        let scheduler = choose::scheduler(self, !found.is_empty(), asks)?;
        agree::suits(setting, scheduler)?;
        let (mut steps, mut notes) = (Vec::new(), Vec::new());
        let mut flags = self.flags.words();
        if !self.stays() {
            steps.extend(self.program()?);
        }
        if let (Some(url), Some(hash)) =
            (self.flags.with_borg.text(), self.flags.borg_sha256.text())
        {
            let wanted = fetched::Wanted {
                url,
                hash,
                place: setting.paths.borg(),
                files: &setting.files,
                tries: !self.shows_only(),
                beside: setting.root.is_none().then_some(&*setting.paths.bin),
            };
            steps.push(Step::File(fetched::borg(self.alone.host, &wanted)?));
        }
        steps.extend(own_files::shared(&setting.paths));
        if let Some(scheduler) = scheduler {
            let loaded = prepare::configurations(self, &found)
                .map_err(|failure| hidden::refuse(self).err().unwrap_or(failure))?;
            let job = prepare::job(self, &loaded)?;
            let word = format!("--{}", scheduler.word());
            if !flags.contains(&word) {
                flags.insert(0, word);
            }
            let of = schedulers::steps(scheduler, &job, &setting.managers, &setting.paths)?;
            steps.extend(of);
            notes = schedulers::notes(scheduler, &job);
            if setting.user == 0 && setting.root.is_none() {
                let read = loaded.iter().flat_map(|one| &one.files);
                let note = strangers::of_configurations(read, self.host.files);
                notes.extend(note.map(|(note, cure)| format!("{note}: {cure}")));
            }
            if scheduler == Scheduler::Cron && setting.root.is_none() {
                let cure = crond::cure(&self.host);
                notes.extend(cure.map(|cure| format!("{}: {cure}", crond::NONE)));
            }
        } else if !found.is_empty() && !flags.iter().any(|word| word == "--no-schedule") {
            // Somebody said so. Without a configuration, it is only not yet.
            flags.insert(0, "--no-schedule".into());
        }
        Ok(Planned {
            recipe: Recipe { steps },
            notes,
            next: Manifest {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                scheduler,
                flags,
                configs: setting.configs.clone(),
                ..Manifest::default()
            },
        })
    }

    /// The running program, and its old names.
    fn program(&self) -> Result<Vec<Step>, Failure> {
        let host = self.alone.host;
        let bytes = host.files.own_program().map_err(|error| {
            let own = Path::new("/proc/self/exe");
            Failure::file("read the running program", own, &error)
        })?;
        let path = host.env.text("PATH").unwrap_or_default();
        let aliases = self.flags.aliases.or(own_files::Aliases::Auto);
        let taken = self.setting.taken(path);
        if aliases == own_files::Aliases::Auto {
            for name in &taken {
                let words = format!("the name {name} belongs to another program and stays with it");
                self.host.bus.line(Level::Info, "", &words);
            }
        }
        Ok(own_files::program(
            &self.setting.paths,
            bytes,
            aliases,
            &taken,
        ))
    }

    /// Does the program stay where it is? A package's does, too: two of one name get mixed up.
    pub(super) fn stays(&self) -> bool {
        self.flags.no_bin.is_on() || self.packaged
    }

    /// Where the running program stays; by its stable name, where PATH has one.
    pub(super) fn own_path(&self) -> Result<PathBuf, Failure> {
        let host = self.alone.host;
        let real = host.files.own_path();
        let real = real.ok_or_else(|| {
            let words = "where the running program is cannot be found out";
            Failure::new("borgmatic::install::target", words).help("leave --no-bin out")
        })?;
        let own = host.files.identity(&real);
        let path = host.env.text("PATH").unwrap_or_default();
        let on_path = path.split(':').filter(|folder| folder.starts_with('/'));
        let mut on_path = on_path.map(|folder| Path::new(folder).join("borgmatic"));
        let same = |path: &PathBuf| own.is_some() && host.files.identity(path) == own;
        Ok(on_path.find(same).unwrap_or(real))
    }
}
