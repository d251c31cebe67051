//! The passphrase reaches borg, and nothing else.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::world::{PASSPHRASE, World, binary, outcome};

with_both_borgs! {
    a_wrong_passphrase_fails_and_is_in_no_output
    the_right_passphrase_is_in_no_output_and_in_no_argument
    a_command_gives_the_passphrase
    a_command_that_fails_to_give_the_passphrase_is_named
    a_configuration_may_come_through_a_pipe
    a_bootstrap_without_a_passphrase_names_the_variable
}

fn a_wrong_passphrase_fails_and_is_in_no_output(world: &World) {
    world.ready("");
    world.configure(&["repo.borg"], "encryption_passphrase: fel-lösenord\n");
    for action in ["create", "repo-list", "check"] {
        world
            .fails(&[action, "--verbosity", "2"])
            .says("passphrase")
            .never_says("fel-lösenord");
    }
    assert!(world.archives("repo.borg").is_empty());
}

/// A borg before the real one notes how it was called.
fn the_right_passphrase_is_in_no_output_and_in_no_argument(world: &World) {
    fs::rename(world.path("bin/borg"), world.path("bin/real-borg")).unwrap();
    let noted = world.text("noted");
    world.write(
        "bin/borg",
        &format!(
            "#!/bin/sh\nprintf '%s\\n' \"$*\" >>'{noted}'\nexec '{}' \"$@\"\n",
            world.text("bin/real-borg")
        ),
    );
    fs::set_permissions(world.path("bin/borg"), fs::Permissions::from_mode(0o755)).unwrap();

    world.ready("");
    world.ok(&["--verbosity", "2"]).never_says(PASSPHRASE);
    let noted = fs::read_to_string(noted).unwrap();
    assert!(
        noted.contains("create") && !noted.contains(PASSPHRASE),
        "{noted}"
    );
}

fn a_command_gives_the_passphrase(world: &World) {
    world.write("secret", PASSPHRASE);
    let option = format!("encryption_passcommand: cat {}\n", world.text("secret"));
    world.configure(&["repo.borg"], &option);
    world.ok(&["repo-create", "--encryption", "repokey"]);
    world
        .ok(&["create", "--verbosity", "2"])
        .never_says(PASSPHRASE);
    assert_eq!(world.archives("repo.borg").len(), 1);
}

/// As `borgmatic --config <(sops -d secret.yaml)` has it.
fn a_configuration_may_come_through_a_pipe(world: &World) {
    world.ready("");
    let config = world.text("config/borgmatic/config.yaml");
    fs::rename(&config, world.path("elsewhere.yaml")).unwrap();
    let line = format!(
        "( sleep 0.2; cat {} ) | {} --config /dev/stdin create",
        world.text("elsewhere.yaml"),
        binary().display()
    );
    let mut shell = world.program("/bin/sh".as_ref());
    outcome(shell.args(["-c", &line])).ends_with(0);
    assert_eq!(world.archives("repo.borg").len(), 1);
}

fn a_bootstrap_without_a_passphrase_names_the_variable(world: &World) {
    world.ready("");
    world.ok(&["create"]);
    fs::remove_file(world.path("config/borgmatic/config.yaml")).unwrap();
    let repository = world.text("repo.borg");
    world
        .fails(&["config", "bootstrap", "--repository", &repository])
        .says("BORG_PASSPHRASE");
}

fn a_command_that_fails_to_give_the_passphrase_is_named(world: &World) {
    world.ready("");
    world.configure(
        &["repo.borg"],
        "encryption_passcommand: cat /no/such/secret\n",
    );
    world.fails(&["create"]).says("/no/such/secret");
    assert!(world.archives("repo.borg").is_empty());
}
