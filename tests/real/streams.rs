//! Backups that streams feed, with real borgs: the half of create that dumps of databases need. Nothing
//! in a configuration makes streams yet, so the library is called as a run calls it.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, Instant};

use borgmatic::actions::create::{self, Dumped, Flags};
use borgmatic::actions::{Answer, Context};
use borgmatic::borg::pattern::Pattern;
use borgmatic::borg::{Borg, Known};
use borgmatic::config::load::{Wishes, load};
use borgmatic::host::script::Notes;
use borgmatic::host::{Bus, Command, Failure, Feeder, Files, Host, Writes};
use borgmatic::option::{At, Options as _};
use borgmatic::sys::{Machine, Web};
use borgmatic::text::{Problems, Source, parse};
use serde_json::Value;

use crate::world::{World, passphrase_option, skip};

with_both_borgs! {
    streams_are_stored_and_the_archive_gets_its_name
    the_answer_in_json_tells_the_archive_as_it_is
    a_stream_that_fails_makes_no_backup
    a_borg_that_dies_takes_a_hanging_stream_along
    a_stream_that_nobody_reads_or_writes_is_no_backup
    a_name_without_a_time_gets_rid_of_its_suffix
}

mod borg_2 {
    use super::world_of_borg_2;

    #[test]
    fn streams_are_stored_and_the_archive_gets_its_name() {
        let Some(world) = world_of_borg_2() else {
            return;
        };
        super::streams_are_stored_and_the_archive_gets_its_name(&world);
    }

    #[test]
    fn the_answer_in_json_tells_the_archive_as_it_is() {
        let Some(world) = world_of_borg_2() else {
            return;
        };
        super::the_answer_in_json_tells_the_archive_as_it_is(&world);
    }

    #[test]
    fn a_stream_that_fails_makes_no_backup() {
        let Some(world) = world_of_borg_2() else {
            return;
        };
        super::a_stream_that_fails_makes_no_backup(&world);
    }

    #[test]
    fn a_borg_that_dies_takes_a_hanging_stream_along() {
        let Some(world) = world_of_borg_2() else {
            return;
        };
        super::a_borg_that_dies_takes_a_hanging_stream_along(&world);
    }
}

fn world_of_borg_2() -> Option<World> {
    let Some(borg) = std::env::var_os("BORG_2").filter(|path| !path.is_empty()) else {
        skip("there is no borg 2 here");
        return None;
    };
    let world = World::new("1.4");
    fs::remove_file(world.path("bin/borg")).unwrap();
    symlink(borg, world.path("bin/borg")).unwrap();
    Some(world)
}

/// What a backup left.
struct Backup {
    ended: Result<Answer, Failure>,
    /// All that was said.
    said: String,
    took: Duration,
}

/// A repository, and options that keep what a library called in this process does in the world.
fn ready(world: &World, more: &str) {
    let options = format!(
        "{}user_runtime_directory: {}\nborg_base_directory: {}\nlocal_path: {}\n{more}",
        passphrase_option(),
        world.text("run"),
        world.text("home"),
        world.text("bin/borg"),
    );
    world.configure(&["repo.borg"], &options);
    let version = world.borg(&["--version"]).out;
    let encryption = if version.contains("borg 2.") {
        "aes256-ocb"
    } else {
        "repokey"
    };
    world.ok(&["repo-create", "--encryption", encryption]);
}

