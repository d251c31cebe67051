//! Which flags of `self-install` cannot be meant, alone or together, and what to type instead.

use std::time::Duration;

use super::flags::{Flags, Wish, usage};
use super::job::Reach;
use super::schedulers::Scheduler;
use super::setting::Setting;
use crate::host::Failure;
use crate::option::flags::written;
use crate::option::{Age, Field, Options, Schedule};

/// The longest time that a run is put off by, or waits: most back up once a day.
const LONGEST: Age = Age(Duration::from_hours(24));

/// What says how backups are started, by their names in [`Flags`].
const OF_SCHEDULE: [&str; 7] = [
    "user_account",
    "schedule",
    "jitter",
    "on_battery",
    "wait_network",
    "inhibit",
    "sandbox",
];

/// A flag, those that it cannot stand beside, and what to do then.
type Apart = (&'static str, &'static [&'static str], &'static str);

const ONE: &str = "leave one of them out";
const SANDBOX: &str = "only systemd has the sandbox: leave --sandbox out, or use --systemd";
const DROPIN: &str = "only units of systemd have drop-ins: leave --to-dropin out";

const APART: [Apart; 15] = [
    ("systemd", &["cron", "launchd", "no_schedule"], ONE),
    ("cron", &["launchd", "no_schedule"], ONE),
    ("launchd", &["no_schedule"], ONE),
    ("check", &["status", "uninstall"], ONE),
    ("status", &["uninstall"], ONE),
    ("list", &["json"], ONE),
    (
        "list",
        &["check", "status"],
        "leave --list out: it shows what an installation would do",
    ),
    ("system", &["user"], ONE),
    (
        "user",
        &["user_account"],
        "with the rights of an account the machine makes backups: leave one of them out",
    ),
    ("no_bin", &["bin_dir"], ONE),
    (
        "no_bin",
        &["aliases"],
        "old names are made beside an installed program: leave --aliases or --no-bin out",
    ),
    ("to_dropin", &["force"], ONE),
    ("to_dropin", &["cron", "launchd", "no_schedule"], DROPIN),
    ("sandbox", &["cron", "launchd"], SANDBOX),
    (
        "no_schedule",
        &OF_SCHEDULE,
        "nobody starts backups with --no-schedule: leave one of them out",
    ),
];

/// What belongs to an installation, and to no other wish.
const OF_INSTALLATION: [&str; 11] = [
    "systemd",
    "cron",
    "launchd",
    "no_schedule",
    "bin_dir",
    "no_bin",
    "aliases",
    "with_borg",
    "borg_sha256",
    "keep",
    "to_dropin",
];

impl Flags {
    /// Refuses flags that cannot be meant.
    pub fn agree(&self) -> Result<(), Failure> {
        self.have_values()?;
        for (name, others, help) in APART {
            let other = others.iter().find(|other| self.has(other));
            if let (true, Some(other)) = (self.has(name), other) {
                let words = format!("{} and {} exclude each other", flag(name), flag(other));
                return Err(usage(words, help));
            }
        }
        self.suit_the_wish()?;
        for (name, other) in [
            ("purge", "uninstall"),
            ("backup", "force"),
            ("with_borg", "borg_sha256"),
            ("borg_sha256", "with_borg"),
        ] {
            if self.has(name) && !self.has(other) {
                let (name, other) = (flag(name), flag(other));
                let words = format!("{name} belongs to {other}");
                return Err(usage(words, format!("add {other}, or leave {name} out")));
            }
        }
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// Refuses texts without a letter, and times that nobody means.
    fn have_values(&self) -> Result<(), Failure> {
        for (name, text) in [
            ("user_account", self.user_account.get()),
            ("bin_dir", self.bin_dir.get()),
            ("root", self.root.get()),
            ("with_borg", self.with_borg.get()),
            ("borg_sha256", self.borg_sha256.get()),
            ("keep", self.keep.items().iter().min()),
        ] {
            if text.is_some_and(|text: &String| text.trim().is_empty()) {
                let flag = flag(name);
                let help = format!("write {flag} {}, or leave it out", example(name));
                return Err(usage(format!("{flag} is empty"), help));
            }
        }
        for (name, age) in [
            ("jitter", self.jitter.get()),
            ("wait_network", self.wait_network.get()),
        ] {
            if let Some(age) = age.filter(|age| **age > LONGEST) {
                let flag = flag(name);
                let words = format!("{flag} {age} is longer than a day");
                let help = format!("write {flag} {}, and at most {LONGEST}", example(name));
                return Err(usage(words, help));
            }
        }
        let Some(jitter) = self.jitter.get().filter(|jitter| !jitter.0.is_zero()) else {
            return Ok(());
        };
        let schedule = self.schedule.or(Schedule::default());
        let between = Age(schedule.shortest());
        if *jitter < between {
            return Ok(());
        }
        let words = format!(
            "--jitter {jitter} would leave runs out: between two of `{schedule}` there are {between}"
        );
        Err(usage(words, "write a shorter one, or --jitter 0m"))
    }

    /// Refuses what a check, a look or an uninstallation does not heed.
    fn suit_the_wish(&self) -> Result<(), Failure> {
        let (wish, unheeded): (&str, Vec<&str>) = match self.wish() {
            Wish::Install => return Ok(()),
            Wish::Check => ("check", vec!["force", "backup", "keep", "to_dropin"]),
            Wish::Status => {
                let all = OF_INSTALLATION.iter().chain(&OF_SCHEDULE);
                ("status", all.chain(&["force", "backup"]).copied().collect())
            }
            Wish::Uninstall => {
                let all = OF_INSTALLATION.iter().chain(&OF_SCHEDULE).copied();
                ("uninstall", all.collect())
            }
        };
        let wish = flag(wish);
        if let Some(name) = unheeded.into_iter().find(|name| self.has(name)) {
            let name = flag(name);
            let words = format!("{name} says nothing beside {wish}");
            let help = format!("leave {name} out; or, to install: leave {wish} out");
            return Err(usage(words, help));
        }
        if self.wish() == Wish::Uninstall && self.has("backup") {
            let words = "--uninstall keeps no copy of what --force removes";
            let help = "leave --force and --backup out: what was edited stays, and is named";
            return Err(usage(words, help));
        }
        Ok(())
    }
}

/// Refuses what the scheduler that was found does not have.
pub(super) fn suits(setting: &Setting, scheduler: Option<Scheduler>) -> Result<(), Failure> {
    let flags = &setting.flags;
    let is_systemd = scheduler == Some(Scheduler::Systemd);
    let by = scheduler.map_or("nobody", Scheduler::word);
    if flags.to_dropin.is_on() && !is_systemd {
        let words = format!("--to-dropin is for systemd, and {by} starts the backups");
        return Err(usage(words, DROPIN));
    }
    if setting.recalled || !flags.sandbox.is_set() {
        return Ok(());
    }
    if !is_systemd {
        let words = format!("--sandbox is for systemd, and {by} starts the backups");
        return Err(usage(words, SANDBOX));
    }
    if setting.managers.reach == Reach::User {
        let words = "systemd gives the units of a user no sandbox";
        let help = "leave --sandbox out; or install for the machine: sudo borgmatic self-install";
        return Err(usage(words, help));
    }
    Ok(())
}

fn flag(name: &str) -> String {
    format!("--{}", written(name))
}

/// A value as the help page has it.
fn example(name: &str) -> &'static str {
    let field = Flags::FIELDS.iter().find(|field| field.name == name);
    field.unwrap_or(&Field::BLANK).example
}
