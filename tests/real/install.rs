//! The built program installs itself below a root of the test's own, is called by its old names, is
//! replaced while it runs, and is killed in the middle.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};
use rustix::io::Errno;

use crate::terminal::Terminal;
use crate::trouble::SmallDisk;
use crate::world::{Outcome, World, binary, outcome, skip};

const FOLDERS: [&str; 5] = [
    "etc/borgmatic",
    "etc/systemd/system",
    "usr/local/bin",
    "usr/local/share/man/man1",
    "var/lib",
];

/// A world with a machine's root in it, and a configuration there.
fn rooted() -> World {
    let world = World::new("1.4");
    for folder in FOLDERS {
        fs::create_dir_all(world.path(&format!("root/{folder}"))).unwrap();
    }
    let configuration = format!(
        "source_directories:\n    - {}\nrepositories:\n    - path: {}\n",
        world.text("source"),
        world.text("repo.borg")
    );
    world.write("root/etc/borgmatic/config.yaml", &configuration);
    world
}

fn command(world: &World, program: &Path, args: &[&str]) -> Command {
    let mut command = world.program(program);
    command
        .args(["self-install", "--system", "--root"])
        .arg(world.path("root"))
        .args(args);
    command
}

fn install(world: &World, args: &[&str]) -> Outcome {
    outcome(&mut command(world, &binary(), args))
}

/// Paths, modes and contents, in which no text names the world.
fn tree(world: &World) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    fn walk(at: &Path, found: &mut BTreeMap<PathBuf, (u32, Vec<u8>)>) {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let what = if meta.is_symlink() {
                fs::read_link(&path)
                    .unwrap()
                    .into_os_string()
                    .into_encoded_bytes()
            } else if meta.is_dir() {
                walk(&path, found);
                Vec::new()
            } else {
                fs::read(&path).unwrap()
            };
            found.insert(path, (meta.permissions().mode(), what));
        }
    }
    let mut found = BTreeMap::new();
    walk(&world.path("root"), &mut found);
    let own = world.text("");
    for (_, what) in found.values_mut() {
        if let Some(text) = std::str::from_utf8(what).ok().map(str::to_owned) {
            *what = text.replace(&own, "WORLD/").into_bytes();
        }
    }
    found
}

#[test]
fn all_names_of_the_installed_program_work() {
    let world = rooted();
    let before = tree(&world);
    install(&world, &["--systemd"]).ends_with(0);
    let named = |name: &str, args: &[&str]| {
        let program = world.path(&format!("root/usr/local/bin/{name}"));
        outcome(world.program(&program).args(args))
    };
    for name in [
        "borgmatic",
        "generate-borgmatic-config",
        "validate-borgmatic-config",
        "upgrade-borgmatic-config",
    ] {
        named(name, &["--help"]).ends_with(0).says("borgmatic");
        named(name, &["--version"])
            .ends_with(0)
            .says(env!("CARGO_PKG_VERSION"));
    }
    let made = world.text("made.yaml");
    named("generate-borgmatic-config", &["--destination", &made]).ends_with(0);
    let own = world.text("root/etc/borgmatic/config.yaml");
    named("validate-borgmatic-config", &["--config", &own]).ends_with(0);
    named("upgrade-borgmatic-config", &["--config", &own, "--diff"]).ends_with(0);
    named(
        "borgmatic",
        &["--config", &own, "repo-create", "--encryption", "none"],
    )
    .ends_with(0);
    named("borgmatic", &["--config", &own, "create"]).ends_with(0);
    assert_eq!(world.archives("repo.borg").len(), 1);
    // The installed program finds itself up to date, and removes itself.
    let program = world.path("root/usr/local/bin/borgmatic");
    let own = |args: &[&str]| outcome(&mut command(&world, &program, args));
    own(&[]).ends_with(0).says("up to date");
    own(&["--uninstall"]).ends_with(0);
    assert!(tree(&world) == before);
}

/// As `curl … | sh` starts it: standard input is not the terminal, and is not read.
#[test]
fn a_person_at_the_terminal_chooses_the_scheduler() {
    let world = rooted();
    fs::create_dir_all(world.path("root/etc/cron.d")).unwrap();
    let line = format!(
        "echo systemd | {} self-install --system --root {}",
        binary().display(),
        world.text("root")
    );
    let mut shell = world.program(Path::new("/bin/sh"));
    shell.args(["-c", &line]);
    let mut terminal = Terminal::run(&shell, 100);
    terminal.sees("What is to start the backups?");
    terminal.type_in("cron\n");
    let (code, screen) = terminal.ends();
    assert_eq!(code, Some(0), "{screen}");
    assert!(world.path("root/etc/cron.d/borgmatic").exists());
    assert!(
        !world
            .path("root/etc/systemd/system/borgmatic.timer")
            .exists()
    );
    // Where nobody is there, the machine decides: a root without systemd has cron.
    install(&world, &["--uninstall"]).ends_with(0);
    install(&world, &[]).ends_with(0);
    assert!(world.path("root/etc/cron.d/borgmatic").exists());
}

