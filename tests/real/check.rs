//! Consistency checks: when they run, and what a damaged repository does.

use std::fs;
use std::path::Path;

use crate::world::World;

with_both_borgs! {
    a_check_runs_when_it_is_due_and_when_it_is_forced
    a_damaged_repository_fails_its_check
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
