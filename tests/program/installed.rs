//! What an installation left is looked at again: whose it is, what its manifest claims, what it is made
//! of below a root and of an environment.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;

use borgmatic::install::own_files::wrapper;

use crate::install::{MANIFEST, PROGRAM, SERVICE, TIMER, below, edit, ends, machine, text, tree};
use crate::world::{GOOD, World};

#[test]
fn a_changed_mode_or_owner_is_seen_and_put_right() {
    let mut world = machine();
    ends(below(&mut world, &["--systemd"]), 0);
    let installed = tree(&world, false);
    let open = fs::Permissions::from_mode(0o757);
    fs::set_permissions(world.at(PROGRAM), open).unwrap();
    let mut expected = format!("{PROGRAM}: other mode");
    for is_owner in [false, true] {
        if is_owner {
            let unit = world.at(SERVICE);
            if fs::metadata(&unit).unwrap().uid() != 0 {
                println!("SKIP: only root gives files away");
                return;
            }
            chown(unit, Some(4321), Some(0)).unwrap();
            expected = format!("{SERVICE}: other owner");
        }
        let ran = ends(below(&mut world, &["--check"]), 10);
        assert!(ran.out.contains(&expected), "{}", ran.out);
        let (path, words) = expected.split_once(": ").unwrap();
        let status = ends(below(&mut world, &["--status"]), 0);
        let line = format!("{words:<12} {path}");
        assert!(status.out.contains(&line), "{}", status.out);
        ends(below(&mut world, &[]), 0);
        ends(below(&mut world, &["--check"]), 0);
        assert_eq!(tree(&world, false), installed);
    }
    let owner = fs::metadata(world.at(SERVICE)).unwrap().uid();
    assert_eq!(owner, 0);
}

/// What root does is written down there.
#[test]
fn a_manifest_or_a_directory_that_others_may_write_to_is_seen_and_put_right() {
    let mut world = machine();
    ends(below(&mut world, &["--systemd"]), 0);
    let installed = tree(&world, false);
    for (path, mode) in [
        (MANIFEST, 0o666),
        ("/var/lib/borgmatic", 0o775),
        ("/usr/local/share/man/man1", 0o775),
        ("/usr/local/share/man/man1", 0o700),
        ("/root/.config/borg", 0o770),
    ] {
        fs::set_permissions(world.at(path), fs::Permissions::from_mode(mode)).unwrap();
        let ran = ends(below(&mut world, &["--check"]), 10);
        assert_eq!(ran.out, format!("{path}: other mode\n"));
        ends(below(&mut world, &[]), 0);
        ends(below(&mut world, &["--check"]), 0);
        assert_eq!(tree(&world, false), installed, "{path}");
    }
    // Whom a person lets read is that person's business, and so are directories that were there.
    for (path, mode) in [("/root/.config/borg", 0o755), ("/usr/local/bin", 0o775)] {
        fs::set_permissions(world.at(path), fs::Permissions::from_mode(mode)).unwrap();
        ends(below(&mut world, &["--check"]), 0);
    }
}

/// Where a file system has no links: what stands for one counts as one.
#[test]
fn a_wrapper_counts_as_the_link_that_it_stands_for() {
    let mut world = machine();
    let before = tree(&world, false);
    ends(below(&mut world, &["--no-schedule"]), 0);
    let names = [
        ("generate-borgmatic-config", "config generate"),
        ("validate-borgmatic-config", "config validate"),
        ("upgrade-borgmatic-config", "upgrade-config"),
    ];
    let wrap = |world: &World| {
        for (name, action) in names {
            let path = format!("/usr/local/bin/{name}");
            fs::remove_file(world.at(&path)).unwrap();
            let text = format!("#!/bin/sh\nexec {PROGRAM} {action} \"$@\"\n");
            assert_eq!(wrapper(Path::new(&path)).unwrap(), text);
            world.write(&path, text);
        }
    };
    wrap(&world);
    ends(below(&mut world, &["--check"]), 0);
    let installed = tree(&world, true);
    let ran = ends(below(&mut world, &["--no-schedule"]), 0);
    assert!(ran.out.contains("up to date"), "{}", ran.out);
    assert_eq!(tree(&world, true), installed);
    ends(below(&mut world, &["--uninstall"]), 0);
    assert_eq!(tree(&world, false), before);

    // One that somebody changed stays.
    ends(below(&mut world, &["--no-schedule"]), 0);
    wrap(&world);
    let edited = format!("/usr/local/bin/{}", names[0].0);
    edit(&world, &edited, "exec", "echo");
    ends(below(&mut world, &["--check"]), 10);
    ends(below(&mut world, &["--uninstall"]), 0);
    assert!(world.at(&edited).exists());
    assert_eq!(wrapper(Path::new(PROGRAM)), None);
}

#[test]
fn what_is_ours_goes_whatever_its_mode_is_now() {
    let mut world = machine();
    let before = tree(&world, false);
    ends(below(&mut world, &["--systemd"]), 0);
    let open = fs::Permissions::from_mode(0o600);
    fs::set_permissions(world.at(TIMER), open).unwrap();
    ends(below(&mut world, &["--uninstall"]), 0);
    assert_eq!(tree(&world, false), before);
}

