//! What a person may ask of `self-install`, and which of it the next installation remembers.

use std::ffi::OsString;

use super::job::{Battery, Inhibit, Sandbox};
use super::own_files::Aliases;
use super::schedulers::Scheduler;
use crate::cli;
use crate::config::is_secret;
use crate::host::Failure;
use crate::option::{Age, At, Choice, Options, Schedule};
use crate::options;
use crate::text::Problems;

options! {
    /// Flags of self-install.
    pub struct Flags {
        /// A timer of systemd starts the backups. Without one of these four flags: what the machine has; on a terminal you are asked.
        systemd: bool = "";
        /// A line for cron starts them.
        cron: bool = "";
        /// A job of launchd starts them.
        launchd: bool = "";
        /// Nobody starts them: only the program and what belongs to it.
        no_schedule: bool = "";
        /// For the whole machine.
        system: bool = "", default = "as root";
        /// For one user, while logged in.
        user: bool = "", default = "as another user";
        /// Run the backups of the machine with the rights of this account.
        user_account: String = "NAME";
        /// When: daily, hourly, 02:30, Mon..Fri 02:30, or another calendar expression of systemd.
        schedule: Schedule = "Mon..Fri 02:30", default = "daily";
        /// Start up to so much later, always by the same time on this machine.
        jitter: Age = "10m", default = "10m";
        /// What to do where the machine runs on its battery.
        on_battery: Battery = "skip", default = "run";
        /// Wait so long for the network, where a repository is beyond it.
        wait_network: Age = "10m", default = "2m";
        /// What a backup keeps the machine from doing.
        inhibit: Inhibit = "none", default = "sleep";
        /// How much of the machine the backup may see and change.
        sandbox: Sandbox = "compat", default = "auto";
        /// Where the program goes.
        bin_dir: String = "/opt/bin", default = "/usr/local/bin or ~/.local/bin";
        /// Leave the program where it is.
        no_bin: bool = "";
        /// The old program names: made where nobody has them, made in any case, or not.
        aliases: Aliases = "skip", default = "auto";
        /// Every path is below this directory; no service manager is called.
        root: String = "DIR";
        /// Show what would be done as a list.
        list: bool = "";
        /// Print JSON.
        json: bool = "";
        /// Change nothing; exit with 10 if anything is not as it would be installed.
        check: bool = "";
        /// Show each file and how it stands, and when the next backup is.
        status: bool = "";
        /// Remove what was installed.
        uninstall: bool = "";
        /// With --uninstall: remove the configuration files and what earlier runs wrote down, too. Never keys, caches or repositories.
        purge: bool = "";
        /// Overwrite files that were edited or that are somebody else's. With --uninstall: remove edited ones too.
        force: bool = "";
        /// With --force: keep a copy of what is overwritten.
        backup: bool = "";
        /// Leave this edited file as it is, from now on. May be repeated.
        keep: Vec<String> = "PATH";
        /// Move the edits of a unit to a drop-in of systemd.
        to_dropin: bool = "";
        /// Ask nothing.
        yes: bool = "", short = 'y';
        /// Fetch this borg, check its hash, and install it beside the program.
        with_borg: String = "URL";
        /// The SHA-256 that the fetched borg must have.
        borg_sha256: String = "HASH";
    }
}

impl Choice for Sandbox {
    const WORDS: &'static [&'static str] = &["auto", "strict", "compat", "off"];
    const VALUES: &'static [Self] = &[Self::Auto, Self::Strict, Self::Compat, Self::Off];
}

/// What the command is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Install,
    Check,
    Status,
    Uninstall,
}

/// Who is to start the backups, as far as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    By(Scheduler),
    Nobody,
    Open,
}

impl Flags {
    pub fn wish(&self) -> Wish {
        match (&self.check, &self.status, &self.uninstall) {
            (check, ..) if check.is_on() => Wish::Check,
            (_, status, _) if status.is_on() => Wish::Status,
            (.., uninstall) if uninstall.is_on() => Wish::Uninstall,
            _ => Wish::Install,
        }
    }

