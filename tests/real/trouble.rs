//! Bad places, missing things, full disks: exit code 1, a clear word, and nothing lost.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use crate::world::{World, is_root, outcome, passphrase_option, skip};

with_both_borgs! {
    one_broken_repository_of_two_does_not_stop_the_other
    a_repository_path_that_is_a_file_is_an_error
    a_half_made_repository_says_what_to_do
    a_slip_in_the_encryption_is_named
    a_missing_borg_is_named
    a_configuration_that_cannot_be_read_is_named
    a_source_directory_that_is_missing_is_named
    a_full_disk_fails_and_loses_nothing
}

fn one_broken_repository_of_two_does_not_stop_the_other(world: &World) {
    world.ready("");
    world.configure(
        &["missing.borg", "repo.borg"],
        &format!("{}keep_daily: 7\n", passphrase_option()),
    );
    world.fails(&[]).says("missing.borg");
    assert_eq!(world.archives("repo.borg").len(), 1);
    world.configure(&["repo.borg", "missing.borg"], &passphrase_option());
    world.fails(&["create"]).says("missing.borg");
    assert_eq!(world.archives("repo.borg").len(), 2);
}

fn a_repository_path_that_is_a_file_is_an_error(world: &World) {
    world.write("repo.borg", "not a repository\n");
    world.configure(&["repo.borg"], &passphrase_option());
    world
        .fails(&["repo-create", "--encryption", "repokey"])
        .says("repo.borg");
    world.fails(&["create"]).says("repo.borg");
    assert_eq!(
        fs::read_to_string(world.path("repo.borg")).unwrap(),
        "not a repository\n"
    );
}

fn a_half_made_repository_says_what_to_do(world: &World) {
    world.configure(&["repo.borg"], "");
    let create = ["repo-create", "--encryption", "repokey"];
    world.fails(&create).says("encryption_passphrase");
    world.fails(&create).says(" half ");
    for words in [&["repo-list"][..], &["create"], &["doctor"]] {
        world
            .fails(words)
            .says("has no manifest")
            .says("did repo-create stop half way?")
            .says("check --repository")
            .says("repo.borg --repair");
    }
    // The advice works.
    world.configure(&["repo.borg"], &passphrase_option());
    fs::remove_dir_all(world.path("repo.borg")).unwrap();
    world.ok(&create);
}

fn a_slip_in_the_encryption_is_named(world: &World) {
    world.configure(&["repo.borg"], &passphrase_option());
    let refused = |mode: &str| world.fails(&["repo-create", "--encryption", mode]);
    refused("repokye").says("did you mean --encryption repokey?");
    refused("keyfile-blake3").says("did you mean --encryption keyfile-blake2?");
    refused("strange").says("see which there are: borg init --help");
    assert!(!world.path("repo.borg").exists());
}

fn a_missing_borg_is_named(world: &World) {
    world.ready("");
    fs::create_dir(world.path("few")).unwrap();
    for name in ["sh", "bash", "cat", "env"] {
        symlink(format!("/bin/{name}"), world.path("few").join(name)).ok();
    }
    outcome(
        world
            .borgmatic()
            .arg("create")
            .env("PATH", world.path("few")),
    )
    .ends_with(1)
    .says("borg");
    assert!(world.archives("repo.borg").is_empty());
}

fn a_configuration_that_cannot_be_read_is_named(world: &World) {
    let missing = world.text("no-such.yaml");
    world
        .fails(&["--config", &missing, "create"])
        .says("no-such.yaml");
    world
        .fails(&["config", "validate", "--config", &missing])
        .says("no-such.yaml");

    // A directory stands for the files in it, and this one has none.
    fs::create_dir(world.path("empty.d")).unwrap();
    world.fails(&["--config", &world.text("empty.d"), "create"]);

    world.configure(&["repo.borg"], "");
    let config = world.path("config/borgmatic/config.yaml");
    if is_root() {
        // Root may read everything but not a link to itself.
        fs::remove_file(&config).unwrap();
        symlink(&config, &config).unwrap();
    } else {
        fs::set_permissions(&config, Permissions::from_mode(0o000)).unwrap();
    }
    world
        .fails(&["--config", config.to_str().unwrap(), "create"])
        .says("config.yaml");
}

fn a_source_directory_that_is_missing_is_named(world: &World) {
    world.ready("source_directories_must_exist: true\n");
    fs::rename(world.path("source"), world.path("elsewhere")).unwrap();
    world.fails(&["create"]).says(&world.text("source"));
    assert!(world.archives("repo.borg").is_empty());
}

/// A small file system of its own for the repository; gone with the guard.
pub(crate) struct SmallDisk(String);

impl SmallDisk {
    pub(crate) fn mount(at: String) -> Option<Self> {
        fs::create_dir(&at).unwrap();
        if !is_root() {
            skip("a full disk: mounting one needs root");
            return None;
        }
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs", &at])
            .output()
            .unwrap();
        if !done.status.success() {
            skip("a full disk: this machine lets nobody mount one");
            return None;
        }
        Some(Self(at))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount")
            .args(["--lazy", &self.0])
            .output()
            .ok();
    }
}

fn a_full_disk_fails_and_loses_nothing(world: &World) {
    let Some(_disk) = SmallDisk::mount(world.text("disk")) else {
        return;
    };
    // Borg would otherwise ask for 10 % of the disk and more for its index before it writes.
    world.configure(
        &["disk/repo.borg"],
        &format!("{}keep_daily: 7\n", passphrase_option()),
    );
    world.ok(&["repo-create", "--encryption", "repokey"]);
    world.ok(&["create"]);
    let before = world.archives("disk/repo.borg");

    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    })
    .take(12_000_000)
    .collect();
    fs::write(world.path("source/noise"), noise).unwrap();
    world.fails(&["create"]).says("no space left");

    fs::remove_file(world.path("source/noise")).unwrap();
    world.ok(&["check", "--force"]);
    assert_eq!(world.archives("disk/repo.borg"), before);
}
