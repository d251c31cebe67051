//! `parallel_repositories` with real repositories.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::world::{World, passphrase_option};

with_both_borgs! {
    two_repositories_are_backed_up_at_once
}

fn two_repositories_are_backed_up_at_once(world: &World) {
    let (trace, here) = (world.text("trace"), world.text("here"));
    let more = format!(
        "{}parallel_repositories: 2\nkeep_daily: 3\ncommands:\n\
         \x20   - {{before: configuration, run: ['echo once >> {trace}']}}\n\
         \x20   - {{before: repository, run: ['echo hook {{repository}}']}}\n",
        passphrase_option(),
    );
    world.configure(&["one.borg", "two.borg"], &more);
    world.ok(&["repo-create", "--encryption", "repokey"]);
    fs::remove_file(world.path("trace")).ok();

    // Each create waits until the other one has begun.
    let (borg, real) = (world.path("bin/borg"), world.path("bin/real-borg"));
    fs::rename(&borg, &real).unwrap();
    fs::write(
        &borg,
        format!(
            "#!/bin/sh\ncase \"$*\" in\n*--dry-run*) ;;\ncreate*)\n\
             mkdir -p {here}; touch {here}/$$; n=0\n\
             while [ $(ls {here} | wc -l) -lt 2 ]; do sleep 0.1; n=$((n + 1)); [ $n -lt 600 ] || exit 99; done ;;\n\
             esac\nexec {} \"$@\"\n",
            real.display()
        ),
    )
    .unwrap();
    fs::set_permissions(&borg, fs::Permissions::from_mode(0o755)).unwrap();

    let ran = world.ok(&["create", "--list", "--stats"]);
    assert_eq!(fs::read_to_string(world.path("trace")).unwrap(), "once\n");
    for name in ["one.borg", "two.borg"] {
        assert_eq!(world.archives(name).len(), 1);
        let prefix = format!("{}: ", world.text(name));
        let hook = format!("{prefix}hook {}", world.text(name));
        assert!(ran.out.lines().any(|line| line == hook), "{}", ran.out);
        let file = format!("{prefix}A {}", world.text("source/plain.txt"));
        assert!(ran.out.lines().any(|line| line == file), "{}", ran.out);
    }
    // One that is broken does not hold up the other one, and its failure is not lost.
    fs::remove_dir_all(&here).unwrap();
    fs::remove_file(world.path("one.borg/config")).unwrap();
    fs::create_dir(&here).unwrap();
    world.write("here/placeholder", "");
    world.fails(&["create"]).says("one.borg");
    assert_eq!(world.archives("two.borg").len(), 2);
}
