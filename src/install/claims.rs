//! What a manifest may claim: an uninstallation removes, as root, what it names. So each path is in
//! normal form, and is one that some installation writes. Where the directories are is left open: those
//! of a user follow variables, that of the program a flag. Pure.

use std::path::{Path, PathBuf};

use super::launchd;
use super::manifest::{Entry, Manifest, What};
use super::own_files::OLD_NAMES;
use super::paths::{BUSYBOX, COMPLETIONS, CRON, MANUAL, Paths, SCHEMA, SPOOL};
use super::recipe::{Crontab, Kind};
use super::systemd::{self, SERVICE, TIMER};
use crate::host::files::lexical;

/// The paths that no installation of ours can have written down.
pub(super) fn strange<'m>(manifest: &'m Manifest, paths: &Paths) -> Vec<&'m Path> {
    let entries = manifest.entries.iter().flat_map(|entry| {
        let own = Some(&entry.path).filter(|_| !is_own(entry));
        let copy = entry.backup.as_ref();
        own.into_iter()
            .chain(copy.filter(|copy| !is_copy(copy, entry, paths)))
    });
    let folders = manifest.folders.iter().filter(|path| !is_plain(path));
    entries.chain(folders).map(PathBuf::as_path).collect()
}

/// Absolute and in normal form, and not the root itself.
fn is_plain(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    path.is_absolute()
        && path.parent().is_some()
        && lexical(path).as_os_str().as_encoded_bytes() == text
        && !text.iter().any(u8::is_ascii_control)
}

