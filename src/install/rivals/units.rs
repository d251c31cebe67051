//! Timers and services of systemd that start borgmatic, those of a distribution's package too.

use std::path::{Path, PathBuf};

use super::mention::{lines, starts};
use super::{Starter, Starts};
use crate::host::Host;
use crate::option::words::quote;

/// Where units of the machine are, the first counts.
const FOLDERS: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// The largest unit that is read, in bytes.
const LARGEST: u64 = 1 << 20;

pub(super) fn find(host: &Host<'_>) -> Vec<Starter> {
    let system: Vec<PathBuf> = FOLDERS.iter().map(PathBuf::from).collect();
    let mut found = Manager {
        host,
        folders: system.clone(),
        word: "sudo systemctl".into(),
    }
    .find();
    let mut homes: Vec<(Option<&str>, &Path)> = vec![(None, &host.env.home)];
    if host.env.user == 0 {
        let others = host
            .env
            .homes
            .iter()
            .map(|(name, home)| (Some(name.as_str()), home.as_path()));
        homes = others.collect();
        homes.sort();
    }
    let mut seen: Vec<&Path> = Vec::new();
    for (name, home) in homes {
        let own = home.join(".config/systemd/user");
        if seen.contains(&home) || !host.files.is_dir(&own) {
            continue;
        }
        seen.push(home);
        let shared = ["/etc/systemd/user", "/usr/lib/systemd/user"].map(PathBuf::from);
        let word = match name {
            Some(name) => format!("sudo systemctl --user -M {}@", quote(name)),
            None => "systemctl --user".into(),
        };
        found.extend(
            Manager {
                host,
                folders: [vec![own], shared.into()].concat(),
                word,
            }
            .find(),
        );
    }
    found
}

/// A manager of systemd: that of the machine, or that of a user.
struct Manager<'a> {
    host: &'a Host<'a>,
    folders: Vec<PathBuf>,
    /// How it is told something.
    word: String,
}

impl Manager<'_> {
    /// What is enabled and starts borgmatic: timers, and services that start with the machine.
    fn find(&self) -> Vec<Starter> {
        let mut names: Vec<String> = self.enabled();
        names.sort();
        names.dedup();
        names
            .into_iter()
            .filter_map(|name| {
                let place = self.file(&name)?;
                let service = if ending(&name) == "timer" {
                    self.started(&name)
                } else {
                    name.clone()
                };
                self.runs(&service).then(|| Starter {
                    remove: format!("{} disable --now {}", self.word, quote(&name)),
                    kind: Starts::Unit(name),
                    place,
                    line: None,
                })
            })
            .collect()
    }

    /// The units that some target wants.
    fn enabled(&self) -> Vec<String> {
        let mut names = Vec::new();
        for folder in &self.folders {
            for wants in self.names(folder) {
                if !["wants", "requires"].contains(&ending(&wants)) {
                    continue;
                }
                let units = self.names(&folder.join(&wants)).into_iter();
                names.extend(units.filter(|unit| ["timer", "service"].contains(&ending(unit))));
            }
        }
        names
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let names = self.host.files.names(folder).unwrap_or_default();
        names
            .into_iter()
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }

    /// The file of a unit, that of its template for `name@instance`.
    fn file(&self, name: &str) -> Option<PathBuf> {
        let template = name.split_once('@').and_then(|(name, rest)| {
            let (_, ending) = rest.rsplit_once('.')?;
            Some(format!("{name}@.{ending}"))
        });
        let names: Vec<&str> = [Some(name), template.as_deref()]
            .into_iter()
            .flatten()
            .collect();
        let mut places = names
            .iter()
            .flat_map(|name| self.folders.iter().map(move |folder| folder.join(name)));
        places.find(|path| self.host.files.is_file(path))
    }

    /// The values of a setting in a unit and its drop-ins.
    fn values(&self, name: &str, setting: &str) -> Vec<String> {
        let mut files: Vec<PathBuf> = self.file(name).into_iter().collect();
        for folder in &self.folders {
            let drops = folder.join(format!("{name}.d"));
            files.extend(self.names(&drops).into_iter().map(|drop| drops.join(drop)));
        }
        let mut values: Vec<String> = Vec::new();
        for file in files {
            let bytes = self.host.files.read(&file, LARGEST).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes).replace("\\\n", " ");
            for (_, line) in lines(&text) {
                let Some((key, value)) = line.split_once('=') else {
                    continue;
                };
                if key.trim() != setting {
                    continue;
                }
                match value.trim() {
                    // An empty one forgets those before.
                    "" => values.clear(),
                    value => values.push(value.to_owned()),
                }
            }
        }
        values
    }

    /// The service that a timer starts.
    fn started(&self, timer: &str) -> String {
        let named = self.values(timer, "Unit").pop();
        named.unwrap_or_else(|| timer.replace(".timer", ".service"))
    }

    fn runs(&self, service: &str) -> bool {
        let mut commands = self.values(service, "ExecStart");
        commands.iter_mut().any(|command| {
            let command = command.trim_start_matches(['-', '@', ':', '+', '!']);
            starts(command, self.host.files)
        })
    }
}

