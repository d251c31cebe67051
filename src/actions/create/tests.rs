//! Backups that streams feed: what borg is asked, in which order, and what comes of each answer.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::*;
use crate::borg::{Borg, Known};
use crate::config::Config;
use crate::host::script::{Answer as Says, Stage};
use crate::host::{Bus, Writes};
use crate::option::{At, Options, walk};
use crate::text::{Source, parse};

const SHOP: &str = "postgresql_databases/localhost/shop";
const FOUND: &str = r#"{"archives": [{"name": "host-1.checkpoint", "archive": "host-1.checkpoint", "id": "0123456789abcdef"}]}"#;

struct World {
    folder: tempfile::TempDir,
    stage: Stage,
}

/// What was run, with the random parts of names taken out.
struct Played {
    ended: Result<Answer, Failure>,
    commands: Vec<String>,
    made: Option<String>,
}

impl World {
    fn new(quiet: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["bin", "src", "run"] {
            std::fs::create_dir(path(name)).unwrap();
        }
        std::fs::write(path("bin/borg"), "").unwrap();
        std::fs::set_permissions(path("bin/borg"), PermissionsExt::from_mode(0o755)).unwrap();
        let mut stage = Stage::new("/");
        if quiet {
            stage.bus = Bus::default();
        }
        let variables = &mut stage.env.variables;
        variables.insert("PATH".into(), path("bin").into_os_string());
        Self { folder, stage }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn fifo(&self, name: &str) -> String {
        let path = self.path(name);
        let mode = rustix::fs::Mode::RWXU;
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, mode).unwrap();
        path.display().to_string()
    }

    /// Runs create with a dump of a database; `also`: what the dry run names beside it.
    fn play(&self, version: &str, more: &str, also: &str, answers: &[(&str, Says)]) -> Played {
        self.play_with(version, more, "{}", Some(also), answers)
    }

    fn play_with(
        &self,
        version: &str,
        more: &str,
        flags: &str,
        also: Option<&str>,
        answers: &[(&str, Says)],
    ) -> Played {
        let text = format!(
            "source_directories: [{}]\nuser_runtime_directory: {}\nrepositories: [{{path: test.borg}}]\n{more}\n",
            self.path("src").display(),
            self.path("run").display()
        );
        let node = |text: String| {
            let mut problems = Problems::default();
            let node = parse(&Source::plain("c.yaml", text), &mut problems).unwrap();
            assert!(!problems.has_errors(), "{problems:?}");
            node
        };
        let mut problems = Problems::default();
        let config: Config = walk::object(&node(text), &At::Top, &mut problems).unwrap();
        assert!(!problems.has_errors(), "{problems:?}");
        let flags = Flags::take(&node(flags.into()), &At::Top, &mut problems);
        let (host, script, known) = (self.stage.host(), &self.stage.script, Known::new(false));
        script.answer("--version", Says::fine().out(version));
        let borg = &Borg::ready(&host, &known, &config.borg, None, self.folder.path(), "").unwrap();
        let context = Context {
            host: &host,
            borg,
            config: &config,
            repository: &config.repositories.repositories.items()[0],
            file: Path::new("/c.yaml"),
            files: &[],
            dry: false,
        };
        let ended = backup(&context, &flags, &|stored| {
            let fifo = stored.join(SHOP);
            let mark = if version.contains(" 2.") { "+" } else { "-" };
            let listed = also.map(|also| format!("{mark} {}\n{also}", fifo.display()));
            let listed = Says::fine().err(listed.unwrap_or_default());
            script.answer("--dry-run --list", listed);
            script.answer("mkfifo", Says::fine());
            for (words, answer) in answers {
                script.answer(*words, answer.clone());
            }
            script.answer("pg_dump", Says::fine());
            script.answer("rename", Says::fine());
            script.answer("list", Says::fine().out(FOUND));
            script.answer("create", Says::fine());
            let folder = stored.join("postgresql_databases");
            Ok(Dumped {
                patterns: vec![Pattern::root(&folder), Pattern::include(&folder)],
                feeders: vec![Feeder {
                    what: "the dump of shop".into(),
                    command: Command::new("pg_dump").arg("shop"),
                    fifo,
                    writes: Writes::Output,
                }],
            })
        });
        let commands = self.stage.script.commands();
        let shown = commands.iter().skip(1).map(|command| {
            let words = command.args.iter().map(|word| {
                let word = word.to_string_lossy();
                if word.contains("/borgmatic-") {
                    if word.ends_with(SHOP) {
                        "FIFO".into()
                    } else {
                        "FILE".into()
                    }
                } else {
                    word
                }
            });
            let words: Vec<_> = words.collect();
            format!("{} {}", command.program.to_string_lossy(), words.join(" "))
        });
        Played {
            ended,
            commands: shown.collect(),
            made: borg.made().archive,
        }
    }
}

