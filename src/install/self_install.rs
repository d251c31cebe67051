//! `self-install`: the program, and whatever starts it regularly, in their places; and the way back.

use std::path::{Path, PathBuf};

use super::build::{self, Changes, Ground};
use super::change::{Change, Undone, carry_out};
use super::decide::{self, Consent, Decided, Doing};
use super::flags::{Flags, Wish};
use super::manifest::{Entry, Manifest, What};
use super::programs::{self, agrees};
use super::recipe::{Crontab, Recipe, Step};
use super::schedulers::{self, Scheduler};
use super::setting::Setting;
use super::show;
use super::state::{Disk, crontab_path};
use super::{
    agree, apply, choose, conflict, crond, fetched, judge, others, own_files, prepare, status,
};
use crate::actions::{Alone, AloneAction, Answer, Info};
use crate::config::find::expand;
use crate::host::files::Held;
use crate::host::{Command, Failure, Host, Level};

pub struct SelfInstall;

impl AloneAction for SelfInstall {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "self-install",
        aliases: &[],
        about: "Install this program and a scheduler for it, check that, or remove it again",
    };
    const LOADS: bool = false;
    const FIRST: bool = true;
    const MISTAKE: u8 = 2;

    fn run(alone: &Alone<'_>, flags: &Flags) -> Result<Answer, Failure> {
        flags.agree()?;
        let writes = matches!(flags.wish(), Wish::Install | Wish::Uninstall);
        let _held = if writes && !alone.dry && !flags.list.is_on() {
            only_one(alone, flags)?
        } else {
            None
        };
        let setting = Setting::read(alone.host, flags, alone.configs)?;
        let task = Task::new(alone, &setting);
        match flags.wish() {
            Wish::Install => task.install(),
            Wish::Check => task.check(),
            Wish::Status => task.status(),
            Wish::Uninstall => task.uninstall(),
        }
        .map(|()| Answer::Done)
    }
}

/// Holds what is installed into: two at once would take back what the other one did.
fn only_one(alone: &Alone<'_>, flags: &Flags) -> Result<Option<Held>, Failure> {
    let env = alone.host.env;
    let place = match flags.root.text() {
        Some(root) => env.cwd.join(expand(root, env)),
        None if env.user != 0 || flags.user.is_on() => env.home.clone(),
        None => PathBuf::from("/"),
    };
    match alone.host.files.hold_folder(&place) {
        Ok(None) => {
            let words = "another self-install is at work here; nothing was changed";
            Err(Failure::new("borgmatic::install::running", words)
                .help("wait until it has ended, then run this again"))
        }
        Ok(held) => Ok(held),
        // Where the place cannot even be opened, the rest will say so.
        Err(_) => Ok(None),
    }
}

/// One call of it.
pub(super) struct Task<'a> {
    pub(super) alone: &'a Alone<'a>,
    /// With the files and the surroundings of the installation.
    pub(super) host: Host<'a>,
    pub(super) setting: &'a Setting,
    pub(super) flags: &'a Flags,
    /// The running program belongs to a package.
    packaged: bool,
}

impl<'a> Task<'a> {
    pub(super) fn new(alone: &'a Alone<'a>, setting: &'a Setting) -> Self {
        let task = Self {
            alone,
            host: setting.host(alone.host),
            setting,
            flags: &setting.flags,
            packaged: false,
        };
        Self {
            packaged: others::is_packaged(&task),
            ..task
        }
    }
}

/// A recipe, and what the next manifest says beside it.
pub(super) struct Planned {
    pub(super) recipe: Recipe,
    pub(super) next: Manifest,
    /// What a person should know about what starts the backups.
    notes: Vec<String>,
}