/// Makes a backup with these streams: what each is called, a script, and how that writes. `$1` is its
/// FIFO.
fn back_up(world: &World, flags: &str, streams: &[(&str, &str, Writes)]) -> Backup {
    let machine = Machine::default();
    let (files, env, bus, notes) = (
        Files::new("/"),
        Machine::env(),
        Bus::default(),
        Notes::default(),
    );
    bus.attach(Box::new(notes.clone()));
    let host = Host {
        processes: &machine.processes,
        clock: &*machine.clock,
        terminal: &*machine.terminal,
        network: &machine.network,
        fetch: &Web,
        files: &files,
        env: &env,
        bus: &bus,
    };
    let path = world.path("config/borgmatic/config.yaml");
    let loaded = load(&path, &Wishes::default(), &files, &env);
    let (unit, known) = (&loaded.units[0], Known::new(false));
    let state = world.path("state");
    let borg = Borg::ready(&host, &known, &unit.config.borg, None, &state, "").unwrap();
    borg.unlock(&host, &known).unwrap();
    let context = Context {
        host: &host,
        borg: &borg,
        config: &unit.config,
        repository: &unit.repository,
        file: &path,
        files: &loaded.files,
        dry: false,
    };
    let mut problems = Problems::default();
    let node = parse(&Source::plain("flags", flags), &mut problems).unwrap();
    let flags = Flags::take(&node, &At::Top, &mut problems);
    let start = Instant::now();
    let ended = create::backup(&context, &flags, &|stored| {
        let folder = stored.join("some_databases");
        let feeders = streams.iter().map(|(name, script, writes)| {
            let fifo = folder.join("localhost").join(name);
            Feeder {
                what: format!("the dump of {name}"),
                command: Command::new("/bin/sh")
                    .args(["-c", script, "sh"])
                    .arg(&fifo),
                fifo,
                writes: *writes,
            }
        });
        Ok(Dumped {
            feeders: feeders.collect(),
            patterns: vec![Pattern::root(&folder), Pattern::include(&folder)],
        })
    });
    let backup = Backup {
        ended,
        said: notes.text(),
        took: start.elapsed(),
    };
    let left: Vec<_> = fs::read_dir(world.path("run")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}\n{}", backup.said);
    backup
}

/// The archives, also those that are not whole: their names and ids.
fn archives(world: &World) -> Vec<(String, String)> {
    let repository = world.text("repo.borg");
    let two = world.borg(&["--version"]).out.contains("borg 2.");
    let listed = if two {
        world.borg(&["repo-list", "--json", "--repo", &repository])
    } else {
        world.borg(&["list", "--json", "--consider-checkpoints", &repository])
    };
    let document = listed.ends_with(0).json();
    let text = |archive: &Value, of: &str| archive[of].as_str().unwrap().to_owned();
    let archives = document["archives"].as_array().unwrap().iter();
    archives
        .map(|archive| (text(archive, "name"), text(archive, "id")))
        .collect()
}

/// Gets everything of the only archive back; where the streams are below that.
fn extracted(world: &World) -> std::path::PathBuf {
    let out = world.text("out");
    world.ok(&["extract", "--archive", "latest", "--destination", &out]);
    let found = std::process::Command::new("find")
        .args([&out, "-name", "some_databases"])
        .output()
        .unwrap();
    Path::new(String::from_utf8(found.stdout).unwrap().trim()).join("localhost")
}

