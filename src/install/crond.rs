//! Does a daemon of cron run here? Without one, lines for cron start nothing. Facts: proc(5), Debian's
//! cron, cronie, busybox, systemd-cron.

use std::ffi::OsString;
use std::path::Path;

use crate::host::{Files, Host};

/// The length of a name in `/proc` that is looked at, in bytes.
const NAME: u64 = 256;

/// Reads crontabs without a daemon: makes timers of them.
const GENERATOR: [&str; 2] = [
    "/usr/lib/systemd/system-generators/systemd-crontab-generator",
    "/lib/systemd/system-generators/systemd-crontab-generator",
];

/// Where the daemons are.
const DAEMONS: [&str; 5] = [
    "/usr/sbin/cron",
    "/usr/sbin/crond",
    "/usr/bin/crond",
    "/usr/bin/cronie",
    "/sbin/crond",
];

/// Units that start them.
const UNITS: [&str; 3] = ["cron", "crond", "cronie"];

/// What is wrong where nobody reads the lines.
pub(super) const NONE: &str = "no daemon of cron runs here, so that nothing starts the backups";

/// What is to be done about it. Nothing is said where it is not known.
pub(super) fn cure(host: &Host<'_>) -> Option<String> {
    let files = host.files;
    let is_there = |path: &&str| files.exists(Path::new(path));
    if runs(files)? || GENERATOR.iter().any(is_there) {
        return None;
    }
    let Some(daemon) = DAEMONS.into_iter().find(is_there) else {
        let or = if is_there(&"/run/systemd/system") {
            ", or use --systemd"
        } else {
            ""
        };
        return Some(format!(
            "install one (the package is called cron or cronie){or}"
        ));
    };
    let is_unit = |name: &&str| {
        ["/usr/lib", "/lib", "/etc"].iter().any(|base| {
            let unit = format!("{base}/systemd/system/{name}.service");
            files.exists(Path::new(&unit))
        })
    };
    let unit = UNITS.into_iter().find(is_unit);
    let start = match unit.filter(|_| is_there(&"/run/systemd/system")) {
        Some(unit) => format!("sudo systemctl enable --now {unit}"),
        None if is_there(&"/sbin/rc-update") => {
            let name = daemon.rsplit('/').next().unwrap_or(daemon);
            format!("sudo rc-update add {name} && sudo rc-service {name} start")
        }
        None => format!("sudo {daemon}"),
    };
    Some(format!("start it: {start}"))
}

/// Is one of the processes cron? `None`: not all of them are seen.
fn runs(files: &Files) -> Option<bool> {
    let proc = Path::new("/proc");
    files.head(&proc.join("1/comm"), NAME).ok()?;
    let names = files.names(proc).ok()?;
    let first = |name: &OsString| name.as_encoded_bytes().first().copied();
    let is_number = |name: &OsString| first(name).is_some_and(|letter| letter.is_ascii_digit());
    let is_cron = |name: OsString| {
        let text = |file: &str| {
            let bytes = files.head(&proc.join(&name).join(file), NAME);
            String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
        };
        let comm = text("comm");
        comm.contains("cron") || comm.trim() == "busybox" && text("cmdline").contains("crond")
    };
    Some(names.into_iter().filter(is_number).any(is_cron))
}

#[cfg(test)]
mod tests {
    use crate::host::script::Stage;

    /// What is said on a machine with these files.
    fn needed(tree: &[(&str, &str)]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in tree {
            let at = folder.path().join(path);
            std::fs::create_dir_all(at.parent().unwrap()).unwrap();
            std::fs::write(at, text).unwrap();
        }
        super::cure(&Stage::new(folder.path()).host())
    }

    const INIT: (&str, &str) = ("proc/1/comm", "init\n");
    const SHELL: (&str, &str) = ("proc/20/comm", "sh\n");
    const SYSTEMD: (&str, &str) = ("run/systemd/system/x", "");

    #[test]
    fn who_has_a_daemon_is_told_nothing() {
        for daemon in ["cron", "crond", "supercronic", "fcron"] {
            let comm = format!("{daemon}\n");
            assert_eq!(needed(&[INIT, SHELL, ("proc/99/comm", &comm)]), None);
        }
        let busybox = [
            INIT,
            ("proc/7/comm", "busybox\n"),
            ("proc/7/cmdline", "busybox\0crond\0-f\0"),
        ];
        assert_eq!(needed(&busybox), None);
        let generator = "lib/systemd/system-generators/systemd-crontab-generator";
        assert_eq!(needed(&[INIT, SHELL, (generator, "")]), None);
        // Where other people's processes are hidden, or there is no /proc.
        assert_eq!(needed(&[SHELL]), None);
        assert_eq!(needed(&[]), None);
    }

    #[test]
    fn who_has_none_is_told_what_to_type() {
        let other = [
            INIT,
            SHELL,
            ("proc/7/comm", "busybox\n"),
            ("proc/7/cmdline", "sh\0"),
        ];
        let said = |more: &[(&str, &str)]| needed(&[&other, more].concat()).unwrap();
        assert_eq!(
            said(&[]),
            "install one (the package is called cron or cronie)"
        );
        assert_eq!(
            said(&[SYSTEMD]),
            "install one (the package is called cron or cronie), or use --systemd"
        );
        let debian = [
            SYSTEMD,
            ("usr/sbin/cron", ""),
            ("usr/lib/systemd/system/cron.service", ""),
        ];
        assert_eq!(said(&debian), "start it: sudo systemctl enable --now cron");
        let alpine = [("usr/sbin/crond", ""), ("sbin/rc-update", "")];
        assert_eq!(
            said(&alpine),
            "start it: sudo rc-update add crond && sudo rc-service crond start"
        );
        assert_eq!(
            said(&[("usr/sbin/cron", "")]),
            "start it: sudo /usr/sbin/cron"
        );
    }
}