impl Task<'_> {
    pub(super) fn say(&self, words: &str) {
        self.host.bus.line(Level::Answer, "", words);
    }

    pub(super) fn note(&self, words: &str) {
        self.host.bus.line(Level::Warning, "", words);
    }

    /// Does it only show?
    fn shows_only(&self) -> bool {
        self.alone.dry || self.flags.list.is_on()
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
        }
    }

    fn owner(&self) -> String {
        let user = self.host.env.user;
        let own = Path::new("/proc/self");
        let group = self.alone.host.files.placed(own).ok().flatten();
        let group = group.filter(|_| user != 0).map_or(0, |own| own.group);
        format!("{user}:{group}")
    }

    /// Looks at everything, and makes the recipe.
    pub(super) fn plan(&self, asks: bool) -> Result<Planned, Failure> {
        let setting = self.setting;
        let found = prepare::paths(self);
        let scheduler = choose::scheduler(self, !found.is_empty(), asks)?;
        agree::suits(setting, scheduler)?;
        let (mut steps, mut notes) = (Vec::new(), Vec::new());
        let mut flags = self.flags.words();
        if self.stays() {
            // What a package manager or an image put there.
        } else {
            let bytes = self.alone.host.files.own_program().map_err(|error| {
                Failure::file(
                    "read the running program",
                    Path::new("/proc/self/exe"),
                    &error,
                )
            })?;
            let path = self.alone.host.env.text("PATH").unwrap_or_default();
            let aliases = self.flags.aliases.or(own_files::Aliases::Auto);
            let taken = setting.taken(path);
            if aliases == own_files::Aliases::Auto {
                for name in &taken {
                    let words =
                        format!("the name {name} belongs to another program and stays with it");
                    self.host.bus.line(Level::Info, "", &words);
                }
            }
            steps.extend(own_files::program(&setting.paths, bytes, aliases, &taken));
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
            };
            steps.push(Step::File(fetched::borg(self.alone.host, &wanted)?));
        }
        steps.extend(own_files::shared(&setting.paths));
        if let Some(scheduler) = scheduler {
            let loaded = prepare::configurations(self, &found)?;
            let job = prepare::job(self, &loaded)?;
            let word = format!("--{}", scheduler.word());
            if !flags.contains(&word) {
                flags.insert(0, word);
            }
            let of = schedulers::steps(scheduler, &job, &setting.managers, &setting.paths)?;
            steps.extend(of);
            notes = schedulers::notes(scheduler, &job);
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

    fn consent(&self) -> Consent {
        let now = self.host.clock.now();
        let end = now.strftime(".bak-%Y%m%d%H%M%S").to_string();
        let own = crontab_path(&Crontab::Own);
        let at = |path: &String| {
            let path = expand(path, self.host.env);
            if path == own {
                return path;
            }
            let base = if self.setting.root.is_some() {
                Path::new("/")
            } else {
                &self.alone.host.env.cwd
            };
            base.join(path)
        };
        Consent {
            force: self.flags.force.is_on(),
            backup: self.flags.backup.is_on().then(|| end.clone()),
            copy: end,
            keep: self.flags.keep.items().iter().map(at).collect(),
            to_dropin: self.flags.to_dropin.is_on(),
            aside: self.setting.paths.state().to_owned(),
        }
    }

    fn install(&self) -> Result<(), Failure> {
        let shows_only = self.shows_only();
        if !shows_only {
            apply::privilege(&self.host, self.setting)?;
        }
        let planned = self.plan(!shows_only)?;
        let (disk, owner) = (self.disk(&planned.recipe), self.owner());
        let consent = self.consent();
        let items = disk.compare(&planned.recipe, &self.setting.known)?;
        let decided = decide::install(items, &consent);
        conflict::named_files_are_there(&consent.keep, &decided)?;
        let asks = |question: &Command| agrees(&self.host, question);
        let ground = self.ground(&disk, &owner, &asks);
        let (changes, manifest) = build::install(
            &planned.recipe,
            &decided,
            &self.setting.known,
            planned.next,
            &ground,
        )?;
        if shows_only {
            self.show(&decided, &changes);
            planned.notes.iter().for_each(|note| self.note(note));
            conflict::refuse(self, &decided, |_| {})?;
            return others::starters(self, &decided, manifest.scheduler);
        }
        self.may_write(&changes)?;
        conflict::refuse(self, &decided, |text| self.host.bus.data(text))?;
        others::starters(self, &decided, manifest.scheduler)?;
        if !changes.list.is_empty() {
            judge::judge(self, &planned.recipe.steps)?;
        }
        let document = show::json(&decided, &changes.list);
        self.carry_out(&changes)?;
        if self.flags.json.is_on() {
            self.host.bus.data(&document.to_string());
        } else {
            let is_same = document["up_to_date"] == true;
            self.tell(&decided, &manifest, is_same);
            for note in planned.notes.iter().filter(|_| !is_same) {
                self.note(note);
            }
        }
        others::shadows(self, !changes.list.is_empty());
        Ok(())
    }

    pub(super) fn ground<'g>(
        &'g self,
        disk: &'g Disk<'g>,
        owner: &'g str,
        asks: &'g dyn Fn(&Command) -> bool,
    ) -> Ground<'g> {
        Ground {
            disk,
            paths: &self.setting.paths,
            managers: &self.setting.managers,
            asks,
            owner,
        }
    }

    pub(super) fn show(&self, decided: &[Decided<'_>], changes: &Changes) {
        let text = if self.flags.json.is_on() {
            show::json(decided, &changes.list).to_string()
        } else if self.flags.list.is_on() {
            show::list(decided, &changes.list)
                .into_iter()
                .fold(String::new(), |text, line| text + &line + "\n")
        } else {
            show::diff(decided, &changes.list)
        };
        if text.is_empty() {
            self.say("Nothing to do: everything is up to date");
        } else {
            self.host.bus.data(&text);
        }
    }

    pub(super) fn carry_out(&self, changes: &Changes) -> Result<(), Failure> {
        let host = &self.host;
        for change in build::tidy(&self.setting.known, &self.setting.paths) {
            // What stays does no harm.
            apply::act(host, &change).ok();
        }
        let mut act = |change: &Change| apply::act(host, change);
        let stopped = || host.processes.stop().map(Failure::interrupted);
        if let Err(undone) = carry_out(&changes.list, &mut act, &stopped) {
            return Err(taken_back(*undone));
        }
        others::relabel(self, &changes.list);
        for change in &changes.finish {
            if let Err(failure) = apply::act(host, change) {
                host.bus.failure(Level::Warning, &failure);
            }
        }
        Ok(())
    }

    /// What was done, and what comes next.
    fn tell(&self, decided: &[Decided<'_>], manifest: &Manifest, is_same: bool) {
        let program = self.setting.paths.program();
        if is_same {
            self.say("Nothing to do: everything is up to date");
        } else {
            let written = show::count(decided, Doing::writes);
            let version = env!("CARGO_PKG_VERSION");
            self.say(&format!("Installed borgmatic {version}: {written} written"));
        }
        for one in decided.iter().filter(|one| one.doing.writes()) {
            let path = one.item.path.display();
            if one.item.path == program {
                self.say(&format!("  program   {path}"));
            }
            if one.item.is_schedule() {
                self.say(&format!("  schedule  {path}"));
                if let Some(masked) = others::masked(self, &one.item.path) {
                    self.note(&format!("it takes the place of {}", masked.display()));
                }
            }
        }
        if let Some(next) = status::next(self, manifest.scheduler).filter(|_| !is_same) {
            let coming = next.coming(&self.host.clock.now());
            self.say(&format!("  next run  {coming}"));
        }
        if manifest.scheduler.is_none() {
            self.say("Nobody starts backups regularly yet");
        } else if manifest.scheduler == Some(Scheduler::Systemd)
            && !self.setting.managers.told
            && self.setting.root.is_none()
        {
            self.note("systemd does not run here: once it does, run: borgmatic self-install");
        }
        if !is_same {
            let name = program.display();
            self.say(&format!("Check it:     {name} self-install --status"));
            self.say(&format!("Take it back: {name} self-install --uninstall"));
        }
    }

    fn check(&self) -> Result<(), Failure> {
        let failure = |words: String| {
            let failure = Failure::new("borgmatic::install::drift", words);
            failure
                .help("put it right: borgmatic self-install")
                .status(10)
        };
        if self.setting.known.manifest.is_none() {
            return Err(failure(
                "nothing is installed here by this installer".into(),
            ));
        }
        let in_sync = self.compared(|decided, changes| {
            let drifted: Vec<_> = decided.iter().filter(|one| !one.is_settled()).collect();
            if self.flags.json.is_on() {
                let document = show::json(decided, &changes.list);
                self.host.bus.data(&document.to_string());
            } else {
                for one in &drifted {
                    let path = one.item.path.display();
                    self.say(&format!("{path}: {}", show::word(&one.item.state)));
                }
                if drifted.is_empty() {
                    let commands = show::list(&[], &changes.list);
                    commands
                        .iter()
                        .for_each(|line| self.say(&format!("missing: {line}")));
                }
            }
            drifted.is_empty() && changes.list.is_empty()
        })?;
        if in_sync {
            if !self.flags.json.is_on() {
                self.say("Everything is as it was installed");
            }
            return Ok(());
        }
        Err(failure("the installation is not as it should be".into()))
    }

    /// What an installation with the same flags would decide and change now.
    pub(super) fn compared<T>(
        &self,
        look: impl FnOnce(&[Decided<'_>], &Changes) -> T,
    ) -> Result<T, Failure> {
        let planned = self.plan(false)?;
        let (disk, owner) = (self.disk(&planned.recipe), self.owner());
        let items = disk.compare(&planned.recipe, &self.setting.known)?;
        let decided = decide::install(items, &Consent::default());
        let asks = |question: &Command| agrees(&self.host, question);
        let ground = self.ground(&disk, &owner, &asks);
        let (changes, _) = build::install(
            &planned.recipe,
            &decided,
            &self.setting.known,
            planned.next,
            &ground,
        )?;
        Ok(look(&decided, &changes))
    }

    fn status(&self) -> Result<(), Failure> {
        status::show(self)
    }
}

/// Nothing, or not everything, was taken back after a failure.
fn taken_back(undone: Undone) -> Failure {
    let mut failure = undone.cause;
    if undone.left.is_empty() {
        failure.words += "; nothing was changed: all that was done has been taken back";
    } else {
        failure.words += "; not everything could be taken back:";
        failure
            .tail
            .extend(undone.left.iter().map(|left| left.words.clone()));
    }
    failure.status = 1;
    failure
}
