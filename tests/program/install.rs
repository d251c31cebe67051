//! `self-install` on a played machine: what it writes, what it leaves alone, and the way back.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use borgmatic::host::script::Answer;

use crate::world::{Ran, World};

pub(crate) const SERVICE: &str = "/etc/systemd/system/borgmatic.service";
pub(crate) const TIMER: &str = "/etc/systemd/system/borgmatic.timer";
pub(crate) const PROGRAM: &str = "/usr/local/bin/borgmatic";
pub(crate) const MANIFEST: &str = "/var/lib/borgmatic/self-install.json";

/// A machine whose running program is a small file, and that has a borg.
pub(crate) fn machine() -> World {
    let mut world = World::new();
    world.write("/proc/self/exe", "\x7fELF this program");
    for folder in ["/usr/local/bin", "/etc/systemd/system", "/var/lib"] {
        fs::create_dir_all(world.at(folder)).unwrap();
    }
    world
        .stage
        .env
        .variables
        .remove(std::ffi::OsStr::new("XDG_RUNTIME_DIR"));
    world.with_borg("1.4.1")
}

/// Installs below the root that is the machine's own.
pub(crate) fn below(world: &mut World, args: &[&str]) -> Ran {
    world.run(&[&["self-install", "--system", "--root", "/"], args].concat())
}

#[track_caller]
pub(crate) fn ends(ran: Ran, code: u8) -> Ran {
    assert_eq!(ran.code, code, "{}", ran.shown());
    ran
}

/// Everything on the machine: paths, modes, contents, targets of links. With times where asked.
pub(crate) fn tree_of(root: &Path, times: bool) -> BTreeMap<String, String> {
    fn walk(at: &Path, name: &str, times: bool, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(at).unwrap() {
            let entry = entry.unwrap();
            let (path, name) = (
                entry.path(),
                format!("{name}/{}", entry.file_name().to_string_lossy()),
            );
            let meta = fs::symlink_metadata(&path).unwrap();
            let mut what = format!("{:o} ", meta.mode());
            if times {
                what += &format!("{}.{} ", meta.mtime(), meta.mtime_nsec());
            }
            if meta.is_symlink() {
                what += &fs::read_link(&path).unwrap().to_string_lossy();
            } else if meta.is_dir() {
                walk(&path, &name, times, found);
            } else {
                what += &String::from_utf8_lossy(&fs::read(&path).unwrap());
            }
            found.insert(name, what);
        }
    }
    let mut found = BTreeMap::new();
    walk(root, "", times, &mut found);
    found
}

pub(crate) fn tree(world: &World, times: bool) -> BTreeMap<String, String> {
    tree_of(&world.at("/"), times)
}

pub(crate) fn text(world: &World, path: &str) -> String {
    fs::read_to_string(world.at(path)).unwrap()
}

pub(crate) fn edit(world: &World, path: &str, from: &str, to: &str) {
    let old = text(world, path);
    assert!(old.contains(from), "{old}");
    fs::write(world.at(path), old.replace(from, to)).unwrap();
}

#[test]
fn a_masked_unit_is_called_so() {
    let mut world = machine();
    symlink("/dev/null", world.at(TIMER)).unwrap();
    let ran = ends(below(&mut world, &["--systemd"]), 3);
    let told = ran.err.replace('\n', " ");
    assert!(told.contains("systemctl unmask borgmatic.timer"), "{told}");
}