    pub fn asked(&self) -> Asked {
        let by = [
            (&self.systemd, Asked::By(Scheduler::Systemd)),
            (&self.cron, Asked::By(Scheduler::Cron)),
            (&self.launchd, Asked::By(Scheduler::Launchd)),
            (&self.no_schedule, Asked::Nobody),
        ];
        let on = by.iter().find(|(flag, _)| flag.is_on());
        on.map_or(Asked::Open, |(_, asked)| *asked)
    }

    /// Do the flags say nothing of what an installation is to be? Then it stays what it was.
    pub fn says_nothing(&self) -> bool {
        self.words().is_empty()
    }

    /// The flags that say what an installation is to be, as words of a command line.
    pub fn words(&self) -> Vec<String> {
        let switches = [
            ("--systemd", &self.systemd),
            ("--cron", &self.cron),
            ("--launchd", &self.launchd),
            ("--no-schedule", &self.no_schedule),
            ("--no-bin", &self.no_bin),
        ];
        let on = switches.iter().filter(|(_, flag)| flag.is_on());
        let mut words: Vec<String> = on.map(|(name, _)| (*name).to_owned()).collect();
        let mut values = |name: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("{name}={value}")));
        };
        let age = |age: Option<&Age>| age.map(ToString::to_string);
        let text = |text: Option<&str>| text.map(str::to_owned);
        values("--user-account", text(self.user_account.text()));
        values("--schedule", self.schedule.get().map(ToString::to_string));
        values("--jitter", age(self.jitter.get()));
        values("--on-battery", chosen(self.on_battery.get()));
        values("--wait-network", age(self.wait_network.get()));
        values("--inhibit", chosen(self.inhibit.get()));
        values("--sandbox", chosen(self.sandbox.get()));
        values("--bin-dir", text(self.bin_dir.text()));
        values("--aliases", chosen(self.aliases.get()));
        words
    }

    /// The same flags with what an earlier installation was asked for.
    #[must_use]
    pub fn recall(&self, words: &[String]) -> Self {
        let Some(mut recalled) = read(words) else {
            return self.clone();
        };
        for (new, given) in [
            (&mut recalled.root, &self.root),
            (&mut recalled.with_borg, &self.with_borg),
            (&mut recalled.borg_sha256, &self.borg_sha256),
        ] {
            new.clone_from(given);
        }
        for (new, given) in [
            (&mut recalled.system, &self.system),
            (&mut recalled.user, &self.user),
            (&mut recalled.list, &self.list),
            (&mut recalled.json, &self.json),
            (&mut recalled.check, &self.check),
            (&mut recalled.status, &self.status),
            (&mut recalled.uninstall, &self.uninstall),
            (&mut recalled.purge, &self.purge),
            (&mut recalled.force, &self.force),
            (&mut recalled.backup, &self.backup),
            (&mut recalled.to_dropin, &self.to_dropin),
            (&mut recalled.yes, &self.yes),
        ] {
            new.clone_from(given);
        }
        recalled.keep.clone_from(&self.keep);
        recalled
    }
}

fn chosen<T: Choice>(value: Option<&T>) -> Option<String> {
    value.map(|value| value.word().to_owned())
}

/// Words of an earlier command line; none where this version does not know one of them.
fn read(words: &[String]) -> Option<Flags> {
    let line = ["borgmatic", "self-install"].map(OsString::from);
    let line: Vec<OsString> = line
        .into_iter()
        .chain(words.iter().map(OsString::from))
        .collect();
    let invocation = cli::split(&line, super::entries(), is_secret).ok()?.ok()?;
    let act = invocation.acts.first()?;
    let mut ignored = Problems::default();
    Some(Flags::take(&act.flags, &At::Top, &mut ignored))
}

/// A command line that cannot be meant.
pub fn usage(words: impl Into<String>, help: impl Into<String>) -> Failure {
    Failure::new("borgmatic::install::usage", words)
        .help(help)
        .status(2)
}
