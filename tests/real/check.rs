//! Consistency checks: when they run, and what a damaged repository does.

use std::fs;
use std::path::Path;

use crate::world::World;

with_both_borgs! {
    a_check_runs_when_it_is_due_and_when_it_is_forced
    a_damaged_repository_fails_its_check
    a_spot_check_finds_what_is_not_as_it_was_stored
    a_spot_check_takes_a_program_and_other_directories
    a_spot_check_needs_a_manifest
    a_spot_check_passes_only_if_every_borg_ended_well
}

const WEEKLY: &str = "checks:\n    - name: repository\n      frequency: 1 week\n";

fn a_check_runs_when_it_is_due_and_when_it_is_forced(world: &World) {
    const CHECKED: &str = "Starting repository check";
    world.ready(WEEKLY);
    world.ok(&["create"]);
    world.ok(&["check", "--verbosity", "1"]).says(CHECKED);
    world
        .ok(&["check", "--verbosity", "1"])
        .never_says(CHECKED)
        .says("skipping the repository check");
    world
        .ok(&["check", "--verbosity", "1", "--force"])
        .says(CHECKED);
}

fn a_damaged_repository_fails_its_check(world: &World) {
    world.ready(WEEKLY);
    let noise: Vec<u8> = (0..400_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24).to_le_bytes()[0])
        .collect();
    fs::write(world.path("source/noise"), noise).unwrap();
    world.ok(&["create"]);
    let segment = biggest_file(&world.path("repo.borg/data"));
    let mut bytes = fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 64] {
        *byte = !*byte;
    }
    fs::write(&segment, bytes).unwrap();
    world.fails(&["check", "--force"]).says("repo.borg");
}

fn biggest_file(directory: &Path) -> std::path::PathBuf {
    let mut files = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap().flatten() {
            let metadata = entry.metadata().unwrap();
            if metadata.is_dir() {
                open.push(entry.path());
            } else {
                files.push((metadata.len(), entry.path()));
            }
        }
    }
    files.into_iter().max().unwrap().1
}

const SPOT: &str = "checks:\n    - name: spot\n      count_tolerance_percentage: 10\n      data_sample_percentage: 100\n      data_tolerance_percentage: 0\n";

/// Changes a file, and nothing that `ls` would show of it.
fn tamper(world: &World, name: &str) {
    let path = world.path(name);
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let time = file.metadata().unwrap().modified().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[0] ^= 1;
    fs::write(&path, bytes).unwrap();
    file.set_modified(time).unwrap();
}

fn a_spot_check_finds_what_is_not_as_it_was_stored(world: &World) {
    // More files than `borg list` gets as arguments, some with names that a file of patterns cannot hold.
    for number in 0..60 {
        world.write(
            &format!("source/many/{number}.txt"),
            &format!("content {number}\n"),
        );
    }
    for name in [
        "with space ",
        "line\nend",
        "re:.*",
        "[x]*",
        "ü",
        "-dash",
        "# no comment",
    ] {
        world.write(&format!("source/odd/{name}"), name);
    }
    world.write("source/first", "two names\n");
    fs::hard_link(world.path("source/first"), world.path("source/second")).unwrap();
    for (target, link) in [
        ("plain.txt", "link"),
        ("nowhere", "dangling"),
        ("many", "to-directory"),
    ] {
        std::os::unix::fs::symlink(target, world.path(&format!("source/{link}"))).unwrap();
    }
    world
        .program("mkfifo".as_ref())
        .arg(world.path("source/fifo"))
        .status()
        .unwrap();
    world.ready(SPOT);
    world.ok(&["create"]);
    world
        .ok(&["check", "--verbosity", "1"])
        .says("0 of 74 compared files differ")
        .says("1 of them are hard links");

    tamper(world, "source/many/17.txt");
    tamper(world, "source/odd/line\nend");
    fs::remove_file(world.path("source/dangling")).unwrap();
    std::os::unix::fs::symlink("elsewhere", world.path("source/dangling")).unwrap();
    world.write("source/new.txt", "not stored yet");
    let failed = world
        .fails(&["check"])
        .says("4 of 75 compared files are not as they were stored")
        .says("source/many/17.txt: its content differs")
        .says("end: its content differs")
        .says("dangling: it leads to elsewhere, in the archive to nowhere")
        .says("new.txt: it is not in the archive");
    failed.never_says("18.txt");
    world.ok(&["create"]);
    world.ok(&["check"]);
    for number in 0..20 {
        fs::remove_file(world.path(&format!("source/many/{number}.txt"))).unwrap();
    }
    world
        .fails(&["check"])
        .says("count_tolerance_percentage is 10")
        .says("only in the archive:");
}

fn a_spot_check_takes_a_program_and_other_directories(world: &World) {
    use std::os::unix::fs::PermissionsExt as _;
    // It knows one hash, which is that of the one file.
    world.write(
        "bin/one hash",
        "#!/bin/sh\nshift\nfor path; do test -f \"$path\" && echo \"3b4a3a5b5e3d2d2a  $path\"; done\n",
    );
    let permissions = fs::Permissions::from_mode(0o755);
    fs::set_permissions(world.path("bin/one hash"), permissions).unwrap();
    let ours = format!("working_directory: {}\n{SPOT}", world.text("."));
    world.ready(&ours);
    let text = fs::read_to_string(world.path("config/borgmatic/config.yaml")).unwrap();
    let relative = text.replace(&world.text("source"), "./source");
    world.write("config/borgmatic/config.yaml", &relative);
    world.ok(&["create"]);
    world
        .ok(&["check", "--verbosity", "1"])
        .says("0 of 2 compared files differ");
    let program = format!(
        "{relative}      xxh64sum_command: \"'{}' -q\"\n",
        world.text("bin/one hash")
    );
    world.write("config/borgmatic/config.yaml", &program);
    world.ok(&["create"]);
    world
        .fails(&["check"])
        .says("source/plain.txt: its content differs");
    let missing = program.replace("one hash", "no hash");
    world.write("config/borgmatic/config.yaml", &missing);
    world.fails(&["check"]).says("no hash");
}

fn a_spot_check_needs_a_manifest(world: &World) {
    world.ready(&format!(
        "{SPOT}bootstrap:\n    store_config_files: false\n"
    ));
    world.fails(&["check"]).says("no archives");
    world.ok(&["create"]);
    world.fails(&["check"]).says("no bootstrap manifest");
}

fn a_spot_check_passes_only_if_every_borg_ended_well(world: &World) {
    use std::os::unix::fs::PermissionsExt as _;
    let ours = format!("local_path: {}\n{SPOT}", world.text("bin/borg-that-fails"));
    // It says all that borg says, and fails at the end where its words are such.
    let fails_at = |words: &str| {
        world.write(
            "bin/borg-that-fails",
            &format!("#!/bin/sh\nborg \"$@\" || exit\ncase \"$*\" in {words}) exit 2 ;; esac\n"),
        );
        let permissions = fs::Permissions::from_mode(0o755);
        fs::set_permissions(world.path("bin/borg-that-fails"), permissions).unwrap();
    };
    fails_at("nothing");
    world.ready(&ours);
    world.ok(&["create"]);
    world
        .ok(&["check", "--verbosity", "1"])
        .says("Spot check passed");
    for (verb, words) in [
        ("extract", "extract*"),
        ("create", "create*--dry-run*"),
        ("list", "list*--json-lines\\ /*"),
        ("list", "list*xxh64*"),
    ] {
        fails_at(words);
        world
            .fails(&["check", "--verbosity", "1"])
            .says(&format!("{verb} ended with exit status 2"))
            .never_says("passed");
    }
}