#[test]
fn a_dry_run_shows_all_and_writes_nothing() {
    let mut world = machine();
    let before = tree(&world, true);
    let shown = ends(below(&mut world, &["--systemd", "--dry-run"]), 0);
    assert!(
        shown
            .out
            .contains("+++ b/etc/systemd/system/borgmatic.timer")
    );
    // What is installed below a root belongs to whoever installs it.
    let meta = fs::metadata(world.at("/var/lib")).unwrap();
    let owner = format!("owner {}:{}", meta.uid(), meta.gid());
    let shared = "/usr/local/share";
    for line in [
        format!("create {PROGRAM} (mode 0755, {owner}, 17 B)"),
        format!("create {TIMER} (mode 0644, {owner}, "),
        format!("create /usr/local/bin/upgrade-borgmatic-config -> borgmatic ({owner})"),
        format!("make the directory {shared}/man/man1 (mode 0755, {owner})"),
        format!("man pages in {shared}/man/man1 (mode 0644, {owner})"),
        format!("write {MANIFEST} (mode 0644, {owner})"),
    ] {
        assert!(shown.out.contains(&line), "{line}: {}", shown.out);
    }
    assert!(!shown.out.contains("begun.json"), "{}", shown.out);
    let again = below(&mut world, &["--systemd", "--dry-run"]);
    assert_eq!(again.out, shown.out);
    let list = ends(below(&mut world, &["--systemd", "--list"]), 0);
    assert!(list.out.contains(&format!("create {SERVICE} (mode 0644")));
    let json = ends(below(&mut world, &["--systemd", "--dry-run", "--json"]), 0);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["up_to_date"], false);
    assert_eq!(json["records"][0]["path"], MANIFEST);
    assert_eq!(json["records"][0]["mode"], "0644");
    for step in json["steps"].as_array().unwrap() {
        let its = format!("owner {}", step["owner"].as_str().unwrap());
        assert_eq!(its, owner, "{step}");
        let is_link = step["kind"] == "link";
        assert_eq!(step["mode"].is_null(), is_link, "{step}");
    }
    assert_eq!(tree(&world, true), before);
}

#[test]
fn a_second_run_changes_nothing_and_an_uninstallation_all() {
    let mut world = machine();
    world.write("/usr/lib/systemd/system/borgmatic.timer", "of a package");
    let before = tree(&world, false);
    let ran = ends(below(&mut world, &["--systemd"]), 0);
    assert!(
        ran.out
            .contains("Take it back: borgmatic self-install --system --root / --uninstall")
    );
    assert_eq!(text(&world, PROGRAM), "\x7fELF this program");
    let link = fs::read_link(world.at("/usr/local/bin/upgrade-borgmatic-config")).unwrap();
    assert_eq!(link, Path::new("borgmatic"));
    let manifest: serde_json::Value = serde_json::from_str(&text(&world, MANIFEST)).unwrap();
    assert_eq!(manifest["scheduler"], "systemd");
    let installed = tree(&world, true);
    for args in [&["--systemd"][..], &[], &["--yes"]] {
        let ran = ends(below(&mut world, args), 0);
        assert!(ran.out.contains("up to date"), "{}", ran.out);
        assert_eq!(tree(&world, true), installed);
    }
    ends(below(&mut world, &["--check"]), 0);
    let status = ends(below(&mut world, &["--status"]), 0);
    assert!(status.out.contains(&format!("ok           {TIMER}")));
    // What an update leaves goes, too.
    world.write("/usr/local/bin/borgmatic.prev", "older");
    let installed = tree(&world, true);
    let shown = ends(below(&mut world, &["--uninstall", "--dry-run"]), 0);
    assert!(shown.out.contains(&format!("--- a{TIMER}\n+++ /dev/null")));
    assert_eq!(tree(&world, true), installed);
    let ran = ends(below(&mut world, &["--uninstall"]), 0);
    let again = "in force again: /usr/lib/systemd/system/borgmatic.timer";
    assert!(ran.out.contains(again), "{}", ran.out);
    assert_eq!(tree(&world, false), before);
    ends(below(&mut world, &["--uninstall"]), 0);
    ends(below(&mut world, &["--check"]), 10);
}

