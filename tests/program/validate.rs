//! `config validate` beyond what it draws: mending, formats for tools, lints and how they are allowed.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use borgmatic::host::script::Answer;

use crate::world::World;

const BROKEN: &str = "\
# Mine.
location:
\tsource_directories:
\t- /home/me/files
    repositories:
        - path: /backup/one.borg
          label:one
keep_dialy: 7   # a week
archive_name_format: {hostname}-{now}
umask: \"77\"
relocated_repo_access_is_ok: yes
encryption_passphrase: hunter2
";

fn world(text: &str) -> World {
    let world = World::new();
    world.write("/home/me/x.yaml", text);
    let path = world.at("/home/me/x.yaml");
    fs::set_permissions(path, fs::Permissions::from_mode(0o640)).unwrap();
    world
}

fn text(world: &World, name: &str) -> String {
    fs::read_to_string(world.at(&format!("/home/me/{name}"))).unwrap()
}

#[test]
fn what_is_sure_is_mended_and_the_old_text_kept() {
    let mut world = world(BROKEN);
    std::os::unix::fs::symlink("x.yaml", world.at("/home/me/link.yaml")).unwrap();
    let ran = world.run(&["config", "validate", "--fix", "-c", "link.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.err.contains("unknown option `keep_dialy`"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("1 error"), "{}", ran.err);
    assert!(ran.out.contains("x.yaml.bak"), "{}", ran.out);
    assert_eq!(text(&world, "x.yaml.bak"), BROKEN);
    let mode = fs::metadata(world.at("/home/me/x.yaml"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    let ran = world.run(&[
        "config",
        "validate",
        "--fix",
        "--unsafe-fixes",
        "-c",
        "link.yaml",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        text(&world, "x.yaml"),
        "\
# Mine.
source_directories:
    - /home/me/files
repositories:
    - path: /backup/one.borg
      label: one
keep_daily: 7   # a week
archive_name_format: '{hostname}-{now}'
umask: 77
relocated_repo_access_is_ok: true
encryption_passphrase: hunter2
"
    );
    assert!(
        world.at("/home/me/x.yaml.bak.1").exists() || world.at("/home/me/x.yaml.bak1").exists()
    );
    assert!(
        fs::symlink_metadata(world.at("/home/me/link.yaml"))
            .unwrap()
            .is_symlink()
    );
}

#[test]
fn a_difference_is_shown_and_nothing_written() {
    for flags in [
        &["--diff"][..],
        &["--fix", "--diff"],
        &["--fix", "--dry-run"],
    ] {
        let mut world = world(BROKEN);
        let mut args = vec!["config", "validate", "-c", "x.yaml"];
        args.extend(flags);
        let ran = world.run(&args);
        assert_eq!(ran.code, 1);
        assert_eq!(text(&world, "x.yaml"), BROKEN);
        assert!(
            ran.out
                .contains("+archive_name_format: '{hostname}-{now}'\n"),
            "{}",
            ran.out
        );
        assert!(ran.out.contains(" keep_dialy: 7"), "{}", ran.out);
        assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"));
    }
}

#[test]
fn a_report_for_tools_stands_alone_on_standard_output() {
    let fixed = |flags: &[&str]| {
        let mut world = world(BROKEN);
        let args = ["config", "validate", "-c", "x.yaml", "--format", "json"];
        let ran = world.run(&[&args[..], flags].concat());
        (ran, text(&world, "x.yaml"))
    };
    let (ran, new) = fixed(&["--fix", "--show"]);
    assert!(serde_json::from_str::<serde_json::Value>(&ran.out).is_ok());
    assert!(ran.err.contains("mended"), "{}", ran.err);
    assert_ne!(new, BROKEN);
    for flags in [&["--diff"][..], &["--fix", "--dry-run"]] {
        let (ran, new) = fixed(flags);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        assert!(ran.err.contains("leave --diff out"), "{}", ran.err);
        assert_eq!(new, BROKEN);
    }
}

#[test]
fn what_is_shown_of_a_file_is_what_it_says_also_where_a_secret_is_a_word_of_it() {
    let text = "encryption_passphrase: server1\nkeep_daily: 7\nrepositories:\n    - path: /mnt/server1.borg\n";
    for args in [&["config", "show"][..], &["config", "validate", "--show"]] {
        let ran = world(text).run(&[args, &["-c", "x.yaml"]].concat());
        assert!(ran.out.contains(text), "{}", ran.out);
    }
    let args = ["config", "show", "--origin", "-c", "x.yaml"];
    let ran = world(text).run(&args);
    assert!(!ran.out.contains("server1"), "{}", ran.out);
}

#[test]
fn tabs_within_a_text_stay_where_those_around_it_are_mended() {
    let mut world = world(
        "repositories: [{path: /r}]\ncommands:\n\t- before: everything\n\t  run:\n\t\t- |\n\t\t\tif true |\n\t\t\t\tcat; then\n\n\t\t\t\techo\n\t\t\tfi\nkeep_daily: 7\n",
    );
    let ran = world.run(&["config", "validate", "--fix", "-c", "x.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let shown = world.run(&["config", "show", "--json", "-c", "x.yaml"]).out;
    let expected = r#"["if true |\n\tcat; then\n\n\techo\nfi\n"]"#;
    assert!(shown.contains(expected), "{shown}");
}

#[test]
fn an_included_file_is_mended_where_it_is() {
    let mut world = world("<<: !include y.yaml\nrepositories: [{path: /backup/one.borg}]\n");
    world.write("/home/me/y.yaml", "checks:\n\t- name: archives\n");
    let ran = world.run(&["config", "validate", "--fix", "-c", "x.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(text(&world, "y.yaml"), "checks:\n    - name: archives\n");
    assert!(!world.at("/home/me/x.yaml.bak").exists());
}

#[test]
fn what_can_be_mended_is_offered_and_what_is_offered_is_done() {
    let sure = "umask: \"77\"\n";
    let guess = "source_directories: ~/a b\nexclude_patterns: /home/{a,b}\n";
    let rest = "repositories:\n    - path: /r\n";
    for (start, offered, flags, new) in [
        (sure, "mend 1 mistake: ", &["--fix"][..], "umask: 77\n"),
        (
            guess,
            "mend 2 mistakes by a guess: ",
            &["--fix", "--unsafe-fixes"],
            "source_directories: [~/a b]\nexclude_patterns: ['/home/{a,b}']\n",
        ),
    ] {
        let mut world = world(&format!("{start}{rest}"));
        let command = ["config", "validate", "-c", "x.yaml"];
        let ran = world.run(&command);
        let flags_written = flags.join(" ");
        let help = format!("{offered}borgmatic -c x.yaml config validate {flags_written}");
        assert!(ran.err.contains(&help), "{}", ran.err);
        let ran = world.run(&[&command[..], flags].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(text(&world, "x.yaml"), format!("{new}{rest}"));
    }
    let ran = world(&format!("{sure}{guess}{rest}")).run(&["config", "validate", "-c", "x.yaml"]);
    let help = "mend 1 mistake: borgmatic -c x.yaml config validate --fix; and 2 more by a guess: --unsafe-fixes, too";
    assert!(ran.err.contains(help), "{}", ran.err);
    let ran = world("frobnicate: 1\n").run(&["config", "validate", "-c", "x.yaml"]);
    assert!(ran.code == 1 && !ran.err.contains("--fix"), "{}", ran.err);
}

#[test]
fn guesses_alone_are_refused() {
    let ran = world(BROKEN).run(&["config", "validate", "--unsafe-fixes", "-c", "x.yaml"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("--unsafe-fixes belongs to"), "{}", ran.err);
}

#[test]
fn tools_get_every_problem_with_its_place() {
    let run = |format: &str| {
        let ran = world(BROKEN).run(&["config", "validate", "--format", format, "-c", "x.yaml"]);
        assert_eq!(ran.code, 1);
        assert!(!ran.out.contains("hunter2"), "{}", ran.out);
        assert!(!ran.err.contains('×'), "{}", ran.err);
        ran.out
    };
    let json: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    let problems = json["problems"].as_array().unwrap();
    assert_eq!(
        json["errors"].as_u64().unwrap() + json["warnings"].as_u64().unwrap(),
        problems.len() as u64
    );
    let misspelt = problems
        .iter()
        .find(|problem| problem["code"] == "borgmatic::config::unknown-option")
        .unwrap();
    assert_eq!(misspelt["place"]["line"], 8);
    assert_eq!(misspelt["place"]["end_column"], 11);
    assert_eq!(misspelt["fix"]["safe"], false);
    assert_eq!(misspelt["fix"]["edits"][0]["text"], "keep_daily");

    let sarif: serde_json::Value = serde_json::from_str(&run("sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let driver = &sarif["runs"][0]["tool"]["driver"];
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), problems.len());
    for rule in driver["rules"].as_array().unwrap() {
        for words in ["shortDescription", "fullDescription", "help"] {
            let text = rule[words]["text"].as_str().unwrap();
            assert!(!text.is_empty(), "{rule}");
        }
    }
    let rules: Vec<_> = driver["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| &rule["id"])
        .collect();
    for result in results {
        assert!(rules.contains(&&result["ruleId"]));
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "file:///home/me/x.yaml");
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert!(result["message"]["text"].is_string());
        let mut regions = vec![&place["region"]];
        for fix in result["fixes"].as_array().into_iter().flatten() {
            assert!(fix["description"]["text"].is_string());
            let replacements = fix["artifactChanges"][0]["replacements"].as_array();
            regions.extend(
                replacements
                    .unwrap()
                    .iter()
                    .map(|one| &one["deletedRegion"]),
            );
            assert!(!replacements.unwrap().is_empty());
        }
        for region in regions {
            let place = |line: &str, column: &str| {
                [line, column].map(|name| region[name].as_u64().unwrap())
            };
            let start = place("startLine", "startColumn");
            assert!(start.iter().all(|number| *number > 0), "{region}");
            assert!(start <= place("endLine", "endColumn"), "{region}");
        }
    }

    let github = run("github");
    assert_eq!(github.lines().count(), problems.len());
    assert!(
        github.contains("::error file=/home/me/x.yaml,line=8,col=1,endLine=8,title=borgmatic%3A%3Aconfig%3A%3Aunknown-option::unknown option `keep_dialy`%0Adid you mean `keep_daily`?\n"),
        "{github}"
    );
}

#[test]
fn a_report_can_be_read_aloud() {
    let mut world = world(BROKEN);
    let set = ("NO_GRAPHICS".into(), "1".into());
    world.stage.env.variables.extend([set]);
    let ran = world.run(&["config", "validate", "-c", "x.yaml"]);
    let drawn = |letter: char| matches!(letter, '\u{1b}' | '\u{2500}'..='\u{257f}' | '×');
    assert!(!ran.err.contains(drawn), "{}", ran.err);
    let said = "diagnostic code: borgmatic::config::unknown-option";
    assert!(ran.err.contains(said), "{}", ran.err);
    assert!(ran.err.contains("label at line 8"), "{}", ran.err);
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
}

#[test]
fn several_files_are_one_report() {
    let mut world = world("<<: !include y.yaml\nkep_daily: 7\nrepositories: [{path: /r}]\n");
    world.write("/home/me/y.yaml", "kep_weekly: 7\n");
    world.write(
        "/home/me/z.yaml",
        "<<: !include y.yaml\nrepositories: [{path: /r}]\n",
    );
    let ran = world.run(&["config", "validate", "-c", "x.yaml", "-c", "z.yaml"]);
    let lines: Vec<_> = ran
        .err
        .lines()
        .filter(|line| line.starts_with('/'))
        .collect();
    assert_eq!(
        lines,
        ["/home/me/x.yaml: 1 error", "/home/me/y.yaml: 1 error"],
        "{}",
        ran.err
    );
    assert!(
        ran.err
            .contains("2 of 2 configuration files cannot be used: 2 errors in 2 files\n")
    );
    assert!(
        ran.err.contains("/home/me/y.yaml is included here"),
        "{}",
        ran.err
    );
}

/// A lint, a configuration that has it, and where a comment stands that allows it.
const LINTS: [(&str, &str); 10] = [
    ("source-missing", "source_directories:\n    - /nowhere\n"),
    (
        "repository-in-source",
        "source_directories:\n    - /backup\nrepositories:\n    - path: /backup/../backup/r\n",
    ),
    ("no-retention", "repositories:\n    - path: /r\n"),
    ("keeps-nothing", "keep_daily: 0\n"),
    ("readable-secret", "encryption_passphrase: \"hunter2\"\n"),
    (
        "checks-every-time",
        "checks:\n    - name: archives\nrepositories:\n    - path: ssh://a@b/./c\n",
    ),
    ("prunes-others", "match_archives: \"*\"\nkeep_daily: 7\n"),
    (
        "repository-twice",
        "repositories:\n    - path: /r\n    - path: /r/\n",
    ),
    ("secret-cut", "encryption_passphrase: hunter2 # x\n"),
    ("secret-example", "encryption_passphrase: \"change me\"\n"),
];

#[test]
fn every_lint_is_found_and_can_be_allowed() {
    assert_eq!(LINTS.map(|(name, _)| name), borgmatic::config::lints::NAMES);
    for (name, start) in LINTS {
        let rest = match start.contains("repositories:") {
            _ if name == "no-retention" => "",
            true => "keep_daily: 7\n",
            false if start.contains("keep_daily") => "repositories:\n    - path: /r\n",
            false => "repositories:\n    - path: /r\nkeep_daily: 7\n",
        };
        let code = format!("borgmatic::lint::{name}");
        let run = |text: &str, flags: &[&str]| {
            let mut world = world(text);
            fs::create_dir_all(world.at("/backup")).unwrap();
            if name == "readable-secret" {
                let path = world.at("/home/me/x.yaml");
                fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
            }
            let mut args = vec!["config", "validate", "-c", "x.yaml"];
            args.extend(flags);
            let ran = world.run(&args);
            assert_eq!(ran.code, 0, "{name}\n{}", ran.err);
            assert!(!ran.err.contains("hunter2"), "{}", ran.err);
            // A run is not disturbed.
            let shown = world.run(&["config", "show", "-c", "x.yaml"]);
            assert!(!shown.err.contains("borgmatic::lint"), "{}", shown.err);
            ran.err
        };
        let text = format!("{start}{rest}");
        let found = run(&text, &[]);
        assert!(found.contains(&code), "{name}\n{found}");
        assert_eq!(found.matches("borgmatic::lint::").count(), 1, "{found}");
        assert_eq!(run(&text, &["--allow", name]), "");
        assert_eq!(run(&text, &["--allow", &code]), "");
        assert_eq!(
            run(&format!("# borgmatic: allow {name}\n\n{text}"), &[]),
            ""
        );
        let other = format!(
            "# borgmatic: allow {}\n{text}",
            LINTS[usize::from(name == LINTS[0].0)].0
        );
        assert!(run(&other, &[]).contains(&code), "{name}");
        // Above the line itself.
        let line = usize::from(found.contains("yaml:2:"))
            + usize::from(found.contains("yaml:3:")) * 2
            + usize::from(found.contains("yaml:4:")) * 3;
        let mut lines: Vec<&str> = text.lines().collect();
        let comment = format!("    # borgmatic: allow {name}");
        lines.insert(line, &comment);
        assert_eq!(run(&(lines.join("\n") + "\n"), &[]), "", "{lines:#?}");
    }
    let ran = world("a: 1\n").run(&["config", "validate", "--allow", "keep-nothing"]);
    assert!(
        ran.err.contains("did you mean keeps-nothing?"),
        "{}",
        ran.err
    );
}

/// What holds for a repository is what its entry says, where it says something of its own.
#[test]
fn lints_look_at_the_options_of_each_repository() {
    let found = |text: &str| world(text).run(&["config", "validate", "-c", "x.yaml"]).err;
    let remote = "repositories:\n    - path: ssh://a@b/./c\n";
    let own = found(&format!(
        "{remote}      checks:\n          - name: archives\nkeep_daily: 7\n"
    ));
    assert!(own.contains("checks-every-time"), "{own}");
    assert!(own.contains("x.yaml:4:19"), "{own}");
    let skips = format!("{remote}      skip_actions: [prune, check]\nchecks:\n    - name: data\n");
    assert_eq!(found(&skips), "");
}

/// Options of ours, at the top, in a repository's entry, and within others; what both know is let through.
#[test]
fn what_only_this_program_knows_is_named_for_those_who_share_a_file() {
    const OURS: &str = "\
source_directories:
    - /home/me/files
repositories:
    - path: /backup/one.borg
      lock_wait: 5
parallel_repositories: 2
metrics_file: /m/borgmatic.prom
wait_for_run: 10m
keep_daily: 7
";
    let mut mixed = world(OURS);
    let ran = mixed.run(&["config", "validate", "-c", "x.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = mixed.run(&["config", "validate", "--portable", "-c", "x.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let named = "is no option of Python borgmatic";
    for name in ["parallel_repositories", "metrics_file", "wait_for_run"] {
        assert!(
            ran.err.contains(&format!("`{name}` {named}")),
            "{}",
            ran.err
        );
    }
    assert_eq!(ran.err.matches(named).count(), 3, "{}", ran.err);
    assert!(ran.err.contains("x.yaml:6:1"), "{}", ran.err);

    let shared: Vec<&str> = OURS
        .split_inclusive('\n')
        .filter(|line| !line.starts_with(['p', 'm', 'w']))
        .collect();
    let ran = world(&shared.concat()).run(&["config", "validate", "--portable", "-c", "x.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn files_that_contradict_each_other_about_the_log_are_told_with_the_rest() {
    let config = |log| format!("repositories: [{{path: /r}}]\nkeep_daily: 7\nlog_file: {log}\n");
    let mut world = world(&config("/one"));
    world.write("/home/me/y.yaml", config("/two"));
    let both = ["-c", "x.yaml", "-c", "y.yaml"];
    let ran = world.run(&[&["config", "validate", "--format", "json"][..], &both].concat());
    assert_eq!(ran.code, 1);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let codes = report["problems"].as_array().unwrap().iter();
    let mut codes = codes.map(|problem| problem["code"].as_str().unwrap());
    assert!(codes.any(|code| code == "borgmatic::config::two-logs"));
    let ran = world.run(&[&["config", "show"][..], &both].concat());
    assert_eq!(ran.code, 0, "what opens no log needs none: {}", ran.err);
}

/// What is to be typed names the files that the line named, as a shell takes them.
#[test]
fn advice_is_about_the_files_that_were_named() {
    let mut world = World::new();
    world.write(
        "/home/me/my files.yaml",
        crate::world::GOOD.replace("keep_daily", "keep_dialy"),
    );
    let path = "/home/me/my files.yaml";
    let ran = world.run(&["config", "validate", "-c", path]);
    let wanted = format!("borgmatic -c '{path}' config validate --fix --unsafe-fixes");
    assert!(ran.err.contains(&wanted), "{}", ran.err);
    assert!(
        ran.err.contains("borgmatic explain config::unknown-option"),
        "{}",
        ran.err
    );

    world.write("/home/me/my files.yaml", crate::world::GOOD);
    world
        .stage
        .script
        .answer("--version", Answer::fine().out("borg 1.4.0"))
        .answer("", Answer::exit(13));
    let ran = world.run(&["repo-info", "--config", path, "--repository", "one"]);
    let wanted = format!("borgmatic -c '{path}' repo-create --repository one");
    assert!(ran.err.contains(&wanted), "{}", ran.err);
    let wanted = format!("see more: borgmatic -c '{path}' --verbosity 2");
    assert!(ran.err.contains(&wanted), "{}", ran.err);
}

/// A guess that reads well would be found out only when the repository is needed.
#[test]
fn nobody_guesses_what_a_secret_is() {
    for line in [
        "encryption_passphrase: \"hunter two",
        "encryption_passphrase: 'hunter two",
        "encryption_passphrase: \"hunter\\wo\"",
        "ntfy:\n    topic: x\n    password: \"hunter two",
        "encryption_passcommand: x\npostgresql_databases:\n    - name: all\n      password: 'hunter",
    ] {
        let text = format!("{line}\n{}", crate::world::GOOD);
        let mut world = world(&text);
        let command = ["config", "validate", "-c", "x.yaml"];
        let ran = world.run(&command);
        assert_eq!(ran.code, 1, "{line}: {}", ran.err);
        assert!(!ran.err.contains("--fix"), "{line}: {}", ran.err);
        assert!(!ran.err.contains("hunter"), "{line}: {}", ran.err);
        let json = world.run(&[&command[..], &["--format", "json"]].concat());
        assert!(!json.out.contains("\"edits\""), "{line}: {}", json.out);
        let ran = world.run(&[&command[..], &["--fix", "--unsafe-fixes"]].concat());
        assert_eq!(ran.code, 1, "{line}: {}", ran.err);
        assert_eq!(self::text(&world, "x.yaml"), text, "{line}");
    }
}
