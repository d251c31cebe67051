//! Which command lines of the installer cannot be meant, and what its numbers say.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use borgmatic::host::script::Answer;

use crate::install::{below, ends, machine, text, tree};
use crate::status::TIMER;
use crate::world::{Ran, World};

/// The table of exit statuses in docs/how-to/install.md: 2.
#[test]
fn what_cannot_be_meant_is_status_2() {
    let mut world = machine();
    let before = tree(&world, true);
    let mut wrong = Vec::new();
    for (line, help) in [
        // Words that are none of ours.
        ("--schedule foo", "write for example: daily"),
        ("--schedule ''", "write for example: daily"),
        ("--aliases nope", "auto, force, skip"),
        ("--jitter 0", "0m"),
        ("--jitter=-5m", "write a number and a unit"),
        ("--wait-network soon", "write a number and a unit"),
        ("--on-battery maybe", "run, skip"),
        ("--inhibit all", "sleep, none"),
        ("--sandbox tight", "auto, strict, compat, off"),
        ("--sandbox", "--sandbox"),
        ("--crom", "did you mean `--cron`"),
        ("create", "run the actions one after the other"),
        ("--version-of-mine", "--help"),
        // Values that nobody means.
        ("--jitter 99999999999999d", "--jitter 10m, and at most 1d"),
        ("--jitter 25h", "--jitter 10m, and at most 1d"),
        ("--jitter 24h", "--jitter 0m"),
        ("--schedule '*:0/5' --jitter 10m", "--jitter 0m"),
        (
            "--wait-network 99999d",
            "--wait-network 10m, and at most 1d",
        ),
        ("--bin-dir ''", "--bin-dir /opt/bin, or leave it out"),
        ("--root ' '", "--root DIR"),
        ("--user-account ''", "--user-account NAME"),
        ("--keep ''", "--keep PATH"),
        ("--with-borg '' --borg-sha256 ''", "--with-borg URL"),
        ("--root /nowhere", "mkdir -p /nowhere"),
        ("--user-account nobody-of-that-name", "useradd"),
        ("--systemd --keep /etc/passwd", "--status"),
        // What excludes each other.
        ("--systemd --cron", "leave one of them out"),
        ("--cron --launchd", "leave one of them out"),
        ("--launchd --no-schedule", "leave one of them out"),
        ("--system --user", "leave one of them out"),
        ("--user --user-account ann", "leave one of them out"),
        ("--list --json", "leave one of them out"),
        ("--no-bin --bin-dir /opt", "leave one of them out"),
        (
            "--no-bin --aliases force",
            "leave --aliases or --no-bin out",
        ),
        ("--to-dropin --force", "leave one of them out"),
        ("--to-dropin --cron", "leave --to-dropin out"),
        ("--to-dropin --no-schedule", "leave --to-dropin out"),
        ("--launchd --sandbox strict", "or use --systemd"),
        ("--sandbox off --cron", "or use --systemd"),
        ("--no-schedule --schedule hourly", "leave one of them out"),
        // What the wish does not heed.
        ("--check --uninstall", "leave one of them out"),
        ("--status --check", "leave one of them out"),
        ("--status --list", "leave --list out"),
        ("--uninstall --schedule daily", "leave --schedule out"),
        ("--uninstall --systemd", "leave --systemd out"),
        ("--uninstall --bin-dir /opt", "leave --bin-dir out"),
        (
            "--uninstall --force --backup",
            "leave --force and --backup out",
        ),
        ("--status --cron", "leave --cron out"),
        ("--status --force", "leave --force out"),
        ("--check --force", "leave --force out"),
        ("--check --to-dropin", "leave --to-dropin out"),
        // What lacks its other half.
        ("--purge", "add --uninstall"),
        ("--status --purge", "add --uninstall"),
        ("--backup", "add --force"),
        ("--with-borg https://localhost/borg", "add --borg-sha256"),
        ("--borg-sha256 00", "add --with-borg"),
    ] {
        for start in ["", "--system --root / "] {
            let ran = world.line(&format!("borgmatic self-install {start}{line}"));
            // Lines are folded for the terminal.
            let said = ran.err.split_whitespace().filter(|word| *word != "│");
            let said = said.collect::<Vec<_>>().join(" ");
            if (ran.code, ran.out.as_str()) != (2, "") || !said.contains(help) {
                wrong.push(format!("{start}{line}: {help}\n{}", ran.shown()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for line in [
        "self-update --chek",
        "self-update --yes",
        "self-update --rollback --check",
    ] {
        assert_eq!(world.line(&format!("borgmatic {line}")).code, 2, "{line}");
    }
    // Python borgmatic ends with 1, and so do its actions here.
    assert_eq!(world.line("borgmatic create --bogus").code, 1);
    assert_eq!(tree(&world, true), before);
}

/// No flag names the scheduler, and the machine has cron.
#[test]
fn a_sandbox_needs_systemd_also_where_it_is_not_named() {
    let mut world = machine();
    for flags in [["--sandbox", "strict"].as_slice(), &["--to-dropin"]] {
        let ran = ends(below(&mut world, flags), 2);
        assert!(
            ran.err.contains("and cron starts the backups"),
            "{}",
            ran.err
        );
    }
    fs::create_dir_all(world.at("/usr/lib/systemd/systemd")).unwrap();
    ends(below(&mut world, &["--sandbox", "strict"]), 0);
    let user = [
        "self-install",
        "--user",
        "--root",
        "/",
        "--systemd",
        "--sandbox",
        "strict",
    ];
    let ran = ends(world.run(&user), 2);
    assert!(ran.err.contains("no sandbox"), "{}", ran.err);
}

/// As the words say that are shown where there is no configuration yet.
#[test]
fn what_was_not_scheduled_for_want_of_a_configuration_is_later() {
    let mut world = machine();
    let config = text(&world, "/etc/borgmatic/config.yaml");
    fs::remove_file(world.at("/etc/borgmatic/config.yaml")).unwrap();
    let ran = ends(below(&mut world, &[]), 0);
    assert!(
        ran.err
            .replace('\n', " ")
            .contains("run borgmatic self-install --system --root / again"),
        "{}",
        ran.err
    );
    assert!(ends(below(&mut world, &[]), 0).out.contains("up to date"));
    world.write("/etc/borgmatic/config.yaml", config);
    ends(below(&mut world, &[]), 0);
    assert!(world.at("/etc/cron.d/borgmatic").exists());
    // Whoever said --no-schedule meant it.
    ends(below(&mut world, &["--no-schedule"]), 0);
    ends(below(&mut world, &[]), 0);
    assert!(!world.at("/etc/cron.d/borgmatic").exists());
}

/// What is said where a scheduler finds no configuration: where it looked, and what to type.
#[test]
fn who_has_no_configuration_is_told_where_and_how() {
    let own = "/home/me/.config/borgmatic/config.yaml";
    let cases: &[(u32, &[&str], bool, &[&str])] = &[
        // Nobody may write to /etc but root.
        (
            1000,
            &["--user", "--systemd"],
            false,
            &[
                "nothing at /etc/borgmatic/config.yaml, /etc/borgmatic.d, /home/me/.config/",
                "borgmatic config generate --destination /home/me/.config/borgmatic/config.yaml;",
                "borgmatic self-install --systemd --config FILE",
            ],
        ),
        (
            0,
            &["--systemd"],
            false,
            &[
                "systemd could start a backup of: nothing at /etc/borgmatic/config.yaml",
                "/root/.config/borgmatic.d",
                ": borgmatic config generate; or name it: borgmatic self-install --systemd --config FILE",
            ],
        ),
        // There is one, but not root's.
        (
            0,
            &["--cron"],
            true,
            &[
                "/home/me/.config/borgmatic/config.yaml does not count: backups of the machine run as root, whose home is /root",
                "borgmatic self-install --cron --config /home/me/.config/borgmatic/config.yaml",
                "without sudo: borgmatic self-install --user --cron",
            ],
        ),
    ];
    for (user, flags, has_own, words) in cases {
        let mut world = persons().with_borg("1.4.1");
        world.stage.env.user = *user;
        fs::remove_file(world.at("/etc/borgmatic/config.yaml")).unwrap();
        if *has_own {
            world.write(own, "repositories: []\n");
            let env = &mut world.stage.env;
            env.home = "/root".into();
            env.homes.insert("root".into(), "/root".into());
            env.homes.insert("me".into(), "/home/me".into());
            env.variables.insert("SUDO_USER".into(), "me".into());
        }
        let ran = ends(world.run(&[&["self-install"], *flags].concat()), 1);
        for words in *words {
            let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains(words), "{words}: {}", ran.err);
        }
        assert!(!world.at("/usr/local/bin/borgmatic").exists());
    }
}

/// Installing and removing count the same things.
#[test]
fn as_many_files_go_as_came() {
    for flags in [["--systemd"], ["--cron"], ["--no-schedule"]] {
        let mut world = machine();
        let number = |ran: &Ran, start: &str| {
            let line = ran
                .out
                .lines()
                .find(|line| line.starts_with(start))
                .unwrap();
            let (_, rest) = line.split_once(": ").unwrap();
            rest.split_once(" files and links")
                .unwrap()
                .0
                .parse::<usize>()
                .unwrap()
        };
        let came = number(&ends(below(&mut world, &flags), 0), "Installed");
        let there = tree(&world, false)
            .values()
            .filter(|what| !what.starts_with('4'))
            .count();
        let gone = number(&ends(below(&mut world, &["--uninstall"]), 0), "Removed");
        let left = tree(&world, false)
            .values()
            .filter(|what| !what.starts_with('4'))
            .count();
        assert_eq!(came, gone);
        // The manifest comes and goes with them.
        assert_eq!(there - left, came + 1);
    }
}

/// What docs/how-to/install.md has pasted in.
#[test]
fn the_page_shows_what_is_printed() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/how-to/install.md");
    let page = fs::read_to_string(page).unwrap();
    let mut world = machine();
    let flags = ["--systemd", "--schedule", "Mon..Fri 02:30"];
    let installed = ends(below(&mut world, &flags), 0);
    let again = ends(below(&mut world, &[]), 0);
    let status = ends(below(&mut world, &["--status"]), 0);
    let last = status.out.lines().filter(|line| line.contains("man pages"));
    let planned = "next run: planned for Mon..Fri 02:30 (";
    assert!(status.out.contains(planned), "{}", status.out);
    assert!(page.contains(planned));
    // The page is of a machine that runs: its systemd makes the link that enables the timer.
    let is_link = |line: &&str| line.starts_with("  enabled ");
    assert_eq!(installed.out.lines().filter(is_link).count(), 1);
    let (first, rest) = installed.out.split_once('\n').unwrap();
    let count = first.split(' ').find_map(|word| word.parse::<usize>().ok());
    let written = format!(": {} files and links written", count.unwrap() - 1);
    assert!(page.contains(&written), "{first}");
    let (_, next) = page.split_once("\n  next run  ").unwrap();
    let next = format!("\nnext run: {}\n", next.lines().next().unwrap());
    assert!(page.contains(&next), "{next}");
    let rest = rest.lines().filter(|line| !is_link(line));
    for line in rest.chain(again.out.lines()).chain(last) {
        let rooted = "borgmatic self-install --system --root /";
        let line = &line.replace(rooted, "/usr/local/bin/borgmatic self-install");
        assert!(page.contains(line), "{line}");
    }
}

/// A person's machine, with a systemd that runs.
fn persons() -> World {
    let world = World::new();
    world.write("/proc/self/exe", "\x7fELF this program");
    for folder in ["/run/systemd/system", "/run/user/1000/systemd"] {
        fs::create_dir_all(world.at(folder)).unwrap();
    }
    world
}

#[test]
fn the_next_run_is_told_as_status_tells_it() {
    let mut world = persons();
    let script = &world.stage.script;
    script.answer(" show ", Answer::fine().out(TIMER));
    script.answer("", Answer::fine().out("borg 1.4.1"));
    let next = "2026-05-05 03:00, in 23h (borgmatic.timer)\n";
    let ran = ends(world.run(&["self-install", "--systemd"]), 0);
    assert!(
        ran.out.contains(&format!("  next run  {next}")),
        "{}",
        ran.out
    );
    let ran = ends(world.run(&["self-install", "--status"]), 0);
    assert!(
        ran.out.contains(&format!("next run: {next}")),
        "{}",
        ran.out
    );
    let ran = ends(world.run(&["self-install", "--status", "--json"]), 0);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["next_run"], "2026-05-05T03:00:00Z");
    assert_eq!(json["next_run_by"], "borgmatic.timer");
    assert_eq!(json["next_run_unknown"], serde_json::Value::Null);
}

#[test]
fn where_no_time_is_known_json_tells_the_plan_and_why() {
    let mut world = machine();
    let json = |world: &mut World| -> serde_json::Value {
        let ran = ends(below(world, &["--status", "--json"]), 0);
        serde_json::from_str(&ran.out).unwrap()
    };
    ends(
        below(&mut world, &["--systemd", "--schedule", "Mon..Fri 02:30"]),
        0,
    );
    let told = json(&mut world);
    assert_eq!(told["next_run"], serde_json::Value::Null);
    assert_eq!(told["schedule"], "Mon..Fri 02:30");
    assert_eq!(told["next_run_unknown"], "below a root nothing runs");
    let ran = ends(below(&mut world, &["--no-schedule"]), 0);
    let removed = "Installed borgmatic 2026.11.0: 3 files and links removed\n";
    assert!(ran.out.starts_with(removed), "{}", ran.out);
    let told = json(&mut world);
    for name in ["schedule", "next_run", "next_run_unknown"] {
        assert_eq!(told[name], serde_json::Value::Null);
    }
}

/// Below a root, the configuration that is asked for is one below it.
#[test]
fn below_a_root_a_configuration_is_made_below_it() {
    let make = "borgmatic config generate --destination /image";
    for (reach, place) in [
        ("--system", "/etc/borgmatic/config.yaml"),
        ("--user", "/home/me/.config/borgmatic/config.yaml"),
    ] {
        for (more, code) in [(vec!["--systemd"], 1), (vec![], 0)] {
            let mut world = machine();
            world.write("/image/usr/lib/systemd/systemd", "");
            let args = [&["self-install", reach, "--root", "/image"], &more[..]].concat();
            let ran = ends(world.run(&args), code);
            let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains(&format!("{make}{place}")), "{said}");
        }
    }
}

#[test]
fn who_does_not_find_the_program_is_told_what_to_do() {
    let mut world = persons().with_borg("1.4.1");
    let install = ["self-install", "--no-schedule"];
    let ran = ends(world.run(&install), 0);
    let words = "this login does not look into /home/me/.local/bin: add it to PATH";
    assert!(ran.err.replace('\n', " ").contains(words), "{}", ran.err);

    // Another one stood on PATH before.
    let mut world = persons().with_borg("1.4.1");
    world.write("/usr/bin/borgmatic", "#!/bin/sh\n");
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(world.at("/usr/bin/borgmatic"), mode).unwrap();
    let variables = &mut world.stage.env.variables;
    variables.insert("PATH".into(), "/home/me/.local/bin:/usr/bin".into());
    let ran = ends(world.run(&install), 0);
    assert!(ran.err.contains("type hash -r there"), "{}", ran.err);
    let ran = ends(world.run(&install), 0);
    assert!(!ran.err.contains("hash -r"), "{}", ran.err);
}

#[test]
fn who_goes_away_instead_of_an_answer_has_chosen_nothing() {
    let mut world = machine();
    let before = tree(&world, true);
    let words = ["self-install", "--system", "--root", "/"];
    let told = ends(world.answering("", &words), 2);
    assert!(told.err.contains("nobody answered"), "{}", told.err);
    assert_eq!(tree(&world, true), before);
    ends(world.answering("\n", &words), 0);
}