#[test]
fn an_edited_unit_stops_it_until_a_person_has_decided() {
    let mut world = machine();
    ends(below(&mut world, &["--systemd"]), 0);
    let written = text(&world, SERVICE);
    let line = written
        .lines()
        .find(|line| line.starts_with("Nice="))
        .unwrap()
        .to_owned();
    edit(&world, SERVICE, &line, "Nice=3");
    let edited = text(&world, SERVICE);
    let before = tree(&world, true);
    let ran = ends(below(&mut world, &[]), 3);
    assert!(ran.out.contains(&format!("-{line}\n")) && ran.out.contains("+Nice=3\n"));
    for choice in [
        "--keep /etc/systemd/system/borgmatic.service",
        "--to-dropin",
        "--force --backup",
    ] {
        assert!(ran.err.replace('\n', " ").contains(choice), "{}", ran.err);
    }
    assert_eq!(tree(&world, true), before);
    let ran = ends(below(&mut world, &["--check"]), 10);
    assert!(ran.out.contains(&format!("{SERVICE}: edited")));

    ends(below(&mut world, &["--keep", SERVICE]), 0);
    assert_eq!(text(&world, SERVICE), edited);
    ends(below(&mut world, &[]), 0);
    ends(below(&mut world, &["--check"]), 0);
    let status = below(&mut world, &["--status"]);
    assert!(status.out.contains(&format!("kept         {SERVICE}")));

    let ran = ends(below(&mut world, &["--force", "--backup"]), 0);
    assert_eq!(text(&world, SERVICE), written);
    let copy = format!("{SERVICE}.bak-20260504031700");
    assert_eq!(text(&world, &copy), edited);
    assert!(
        ran.out.contains(&format!("  copy      {copy}\n")),
        "{}",
        ran.out
    );
    let ran = ends(below(&mut world, &["--uninstall", "--list"]), 0);
    assert!(
        ran.out.contains(&format!("left: {copy}, a copy that")),
        "{}",
        ran.out
    );

    edit(&world, SERVICE, &line, "Nice=4");
    ends(below(&mut world, &["--to-dropin"]), 0);
    assert_eq!(text(&world, SERVICE), written);
    let dropin = format!("{SERVICE}.d/90-local.conf");
    assert!(text(&world, &dropin).ends_with("[Service]\nNice=4\n"));
    let status = below(&mut world, &["--status"]);
    assert!(status.out.contains(&format!("drop-in      {dropin}")));

    edit(&world, SERVICE, &format!("{line}\n"), "");
    let ran = ends(below(&mut world, &["--to-dropin"]), 3);
    let told = ran.err.replace('\n', " ");
    assert!(
        told.contains("Nice was taken out") && !told.contains(": --to-dropin"),
        "{told}"
    );
    ends(below(&mut world, &["--force"]), 0);

    edit(&world, SERVICE, &line, "Nice=5");
    let ran = ends(below(&mut world, &["--uninstall"]), 0);
    assert!(
        ran.out
            .contains(&format!("left: {SERVICE}, which was edited"))
    );
    assert!(world.at(SERVICE).exists() && world.at(&dropin).exists());
    assert!(!world.at(TIMER).exists() && !world.at(PROGRAM).exists());
    ends(below(&mut world, &["--uninstall", "--force"]), 0);
    assert!(!world.at(SERVICE).exists() && !world.at(MANIFEST).exists());
}

