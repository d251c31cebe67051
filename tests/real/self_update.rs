//! A program that installed itself, and what `self-update` does to it without any release.
//! `tests/release.py` has releases.

use std::fs;
use std::process::Command;

use crate::world::{Outcome, World, outcome};

struct Installed {
    world: World,
}

impl Installed {
    fn new() -> Self {
        let world = World::new("1.4");
        world.ok(&["self-install", "--user", "--no-schedule", "--yes"]);
        Self { world }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self
            .world
            .program(&self.world.path("home/.local/bin/borgmatic"));
        command.args(words);
        command
    }

    fn run(&self, words: &[&str]) -> Outcome {
        outcome(&mut self.command(words))
    }

    /// What is in the folder of the program.
    fn programs(&self) -> Vec<String> {
        let folder = fs::read_dir(self.world.path("home/.local/bin")).unwrap();
        let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| !name.contains("-borgmatic-")).collect();
        names.sort();
        names
    }
}

#[test]
fn a_program_that_was_built_or_packaged_is_left_alone() {
    let world = World::new("1.4");
    world
        .run(&["self-update"])
        .ends_with(3)
        .says("was not put there by self-install");
    world
        .run(&["self-update", "--rollback", "--check"])
        .ends_with(2)
        .says("--rollback stands alone");
}

#[test]
fn where_no_release_is_known_it_says_so() {
    let installed = Installed::new();
    installed
        .run(&["self-update"])
        .ends_with(1)
        .says("BORGMATIC_BASE_URL");
    for (url, words) in [
        (
            "http://127.0.0.1:1",
            "could not fetch http://127.0.0.1:1/latest",
        ),
        ("http://example.com", "http is only for this machine"),
        ("https://ann:secret@example.com", "a name or password"),
    ] {
        let mut command = installed.command(&["self-update"]);
        outcome(command.env("BORGMATIC_BASE_URL", url))
            .ends_with(1)
            .says(words)
            .never_says("secret");
    }
    // A file proves nothing by its name: without its papers, or without a key, it is not taken.
    let from = installed.run(&["self-update", "--from", "borgmatic"]);
    let said = &from.ends_with(1).err;
    assert!(
        said.contains("SHA256SUMS") || said.contains("without a release key"),
        "{said}"
    );
    assert_eq!(installed.programs(), ["borgmatic"]);
}

#[test]
fn the_program_before_comes_back_and_goes_with_the_rest() {
    let installed = Installed::new();
    installed
        .run(&["self-update", "--rollback"])
        .ends_with(1)
        .says("there is no ");
    let bin = installed.world.path("home/.local/bin");
    // One that does not run does not come back.
    fs::write(bin.join("borgmatic.prev"), "no program").unwrap();
    installed
        .run(&["self-update", "--rollback"])
        .ends_with(1)
        .says("does not run here");
    fs::copy(bin.join("borgmatic"), bin.join("borgmatic.prev")).unwrap();
    installed
        .run(&["self-update", "--rollback"])
        .ends_with(0)
        .says("again");
    installed
        .run(&["self-install", "--user", "--check"])
        .ends_with(0);
    assert_eq!(installed.programs(), ["borgmatic", "borgmatic.prev"]);
    let uninstall = || installed.run(&["self-install", "--user", "--uninstall", "--yes"]);
    let mut ended = uninstall();
    // Other tests back up as the same user, root, and hold locks in the same folder.
    for _ in 0..300 {
        if !ended.err.contains("a backup is running") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
        ended = uninstall();
    }
    ended.ends_with(0);
    assert!(!bin.exists() || installed.programs().is_empty());
}
