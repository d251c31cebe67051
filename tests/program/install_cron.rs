//! What `self-install --cron` makes: lines that back up once in each period, in tables that others use,
//! too.

use std::fs;
use std::time::Duration;

use borgmatic::host::Clock as _;
use borgmatic::host::script::Answer;

use crate::install::{below, edit, ends, machine, text, tree};
use crate::world::{Ran, World};

const TABLE: &str = "/etc/cron.d/borgmatic";
const BUSYBOX: &str = "/etc/crontabs/root";

/// The lines that start runs, for this schedule; the hourly one last.
fn lines(schedule: &str) -> Vec<String> {
    let mut world = machine();
    let flags = ["--cron", "--schedule", schedule, "--jitter", "0m"];
    ends(below(&mut world, &flags), 0);
    let table = text(&world, TABLE);
    let runs = table.lines().filter(|line| line.contains(" root "));
    runs.map(str::to_owned).collect()
}

/// Runs the condition of a line; says whether it made backups.
fn backs_up(world: World, line: &str) -> (World, bool) {
    let mut world = world.with_borg("1.4.0");
    let condition = line.split_once(" --if-due ");
    let until = |rest: &str| match rest.strip_prefix('\'') {
        Some(rest) => rest.split('\'').next().unwrap().to_owned(),
        None => rest.split(' ').next().unwrap().to_owned(),
    };
    let due = condition.map(|(_, rest)| until(rest));
    let flags = due.iter().flat_map(|due| ["--if-due", due.as_str()]);
    let words: Vec<&str> = ["create"].into_iter().chain(flags).collect();
    ends(world.run(&words), 0);
    let ran = world
        .commands()
        .iter()
        .any(|line| line.contains("borg create"));
    (world, ran)
}

fn later(world: &World, minutes: u64) {
    world.stage.clock.sleep(Duration::from_mins(minutes));
}

/// It is 03:17 on a Monday.
#[test]
fn of_two_lines_only_the_first_backs_up() {
    let lines = lines("03:00");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("0 3 * * * root "), "{lines:?}");
    for order in [[0, 1], [1, 0]] {
        let (world, first) = backs_up(World::new(), &lines[order[0]]);
        let (world, second) = backs_up(world, &lines[order[1]]);
        assert_eq!((first, second), (true, false), "{order:?}");
        // An hour, and a day less some minutes later: nothing is due.
        later(&world, 61);
        let (world, third) = backs_up(world, &lines[1]);
        later(&world, 22 * 60 + 41);
        let (world, fourth) = backs_up(world, &lines[1]);
        assert_eq!((third, fourth), (false, false));
        // 03:00 of the next day.
        later(&world, 1);
        let (world, next) = backs_up(world, &lines[order[0]]);
        let (_, again) = backs_up(world, &lines[order[1]]);
        assert_eq!((next, again), (true, false));
    }
}

#[test]
fn a_point_of_the_schedule_is_not_left_out_because_of_the_one_before() {
    let lines = lines("00..12:0/30");
    let (world, first) = backs_up(World::new(), &lines[0]);
    let (world, again) = backs_up(world, &lines[0]);
    later(&world, 13);
    let (_, next) = backs_up(world, &lines[0]);
    assert_eq!((first, again, next), (true, false, true));
}

#[test]
fn what_comes_each_hour_has_nothing_to_make_up_for() {
    for schedule in ["*:*", "hourly", "*:0/20", "00..11:00; 12..23:30"] {
        let lines = lines(schedule);
        let due = lines.iter().filter(|line| line.contains("--if-due"));
        assert_eq!(due.count(), 0, "{lines:?}");
        assert_eq!(lines.len(), schedule.split(';').count(), "{lines:?}");
    }
    for schedule in ["daily", "8..18:00", "Mon..Fri *:00"] {
        assert_eq!(lines(schedule).len(), 2, "{schedule}");
    }
}

