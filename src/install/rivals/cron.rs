//! What cron and anacron start.

use std::path::{Path, PathBuf};

use super::mention::{lines, script, starts};
use super::{Starter, Starts};
use crate::host::{Command, Host};
use crate::install::crontab;
use crate::install::programs::says;
use crate::option::words::quote;

/// The largest table that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// Where crontabs of users are kept: Debian, Red Hat, SUSE, busybox, macOS.
const CRONTABS: [&str; 5] = [
    "/var/spool/cron/crontabs",
    "/var/spool/cron",
    "/var/spool/cron/tabs",
    "/etc/crontabs",
    "/var/at/tabs",
];

/// Directories of scripts that are run regularly.
const REGULAR: [&str; 8] = [
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
    "/etc/periodic/hourly",
    "/etc/periodic/daily",
    "/etc/periodic/weekly",
    "/etc/periodic/monthly",
];

pub(super) fn find(host: &Host<'_>) -> Vec<Starter> {
    let mut found = Vec::new();
    for table in ["/etc/crontab", "/etc/anacrontab"] {
        shared(host, Path::new(table), &mut found);
    }
    // A name with a dot in it is none that Debian's cron reads; others read all but hidden ones.
    for path in inside(host, Path::new("/etc/cron.d")) {
        whole(host, &path, &mut found);
    }
    for folder in REGULAR {
        for path in inside(host, Path::new(folder)) {
            let real = host.files.real(&path).unwrap_or_else(|| path.clone());
            if script(&real, host.files) {
                found.push(Starter {
                    kind: Starts::Script,
                    remove: format!("sudo rm {}", quoted(&path)),
                    place: path,
                    line: None,
                });
            }
        }
    }
    users(host, &mut found);
    found
}

/// The files in a directory that are not hidden, and no leftovers of editors or package managers.
fn inside(host: &Host<'_>, folder: &Path) -> Vec<PathBuf> {
    let left = |name: &str| {
        let ends = [
            "~",
            ".dpkg-old",
            ".dpkg-dist",
            ".rpmsave",
            ".rpmnew",
            ".bak",
        ];
        name.starts_with('.') || ends.iter().any(|end| name.ends_with(end))
    };
    let names = host.files.names(folder).unwrap_or_default();
    names
        .into_iter()
        .filter(|name| !left(&name.to_string_lossy()))
        .map(|name| folder.join(name))
        .collect()
}

fn quoted(path: &Path) -> String {
    quote(&path.to_string_lossy())
}