fn ending(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{link, shown, stage};

    #[test]
    fn enabled_timers_are_found_and_others_are_not() {
        let (folder, stage) = stage(&[
            (
                "usr/lib/systemd/system/borgmatic.timer",
                "[Timer]\nOnCalendar=daily\n",
            ),
            (
                "usr/lib/systemd/system/borgmatic.service",
                "[Service]\nExecStart=systemd-inhibit --who=x \\\n    /usr/bin/borgmatic\n",
            ),
            (
                "etc/systemd/system/nightly.timer",
                "[Timer]\nUnit=backup.service\n",
            ),
            (
                "etc/systemd/system/backup.service",
                "[Service]\nExecStart=-/opt/backup\n",
            ),
            ("opt/backup", "#!/bin/sh\nborgmatic\n"),
            ("etc/systemd/system/idle.timer", "[Timer]\n"),
            (
                "etc/systemd/system/idle.service",
                "[Service]\nExecStart=borgmatic\n",
            ),
            (
                "etc/systemd/system/borgmatic@.service",
                "[Service]\nExecStart=borgmatic -c %i\n",
            ),
            (
                "etc/systemd/system/other.service",
                "[Service]\nExecStart=borgmatic-exporter\n",
            ),
            ("home/ann/.config/systemd/user/mine.timer", "[Timer]\n"),
            (
                "home/ann/.config/systemd/user/mine.service",
                "[Service]\nExecStart=%h/.local/bin/borgmatic\n",
            ),
        ]);
        for (path, to) in [
            (
                "etc/systemd/system/timers.target.wants/borgmatic.timer",
                "/lib/systemd/system/borgmatic.timer",
            ),
            (
                "etc/systemd/system/timers.target.wants/nightly.timer",
                "../nightly.timer",
            ),
            (
                "etc/systemd/system/multi-user.target.wants/borgmatic@x.service",
                "../borgmatic@.service",
            ),
            (
                "etc/systemd/system/multi-user.target.wants/other.service",
                "../other.service",
            ),
            (
                "home/ann/.config/systemd/user/timers.target.wants/mine.timer",
                "../mine.timer",
            ),
        ] {
            link(folder.path(), path, to);
        }
        insta::assert_snapshot!(shown(&super::find(&stage.host())), @r"
        systemd starts borgmatic.timer (/usr/lib/systemd/system/borgmatic.timer)
          sudo systemctl disable --now borgmatic.timer
        systemd starts borgmatic@x.service (/etc/systemd/system/borgmatic@.service)
          sudo systemctl disable --now borgmatic@x.service
        systemd starts nightly.timer (/etc/systemd/system/nightly.timer)
          sudo systemctl disable --now nightly.timer
        systemd starts mine.timer (/home/ann/.config/systemd/user/mine.timer)
          sudo systemctl --user -M ann@ disable --now mine.timer
        ");
    }
}
