//! The way back: from the manifest alone, and nothing that anybody else made.

use std::path::{Path, PathBuf};

use super::apply;
use super::build::{self, Changes};
use super::change::Change;
use super::claims;
use super::decide::{self, Decided, Doing};
use super::dropin;
use super::manifest::Entry;
use super::programs::agrees;
use super::recipe::Recipe;
use super::self_install::Task;
use super::state::State;
use super::{others, prepare, room, show, status};
use crate::config::directories;
use crate::config::groups::Run;
use crate::config::load::{Loaded, load};
use crate::host::{Command, Failure, Level};
use crate::option::words::quote;

impl Task<'_> {
    pub(super) fn uninstall(&self) -> Result<(), Failure> {
        let known = &self.setting.known;
        let shows_only = self.alone.dry || self.flags.list.is_on();
        if !shows_only {
            apply::privilege(&self.host, self.setting)?;
        }
        let paths = prepare::paths(self);
        let one = |path: &PathBuf| load(path, self.alone.wishes, self.host.files, self.host.env);
        let loaded: Vec<Loaded> = paths.iter().map(one).collect();
        if !shows_only {
            self.nothing_runs(&loaded)?;
        }
        if known.is_empty() {
            self.say("Nothing is installed here by this installer");
            if !shows_only {
                self.tidy_up()?;
            }
            return self.purge(&loaded, shows_only);
        }
        let disk = self.disk(&Recipe::default());
        let mut items = Vec::new();
        for entry in known.entries() {
            items.push(disk.installed(entry, known)?);
        }
        let decided = decide::uninstall(items, self.flags.force.is_on());
        let asks = |question: &Command| agrees(&self.host, question);
        let ground = self.ground(&disk, &asks);
        let (changes, _) = build::uninstall(&decided, known, &ground)?;
        let left = self.left(&decided);
        if shows_only {
            self.show(&decided, &changes);
            left.iter().for_each(|line| self.say(line));
            return self.purge(&loaded, true);
        }
        self.may_write(&changes)?;
        let removed = decided
            .iter()
            .filter(|one| one.doing == Doing::Remove)
            .count();
        self.carry_out(&changes)?;
        if self.flags.json.is_on() {
            let document = serde_json::json!({ "removed": removed, "left": left });
            self.host.bus.data(&document.to_string());
        } else {
            let removed = show::count(&decided, |doing| *doing == Doing::Remove);
            if decided.iter().any(|one| one.doing == Doing::Remove) || left.is_empty() {
                self.say(&format!("Removed: {removed}"));
            } else {
                self.say("Nothing to do: only what stays is left");
            }
            left.iter().for_each(|line| self.say(line));
        }
        self.purge(&loaded, false)
    }

    /// The edited files, where an uninstallation has left nothing else.
    pub(super) fn only_left(&self) -> Result<Option<String>, Failure> {
        let (known, disk) = (&self.setting.known, self.disk(&Recipe::default()));
        let mut left = Vec::new();
        for entry in known.entries() {
            let item = disk.installed(entry, known)?;
            match item.state {
                State::Absent => {}
                State::Edited | State::Kept => left.push(item.path.display().to_string()),
                _ => return Ok(None),
            }
        }
        Ok((!left.is_empty()).then(|| left.join(", ")))
    }

    /// Refuses directories that cannot be written to, and file systems without room.
    pub(super) fn may_write(&self, changes: &Changes) -> Result<(), Failure> {
        let (paths, rooted) = (&self.setting.paths, self.setting.root.is_some());
        let of = (self.setting.managers.reach, rooted);
        apply::targets(&self.host, paths, of, changes.list.iter())?;
        room::room(self.host.files, paths, changes.list.iter())
    }

    /// What a run leaves that was killed before it had written anything down.
    fn tidy_up(&self) -> Result<(), Failure> {
        let setting = self.setting;
        let mut changes = build::tidy(&setting.known, &setting.paths);
        changes.push(Change::NoFolder {
            path: setting.paths.state().to_owned(),
            mode: 0o755,
        });
        changes
            .iter()
            .try_for_each(|change| apply::act(&self.host, change))
    }

    /// Refuses while a backup runs: it would go on with half of its program gone.
    fn nothing_runs(&self, loaded: &[Loaded]) -> Result<(), Failure> {
        let (files, env) = (self.host.files, self.host.env);
        let usual = Run::default();
        let runs = loaded.iter().filter_map(|one| one.config.as_ref());
        let runs = runs.map(|config| &config.run).chain([&usual]);
        for folder in runs.map(|run| directories::locks(run, env, files)) {
            for name in files.names(&folder).unwrap_or_default() {
                let lock = folder.join(name);
                let is_lock = lock.extension().is_some_and(|end| end == "lock");
                if is_lock && matches!(files.hold_found(&lock), Ok(None)) {
                    let words = format!("a backup is running: it holds {}", lock.display());
                    return Err(Failure::new("borgmatic::install::running", words)
                        .help("wait until it has ended, then run this again"));
                }
            }
        }
        Ok(())
    }

    /// What stays, a line each.
    fn left(&self, decided: &[Decided<'_>]) -> Vec<String> {
        let mut lines = Vec::new();
        for one in decided {
            let path = one.item.path.display();
            match (&one.doing, &one.item.state) {
                (Doing::Leave, State::Kept) if one.item.was_ours() => {
                    lines.push(format!(
                        "left: {path}, which you keep (remove it too: --force)"
                    ));
                }
                (Doing::Leave, State::Kept) => {
                    let rm = quote(&one.item.path.to_string_lossy());
                    lines.push(format!(
                        "left: {path}, which you keep (remove it too: rm {rm}, then --uninstall again)"
                    ));
                }
                (Doing::Leave, _) => {
                    lines.push(format!(
                        "left: {path}, which was edited (remove it too: --force)"
                    ));
                }
                _ => {}
            }
            let folder = dropin::folder(&one.item.path);
            if self.setting.files.is_dir(&folder) {
                let own = status::dropins(self, &one.item.path);
                lines.extend(own.iter().map(|path| format!("left: {path}, your drop-in")));
            }
            let masked = others::masked(self, &one.item.path);
            if let (Some(path), true) = (masked, one.item.is_schedule()) {
                let path = path.display();
                lines.push(format!("in force again: {path}, which a package brought"));
            }
        }
        let copy = |path: PathBuf| format!("left: {}, a copy that --backup kept", path.display());
        lines.extend(self.copies().into_iter().map(copy));
        lines
    }

    /// The copies that were kept of what was overwritten, but for those that come back by themselves.
    fn copies(&self) -> Vec<PathBuf> {
        let (setting, entries) = (self.setting, self.setting.known.entries());
        let mut folders: Vec<&Path> = entries.iter().filter_map(|own| own.path.parent()).collect();
        folders.push(setting.paths.state());
        folders.sort_unstable();
        folders.dedup();
        let mut copies = Vec::new();
        for folder in folders {
            for name in setting.files.names(folder).unwrap_or_default() {
                let path = folder.join(name);
                let is_copy = |own: &&Entry| claims::is_copy(&path, own, &setting.paths);
                let returns = |own: &&Entry| own.backup.as_ref() == Some(&path);
                if entries.iter().any(is_copy) && !entries.iter().any(returns) {
                    copies.push(path);
                }
            }
        }
        copies
    }

    /// Removes the configurations and what earlier runs wrote down, if that was asked for; never what
    /// a backup cannot be read without.
    fn purge(&self, loaded: &[Loaded], shows_only: bool) -> Result<(), Failure> {
        if !self.flags.purge.is_on() {
            return Ok(());
        }
        let files = self.host.files;
        let mut gone = Vec::new();
        for one in loaded {
            let has_passphrase = one.config.as_ref().is_none_or(|config| {
                let units = one.units.iter().map(|unit| &unit.config);
                units
                    .chain([config])
                    .any(|config| config.borg.encryption_passphrase.is_set())
            });
            if has_passphrase {
                let words = format!(
                    "left: {}, which may hold a passphrase: without it nobody can read the backups",
                    one.path.display()
                );
                self.host.bus.line(Level::Warning, "", &words);
            } else {
                gone.push(one.path.clone());
            }
        }
        let usual = Run::default();
        let runs = loaded.iter().filter_map(|one| one.config.as_ref());
        let runs = runs.map(|config| &config.run).chain([&usual]);
        let mut states: Vec<PathBuf> = runs
            .map(|run| directories::state(run, self.host.env))
            .collect();
        states.dedup();
        for path in &gone {
            self.say(&format!("remove {}", path.display()));
            if !shows_only {
                files.remove_placed(path)?;
            }
        }
        for folder in states.iter().filter(|path| files.is_dir(path)) {
            for name in files.names(folder).unwrap_or_default() {
                if !is_of_runs(&name.to_string_lossy()) {
                    continue;
                }
                let path = folder.join(name);
                self.say(&format!("remove {}", path.display()));
                if shows_only {
                    continue;
                }
                if files.is_dir(&path) {
                    let failed = |error| Failure::file("remove", &path, &error);
                    files.remove_tree(&path).map_err(failed)?;
                } else {
                    files.remove_placed(&path)?;
                }
            }
            if !shows_only {
                files.remove_folder(folder)?;
            }
        }
        Ok(())
    }
}

/// Does a name in the state directory belong to what runs write down? What else lies there stays.
fn is_of_runs(name: &str) -> bool {
    name == "checks" || name == "locks" || name.starts_with("runs.jsonl")
}