#[test]
fn lines_in_a_crontab_of_others_come_and_go() {
    let mut world = machine();
    let crontab = BUSYBOX;
    world.write(crontab, "0 1 * * * true\n");
    let before = tree(&world, false);
    ends(below(&mut world, &["--cron"]), 0);
    let with = text(&world, crontab);
    assert!(
        with.starts_with("0 1 * * * true\n# BEGIN borgmatic"),
        "{with}"
    );
    assert!(ends(below(&mut world, &[]), 0).out.contains("up to date"));
    edit(&world, crontab, "# END borgmatic self-install\n", "");
    let damaged = tree(&world, true);
    ends(below(&mut world, &[]), 3);
    ends(below(&mut world, &["--uninstall"]), 3);
    assert_eq!(tree(&world, true), damaged);
    fs::write(world.at(crontab), with).unwrap();
    ends(below(&mut world, &["--uninstall"]), 0);
    assert_eq!(tree(&world, false), before);
}

#[test]
fn who_starts_backups_in_the_same_crontab_is_no_part_of_ours() {
    let mut world = machine();
    let rival = "0 3 * * * /usr/bin/borgmatic --verbosity 1\n";
    world.write(BUSYBOX, rival);
    let told = ends(below(&mut world, &["--cron"]), 3);
    assert!(
        told.err.contains("/etc/crontabs/root, line 1"),
        "{}",
        told.err
    );
    assert_eq!(text(&world, BUSYBOX), rival);
    edit(&world, BUSYBOX, "0 3", "#0 3");
    ends(below(&mut world, &["--cron"]), 0);
    // Our own lines are in nobody's way.
    assert!(
        ends(below(&mut world, &["--cron"]), 0)
            .out
            .contains("up to date")
    );
}

const MINE: &str = "7 7 * * * mine\n";
const END: &str = "# END borgmatic self-install\n";

/// A machine with our lines in a crontab, and somebody's line between them.
fn mixed() -> World {
    let mut world = machine();
    world.write(BUSYBOX, "0 1 * * * true\n");
    ends(below(&mut world, &["--cron"]), 0);
    edit(&world, BUSYBOX, END, &format!("{MINE}{END}"));
    world
}

#[test]
fn a_line_of_somebody_between_our_marks_is_never_lost() {
    let mut world = mixed();
    let before = tree(&world, true);
    for args in [&[][..], &["--cron"], &["--systemd"], &["--no-schedule"]] {
        let ran = ends(below(&mut world, args), 3);
        assert!(
            ran.out.contains(&format!("+{MINE}")),
            "{args:?}: {}",
            ran.out
        );
        assert_eq!(tree(&world, true), before);
    }
    let mixed_text = text(&world, BUSYBOX);
    let ran = ends(below(&mut world, &["--uninstall"]), 0);
    assert!(
        ran.out
            .contains(&format!("left: {BUSYBOX}, which was edited")),
        "{}",
        ran.out
    );
    assert_eq!(text(&world, BUSYBOX), mixed_text);
    ends(below(&mut world, &["--uninstall", "--force"]), 0);
    assert_eq!(text(&world, BUSYBOX), format!("0 1 * * * true\n{MINE}"));

    let mut world = mixed();
    let mixed_text = text(&world, BUSYBOX);
    ends(below(&mut world, &["--force", "--backup"]), 0);
    let renewed = text(&world, BUSYBOX);
    assert!(renewed.ends_with(&format!("{END}{MINE}")), "{renewed}");
    let copy = "/var/lib/borgmatic/root.bak-20260504031700";
    assert_eq!(text(&world, copy), mixed_text);
    ends(below(&mut world, &["--uninstall"]), 0);
    assert_eq!(text(&world, BUSYBOX), format!("0 1 * * * true\n{MINE}"));

    // Where nobody knows any more what was installed.
    let mut world = mixed();
    fs::remove_file(world.at("/var/lib/borgmatic/self-install.json")).unwrap();
    let ran = ends(below(&mut world, &["--cron"]), 3);
    assert!(ran.out.contains(&format!("-{MINE}")), "{}", ran.out);
    ends(below(&mut world, &["--cron", "--force"]), 0);
    let renewed = text(&world, BUSYBOX);
    assert!(renewed.ends_with(&format!("{END}{MINE}")), "{renewed}");
    assert_eq!(renewed.matches("# What was missed").count(), 1);
}