fn streams_are_stored_and_the_archive_gets_its_name(world: &World) {
    let source = world.text("source");
    // An include of the user's takes in what must not be read.
    ready(
        world,
        &format!("patterns: ['+ {source}/in']\nexclude_nodump: true\n"),
    );
    world.write("source/in/plain.txt", "plain\n");
    for name in ["source/pipe", "source/in/pipe", "source/in/a[b]"] {
        let made = std::process::Command::new("mkfifo")
            .arg(world.path(name))
            .status();
        assert!(made.unwrap().success());
    }
    let large = "head -c 3000000 /dev/zero | tr '\\0' x";
    let done = back_up(
        world,
        "{stats: true}",
        &[
            ("shop", large, Writes::Output),
            ("a b", "echo two > \"$1\"; echo done", Writes::Itself),
            ("é", "echo note >&2; echo three", Writes::Output),
        ],
    );
    done.ended
        .unwrap_or_else(|failure| panic!("{failure}\n{}", done.said));
    let archives = archives(world);
    assert_eq!(archives.len(), 1, "{archives:?}");
    assert!(!archives[0].0.contains("checkpoint"), "{archives:?}");
    for words in [
        "Error note",
        "Info done",
        "/source/pipe",
        "/in/pipe",
        "a[b]",
    ] {
        assert!(done.said.contains(words), "{words}: {}", done.said);
    }
    let dumps = extracted(world);
    let read = |name: &str| fs::read_to_string(dumps.join(name)).unwrap();
    assert_eq!(read("shop"), "x".repeat(3_000_000));
    assert_eq!((read("a b"), read("é")), ("two\n".into(), "three\n".into()));
    let back = Path::new(&format!("{}{source}", world.text("out"))).join("in");
    assert!(back.join("plain.txt").exists());
    assert!(!back.join("pipe").exists() && !back.join("a[b]").exists());
    let pipe = fs::symlink_metadata(world.path("source/pipe")).unwrap();
    assert!(pipe.file_type().is_fifo());
    // Nothing of that stands in the way of the next one.
    let again = back_up(world, "{}", &[("shop", "echo again", Writes::Output)]);
    again.ended.unwrap();
    assert_eq!(self::archives(world).len(), 2);
    // Borg 2 does not know exclude_nodump.
    ready(world, "");
    world.ok(&["create"]);
}

fn the_answer_in_json_tells_the_archive_as_it_is(world: &World) {
    ready(world, "");
    let done = back_up(
        world,
        "{json: true}",
        &[("shop", "echo one", Writes::Output)],
    );
    let Ok(Answer::Json(document)) = done.ended else {
        panic!("no document: {}", done.said);
    };
    let archives = archives(world);
    assert_eq!(archives.len(), 1);
    assert_eq!(document["archive"]["name"], archives[0].0.as_str());
    assert_eq!(document["archive"]["id"], archives[0].1.as_str());
    assert!(!archives[0].0.contains("checkpoint"));
}

fn a_stream_that_fails_makes_no_backup(world: &World) {
    ready(world, "");
    let done = back_up(
        world,
        "{}",
        &[
            ("whole", "echo one", Writes::Output),
            (
                "half",
                "echo half; echo gone away >&2; exit 3",
                Writes::Output,
            ),
            ("other", "sleep 600", Writes::Itself),
        ],
    );
    let failure = done.ended.unwrap_err();
    assert!(
        failure.words.contains("the dump of half") && failure.words.contains("exit status 3"),
        "{failure}\n{}",
        done.said
    );
    assert!(done.said.contains("Error gone away"), "{}", done.said);
    assert!(done.took < Duration::from_secs(400), "{:?}", done.took);
    // What is there, if anything, says that it is not whole.
    let left = archives(world);
    assert!(
        left.iter().all(|(name, _)| name.ends_with(".checkpoint")),
        "{left:?}"
    );
    // Borg has given its lock back, and the next backup is one.
    let done = back_up(world, "{}", &[("half", "echo all", Writes::Output)]);
    done.ended
        .unwrap_or_else(|failure| panic!("{failure}\n{}", done.said));
    let whole = archives(world);
    let whole = whole
        .iter()
        .filter(|(name, _)| !name.ends_with(".checkpoint"));
    assert_eq!(whole.count(), 1);
    assert_eq!(
        fs::read_to_string(extracted(world).join("half")).unwrap(),
        "all\n"
    );
}