/// What is kept, the way back, and what an uninstallation leaves of it.
#[test]
fn a_kept_file_has_a_way_back_and_is_all_that_an_uninstallation_leaves() {
    let mut world = machine();
    let before = tree(&world, false);
    ends(below(&mut world, &["--systemd"]), 0);
    edit(&world, SERVICE, "UMask=0077", "UMask=0022");
    let ran = ends(below(&mut world, &["--keep", SERVICE]), 0);
    let kept = format!("  kept      {SERVICE} (to have ours again: ");
    assert!(ran.out.contains(&kept), "{}", ran.out);
    assert!(ran.out.contains(" --force --backup)\n"), "{}", ran.out);
    assert!(!ran.out.contains("Installed"), "{}", ran.out);

    let left = format!("left: {SERVICE}, which you keep (remove it too: --force)");
    let ran = ends(below(&mut world, &["--uninstall"]), 0);
    assert!(ran.out.starts_with("Removed: "), "{}", ran.out);
    assert!(ran.out.contains(&left), "{}", ran.out);
    let ran = ends(below(&mut world, &["--uninstall"]), 0);
    assert!(ran.out.starts_with("Nothing to do"), "{}", ran.out);
    assert!(ran.out.contains(&left), "{}", ran.out);
    let ran = ends(below(&mut world, &["--check"]), 10);
    let said = ran.err.replace('\n', " ");
    assert!(said.contains("it was uninstalled, but for"), "{said}");
    assert!(said.contains(SERVICE) && !ran.out.contains("missing"));
    let ran = ends(below(&mut world, &["--uninstall", "--force"]), 0);
    assert!(
        ran.out.starts_with("Removed: 1 file or link\n"),
        "{}",
        ran.out
    );
    assert_eq!(tree(&world, false), before);

    // What somebody else made is kept for good.
    world.write(SERVICE, "[Service]\n");
    ends(below(&mut world, &["--systemd", "--keep", SERVICE]), 0);
    let ran = ends(below(&mut world, &["--uninstall", "--force"]), 0);
    let left = format!("left: {SERVICE}, which you keep (remove it too: rm {SERVICE}, then");
    assert!(ran.out.contains(&left), "{}", ran.out);
    assert_eq!(text(&world, SERVICE), "[Service]\n");
    fs::remove_file(world.at(SERVICE)).unwrap();
    ends(below(&mut world, &["--uninstall"]), 0);
    assert_eq!(tree(&world, false), before);
}

