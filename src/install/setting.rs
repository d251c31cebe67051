//! What the machine is and what was asked for, read once: everything after it is made from these
//! values.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::dropin;
use super::flags::Flags;
use super::given;
use super::job::Reach;
use super::manifest::Known;
use super::own_files::OLD_NAMES;
use super::paths::{BUSYBOX, CRON, Paths, SPOOL};
use super::recipe::Crontab;
use super::schedulers::{Managers, Scheduler};
use super::strangers;
use super::systemd::SERVICE;
use crate::config::find::expand;
use crate::host::files::lexical;
use crate::host::{Env, Failure, Files, Host, passwords};

pub struct Setting {
    /// Below `--root`.
    pub files: Files,
    /// As the scheduler's runs see it: their home, none of a login's variables.
    pub env: Env,
    pub root: Option<PathBuf>,
    pub paths: Paths,
    pub managers: Managers,
    pub known: Known,
    pub flags: Flags,
    /// The flags are those of an earlier installation: this time nothing was said of it.
    pub recalled: bool,
    pub configs: Vec<String>,
    /// The scheduler that the machine has.
    pub detected: Scheduler,
    /// Number of the user whose rights the backups have.
    pub user: u32,
    /// Names of the variables that people give the service.
    pub given: Vec<OsString>,
    /// A file of such variables that this user may not read.
    pub unread: Option<PathBuf>,
}

impl Setting {
    pub fn read(host: &Host<'_>, flags: &Flags, configs: &[String]) -> Result<Self, Failure> {
        let root = flags
            .root
            .text()
            .map(|path| host.env.cwd.join(expand(path, host.env)));
        if let Some(root) = root.as_ref().filter(|root| !host.files.is_dir(root)) {
            let words = format!("--root {} is not a directory", root.display());
            let help = format!("make it first: mkdir -p {}", root.display());
            return Err(super::flags::usage(words, help));
        }
        let files = host.files.below(root.as_deref().unwrap_or(Path::new("/")));
        let is_root = host.env.user == 0;
        let system =
            !flags.user.is_on() && (is_root || flags.system.is_on() || flags.user_account.is_set());
        let reach = if system { Reach::System } else { Reach::User };
        let mut env = surroundings(host.env, reach, root.is_some(), &files);
        let mut paths = Paths::of(reach, &env);
        strangers::refuse_manifest(host, &files, &paths, root.is_some())?;
        let known = Known::read(&files, &paths)?;
        let (mut flags, mut configs) = (flags.clone(), configs.to_vec());
        let last = known.last();
        let last = last.filter(|_| flags.says_nothing() && configs.is_empty());
        let recalled = last.is_some();
        if let Some(last) = last {
            flags = flags.recall(&last.flags);
            configs.clone_from(&last.configs);
        }
        let mut user = match reach {
            Reach::System => 0,
            Reach::User => host.env.user,
        };
        if let Some(account) = flags.user_account.text() {
            let text = users(&files);
            let found = env
                .homes
                .get(account)
                .zip(passwords::number_of(&text, account));
            let Some((home, number)) = found else {
                let words = format!("there is no account {account}");
                let help = format!("make it first: sudo useradd --system --create-home {account}");
                return Err(super::flags::usage(words, help));
            };
            env.home.clone_from(home);
            user = number;
        }
        if let Some(folder) = flags.bin_dir.text() {
            let base: &Path = match root {
                Some(_) => Path::new("/"),
                None => &host.env.cwd,
            };
            paths.bin = lexical(&base.join(expand(folder, &env)));
        } else if reach == Reach::System && is_root {
            let fallback = Path::new("/opt/bin");
            let usual = files.is_dir(&paths.bin) && !files.may_write(&paths.bin);
            if usual && files.is_dir(fallback) {
                fallback.clone_into(&mut paths.bin);
            }
        }
        let given = given::find(&files, &dropin::folder(&paths.units.join(SERVICE)));
        env.variables.extend(given.variables.iter().cloned());
        let detected = detect(&files, root.is_some());
        let managers = Managers {
            reach,
            told: root.is_none() && manages(&flags, detected, reach, host.env, &files),
            user: host.env.user,
            crontab: crontab(reach, root.is_some(), &files, host.env),
        };
        Ok(Self {
            files,
            env,
            root,
            paths,
            managers,
            known,
            flags,
            recalled,
            configs,
            detected,
            user,
            given: given.variables.into_iter().map(|(name, _)| name).collect(),
            unread: given.unread,
        })
    }

