//! An installation that is stopped after each single step: by a failure, it is as before; by being
//! killed, each file is the old or the new one, and the next run or an uninstallation heals it.

use std::collections::BTreeMap;

use borgmatic::host::Failure;
use borgmatic::host::files::Owner;
use borgmatic::host::script::Stage;
use borgmatic::install::build::{self, Changes, Ground};
use borgmatic::install::change::{Change, carry_out};
use borgmatic::install::decide::{self, Consent};
use borgmatic::install::job::{Battery, Inhibit, Job, Reach, Sandbox};
use borgmatic::install::manifest::{Known, Manifest};
use borgmatic::install::own_files::{self, Aliases};
use borgmatic::install::schedulers::{self, Managers};
use borgmatic::install::state::Disk;
use borgmatic::install::{Needs, Paths, Recipe, Scheduler, apply};
use borgmatic::option::Schedule;

use crate::install::tree_of;

/// A tree of its own, and what is installed in it.
struct Tree {
    folder: tempfile::TempDir,
    stage: Stage,
    paths: Paths,
}

impl Tree {
    fn new() -> Self {
        Self::of(&["etc/systemd", "var/lib"])
    }

    /// A root in which there is next to nothing yet.
    fn bare() -> Self {
        Self::of(&[])
    }

    fn of(folders: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for path in folders.iter().chain(&["usr/local/bin"]) {
            std::fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        std::fs::write(folder.path().join("usr/local/bin/other"), "other").unwrap();
        let stage = Stage::new(folder.path());
        let paths = Paths::of(Reach::System, &stage.env);
        Self {
            folder,
            stage,
            paths,
        }
    }

    fn seen(&self) -> BTreeMap<String, String> {
        tree_of(self.folder.path(), false)
    }

    fn known(&self) -> Known {
        Known::read(&self.stage.files, &self.paths).unwrap()
    }

    fn with_ground<T>(&self, use_it: impl FnOnce(&Ground<'_>, &Disk<'_>) -> T) -> T {
        let disk = Disk {
            files: &self.stage.files,
            crontab: Ok(String::new()),
            owner: Owner::of_new_files(),
        };
        let managers = managers();
        let ground = Ground {
            disk: &disk,
            paths: &self.paths,
            managers: &managers,
            asks: &|_| true,
        };
        use_it(&ground, &disk)
    }

    /// The way to an installation of this version of the program.
    fn installing(&self, version: &str) -> Changes {
        self.scheduling(version, Some(Scheduler::Systemd))
    }

    fn scheduling(&self, version: &str, scheduler: Option<Scheduler>) -> Changes {
        let bytes = format!("program {version}").into_bytes();
        let mut steps = own_files::program(&self.paths, bytes, Aliases::Auto, &[]);
        let job = job(version);
        let made = |by| schedulers::steps(by, &job, &managers(), &self.paths).unwrap();
        steps.extend(scheduler.map(made).unwrap_or_default());
        let recipe = Recipe { steps };
        let known = self.known();
        let next = Manifest {
            version: version.into(),
            scheduler,
            ..Manifest::default()
        };
        self.with_ground(|ground, disk| {
            let items = disk.compare(&recipe, &known).unwrap();
            let decided = decide::install(items, &Consent::default());
            let (changes, _) =
                build::install(&recipe, &decided, &known, next.clone(), ground).unwrap();
            changes
        })
    }

    fn uninstalling(&self) -> Changes {
        let known = self.known();
        self.with_ground(|ground, disk| {
            let item = |entry| disk.installed(entry, &known).unwrap();
            let items = known.entries().into_iter().map(item).collect();
            let decided = decide::uninstall(items, false);
            build::uninstall(&decided, &known, ground).unwrap().0
        })
    }

    fn act(&self, change: &Change) -> Result<(), Failure> {
        apply::act(&self.stage.host(), change)
    }

    /// All of it, as a run that nobody disturbs does it.
    fn do_all(&self, changes: &Changes) {
        let tidy = build::tidy(&self.known(), &self.paths);
        for change in tidy.iter().chain(&changes.list).chain(&changes.finish) {
            self.act(change).unwrap();
        }
    }

    fn with(version: &str) -> Self {
        Self::new().and(version)
    }

    fn and(self, version: &str) -> Self {
        self.do_all(&self.installing(version));
        self
    }

    /// As an uninstallation leaves it that finds nothing, or all that there is.
    fn without(&self) {
        if self.known().is_empty() {
            for change in build::tidy(&self.known(), &self.paths) {
                self.act(&change).unwrap();
            }
        } else {
            self.do_all(&self.uninstalling());
        }
    }
}

type Start = fn() -> Tree;

fn managers() -> Managers {
    Managers {
        reach: Reach::System,
        told: false,
        user: 0,
        crontab: None,
    }
}

fn job(version: &str) -> Job {
    Job {
        program: format!("/usr/local/bin/borgmatic-{version}").into(),
        borg: "/usr/bin/borg".into(),
        borg_2: false,
        configs: Vec::new(),
        schedule: Schedule::default(),
        needs: Needs::default(),
        machine: "0123".into(),
        reach: Reach::System,
        account: None,
        home: "/root".into(),
        jitter: std::time::Duration::ZERO,
        battery: Battery::Run,
        network: None,
        inhibit: Inhibit::None,
        sandbox: Sandbox::Auto,
    }
}

/// Carries out changes of which one fails, before or after it has done its work.
fn with_failure(tree: &Tree, changes: &Changes, at: usize, done: bool) {
    let mut count = 0;
    let mut act = |change: &Change| {
        count += 1;
        if count - 1 != at {
            return tree.act(change);
        }
        if done {
            tree.act(change)?;
        }
        Err(Failure::new("borgmatic::host::file", "the disk is full"))
    };
    let undone = carry_out(&changes.list, &mut act, &|| None).unwrap_err();
    assert!(undone.left.is_empty(), "{at}: {:?}", undone.left);
}

/// Each file is as it was, or as it is to be.
fn each_is_old_or_new(
    now: &BTreeMap<String, String>,
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
) {
    for (path, what) in now {
        let ours_beside = path.contains(".self-install-") || path.ends_with(".begun.json");
        let same = |tree: &BTreeMap<String, String>| tree.get(path) == Some(what);
        assert!(ours_beside || same(old) || same(new), "{path}: {what}");
    }
    for path in old.keys().filter(|path| new.contains_key(*path)) {
        assert!(now.contains_key(path), "{path} is gone");
    }
}

#[test]
fn a_failure_at_any_step_of_an_installation_takes_all_back() {
    let (fresh, older) = (Tree::new(), Tree::with("1"));
    let steps = fresh.installing("2").list.len();
    assert!(steps > 15, "{steps}");
    for tree in [fresh, older, Tree::bare()] {
        let before = tree.seen();
        let changes = tree.installing("2");
        for at in 0..changes.list.len() {
            for done in [false, true] {
                with_failure(&tree, &changes, at, done);
                assert_eq!(tree.seen(), before, "step {at}: {:?}", changes.list[at]);
            }
        }
    }
}

#[test]
fn a_failure_at_any_step_of_an_uninstallation_takes_all_back() {
    let tree = Tree::with("1");
    let before = tree.seen();
    let changes = tree.uninstalling();
    for at in 0..changes.list.len() {
        for done in [false, true] {
            with_failure(&tree, &changes, at, done);
            assert_eq!(tree.seen(), before, "step {at}: {:?}", changes.list[at]);
        }
    }
}

#[test]
fn a_killed_installation_is_healed_by_the_next_or_by_an_uninstallation() {
    let starts: [(Start, Start); 3] = [
        (Tree::new, Tree::new),
        (Tree::new, || Tree::with("1")),
        (Tree::bare, Tree::bare),
    ];
    for (empty, start) in starts {
        let clean = empty().seen();
        let new = empty().and("2").seen();
        let old = start().seen();
        let changes = start().installing("2");
        let all: Vec<&Change> = changes.list.iter().chain(&changes.finish).collect();
        for kill in 0..=all.len() {
            let killed = || {
                let tree = start();
                for change in &all[..kill] {
                    tree.act(change).unwrap();
                }
                each_is_old_or_new(&tree.seen(), &old, &new);
                tree
            };
            let again = killed();
            again.do_all(&again.installing("2"));
            assert!(again.seen() == new, "installed again after {kill} steps");
            let settled = again.installing("2");
            assert!(settled.list.is_empty(), "{:?}", settled.list);
            let other = killed();
            other.do_all(&other.installing("3"));
            assert_eq!(
                other.seen(),
                empty().and("3").seen(),
                "another after {kill}"
            );
            let removed = killed();
            removed.without();
            assert_eq!(removed.seen(), clean, "uninstalled after {kill} steps");
        }
    }
}

/// Ways from one choice to another.
const SWITCHES: [(Option<Scheduler>, Option<Scheduler>); 2] = [
    (Some(Scheduler::Systemd), Some(Scheduler::Cron)),
    (Some(Scheduler::Cron), Some(Scheduler::Systemd)),
];

fn scheduled(by: Option<Scheduler>) -> Tree {
    let tree = Tree::new();
    tree.do_all(&tree.scheduling("1", by));
    tree
}

/// Is everything there that starts backups by this scheduler?
fn starts(tree: &BTreeMap<String, String>, by: Option<Scheduler>) -> bool {
    let files: &[&str] = match by {
        Some(Scheduler::Systemd) => &[
            "/etc/systemd/system/borgmatic.service",
            "/etc/systemd/system/borgmatic.timer",
            "/etc/systemd/system/timers.target.wants/borgmatic.timer",
        ],
        Some(Scheduler::Cron) => &["/etc/cron.d/borgmatic"],
        Some(Scheduler::Launchd) => &["/Library/LaunchDaemons/org.borgmatic.plist"],
        None => &[],
    };
    files.iter().all(|path| tree.contains_key(*path))
}

#[test]
fn a_failure_at_any_step_of_another_choice_takes_all_back() {
    for (old, new) in SWITCHES {
        let tree = scheduled(old);
        let before = tree.seen();
        let changes = tree.scheduling("1", new);
        for at in 0..changes.list.len() {
            for done in [false, true] {
                with_failure(&tree, &changes, at, done);
                assert!(tree.seen() == before, "{old:?} to {new:?}: step {at}");
            }
        }
    }
}

/// At no moment does nobody start backups.
#[test]
fn another_choice_that_is_killed_leaves_one_of_the_two_and_is_healed() {
    let clean = Tree::new().seen();
    for (old, new) in SWITCHES {
        let (before, after) = (scheduled(old).seen(), scheduled(new).seen());
        let changes = scheduled(old).scheduling("1", new);
        let all: Vec<&Change> = changes.list.iter().chain(&changes.finish).collect();
        for kill in 0..=all.len() {
            let what = format!("{old:?} to {new:?}, killed after {kill} steps");
            let killed = || {
                let tree = scheduled(old);
                for change in &all[..kill] {
                    tree.act(change).unwrap();
                }
                let seen = tree.seen();
                each_is_old_or_new(&seen, &before, &after);
                assert!(starts(&seen, old) || starts(&seen, new), "{what}");
                tree
            };
            for (end, wanted) in [(new, &after), (old, &before)] {
                let tree = killed();
                tree.do_all(&tree.scheduling("1", end));
                let seen = tree.seen();
                assert!(seen == *wanted, "{what}, then {end:?}");
                let settled = tree.scheduling("1", end);
                assert!(settled.list.is_empty(), "{what}: {:?}", settled.list);
            }
            let tree = killed();
            tree.without();
            assert!(tree.seen() == clean, "{what}, then removed");
        }
    }
}

#[test]
fn a_killed_uninstallation_is_ended_by_the_next() {
    let starts: [Start; 2] = [Tree::new, Tree::bare];
    for start in starts {
        let (clean, new) = (start().seen(), start().and("1").seen());
        let changes = start().and("1").uninstalling();
        let all: Vec<&Change> = changes.list.iter().chain(&changes.finish).collect();
        for kill in 0..=all.len() {
            let killed = || {
                let tree = start().and("1");
                for change in &all[..kill] {
                    tree.act(change).unwrap();
                }
                tree
            };
            let tree = killed();
            if tree.known().is_empty() {
                assert_eq!(tree.seen(), clean, "nothing is known after {kill} steps");
            }
            tree.without();
            assert_eq!(tree.seen(), clean, "after {kill} steps");
            let tree = killed().and("1");
            assert!(tree.seen() == new, "installed again after {kill} steps");
            tree.without();
            assert_eq!(tree.seen(), clean, "removed at last after {kill} steps");
        }
    }
}