#[test]
fn what_cannot_be_kept_is_said() {
    let mut world = machine();
    ends(below(&mut world, &["--systemd"]), 0);
    for (path, words) in [
        (
            "/etc/other",
            "--keep /etc/other: no such file belongs to the installation",
        ),
        ("", "--keep is empty"),
    ] {
        let ran = ends(below(&mut world, &["--keep", path]), 2);
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    // What nobody edited needs no keeping.
    let before = tree(&world, true);
    let ran = ends(below(&mut world, &["--keep", TIMER]), 0);
    assert!(ran.out.contains("up to date"), "{}", ran.out);
    assert_eq!(tree(&world, true), before);
    // Together with a change, it is told beside it; once it is written down, no more.
    edit(&world, SERVICE, "UMask=0077", "UMask=0022");
    fs::remove_file(world.at(TIMER)).unwrap();
    let ran = ends(below(&mut world, &["--keep", SERVICE]), 0);
    assert!(ran.out.contains("1 file or link written"), "{}", ran.out);
    assert!(
        ran.out.contains(&format!("kept      {SERVICE}")),
        "{}",
        ran.out
    );
    let ran = ends(below(&mut world, &["--keep", SERVICE]), 0);
    assert!(ran.out.contains("up to date"), "{}", ran.out);
}

#[test]
fn what_others_put_there_is_never_overwritten() {
    let python = "#!/usr/bin/python3\nfrom borgmatic.commands.borgmatic import main\n";
    let mut world = machine();
    world.write(PROGRAM, python);
    let before = tree(&world, true);
    for args in [&["--systemd"][..], &["--systemd", "--force", "--backup"]] {
        let ran = ends(below(&mut world, args), 3);
        assert!(ran.err.contains("Python borgmatic"), "{}", ran.err);
        assert!(ran.err.contains("remove it first"), "{}", ran.err);
        assert_eq!(tree(&world, true), before);
    }

    // A script of somebody's: only with consent, and it comes back.
    let mut world = machine();
    world.write(PROGRAM, "#!/bin/sh\nexec /opt/borgmatic\n");
    world.write("/usr/local/bin/validate-borgmatic-config", "mine");
    let before = tree(&world, false);
    ends(below(&mut world, &["--systemd"]), 3);
    ends(below(&mut world, &["--systemd", "--force"]), 3);
    assert_eq!(tree(&world, false), before);
    ends(below(&mut world, &["--systemd", "--force", "--backup"]), 0);
    assert_eq!(text(&world, PROGRAM), "\x7fELF this program");
    assert_eq!(
        text(&world, "/usr/local/bin/validate-borgmatic-config"),
        "mine"
    );
    ends(below(&mut world, &["--uninstall"]), 0);
    assert_eq!(tree(&world, false), before);
}

#[test]
fn a_link_in_the_place_of_the_program_is_not_followed() {
    let mut world = machine();
    world.write("/opt/far", "far");
    symlink("/opt/far", world.at(PROGRAM)).unwrap();
    let before = tree(&world, false);
    ends(below(&mut world, &["--no-schedule"]), 3);
    assert_eq!(tree(&world, false), before);
    ends(
        below(&mut world, &["--no-schedule", "--force", "--backup"]),
        0,
    );
    assert_eq!(text(&world, PROGRAM), "\x7fELF this program");
    assert_eq!(text(&world, "/opt/far"), "far");
    ends(below(&mut world, &["--uninstall"]), 0);
    assert_eq!(tree(&world, false), before);
}

#[test]
fn another_scheduler_of_backups_stops_it() {
    let mut world = machine();
    world.write("/etc/cron.d/backup", "0 1 * * * root borgmatic create\n");
    let before = tree(&world, true);
    let ran = ends(below(&mut world, &["--systemd"]), 3);
    assert!(ran.err.contains("/etc/cron.d/backup"), "{}", ran.err);
    assert!(
        ran.err.contains("sudo rm /etc/cron.d/backup"),
        "{}",
        ran.err
    );
    assert_eq!(tree(&world, true), before);
    let ran = ends(below(&mut world, &["--systemd", "--force"]), 0);
    assert!(ran.err.contains("started twice"), "{}", ran.err);
    ends(below(&mut world, &["--no-schedule"]), 0);
    assert!(!world.at(TIMER).exists());
}

#[test]
fn only_links_to_us_are_removed() {
    let mut world = machine();
    ends(
        below(&mut world, &["--no-schedule", "--aliases", "force"]),
        0,
    );
    let name = "/usr/local/bin/generate-borgmatic-config";
    fs::remove_file(world.at(name)).unwrap();
    symlink("other", world.at(name)).unwrap();
    ends(below(&mut world, &["--uninstall"]), 0);
    assert_eq!(fs::read_link(world.at(name)).unwrap(), Path::new("other"));
    assert!(!world.at("/usr/local/bin/upgrade-borgmatic-config").exists());
    let mut world = machine();
    ends(
        below(&mut world, &["--no-schedule", "--aliases", "skip"]),
        0,
    );
    assert_eq!(fs::read_dir(world.at("/usr/local/bin")).unwrap().count(), 1);
}

#[test]
fn another_choice_takes_the_earlier_one_away() {
    let mut world = machine();
    fs::create_dir_all(world.at("/etc/cron.d")).unwrap();
    let before = tree(&world, false);
    ends(below(&mut world, &["--cron"]), 0);
    let cron = world.at("/etc/cron.d/borgmatic");
    assert_eq!(
        fs::metadata(&cron).unwrap().permissions().mode() & 0o777,
        0o644
    );
    ends(below(&mut world, &["--systemd"]), 0);
    assert!(!cron.exists() && world.at(TIMER).exists());
    edit(&world, TIMER, "[Timer]", "[Timer]\nAccuracySec=1h");
    // An edited timer would go on beside the new line of cron.
    let ran = ends(below(&mut world, &["--cron"]), 3);
    assert!(ran.err.contains("chosen before"), "{}", ran.err);
    ends(below(&mut world, &["--cron", "--force"]), 0);
    assert!(cron.exists() && !world.at(TIMER).exists());
    ends(below(&mut world, &["--no-schedule"]), 0);
    assert!(!cron.exists());
    ends(below(&mut world, &["--uninstall"]), 0);
    assert_eq!(tree(&world, false), before);
}

/// What goes is told, and the directories that were made for it go with it.
#[test]
fn another_choice_tells_what_it_takes_away() {
    let mut world = machine();
    let before = tree(&world, false);
    ends(below(&mut world, &["--cron"]), 0);
    let ran = ends(below(&mut world, &["--systemd"]), 0);
    for line in [
        "written, 1 file or link removed\n",
        "  removed   /etc/cron.d/borgmatic\n",
    ] {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
    assert!(!world.at("/etc/cron.d").exists());
    assert!(!text(&world, MANIFEST).contains("cron.d"));
    // What somebody put there meanwhile stays, and its directory.
    let wants = "/etc/systemd/system/timers.target.wants";
    world.write(&format!("{wants}/other.timer"), "");
    let ran = ends(below(&mut world, &["--cron"]), 0);
    let removed = format!("  removed   {TIMER}\n");
    assert!(ran.out.contains(&removed), "{}", ran.out);
    assert!(!world.at(TIMER).exists() && world.at(wants).exists());
    fs::remove_file(world.at(&format!("{wants}/other.timer"))).unwrap();
    ends(below(&mut world, &["--uninstall"]), 0);
    assert_eq!(tree(&world, false), before);
}

#[test]
fn what_is_missing_is_found_before_the_first_write() {
    let mut world = machine();
    let before = tree(&world, true);
    // Not root.
    let ran = ends(world.run(&["self-install", "--system", "--systemd"]), 4);
    assert!(ran.err.contains("sudo borgmatic"), "{}", ran.err);
    // No borg.
    let path = world
        .stage
        .env
        .variables
        .insert("PATH".into(), "/nowhere".into());
    ends(below(&mut world, &["--systemd"]), 5);
    world
        .stage
        .env
        .variables
        .insert("PATH".into(), path.unwrap());
    assert_eq!(tree(&world, true), before);
    // A bad configuration, and none.
    world.write("/etc/borgmatic/config.yaml", "repositories: 7\n");
    let ran = ends(below(&mut world, &["--systemd"]), 1);
    assert!(ran.err.contains("not good"), "{}", ran.err);
    fs::remove_file(world.at("/etc/borgmatic/config.yaml")).unwrap();
    ends(below(&mut world, &["--systemd"]), 1);
    assert!(!world.at(PROGRAM).exists());
    // The program alone needs neither.
    let ran = ends(below(&mut world, &[]), 0);
    assert!(ran.err.contains("no configuration yet"), "{}", ran.err);
    assert!(world.at(PROGRAM).exists() && !world.at(TIMER).exists());
}

#[test]
fn a_manager_is_told_once_and_what_it_refuses_is_taken_back() {
    let units = "/home/me/.config/systemd/user";
    let world = World::new();
    world.write("/proc/self/exe", "\x7fELF this program");
    fs::create_dir_all(world.at("/run/systemd/system")).unwrap();
    fs::create_dir_all(world.at("/run/user/1000/systemd")).unwrap();
    let before = tree(&world, false);
    let script = &world.stage.script;
    script
        .answer("--quiet is-", Answer::exit(1))
        .answer("daemon-reload", Answer::fine())
        .answer("enable --now", Answer::exit(1).err("no such bus").once())
        .answer("disable --now", Answer::fine())
        .answer("reset-failed", Answer::exit(1))
        .answer("enable --now", Answer::fine());
    let mut world = world.with_borg("1.4.1");
    let ran = ends(world.run(&["self-install"]), 1);
    assert!(ran.err.contains("no such bus"), "{}", ran.err);
    assert!(ran.err.contains("taken back"), "{}", ran.err);
    assert_eq!(tree(&world, false), before);
    world.commands();
    let script = &world.stage.script;
    script
        .answer("--quiet is-", Answer::exit(1).once())
        .answer("--quiet is-", Answer::fine())
        .answer("", Answer::fine().out("borg 1.4.1"));
    ends(world.run(&["self-install"]), 0);
    let link = world.at(&format!("{units}/timers.target.wants/borgmatic.timer"));
    let to = fs::read_link(link).unwrap();
    assert_eq!(to, Path::new(units).join("borgmatic.timer"));
    let told = world.commands();
    let told: Vec<_> = told
        .iter()
        .filter(|line| line.contains("systemctl") && !line.contains(" show "))
        .collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[1], "systemctl --user daemon-reload");
    assert_eq!(told[2], "systemctl --user enable --now borgmatic.timer");
    world
        .stage
        .script
        .answer("", Answer::fine().out("borg 1.4.1"));
    ends(world.run(&["self-install"]), 0);
    let told = world.commands();
    assert!(
        told.iter().all(|line| !line.contains("daemon-reload")),
        "{told:?}"
    );
    world
        .stage
        .script
        .answer("", Answer::fine().out("borg 1.4.1"));
    ends(world.run(&["self-install", "--uninstall"]), 0);
    let told = world.commands();
    let steps = ["disable --now", "reset-failed", "daemon-reload"];
    let at = |step: &&str| told.iter().position(|line| line.contains(*step));
    let order: Vec<_> = steps.iter().map(at).collect();
    assert!(order.is_sorted() && order[0].is_some(), "{told:?}");
    assert_eq!(tree(&world, false), before);
}

#[test]
fn a_person_at_the_terminal_is_asked() {
    let mut world = machine();
    for (answer, code) in [("cron\n", 0), ("what\n", 2)] {
        let ran = world.answering(answer, &["self-install", "--system", "--root", "/"]);
        assert_eq!(ran.code, code, "{}", ran.shown());
        if code == 0 {
            assert!(world.at("/etc/cron.d/borgmatic").exists());
            ends(below(&mut world, &["--uninstall"]), 0);
        }
    }
}

#[test]
fn a_running_backup_stops_an_uninstallation_and_a_passphrase_stays() {
    let mut world = machine();
    let before = tree(&world, false);
    ends(below(&mut world, &["--systemd"]), 0);
    let locks = "/root/.local/state/borgmatic/locks";
    world.write(&format!("{locks}/0123.lock"), "");
    let lock = fs::File::open(world.at(&format!("{locks}/0123.lock"))).unwrap();
    lock.lock().unwrap();
    let ran = ends(below(&mut world, &["--uninstall"]), 1);
    assert!(ran.err.contains("a backup is running"), "{}", ran.err);
    drop(lock);
    let config = "/etc/borgmatic/config.yaml";
    let plain = text(&world, config);
    fs::write(
        world.at(config),
        format!("{plain}encryption_passphrase: hunter2\n"),
    )
    .unwrap();
    world.write("/root/.local/state/borgmatic/runs.jsonl", "");
    world.write("/root/.local/state/borgmatic/mine.borg/data", "keep");
    ends(below(&mut world, &["--uninstall", "--purge"]), 0);
    assert!(world.at(config).exists());
    assert!(!world.at("/root/.local/state/borgmatic/runs.jsonl").exists());
    assert!(!world.at(locks).exists());
    assert!(
        world
            .at("/root/.local/state/borgmatic/mine.borg/data")
            .exists()
    );
    fs::write(world.at(config), plain).unwrap();
    fs::remove_dir_all(world.at("/root")).unwrap();
    assert_eq!(tree(&world, false), before);
    ends(below(&mut world, &["--uninstall", "--purge"]), 0);
    assert!(!world.at(config).exists());
}

#[test]
fn of_two_installations_at_once_one_does_nothing() {
    let mut world = machine();
    let root = world.at("/");
    let other = fs::File::open(&root).unwrap();
    other.lock().unwrap();
    let before = tree_of(&root, true);
    let ran = ends(below(&mut world, &["--no-schedule"]), 1);
    assert!(ran.err.contains("another self-install"), "{}", ran.err);
    assert_eq!(tree_of(&root, true), before);
    drop(other);
    ends(below(&mut world, &["--no-schedule"]), 0);
}