fn text(host: &Host<'_>, path: &Path) -> Option<String> {
    let bytes = host.files.read(path, LARGEST).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The numbers of the lines that start borgmatic, without those between our own marks.
fn own_left_out(host: &Host<'_>, text: &str) -> Vec<usize> {
    let own = crontab::place(text).ok().flatten().unwrap_or(0..0);
    let number = |at: usize| text[..at].lines().count();
    let own = number(own.start) + 1..=number(own.end);
    lines(text)
        .filter(|(number, line)| !own.contains(number) && starts(line, host.files))
        .map(|(number, _)| number)
        .collect()
}

/// A table that others use too: its lines go one by one.
fn shared(host: &Host<'_>, path: &Path, found: &mut Vec<Starter>) {
    let Some(text) = text(host, path) else {
        return;
    };
    found.extend(own_left_out(host, &text).into_iter().map(|line| Starter {
        kind: Starts::Line,
        place: path.to_owned(),
        line: Some(line),
        remove: format!("sudo sed -i '{line}s/^/#/' {}", quoted(path)),
    }));
}

/// A table of its own: it goes as a whole, if nothing else is in it.
fn whole(host: &Host<'_>, path: &Path, found: &mut Vec<Starter>) {
    let before = found.len();
    shared(host, path, found);
    let text = text(host, path).unwrap_or_default();
    let assigns = |line: &str| {
        let name = line.split(['=', ' ']).next().unwrap_or_default();
        line.contains('=')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name.bytes().all(|byte| byte.is_ascii_digit())
    };
    let jobs = lines(&text).filter(|(_, line)| !assigns(line)).count();
    if jobs == found.len() - before {
        for starter in &mut found[before..] {
            starter.remove = format!("sudo rm {}", quoted(path));
        }
    }
}

/// The crontabs of users: root reads them all, others ask for their own.
fn users(host: &Host<'_>, found: &mut Vec<Starter>) {
    let mut seen = Vec::new();
    for folder in CRONTABS {
        for path in inside(host, Path::new(folder)) {
            let Some(user) = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
            else {
                continue;
            };
            let real = host.files.real(&path);
            if seen.contains(&real) || !host.files.is_file(&path) {
                continue;
            }
            seen.push(real);
            let Some(text) = text(host, &path) else {
                continue;
            };
            for line in own_left_out(host, &text) {
                let name = quote(&user);
                found.push(Starter {
                    kind: Starts::Crontab(user.clone()),
                    place: path.clone(),
                    line: Some(line),
                    remove: format!(
                        "sudo crontab -u {name} -l | sed '{line}s/^/#/' | sudo crontab -u {name} -"
                    ),
                });
            }
        }
    }
    if host.env.user == 0 || !seen.is_empty() {
        return;
    }
    let question = Command::new("crontab").arg("-l").reads();
    let text = says(host, &question).unwrap_or_default();
    for line in own_left_out(host, &text) {
        found.push(Starter {
            kind: Starts::Crontab("this user".into()),
            place: "crontab -l".into(),
            line: Some(line),
            remove: format!("crontab -l | sed '{line}s/^/#/' | crontab -"),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{shown, stage};

    #[test]
    fn every_table_of_cron_is_read() {
        let (_folder, stage) = stage(&[
            (
                "etc/crontab",
                "SHELL=/bin/sh\n17 * * * * root run-parts\n5 3 * * * root borgmatic\n",
            ),
            ("etc/anacrontab", "1 5 backup nice borgmatic\n"),
            (
                "etc/cron.d/borgmatic",
                "PATH=/usr/bin\n0 3 * * * root PATH=$PATH:/x borgmatic\n",
            ),
            (
                "etc/cron.d/mixed",
                "0 3 * * * root borgmatic\n0 4 * * * root other\n",
            ),
            (
                "etc/cron.d/borgmatic.dpkg-old",
                "0 3 * * * root borgmatic\n",
            ),
            (
                "etc/cron.d/other",
                "# borgmatic\n0 3 * * * root borg create\n",
            ),
            ("etc/cron.daily/backup", "#!/bin/sh\nborgmatic\n"),
            ("etc/cron.daily/other", "#!/bin/sh\ntrue\n"),
            (
                "var/spool/cron/crontabs/ann",
                "MAILTO=ann\n# BEGIN borgmatic self-install\n0 3 * * * borgmatic\n# END borgmatic self-install\n0 3 * * * BORG_PASSPHRASE=SECRET borgmatic\n",
            ),
            ("etc/crontabs/root", "0 3 * * * /usr/bin/borgmatic\n"),
        ]);
        let found = shown(&super::find(&stage.host()));
        assert!(!found.contains("SECRET"));
        insta::assert_snapshot!(found, @r"
        cron starts borgmatic: /etc/crontab, line 3
          sudo sed -i '3s/^/#/' /etc/crontab
        cron starts borgmatic: /etc/anacrontab, line 1
          sudo sed -i '1s/^/#/' /etc/anacrontab
        cron starts borgmatic: /etc/cron.d/borgmatic, line 2
          sudo rm /etc/cron.d/borgmatic
        cron starts borgmatic: /etc/cron.d/mixed, line 1
          sudo sed -i '1s/^/#/' /etc/cron.d/mixed
        cron runs a script with borgmatic in it: /etc/cron.daily/backup
          sudo rm /etc/cron.daily/backup
        cron starts borgmatic for ann: /var/spool/cron/crontabs/ann, line 5
          sudo crontab -u ann -l | sed '5s/^/#/' | sudo crontab -u ann -
        cron starts borgmatic for root: /etc/crontabs/root, line 1
          sudo crontab -u root -l | sed '1s/^/#/' | sudo crontab -u root -
        ");
    }
}