#[test]
fn a_manifest_that_claims_what_is_not_ours_is_refused() {
    let mut world = machine();
    world.write("/etc/shadow", "root:x\n");
    ends(below(&mut world, &["--systemd"]), 0);
    let written = text(&world, MANIFEST);
    for (from, to, named) in [
        (PROGRAM, "/etc/shadow", "/etc/shadow"),
        (
            PROGRAM,
            "/usr/local/bin/../../../etc/borgmatic",
            "/usr/local/bin/../../../etc/borgmatic",
        ),
        (
            TIMER,
            "/etc/systemd/system/ssh.timer",
            "/etc/systemd/system/ssh.timer",
        ),
        (
            "/var/lib/borgmatic\"",
            "/var/lib/borgmatic/../..\"",
            "/var/lib/borgmatic/../..",
        ),
    ] {
        let changed = written.replacen(&format!("\"{from}"), &format!("\"{to}"), 1);
        assert_ne!(changed, written);
        fs::write(world.at(MANIFEST), changed).unwrap();
        let before = tree(&world, true);
        for args in [
            &["--uninstall"][..],
            &["--uninstall", "--force"],
            &["--systemd"],
            &["--check"],
        ] {
            let ran = ends(below(&mut world, args), 1);
            let told = ran.err.replace('\n', " ");
            assert!(told.contains("does not write"), "{told}");
            assert!(ran.err.contains(named), "{}", ran.err);
            assert_eq!(tree(&world, true), before);
        }
    }
    fs::write(world.at(MANIFEST), written).unwrap();
    ends(below(&mut world, &["--uninstall"]), 0);
    assert!(world.at("/etc/shadow").exists());
}

fn rooted<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["self-install", "--system", "--root", "/image"], args].concat()
}

/// An image that has never run: the timer is enabled by a link, as `systemctl enable` makes it.
#[test]
fn below_a_root_the_timer_is_enabled_and_all_of_it_goes_again() {
    let link = "/image/etc/systemd/system/timers.target.wants/borgmatic.timer";
    let mut world = machine();
    world.write("/image/etc/borgmatic/config.yaml", GOOD);
    let before = tree(&world, false);
    let shown = ends(world.run(&rooted(&["--systemd", "--list"])), 0);
    let inside = link.strip_prefix("/image").unwrap();
    assert!(
        shown.out.contains(&format!("create {inside} -> {TIMER}")),
        "{}",
        shown.out
    );
    assert!(!shown.out.contains("systemctl"), "{}", shown.out);
    assert_eq!(tree(&world, false), before);

    let ran = ends(world.run(&rooted(&["--systemd"])), 0);
    assert_eq!(fs::read_link(world.at(link)).unwrap(), Path::new(TIMER));
    assert!(
        ran.out.contains(&format!("enabled   {inside}")),
        "{}",
        ran.out
    );
    let again = "borgmatic self-install --system --root /image --";
    for more in ["status", "uninstall"] {
        assert!(ran.out.contains(&format!("{again}{more}")), "{}", ran.out);
    }
    ends(world.run(&rooted(&["--check"])), 0);
    fs::remove_file(world.at(link)).unwrap();
    let ran = ends(world.run(&rooted(&["--check"])), 10);
    assert!(
        ran.out.contains(&format!("{inside}: missing")),
        "{}",
        ran.out
    );
    assert!(ran.err.contains("--root /image"), "{}", ran.err);
    ends(world.run(&rooted(&[])), 0);
    ends(world.run(&rooted(&["--uninstall"])), 0);
    // Not even /image/var, or any other directory.
    assert_eq!(tree(&world, false), before);
}

#[test]
fn the_timer_of_a_package_that_was_enabled_is_enabled_again_afterwards() {
    let link = "/etc/systemd/system/timers.target.wants/borgmatic.timer";
    let vendor = "/usr/lib/systemd/system/borgmatic.timer";
    let mut world = machine();
    world.write(vendor, "[Timer]\n");
    fs::create_dir_all(world.at(link).parent().unwrap()).unwrap();
    symlink(vendor, world.at(link)).unwrap();
    let before = tree(&world, false);
    let ran = ends(below(&mut world, &["--systemd"]), 0);
    assert!(ran.err.contains("takes the place of"), "{}", ran.err);
    assert_eq!(fs::read_link(world.at(link)).unwrap(), Path::new(TIMER));
    let folder = fs::read_dir(world.at(link).parent().unwrap()).unwrap();
    assert_eq!(folder.count(), 1, "systemd reads all that is there");
    ends(below(&mut world, &["--uninstall"]), 0);
    assert_eq!(tree(&world, false), before);
}

#[test]
fn variables_that_a_unit_does_not_have_are_told_of() {
    let mut world = machine();
    let config = GOOD.replace("/backup/one.borg", "${ONE}/one.borg");
    let config = config.replace("label: one", "label: ${LABEL:-one}");
    world.write("/etc/borgmatic/config.yaml", config);
    let variables = &mut world.stage.env.variables;
    variables.insert("ONE".into(), "/backup".into());
    let ran = ends(below(&mut world, &["--systemd", "--dry-run"]), 0);
    let told = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("config.yaml takes ONE from the environment"),
        "{told}"
    );
    assert!(told.contains("systemctl edit borgmatic.service"), "{told}");
    assert!(told.contains("EnvironmentFile=FILE"), "{told}");
    let ran = ends(below(&mut world, &["--cron", "--dry-run"]), 0);
    assert!(
        ran.err.contains("takes ONE from the environment"),
        "{}",
        ran.err
    );

    // What a drop-in gives is there for the unit, and for what it is made from.
    world.write("/etc/borgmatic/more", "ONE='/backup'\n");
    world.write(
        &format!("{SERVICE}.d/variables.conf"),
        "[Service]\nEnvironmentFile=/etc/borgmatic/more\n",
    );
    world
        .stage
        .env
        .variables
        .remove(std::ffi::OsStr::new("ONE"));
    let ran = ends(below(&mut world, &["--systemd"]), 0);
    assert!(!ran.err.contains("from the environment"), "{}", ran.err);
    assert!(text(&world, SERVICE).contains("ReadWritePaths=-/backup/one.borg\n"));
    ends(below(&mut world, &["--check"]), 0);
}