fn a_borg_that_dies_takes_a_hanging_stream_along(world: &World) {
    ready(world, "");
    let (borg, real) = (world.path("bin/borg"), world.path("bin/real-borg"));
    fs::rename(&borg, &real).unwrap();
    let (real, note) = (real.display(), world.text("note"));
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *'--dry-run --list') ;; create*) {real} \"$@\" & while [ ! -s {note} ]; do sleep 0.1; done; sleep 0.5; kill -9 $!; wait $!; exit ;; esac\nexec {real} \"$@\"\n"
    );
    fs::write(&borg, script).unwrap();
    fs::set_permissions(&borg, fs::Permissions::from_mode(0o755)).unwrap();
    let hangs = format!("echo $$ >> {note}; trap '' TERM; echo one; while :; do sleep 1; done");
    let done = back_up(
        world,
        "{}",
        &[("a", &hangs, Writes::Output), ("b", &hangs, Writes::Output)],
    );
    let failure = done.ended.unwrap_err();
    assert_eq!(
        failure.code, "borgmatic::borg::exit",
        "{failure}\n{}",
        done.said
    );
    assert!(failure.words.contains("137"), "{failure}");
    assert!(done.took < Duration::from_secs(400), "{:?}", done.took);
    let noted = fs::read_to_string(note).unwrap();
    for process in noted.lines() {
        assert!(
            !fs::exists(format!("/proc/{process}")).unwrap(),
            "{process}"
        );
    }
    let left = archives(world);
    assert!(
        left.iter().all(|(name, _)| name.ends_with(".checkpoint")),
        "{left:?}"
    );
}

fn a_stream_that_nobody_reads_or_writes_is_no_backup(world: &World) {
    ready(
        world,
        "exclude_patterns: ['re:some_databases/localhost/shop']\n",
    );
    let done = back_up(world, "{}", &[("shop", "echo one", Writes::Output)]);
    // Ours come first: it is stored all the same.
    done.ended.unwrap();
    let tagged = "exclude_if_present: [tag]\n";
    ready(world, tagged);
    let tag = ": > \"$(dirname \"$1\")/tag\"; echo one > \"$1\"";
    let done = back_up(world, "{}", &[("shop", tag, Writes::Itself)]);
    let failure = done.ended.unwrap_err();
    assert!(
        failure.words.contains("was not read"),
        "{failure}\n{}",
        done.said
    );
    ready(world, "exclude_if_present: [dumped]\n");
    let done = back_up(
        world,
        "{}",
        &[
            ("dumped", "echo one", Writes::Output),
            ("b", "exit 0", Writes::Itself),
        ],
    );
    let failure = done.ended.unwrap_err();
    assert_eq!(failure.code, "borgmatic::create::left-out", "{failure}");
    ready(world, "");
    let done = back_up(
        world,
        "{}",
        &[
            ("a", "exit 0", Writes::Itself),
            ("b", "echo one", Writes::Output),
        ],
    );
    let failure = done.ended.unwrap_err();
    assert!(
        failure.words.contains("the dump of a"),
        "{failure}\n{}",
        done.said
    );
    assert!(failure.words.contains("without writing"), "{failure}");
    assert!(done.took < Duration::from_secs(400), "{:?}", done.took);
}

fn a_name_without_a_time_gets_rid_of_its_suffix(world: &World) {
    ready(world, "archive_name_format: fixed\n");
    let done = back_up(world, "{}", &[("shop", "echo one", Writes::Output)]);
    done.ended
        .unwrap_or_else(|failure| panic!("{failure}\n{}", done.said));
    let names = |world: &World| {
        archives(world)
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(world), ["fixed"]);
    // Another one is not renamed in its place.
    ready(
        world,
        "archive_name_format: 'docs-{now}'\nmatch_archives: 'other-*'\n",
    );
    let repository = world.text("repo.borg");
    let stale = format!("{repository}::other-1.checkpoint");
    world
        .borg(&["create", &stale, &world.text("source")])
        .ends_with(0);
    let done = back_up(world, "{}", &[("shop", "echo one", Writes::Output)]);
    done.ended
        .unwrap_or_else(|failure| panic!("{failure}\n{}", done.said));
    let names = names(world);
    assert!(names.contains(&"other-1.checkpoint".into()), "{names:?}");
    let own = names.iter().filter(|name| name.starts_with("docs-"));
    assert!(
        own.clone().count() == 1 && !own.clone().any(|name| name.contains("checkpoint")),
        "{names:?}"
    );
}
