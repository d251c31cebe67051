//! `self-install`: the program, and whatever starts it regularly, in their places; and the way back.

use std::path::{Path, PathBuf};

use super::build::{self, Changes};
use super::change::{Change, Undone, carry_out};
use super::decide::{Consent, Decided, Doing};
use super::flags::{Flags, Wish};
use super::job::Reach;
use super::manifest::Manifest;
use super::outlook::Outlook;
use super::recipe::{Crontab, Recipe};
use super::schedulers::Scheduler;
use super::setting::Setting;
use super::show;
use super::state::{State, crontab_path};
use super::systemd;
use super::{apply, conflict, hidden, judge, others, status};
use crate::actions::{Alone, AloneAction, Answer, Info};
use crate::config::find::expand;
use crate::host::files::Held;
use crate::host::{Failure, Host, Level};
use crate::option::words::quote;

pub struct SelfInstall;

impl AloneAction for SelfInstall {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "self-install",
        aliases: &[],
        about: "Install the program and a schedule; check, remove them",
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
    pub(super) packaged: bool,
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

impl Task<'_> {
    pub(super) fn say(&self, words: &str) {
        self.host.bus.line(Level::Answer, "", words);
    }

    pub(super) fn note(&self, words: &str) {
        self.host.bus.line(Level::Warning, "", words);
    }

    /// Does it only show?
    pub(super) fn shows_only(&self) -> bool {
        self.alone.dry || self.flags.list.is_on()
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
        let consent = self.consent();
        let Outlook {
            decided,
            changes,
            manifest,
        } = self.outlook(&planned, &consent)?;
        conflict::named_files_are_there(self, &consent.keep, &decided)?;
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
        let document = show::json(&decided, &changes.list, self.owner());
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

    pub(super) fn show(&self, decided: &[Decided<'_>], changes: &Changes) {
        let text = if self.flags.json.is_on() {
            show::json(decided, &changes.list, self.owner()).to_string()
        } else if self.flags.list.is_on() {
            show::list(decided, &changes.list, self.owner())
                .into_iter()
                .fold(String::new(), |text, line| text + &line + "\n")
        } else {
            show::diff(decided, &changes.list, self.owner())
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
        let (program, rooted) = (self.setting.paths.program(), self.setting.root.is_some());
        if is_same {
            self.say("Nothing to do: everything is up to date");
        } else {
            let written = show::count(decided, Doing::writes);
            let version = env!("CARGO_PKG_VERSION");
            let goes = |one: &&Decided<'_>| one.doing == Doing::Remove;
            let mut done = Vec::new();
            if decided
                .iter()
                .any(|one| one.is_counted() && one.doing.writes())
            {
                done.push(format!("{written} written"));
            }
            if decided.iter().any(|one| goes(&one)) {
                let removed = show::count(decided, |doing| *doing == Doing::Remove);
                done.push(format!("{removed} removed"));
            }
            let mut words = format!("Installed borgmatic {version}");
            if !done.is_empty() {
                words += &format!(": {}", done.join(", "));
            }
            let is_new =
                |one: &&Decided<'_>| one.doing == Doing::Keep && one.item.state != State::Kept;
            let kept: Vec<_> = decided.iter().filter(is_new).collect();
            let changes = |one: &Decided<'_>| one.doing.writes() || goes(&one);
            if kept.is_empty() || decided.iter().any(changes) {
                self.say(&words);
            } else {
                self.say("Written down as yours, nothing else was changed:");
            }
            let again = self.again("borgmatic");
            for one in kept {
                let path = one.item.path.display();
                self.say(&format!(
                    "  kept      {path} (to have ours again: {again} --force --backup)"
                ));
            }
            let gone = decided.iter().filter(goes);
            for one in gone.filter(|one| one.item.is_schedule()) {
                self.say(&format!("  removed   {}", one.item.path.display()));
            }
        }
        for one in decided.iter().filter(|one| one.doing.writes()) {
            let path = one.item.path.display();
            if let Doing::Overwrite(Some(copy)) = &one.doing {
                self.say(&format!("  copy      {}", copy.display()));
            }
            if one.item.path == program {
                self.say(&format!("  program   {path}"));
            }
            if systemd::is_enabling(&one.item.path) {
                self.say(&format!("  enabled   {path}"));
            } else if one.item.is_schedule() {
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
            && !rooted
        {
            self.note("systemd does not run here: the timer starts when it does");
        }
        if !is_same {
            let program = if rooted {
                "borgmatic".into()
            } else {
                program.to_string_lossy()
            };
            let again = |more: &str| format!("{} {more}", self.again(&program));
            self.say(&format!("Check it:     {}", again("--status")));
            self.say(&format!("Take it back: {}", again("--uninstall")));
        }
    }

    /// What a person types to come back to this installation.
    pub(super) fn again(&self, program: &str) -> String {
        let mut words = format!("{} self-install", quote(program));
        let is_root = self.host.env.user == 0;
        match self.setting.managers.reach {
            Reach::User if is_root => words += " --user",
            Reach::System if !is_root => words += " --system",
            _ => {}
        }
        if let Some(root) = &self.setting.root {
            words += &format!(" --root {}", quote(&root.to_string_lossy()));
        }
        words
    }

    fn check(&self) -> Result<(), Failure> {
        let failure = |words: String| {
            let failure = Failure::new("borgmatic::install::drift", words);
            failure
                .help(format!("put it right: {}", self.again("borgmatic")))
                .status(10)
        };
        if self.setting.known.manifest.is_none() {
            return Err(failure(
                "nothing is installed here by this installer".into(),
            ));
        }
        if let Some(left) = self.only_left()? {
            return Err(failure(format!(
                "it was uninstalled, but for what was edited and stays: {left}"
            )));
        }
        hidden::refuse(self)?;
        let disk = self.disk(&Recipe::default());
        let records = disk.records(&self.setting.paths, &self.setting.known)?;
        let in_sync = self.compared(|decided, changes| {
            let drifted: Vec<_> = decided.iter().filter(|one| !one.is_settled()).collect();
            if self.flags.json.is_on() {
                let document = show::json(decided, &changes.list, self.owner());
                self.host.bus.data(&document.to_string());
            } else {
                for one in &drifted {
                    let path = one.item.path.display();
                    self.say(&format!("{path}: {}", show::word(&one.item.state)));
                }
                for (path, state) in &records {
                    self.say(&format!("{}: {}", path.display(), show::word(state)));
                }
                if drifted.is_empty() && records.is_empty() {
                    let open = show::list(&[], &changes.list, self.owner());
                    open.iter()
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