fn is_own(entry: &Entry) -> bool {
    let path = &entry.path;
    if entry.kind == What::Block(Crontab::Own) {
        return path == Path::new("crontab");
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = path.parent().unwrap_or(path);
    let of_units = |folder: &Path| {
        ["systemd/system", "systemd/user"]
            .iter()
            .any(|end| folder.ends_with(end))
    };
    is_plain(path)
        && match &entry.kind {
            What::File(Kind::Program) => ["borgmatic", "borg"].contains(&&*name),
            What::File(Kind::Manual) => {
                folder.ends_with(MANUAL) && name.starts_with("borgmatic") && name.ends_with(".1")
            }
            What::File(Kind::Completion) => COMPLETIONS.iter().any(|own| path.ends_with(own)),
            What::File(Kind::Schema) => path.ends_with(SCHEMA),
            What::File(Kind::Unit) => of_units(folder) && [SERVICE, TIMER].contains(&&*name),
            What::File(Kind::Cron) => folder == Path::new(CRON) && name == "borgmatic",
            What::File(Kind::Agent) => {
                let folders = ["Library/LaunchAgents", "Library/LaunchDaemons"];
                folders.iter().any(|own| folder.ends_with(own)) && *path == launchd::path(folder)
            }
            What::Link(_) if systemd::is_enabling(path) => folder.parent().is_some_and(of_units),
            What::Link(to) => OLD_NAMES.contains(&&*name) && to == Path::new("borgmatic"),
            What::Block(Crontab::File(crontab)) => {
                let system = Path::new(BUSYBOX).join("root");
                crontab == path && (*path == system || folder == Path::new(SPOOL))
            }
            What::Block(Crontab::Own) => false,
        }
}

/// `NAME.bak-20261125070000`, beside it or with the manifest.
pub(super) fn is_copy(copy: &Path, entry: &Entry, paths: &Paths) -> bool {
    let name = entry.path.file_name().unwrap_or_default().to_string_lossy();
    let folder = copy.parent();
    let end = copy.file_name().unwrap_or_default().to_string_lossy();
    let end = end.strip_prefix(&*name);
    let time = end.and_then(|end| end.strip_prefix(".bak-"));
    is_plain(copy)
        && time.is_some_and(|time| {
            time.len() == 14 && time.bytes().all(|digit| digit.is_ascii_digit())
        })
        && (folder == entry.path.parent() || folder == Some(paths.state()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::job::Reach;
    use crate::install::manifest::Origin;

    fn entry(path: &str, kind: What) -> Entry {
        Entry {
            path: path.into(),
            kind,
            sha256: String::new(),
            mode: 0o644,
            owner: "0:0".into(),
            template_version: "1".into(),
            origin: Origin::Created,
            backup: None,
            text: None,
            kept: false,
        }
    }

    #[test]
    fn what_an_installation_writes_may_be_claimed_and_nothing_else() {
        let old_name = || What::Link("borgmatic".into());
        let block = |path: &str| What::Block(Crontab::File(path.into()));
        for (path, kind, own) in [
            ("/opt/any where/borgmatic", What::File(Kind::Program), true),
            ("/usr/local/bin/borg", What::File(Kind::Program), true),
            ("/bin/sh", What::File(Kind::Program), false),
            ("bin/borgmatic", What::File(Kind::Program), false),
            (
                "/usr/bin/../../etc/borgmatic",
                What::File(Kind::Program),
                false,
            ),
            ("/usr//bin/borgmatic", What::File(Kind::Program), false),
            (
                "/usr/share/man/man1/borgmatic-create.1",
                What::File(Kind::Manual),
                true,
            ),
            ("/usr/share/man/man1/ls.1", What::File(Kind::Manual), false),
            (
                "/home/a/share/zsh/site-functions/_borgmatic",
                What::File(Kind::Completion),
                true,
            ),
            (
                "/usr/share/zsh/site-functions/_ls",
                What::File(Kind::Completion),
                false,
            ),
            (
                "/s/borgmatic/borgmatic.schema.json",
                What::File(Kind::Schema),
                true,
            ),
            ("/etc/shadow", What::File(Kind::Schema), false),
            (
                "/etc/systemd/system/borgmatic.timer",
                What::File(Kind::Unit),
                true,
            ),
            (
                "/home/a/.config/systemd/user/borgmatic.service",
                What::File(Kind::Unit),
                true,
            ),
            (
                "/etc/systemd/system/ssh.service",
                What::File(Kind::Unit),
                false,
            ),
            ("/etc/cron.d/borgmatic", What::File(Kind::Cron), true),
            ("/etc/cron.daily/borgmatic", What::File(Kind::Cron), false),
            (
                "/Library/LaunchDaemons/org.borgmatic.plist",
                What::File(Kind::Agent),
                true,
            ),
            (
                "/Library/LaunchDaemons/other.plist",
                What::File(Kind::Agent),
                false,
            ),
            ("/b/upgrade-borgmatic-config", old_name(), true),
            ("/b/other", old_name(), false),
            (
                "/b/upgrade-borgmatic-config",
                What::Link("/bin/sh".into()),
                false,
            ),
            (
                "/etc/systemd/system/timers.target.wants/borgmatic.timer",
                What::Link("/etc/systemd/system/borgmatic.timer".into()),
                true,
            ),
            ("/x/timers.target.wants/borgmatic.timer", old_name(), false),
            ("/etc/crontabs/root", block("/etc/crontabs/root"), true),
            (
                "/var/spool/cron/crontabs/ann",
                block("/var/spool/cron/crontabs/ann"),
                true,
            ),
            ("/etc/crontabs/root", block("/etc/crontab"), false),
            ("/etc/crontab", block("/etc/crontab"), false),
            ("crontab", What::Block(Crontab::Own), true),
        ] {
            assert_eq!(is_own(&entry(path, kind.clone())), own, "{path} {kind:?}");
        }
    }

    #[test]
    fn copies_and_directories_are_looked_at_too() {
        let paths = Paths::of(Reach::System, &crate::host::Env::default());
        let mut one = entry("/usr/local/bin/borgmatic", What::File(Kind::Program));
        for (copy, strange_one) in [
            ("/usr/local/bin/borgmatic.bak-20261125070000", false),
            ("/var/lib/borgmatic/borgmatic.bak-20261125070000", false),
            ("/etc/borgmatic.bak-20261125070000", true),
            ("/usr/local/bin/borgmatic.bak-", true),
            ("/etc/shadow", true),
        ] {
            one.backup = Some(copy.into());
            let manifest = Manifest {
                entries: vec![one.clone()],
                ..Manifest::default()
            };
            assert_eq!(
                !strange(&manifest, &paths).is_empty(),
                strange_one,
                "{copy}"
            );
        }
        let manifest = Manifest {
            folders: ["/", "/var/lib/", "/var/lib/..", "x", "/root/.cache/borg"]
                .map(PathBuf::from)
                .into(),
            ..Manifest::default()
        };
        assert_eq!(strange(&manifest, &paths).len(), 4);
    }
}
