//! Names from earlier years: programs, actions, flags.

use std::os::unix::fs::symlink;

use crate::world::{World, binary, outcome, passphrase_option};

with_both_borgs! {
    old_action_names_still_work
    the_old_programs_generate_and_validate
}

fn old_action_names_still_work(world: &World) {
    for (number, words) in [&["init"][..], &["rcreate"], &["-I"], &["--init"]]
        .into_iter()
        .enumerate()
    {
        let repository = format!("repo{number}.borg");
        world.configure(&[&repository], &passphrase_option());
        world.ok(&[words, &["--encryption", "repokey"]].concat());
        world.ok(&["-C", "--verbosity", "0"]);
        world
            .ok(&["rlist", "--short"])
            .says(&world.archives(&repository)[0]);
        world.ok(&["rinfo"]).says(&repository);
    }
}

fn the_old_programs_generate_and_validate(world: &World) {
    let config = world.text("made/config.yaml");
    let run = |name: &str, arguments: &[&str]| {
        let program = old_program(world, name);
        outcome(world.program(&program).args(arguments))
    };
    run("generate-borgmatic-config", &["--destination", &config])
        .ends_with(0)
        .says(&config);
    run("validate-borgmatic-config", &["--config", &config]).ends_with(0);
    world.write("made/wrong.yaml", "repositories: 5\n");
    run(
        "validate-borgmatic-config",
        &["--config", &world.text("made/wrong.yaml")],
    )
    .ends_with(1);
}

/// The program under its old name; the original has a file of its own beside it.
fn old_program(world: &World, name: &str) -> std::path::PathBuf {
    let beside = binary().with_file_name(name);
    if std::env::var_os("BORGMATIC_BIN").is_some() && beside.exists() {
        return beside;
    }
    let link = world.path("bin").join(name);
    if !link.exists() {
        symlink(binary(), &link).unwrap();
    }
    link
}
