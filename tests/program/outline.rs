//! `config outline`: it tells what a run does, and does nothing.

use crate::kept::{Kept, tests};
use crate::world::World;

const HOOKS: &str = "\
repositories:
    - path: /backup/one.borg
skip_actions: [compact]
commands:
    - before: everything
      run: [echo 1]
    - after: everything
      run: [echo 2]
      states: [fail]
    - before: configuration
      run: [echo 3]
    - after: repository
      run: [echo 4]
    - before: action
      when: [create, compact, umount]
      run: [echo 5]
    - after: error
      run: [echo 6]
";

fn world() -> World {
    let world = World::new().with_borg("1.4.5");
    world.write(
        "/etc/borgmatic.d/other.yaml",
        "repositories:\n    - path: /backup/three.borg\n      skip_actions: [prune, compact]\nsource_directories: [/x]\nzfs:\n",
    );
    world.write("/home/me/hooks.yaml", HOOKS);
    world.write("/home/me/bad.yaml", "keep_dialy: 7\n");
    world
}

#[test]
fn an_outline_tells_what_a_run_does_and_why() {
    let mut kept = Kept::default();
    let mut all = String::new();
    for line in [
        "borgmatic config outline",
        "borgmatic config outline --repository t* list info --json",
        "borgmatic -n -c /etc/borgmatic/config.yaml config outline prune create",
        "borgmatic config outline borg break-lock -v",
        "borgmatic config outline umount list --mount-point /mnt",
        "borgmatic config outline -c bad.yaml -c /etc/borgmatic/config.yaml",
        "borgmatic config outline -c hooks.yaml",
        "borgmatic config outline umount -c hooks.yaml --mount-point /mnt",
        "borgmatic config outline -c hooks.yaml --json",
        "borgmatic config outline extract",
        "borgmatic config outline config validate",
        "borgmatic create config outline",
        "borgmatic config outline -c none.yaml",
        "borgmatic config outline --repository tow",
    ] {
        let mut world = world();
        let ran = world.line(line);
        all += &format!("$ {line}\n{}\n", ran.shown());
        assert_eq!(world.stage.script.commands().len(), 0, "{line}");
    }
    kept.same(&tests().join("program/outlines.txt"), &all);
    kept.end();
}

/// The outline names what the run then does, repository by repository.
#[test]
fn a_run_does_what_its_outline_says() {
    for line in [
        "create prune compact",
        "prune create",
        "check --force",
        "list --repository one",
        "compact",
    ] {
        let mut world = world();
        let text = world
            .line(&format!("borgmatic config outline --json {line}"))
            .out;
        let outline: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut planned = Vec::new();
        for file in outline["files"].as_array().unwrap() {
            for unit in file["repositories"].as_array().unwrap() {
                let actions = unit["actions"].as_array().map_or(&[][..], Vec::as_slice);
                for action in actions.iter().filter(|action| action["runs"] == true) {
                    let name = action["name"].as_str().unwrap();
                    planned.push((name.to_owned(), unit["path"].as_str().unwrap().to_owned()));
                }
            }
        }
        world.line(&format!("borgmatic {line}"));
        let mut done: Vec<(String, String)> = Vec::new();
        for command in world.commands() {
            let words: Vec<&str> = command.split(' ').collect();
            let Some(at) = words
                .iter()
                .position(|word| *word == "borg" || word.ends_with("/borg"))
            else {
                continue;
            };
            let name = words[at + 1].to_owned();
            let path = [
                "/backup/one.borg",
                "ssh://me@host/./two.borg",
                "/backup/three.borg",
            ]
            .into_iter()
            .find(|path| words.iter().any(|word| word.starts_with(path)));
            if let Some(path) = path
                && ["create", "prune", "compact", "check", "list"].contains(&&*name)
                && done.last() != Some(&(name.clone(), path.to_owned()))
            {
                done.push((name, path.to_owned()));
            }
        }
        assert_eq!(done, planned, "borgmatic {line}");
    }
}