#[test]
fn a_table_that_a_program_keeps_is_left_to_it() {
    let mut world = machine();
    world.write(
        BUSYBOX,
        "# Kept by a program, DO NOT EDIT\n0 1 * * * true\n",
    );
    let before = tree(&world, true);
    let ran = ends(below(&mut world, &["--cron"]), 3);
    assert!(ran.err.contains("it says DO NOT EDIT"), "{}", ran.err);
    assert_eq!(tree(&world, true), before);
}

/// A person without root, whose `crontab` says this, call for call.
fn person(said: &[Answer]) -> World {
    let world = World::new();
    world.write("/proc/self/exe", "\x7fELF this program");
    for answer in said {
        world
            .stage
            .script
            .answer("crontab -l", answer.clone().once());
    }
    world.with_borg("1.4.1")
}

const FOR_PERSON: [&str; 4] = ["self-install", "--user", "--cron", "--yes"];

fn none() -> Answer {
    Answer::exit(1).err("no crontab for me")
}

/// The commands that replaced the crontab.
fn writes(world: &mut World) -> Vec<String> {
    let all = world.commands().into_iter();
    all.filter(|line| line.starts_with("crontab ") && !line.contains("-l"))
        .collect()
}

#[test]
fn a_crontab_that_cannot_be_read_is_not_overwritten() {
    for answer in [
        Answer::exit(1).err("You (me) are not allowed to use this program (crontab)"),
        Answer::killed(9),
        Answer::fine().out(b"# gr\xfc\xdfe\n".as_slice()),
        Answer::missing(),
    ] {
        let mut world = person(&[answer]);
        let before = tree(&world, true);
        let ran: Ran = world.run(&FOR_PERSON);
        assert!(ran.code == 1 || ran.code == 3, "{}", ran.shown());
        assert_eq!(writes(&mut world), [""; 0]);
        assert_eq!(tree(&world, true), before);
    }
}

#[test]
fn the_lines_of_a_person_are_read_again_once_they_are_there() {
    for (daemon, is_taken) in [("sh\n", true), ("cron\n", false)] {
        let mut world = World::new();
        world.write("/proc/self/exe", "\x7fELF this program");
        world.write("/proc/1/comm", "init\n");
        world.write("/proc/7/comm", daemon);
        let before = tree(&world, false);
        let script = &world.stage.script;
        script.answer("--version", Answer::fine().out("borg 1.4.1"));
        script
            .answer("crontab -l", none().once())
            .answer("crontab -l", none().once());
        let shown = ends(world.run(&[&FOR_PERSON[..], &["--dry-run"]].concat()), 0);
        let added = shown.out.lines().filter(|line| !line.starts_with("+++"));
        let added: Vec<_> = added.filter_map(|line| line.strip_prefix('+')).collect();
        assert!(
            added.iter().any(|line| line.contains("--if-due")),
            "{}",
            shown.out
        );
        let block = format!(
            "# BEGIN borgmatic self-install\n{}\n{END}",
            added.join("\n")
        );
        let read = if is_taken {
            block.as_str()
        } else {
            "0 1 * * * true\n"
        };
        let _dry_run = world.commands();
        let script = &world.stage.script;
        script.answer("--version", Answer::fine().out("borg 1.4.1"));
        script
            .answer("crontab -l", none().once())
            .answer("crontab -l", none().once());
        script
            .answer("crontab -l", Answer::fine().out(read))
            .answer("", Answer::fine());
        let ran = world.run(&FOR_PERSON);
        assert_eq!(ran.code, u8::from(!is_taken), "{}", ran.shown());
        let said = if is_taken {
            "no daemon of cron runs here"
        } else {
            "has others now"
        };
        assert!(ran.err.contains(said), "{}", ran.err);
        if !is_taken {
            assert!(!ran.err.contains("no daemon"), "{}", ran.err);
            assert_eq!(tree(&world, false), before);
        }
    }
}