#[test]
fn a_program_that_runs_is_replaced() {
    let world = rooted();
    // Another version: bytes behind the program do not matter to it.
    let older = world.path("older");
    let mut bytes = fs::read(binary()).unwrap();
    bytes.extend_from_slice(b"older");
    fs::write(&older, bytes).unwrap();
    fs::set_permissions(&older, fs::Permissions::from_mode(0o755)).unwrap();
    outcome(&mut command(&world, &older, &["--no-schedule"])).ends_with(0);
    let installed = world.path("root/usr/local/bin/borgmatic");
    let text = fs::read_to_string(world.path("root/etc/borgmatic/config.yaml")).unwrap();
    let (ready, go) = (world.text("ready"), world.text("go"));
    rustix::fs::mkfifoat(rustix::fs::CWD, &go, rustix::fs::Mode::from(0o600)).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &ready, rustix::fs::Mode::from(0o600)).unwrap();
    world.write(
        "waits.yaml",
        &format!(
            "{text}commands:\n    - before: everything\n      run:\n          - echo up > {ready}; cat {go}\n"
        ),
    );
    let mut runs = world
        .program(&installed)
        .args(["--config", &world.text("waits.yaml"), "repo-info"])
        .spawn()
        .unwrap();
    assert_eq!(fs::read_to_string(&ready).unwrap(), "up\n");
    install(&world, &["--no-schedule"]).ends_with(0);
    assert!(fs::read(&installed).unwrap() == fs::read(binary()).unwrap());
    fs::write(&go, "on\n").unwrap();
    // There is no repository: that it got so far is enough.
    assert_eq!(runs.wait().unwrap().code(), Some(1));
}

#[test]
fn an_installation_that_is_killed_is_healed() {
    let old = tree(&rooted_like(None));
    let whole = rooted_like(Some(()));
    let new = tree(&whole);
    for after in [1, 3, 9, 40, 70, 95] {
        let world = rooted();
        killed(&world, after);
        for (path, what) in tree(&world) {
            let path = path.strip_prefix(world.path("root")).unwrap();
            let name = path.to_string_lossy();
            let beside = name.contains(".self-install-") || name.ends_with(".begun.json");
            let as_in = |other: &BTreeMap<PathBuf, (u32, Vec<u8>)>| {
                other
                    .iter()
                    .any(|(at, its)| at.ends_with(path) && *its == what)
            };
            if name.ends_with("self-install.json") {
                // Its hashes are those of texts that name the world.
                serde_json::from_slice::<serde_json::Value>(&what.1).unwrap();
                continue;
            }
            assert!(
                beside || as_in(&old) || as_in(&new),
                "{name} after {after} events"
            );
        }
        install(&world, &["--systemd"]).ends_with(0);
        install(&world, &["--check"]).ends_with(0);
        assert_eq!(tree(&world).len(), new.len(), "after {after} events");
        install(&world, &["--uninstall"]).ends_with(0);
        assert_eq!(tree(&world).len(), old.len(), "after {after} events");
    }
}

fn rooted_like(installed: Option<()>) -> World {
    let world = rooted();
    if installed.is_some() {
        install(&world, &["--systemd"]).ends_with(0);
    }
    world
}

/// Starts an installation and kills it once so many things have happened in its directories.
fn killed(world: &World, after: usize) {
    let watch = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).unwrap();
    let what = WatchFlags::CREATE | WatchFlags::MOVED_TO | WatchFlags::DELETE;
    for folder in FOLDERS {
        add_watch(&watch, world.path(&format!("root/{folder}")), what).unwrap();
    }
    let mut child = command(world, &binary(), &["--systemd"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
    let mut events = Reader::new(&watch, &mut buffer);
    let mut seen = 0;
    while seen < after && child.try_wait().unwrap().is_none() {
        match events.next() {
            Ok(_) => seen += 1,
            Err(Errno::AGAIN) => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What belongs to root is looked at by somebody else, who is told what he cannot see.
#[test]
fn who_may_not_see_all_is_told_so() {
    let world = rooted();
    if !rustix::process::geteuid().is_root() {
        return skip("another user: only root becomes one");
    }
    let mode = |name: &str, mode| {
        fs::set_permissions(world.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    let program = world.path("out/borgmatic");
    fs::copy(binary(), &program).unwrap();
    for name in ["", "out", "root", "root/etc", "root/etc/borgmatic", "bin"] {
        mode(name, 0o755);
    }
    let other = |args: &[&str]| {
        let mut command = command(&world, &program, args);
        outcome(command.uid(65534).gid(65534))
    };
    let units = "root/etc/systemd/system/borgmatic.service.d";
    world.write("root/etc/variables", "ONE=1\n");
    world.write(
        &format!("{units}/own.conf"),
        "[Service]\nEnvironmentFile=/etc/variables\n",
    );
    install(&world, &["--systemd"]).ends_with(0);
    let check = |words: &str| {
        other(&["--check"]).ends_with(4).says(words);
    };
    check("could not look at /root/.");
    other(&["--status"])
        .ends_with(0)
        .says("/usr/local/bin/generate-borgmatic-config")
        .says("last run: not known (could not read the ledger");
    mode("root/etc/variables", 0o600);
    check("/etc/variables cannot be read by this user");
    mode("root/etc/borgmatic/config.yaml", 0o600);
    check("/etc/borgmatic/config.yaml cannot be read by this user");
    for folder_mode in [0o755, 0o700] {
        mode("root/etc/borgmatic", folder_mode);
        other(&["--systemd", "--dry-run"])
            .ends_with(4)
            .says("config.yaml cannot be read by this user");
    }
    install(&world, &["--check"]).ends_with(0);
}

#[test]
fn a_disk_without_room_is_found_before_the_first_write() {
    let world = rooted();
    let Some(_disk) = SmallDisk::mount(world.text("root/small")) else {
        return;
    };
    let own = fs::Permissions::from_mode(0o755);
    fs::set_permissions(world.path("root/small"), own).unwrap();
    let before = tree(&world);
    install(&world, &["--no-schedule", "--bin-dir", "/small"])
        .ends_with(1)
        .says("there is no room at /small: ")
        .says("nothing was changed");
    assert_eq!(tree(&world), before);
}