const OPTIONS: &str = "remote_path: borg1\numask: 77\nlock_wait: 4\nexclude_nodump: true\n\
    extra_borg_options: {rename: --rn x, list: --li x, repo_list: --rl x, create: --cr x}";

#[test]
fn the_commands_are_the_originals_for_each_borg() {
    let first = "mkfifo -m 600 FIFO\n\
        borg create --patterns-from FILE --read-special REMOTE--umask 77 --lock-wait 4 --cr x PLACE --dry-run --list\n\
        pg_dump shop\n\
        borg create --patterns-from FILE --read-special REMOTE--umask 77 --lock-wait 4 --log-json --cr x PLACE\n";
    let one = format!(
        "{first}borg list --remote-path borg1 --umask 77 --log-json --lock-wait 4 --glob-archives {{hostname}}-* --consider-checkpoints --last 1 --json --li x test.borg\n\
        borg rename --remote-path borg1 --umask 77 --log-json --lock-wait 4 --rn x test.borg::host-1.checkpoint host-1"
    )
    .replace("REMOTE", "--remote-path borg1 ")
    .replace("PLACE", "test.borg::{hostname}-{now:%Y-%m-%dT%H:%M:%S.%f}.checkpoint");
    let two = format!(
        "{first}borg repo-list REMOTE--umask 77 --log-json --lock-wait 4 --match-archives sh:{{hostname}}.checkpoint --last 1 --json --rl x --repo test.borg\n\
        borg rename REMOTE--umask 77 --log-json --lock-wait 4 --rn x --repo test.borg aid:0123456789abcdef host-1"
    )
    .replace("PLACE", "--repo test.borg {hostname}.checkpoint");
    let far = two.replace("REMOTE", "--remote-path borg1 ");
    let two = two.replace("REMOTE", "");
    for (version, commands) in [
        ("borg 1.1.18", &one),
        ("borg 1.2.4", &one),
        ("borg 1.4.5", &one),
        ("borg 2.0.0b22", &far),
        ("borg 2.0.0b23", &two),
    ] {
        let played = World::new(true).play(version, OPTIONS, "", &[]);
        played.ended.unwrap();
        assert_eq!(played.commands.join("\n"), *commands, "{version}");
    }
}

#[test]
fn who_listens_closely_hears_the_renaming_too() {
    let world = World::new(false);
    let told = Says::fine().out("Creating archive at \"test.borg::host-1.checkpoint\"");
    let played = world.play("borg 1.4.5", "", "", &[("create --patterns-from", told)]);
    played.ended.unwrap();
    let last = played.commands.last().unwrap();
    assert!(
        last.starts_with("borg rename --debug --show-rc --log-json "),
        "{last}"
    );
    // The ledger is told the name that stays.
    assert_eq!(played.made.as_deref(), Some("host-1"));
}

