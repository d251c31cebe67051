//! What the doctor says to type fits who asks, and the files that it was asked about.

use borgmatic::host::script::Answer;
use serde_json::Value;

use crate::world::{GOOD, World};

/// What is to be done, a line for each finding: `about: cure`.
fn cures(world: &mut World, words: &[&str]) -> String {
    let ran = world.run(words);
    let report: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.shown()));
    let checks = report["checks"].as_array().unwrap().iter();
    let line = |check: &Value| {
        let text = |name: &str| check[name].as_str().unwrap_or_default().to_owned();
        format!("{}: {}\n", text("about"), text("do"))
    };
    checks.map(line).collect()
}

#[test]
fn what_to_type_names_the_files_that_were_named() {
    let mut world = World::new().with_borg("1.4.1");
    world.write("/home/me/my backup.yaml", GOOD);
    let told = cures(&mut world, &["-c", "my backup.yaml", "doctor", "--json"]);
    for command in [
        "made with: borgmatic -c 'my backup.yaml' repo-create --repository one",
        "first mend the repository, as told above; then back up now: borgmatic -c 'my backup.yaml' create\n",
        "schedule: borgmatic -c 'my backup.yaml' self-install --user; or",
    ] {
        assert!(told.contains(command), "{command}: {told}");
    }
    let mut world = World::new().with_borg("1.4.1");
    let told = cures(&mut world, &["doctor", "--json"]);
    for command in [
        "made with: borgmatic repo-create --repository one",
        "first mend the repository, as told above; then back up now: borgmatic create\n",
    ] {
        assert!(told.contains(command), "{command}: {told}");
    }
}

#[test]
fn a_backup_is_due_at_once_where_the_repository_answers() {
    let mut world = World::new().with_borg("1.4.1");
    std::fs::create_dir_all(world.at("/backup/one.borg")).unwrap();
    let told = cures(&mut world, &["doctor", "--json"]);
    let own = "last backup one: back up now: borgmatic create\n";
    assert!(told.contains(own), "{told}");
}

#[test]
fn who_is_not_root_installs_for_himself() {
    let mut world = World::new().with_borg("1.4.1");
    let told = cures(&mut world, &["doctor", "--json"]);
    let own = "schedule: borgmatic self-install --user; or for the whole machine: sudo borgmatic self-install\n";
    assert!(told.contains(own), "{told}");
    world.stage.env.user = 0;
    world.stage.script.answer("", Answer::fine());
    let told = cures(&mut world, &["doctor", "--json"]);
    assert!(
        told.contains("schedule: sudo borgmatic self-install\n"),
        "{told}"
    );
}

#[test]
fn a_borg_that_an_option_names_is_mended_there() {
    let world = World::new();
    let config = format!("{GOOD}local_path: /bin/false\n");
    world.write("/etc/borgmatic/config.yaml", config);
    world.stage.script.answer("/bin/false", Answer::exit(1));
    let mut world = world.with_borg("1.4.1");
    let told = cures(&mut world, &["doctor", "--json"]);
    let cure = "borg: correct the option local_path, or remove it to use the borg on PATH\n";
    assert!(told.starts_with(cure), "{told}");
}

/// Lines of cron that nobody reads are no schedule.
#[test]
fn a_schedule_for_cron_without_its_daemon_is_wrong() {
    for (name, is_wrong) in [("init\n", true), ("crond\n", false)] {
        let mut world = crate::install::machine();
        let install = ["self-install", "--system", "--cron", "--root", "/"];
        crate::install::ends(world.run(&install), 0);
        world.write("/proc/1/comm", "init\n");
        world.write("/proc/2/comm", name);
        world.stage.env.user = 0;
        let report = world.run(&["doctor"]).out;
        let said = report.contains("wrong  schedule: no daemon of cron runs here");
        assert_eq!(said, is_wrong, "{report}");
    }
}

#[test]
fn a_configuration_that_others_may_change_is_not_for_root() {
    use std::os::unix::fs::PermissionsExt;
    let mut world = World::new().with_borg("1.4.1");
    let config = world.at("/etc/borgmatic/config.yaml");
    std::fs::set_permissions(config, std::fs::Permissions::from_mode(0o666)).unwrap();
    let shown = world.run(&["doctor"]).out;
    assert!(!shown.contains("root runs what"), "{shown}");
    world.stage.env.user = 0;
    let shown = world.run(&["doctor"]).out;
    assert!(
        shown.contains("root runs what /etc/borgmatic/config.yaml says"),
        "{shown}"
    );
}