    /// The same host, with this setting's files and surroundings.
    pub fn host<'a>(&'a self, host: &Host<'a>) -> Host<'a> {
        Host {
            files: &self.files,
            env: &self.env,
            ..*host
        }
    }

    /// Old program names that something else on PATH has.
    pub fn taken(&self, path: &str) -> Vec<&'static str> {
        let ours = |at: &Path| {
            let link = self.files.read_link(at);
            link.is_some_and(|to| to == Path::new("borgmatic")) || self.known.entry(at).is_some()
        };
        let folders: Vec<PathBuf> = path.split(':').map(PathBuf::from).collect();
        let is_taken = |name: &&str| {
            let places = folders.iter().chain([&self.paths.bin]);
            places
                .map(|folder| folder.join(name))
                .any(|at| self.files.is_there(&at) && !ours(&at))
        };
        OLD_NAMES.into_iter().filter(is_taken).collect()
    }
}

/// The password file.
fn users(files: &Files) -> String {
    let bytes = files.read(Path::new("/etc/passwd"), 16 << 20);
    String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
}

/// What a run of the scheduler sees, as far as it matters to us.
fn surroundings(env: &Env, reach: Reach, rooted: bool, files: &Files) -> Env {
    let mut env = env.clone();
    if rooted {
        env.cwd = "/".into();
        env.homes.extend(passwords::homes(&users(files)));
    }
    if reach == Reach::System {
        env.variables
            .retain(|name, _| !name.as_encoded_bytes().starts_with(b"XDG_"));
        let root = env.homes.get("root").cloned();
        env.home = root.unwrap_or_else(|| "/root".into());
    }
    env
}

/// The scheduler that a machine has. `/run/systemd/system` is there only where systemd runs; a tree
/// that does not run has the program.
fn detect(files: &Files, rooted: bool) -> Scheduler {
    let has = |path: &str| files.exists(Path::new(path));
    if has("/run/systemd/system") || rooted && has("/usr/lib/systemd/systemd") {
        Scheduler::Systemd
    } else if cfg!(target_os = "macos") {
        Scheduler::Launchd
    } else {
        Scheduler::Cron
    }
}

/// Does the manager run, so that it can be told of its files?
fn manages(flags: &Flags, detected: Scheduler, reach: Reach, env: &Env, files: &Files) -> bool {
    if flags.launchd.is_on() || detected == Scheduler::Launchd {
        return cfg!(target_os = "macos");
    }
    let session = env
        .text("XDG_RUNTIME_DIR")
        .is_some_and(|folder| files.exists(&Path::new(folder).join("systemd")));
    detected == Scheduler::Systemd && (reach == Reach::System || session)
}

/// Where a line for cron goes; `None`: `/etc/cron.d`.
fn crontab(reach: Reach, rooted: bool, files: &Files, env: &Env) -> Option<Crontab> {
    match reach {
        Reach::System => {
            let busybox = !files.is_dir(Path::new(CRON)) && files.is_dir(Path::new(BUSYBOX));
            busybox.then(|| Crontab::File(Path::new(BUSYBOX).join("root")))
        }
        Reach::User if rooted => {
            let name = env.text("USER").or(env.text("LOGNAME")).unwrap_or("user");
            Some(Crontab::File(Path::new(SPOOL).join(name)))
        }
        Reach::User => Some(Crontab::Own),
    }
}
