//! Scheduler files that are made from configurations: each is kept beside its configuration in
//! `tests/units/`, and systemd itself judges the units.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout)]

#[path = "program/kept.rs"]
mod kept;

#[path = "units/fires.rs"]
mod fires;
#[path = "units/judged.rs"]
mod judged;
#[path = "units/made.rs"]
mod made;

use std::path::Path;

use borgmatic::install::cron::{self, Form};
use borgmatic::install::{launchd, systemd};

use crate::kept::Kept;

#[test]
fn units_are_made_from_configurations() {
    let mut kept = Kept::default();
    for sample in made::samples() {
        let files = systemd::files(&sample.job, Path::new("/etc/systemd/system")).unwrap();
        assert_eq!(files.len(), 2);
        let texts: Vec<&str> = files
            .iter()
            .map(|file| std::str::from_utf8(&file.bytes).unwrap())
            .collect();
        let mut text = texts.concat();
        for note in systemd::notes(&sample.job) {
            text += &format!("note: {note}\n");
        }
        for folder in systemd::folders(&sample.job) {
            text += &format!("folder: {}\n", folder.display());
        }
        kept.same(&sample.path.with_extension("units"), &text);
    }
    kept.end();
}

/// What cron and launchd get of some of them.
#[test]
fn lines_and_property_lists_are_made_from_configurations() {
    let mut kept = Kept::default();
    for sample in made::samples() {
        let name = sample.path.file_stem().unwrap().to_str().unwrap();
        if !["account", "databases", "person", "ssh"].contains(&name) {
            continue;
        }
        let file = cron::file(&sample.job, Path::new("/etc/cron.d")).unwrap();
        assert_eq!(
            (file.path.to_str(), file.mode),
            (Some("/etc/cron.d/borgmatic"), 0o644)
        );
        let mut text = String::from_utf8(file.bytes).unwrap();
        assert!(
            text.ends_with('\n'),
            "Debian's cron does not read a last line without its end"
        );
        for form in [Form::User, Form::Busybox] {
            text += &format!("\n{form:?}:\n{}", cron::lines(&sample.job, form).unwrap());
        }
        kept.same(&sample.path.with_extension("cron"), &text);

        let list = launchd::file(&sample.job, Path::new("/Library/LaunchDaemons")).unwrap();
        kept.same(
            &sample.path.with_extension("plist"),
            str::from_utf8(&list.bytes).unwrap(),
        );
        judged::is_property_list(&list.bytes, &sample.job);
    }
    kept.end();
}

#[test]
fn cron_does_not_get_what_it_cannot_run() {
    for path in ["/etc/bad\nname.yaml", "/etc/back\\slash.yaml"] {
        let mut job = made::job();
        job.configs.push(path.into());
        let told = cron::lines(&job, Form::User).unwrap_err();
        assert_eq!(told.code, "borgmatic::install::cron");
    }
}