#[test]
fn only_the_archive_that_was_just_made_is_renamed() {
    let renamed = |answers: &[(&str, Says)]| {
        let played = World::new(false).play("borg 1.4.5", "", "", answers);
        let renames = |command: &String| command.starts_with("borg rename");
        assert!(!played.commands.iter().any(renames));
        played.ended.unwrap_err()
    };
    let odd = Says::fine().out(r#"{"archives": [{"name": "odd", "id": "1"}]}"#);
    let failure = renamed(&[("consider-checkpoints", odd)]);
    assert_eq!(failure.code, "borgmatic::create::checkpoint");
    assert!(failure.words.contains("odd"), "{failure}");
    renamed(&[(
        "consider-checkpoints",
        Says::fine().out(r#"{"archives": []}"#),
    )]);
    // Another run began one as soon as ours had ended.
    let later = FOUND.replace(r#""id""#, r#""start": "9000-01-01T00:00:00.000000", "id""#);
    let failure = renamed(&[("consider-checkpoints", Says::fine().out(&later))]);
    assert_eq!(failure.code, "borgmatic::create::checkpoint");
    let other = "Creating archive at \"test.borg::host-2.checkpoint\"";
    let failure = renamed(&[("create --patterns-from", Says::fine().out(other))]);
    assert!(failure.words.contains("host-1.checkpoint"), "{failure}");
    // Nor where borg has failed.
    let failure = renamed(&[("create --patterns-from", Says::exit(2).err("oh"))]);
    assert_eq!(failure.code, "borgmatic::borg::exit");
}

#[test]
fn a_dump_that_fails_fails_the_backup() {
    let world = World::new(false);
    let answer = Says::exit(3).err("no such database");
    let played = world.play("borg 1.4.5", "", "", &[("pg_dump", answer)]);
    let failure = played.ended.unwrap_err();
    assert_eq!(failure.code, "borgmatic::borg::stream");
    assert_eq!(
        failure.words,
        "the dump of shop is not whole: pg_dump ended with exit status 3"
    );
    assert_eq!(failure.child.unwrap().said, ["no such database"]);
    assert!(played.commands.last().unwrap().starts_with("borg create"));
    assert!(world.stage.notes.text().contains("Error no such database"));
}

#[test]
fn the_answer_in_json_has_the_name_and_the_id_that_stay() {
    let world = World::new(true);
    let made = r#"{"archive": {"name": "host-1.checkpoint", "id": "old"}, "repository": {}}"#;
    let found = r#"{"archives": [{"name": "host-1", "id": "new"}]}"#;
    let answers = [
        ("--json test.borg::", Says::fine().out(made)),
        ("consider-checkpoints", Says::fine().out(FOUND)),
        ("list", Says::fine().out(found)),
    ];
    let played = world.play_with("borg 1.4.5", "", "{json: true}", Some(""), &answers);
    let Answer::Json(document) = played.ended.unwrap() else {
        panic!("no document");
    };
    assert_eq!(document["archive"]["name"], "host-1");
    assert_eq!(document["archive"]["id"], "new");
    assert_eq!(
        played.commands.last().unwrap(),
        "borg list --log-json --glob-archives {hostname}-* --last 1 --json test.borg"
    );
}

#[test]
fn an_answer_that_is_too_long_is_called_so() {
    let world = World::new(true);
    let long = Says::fine().out("x\n".repeat(1 << 20));
    let answers = [("--json test.borg::", long)];
    let played = world.play_with("borg 1.4.5", "", "{json: true}", Some(""), &answers);
    let words = played.ended.unwrap_err().words;
    assert!(words.contains("is longer than"), "{words}");
    assert!(!played.commands.last().unwrap().starts_with("borg rename"));
}

#[test]
fn special_files_are_left_out_with_a_warning() {
    let world = World::new(false);
    let pipe = world.fifo("src/pipe");
    let also = format!("- {pipe}\n- {}\nx /dev/null", world.path("src").display());
    let played = world.play("borg 1.4.5", "read_special: false", &also, &[]);
    played.ended.unwrap();
    let notes = world.stage.notes.text();
    let warned = |words: &str| {
        notes
            .lines()
            .any(|line| line.starts_with("Warning") && line.contains(words))
    };
    assert!(warned(&pipe) && warned("read_special: false"), "{notes}");
    assert!(!warned("/dev/null"), "{notes}");
    // Borg 2 shows with a minus what is left out anyway.
    let world = World::new(false);
    let pipe = world.fifo("src/pipe");
    let played = world.play("borg 2.0.0b22", "", &format!("- {pipe}"), &[]);
    played.ended.unwrap();
    let notes = world.stage.notes.text();
    assert!(!notes.contains(&pipe), "{notes}");
}

#[test]
fn a_dump_that_the_excludes_leave_out_stops_the_backup() {
    let world = World::new(false);
    let played = world.play_with("borg 1.4.5", "", "{}", None, &[]);
    let failure = played.ended.unwrap_err();
    assert_eq!(failure.code, "borgmatic::create::left-out");
    assert!(
        played
            .commands
            .last()
            .unwrap()
            .ends_with("--dry-run --list")
    );
    // Who does not want to be asked is not.
    let skips = "unsafe_skip_path_validation_before_create: true";
    let played = world.play_with("borg 1.4.5", skips, "{}", None, &[]);
    played.ended.unwrap();
}
