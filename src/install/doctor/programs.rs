//! The programs that backups need: borg, those that dump databases, FUSE.

use std::path::Path;

use super::{Finding, Visit};
use crate::borg::{locate, verify};
use crate::config::Config;
use crate::install::launchd::has_full_disk_access;
use crate::option::words::split;

pub(super) fn borg(visit: &Visit<'_>) -> Vec<Finding> {
    let mut named: Vec<Option<&str>> = Vec::new();
    for unit in visit.alone.loaded.iter().flat_map(|loaded| &loaded.units) {
        let program = unit.config.borg.local_path.text();
        if !named.contains(&program) {
            named.push(program);
        }
    }
    if named.is_empty() {
        named.push(None);
    }
    let path = visit.host.env.get("PATH").unwrap_or_default();
    let mut found = Vec::new();
    for program in named {
        match verify::usable(&visit.host, program, path) {
            Err(failure) => found.push(Finding::failed("borg", &failure)),
            Ok(good) => {
                let words = format!("{} at {}", good.version, good.path.display());
                found.push(Finding::good("borg", words));
                found.extend(good.notes.iter().map(|note| Finding::look("borg", note)));
            }
        }
    }
    found
}

pub(super) fn others(visit: &Visit<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for config in visit
        .alone
        .loaded
        .iter()
        .filter_map(|loaded| loaded.config.as_ref())
    {
        for (option, program) in dumps(config) {
            if seen.contains(&program) {
                continue;
            }
            found.push(match locate::on_path(&program, visit.host.env) {
                Some(path) => {
                    let words = format!("{program} at {}", path.display());
                    Finding::good(option, words)
                }
                None => Finding::wrong(option, format!("the program {program} was not found"))
                    .cure(format!(
                        "install {program}, or name it with its option in {option}"
                    )),
            });
            seen.push(program);
        }
    }
    found.push(fuse(visit));
    if cfg!(target_os = "macos") {
        let access = has_full_disk_access(&visit.host.env.home, visit.host.files);
        found.extend(access.map(guarded));
    }
    found
}

/// May programs that this terminal starts open what macOS guards? Those of launchd have rights of
/// their own.
fn guarded(may: bool) -> Finding {
    let about = "full disk access";
    if may {
        return Finding::good(
            about,
            "this terminal has it, and the programs that it starts",
        );
    }
    let words = "macOS keeps mail, photos and other people's files from this terminal";
    Finding::look(about, words).cure(
        "add the terminal, and for scheduled runs borgmatic and borg, in System Settings, Privacy & \
         Security, Full Disk Access",
    )
}

/// The programs that dump the configured databases, and the option that needs each.
fn dumps(config: &Config) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut add = |option: &'static str, command: Option<&str>, usual: &str| {
        let words = command.map(|command| split(command).unwrap_or_default());
        let first = words.and_then(|words| words.into_iter().next());
        found.push((option, first.unwrap_or_else(|| usual.to_owned())));
    };
    let all = &config.databases;
    for one in all.postgresql_databases.items() {
        let is_all = one.name.text() == Some("all");
        let usual = if is_all && one.format.get().is_none() {
            "pg_dumpall"
        } else {
            "pg_dump"
        };
        add("postgresql_databases", one.pg_dump_command.text(), usual);
    }
    for one in all.mariadb_databases.items() {
        add(
            "mariadb_databases",
            one.programs.mariadb_dump_command.text(),
            "mariadb-dump",
        );
    }
    for one in all.mysql_databases.items() {
        add(
            "mysql_databases",
            one.programs.mysql_dump_command.text(),
            "mysqldump",
        );
    }
    for one in all.sqlite_databases.items() {
        add("sqlite_databases", one.sqlite_command.text(), "sqlite3");
    }
    for one in all.mongodb_databases.items() {
        add(
            "mongodb_databases",
            one.mongodump_command.text(),
            "mongodump",
        );
    }
    for one in all.influxdb_databases.items() {
        add("influxdb_databases", one.influx_command.text(), "influx");
    }
    for one in all.openldap_databases.items() {
        add("openldap_databases", one.slapcat_command.text(), "slapcat");
    }
    found
}

/// What `mount` needs.
fn fuse(visit: &Visit<'_>) -> Finding {
    let device = cfg!(target_os = "linux") && !visit.host.files.is_there(Path::new("/dev/fuse"));
    let helper = ["fusermount3", "fusermount", "mount_macfuse"]
        .iter()
        .any(|program| locate::on_path(program, visit.host.env).is_some());
    match (device, helper) {
        (false, true) => Finding::good("mount", "FUSE is there"),
        (true, _) => Finding::look(
            "mount",
            "there is no /dev/fuse: archives cannot be mounted, only extracted",
        )
        .cure("load it, if this is no container: sudo modprobe fuse"),
        (false, false) => Finding::look(
            "mount",
            "there is no fusermount: archives cannot be mounted, only extracted",
        )
        .cure("install the package fuse3 of this system"),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::host::Files;

    /// macOS refuses it also to root; here, a home of a mode does to others.
    #[test]
    fn a_guarded_file_must_really_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new("/");
        let access = || has_full_disk_access(folder.path(), &files);
        assert_eq!(access(), None);
        let guarded = folder.path().join("Library/Safari/CloudTabs.db");
        std::fs::create_dir_all(guarded.parent().unwrap()).unwrap();
        std::fs::write(&guarded, "").unwrap();
        assert_eq!(access(), Some(true));
        std::fs::set_permissions(&guarded, std::fs::Permissions::from_mode(0o000)).unwrap();
        let is_refused = std::fs::read(&guarded).is_err();
        assert_eq!(access(), Some(!is_refused));
    }

    #[test]
    fn who_has_no_access_is_told_where_it_is_given() {
        assert_eq!(super::guarded(true).cure, None);
        let cure = super::guarded(false).cure.unwrap();
        assert!(cure.ends_with("Full Disk Access"), "{cure}");
    }
}
