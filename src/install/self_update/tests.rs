//! The whole of an update, on a played machine: real files, scripted programs, a scripted server.

#[cfg(test)]
use std::fs;
use std::path::{Path, PathBuf};

use super::release::tests::{HASHES, KEY, OTHER_KEY, PROGRAM, SIGNED};
use super::release::{Keys, Version};
use super::{Flags, Update};
use crate::host::Failure;
use crate::host::script::{Answer, Stage};
use crate::install::manifest::{Entry, Manifest, Origin, What};
use crate::install::recipe::Kind;
use crate::option::Opt;
use crate::text::{Origin as Place, Source};

const BASE: &str = "https://example.com/borgmatic";
const OWN: &str = "/usr/local/bin/borgmatic";

/// A machine with version 2031.4.0, as `self-install` left it, and a server with 2031.5.0.
struct World {
    stage: Stage,
    root: tempfile::TempDir,
    keys: &'static str,
    address: &'static str,
    dry: bool,
}

fn new_name() -> String {
    Version::read("2031.5.0").unwrap().program()
}

impl World {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in [
            "usr/local/bin",
            "proc/self",
            "var/lib/borgmatic",
            "root",
            "usr/bin",
        ] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let world = Self {
            stage: Stage::new(root.path()),
            root,
            keys: KEY,
            address: BASE,
            dry: false,
        };
        let mut world = world;
        // Whose the files here are.
        let meta = fs::metadata(world.root.path()).unwrap();
        world.stage.env.user = std::os::unix::fs::MetadataExt::uid(&meta);
        fs::write(world.at(OWN), "the program of 2031.4.0\n").unwrap();
        world.runs_from(OWN);
        let entry = Entry {
            path: OWN.into(),
            kind: What::File(Kind::Program),
            sha256: String::new(),
            mode: 0o755,
            owner: "0:0".into(),
            template_version: "2031.4.0".into(),
            origin: Origin::Created,
            backup: None,
            text: None,
            kept: false,
        };
        let manifest = Manifest {
            version: "2031.4.0".into(),
            entries: vec![entry],
            ..Manifest::default()
        };
        fs::write(
            world.at("/var/lib/borgmatic/self-install.json"),
            manifest.bytes(),
        )
        .unwrap();
        let name = new_name();
        for (file, bytes) in [
            ("latest", b"2031.5.0\n".as_slice()),
            ("2031.5.0/SHA256SUMS", HASHES.as_bytes()),
            ("2031.5.0/SHA256SUMS.minisig", SIGNED.as_bytes()),
            (&format!("2031.5.0/{name}"), PROGRAM),
        ] {
            world.stage.web.serve(format!("{BASE}/{file}"), bytes);
        }
        world
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.path().join(path.trim_start_matches('/'))
    }

    fn runs_from(&self, path: &str) {
        let link = self.at("/proc/self/exe");
        let _gone = fs::remove_file(&link);
        std::os::unix::fs::symlink(path, link).unwrap();
    }

    /// The new program runs, and installs itself as far as the test says.
    fn new_program(&self, version: &str, installs: Answer) {
        let script = &self.stage.script;
        script.answer("--version", Answer::fine().out(version));
        script.answer("self-install", installs);
    }

    fn run(&self, flags: &Flags) -> Result<(), Failure> {
        let host = self.stage.host();
        let update = Update {
            host: &host,
            dry: self.dry,
            keys: Keys::of(self.keys),
            address: self.address,
            own: Version::read("2031.4.0").unwrap(),
        };
        update.run(flags)
    }

    fn program(&self) -> String {
        fs::read_to_string(self.at(OWN)).unwrap()
    }

    /// It fails so, and everything is as before.
    #[track_caller]
    fn refuses(&self, flags: &Flags, code: &str, status: u8) -> Failure {
        let before = tree(self.root.path());
        let failure = self.run(flags).unwrap_err();
        assert!(failure.code.ends_with(&format!("::{code}")), "{failure}");
        assert_eq!(failure.status, status, "{failure}");
        assert_eq!(tree(self.root.path()), before);
        failure
    }
}

/// All files and what is in them.
fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tree(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap_or_default()));
        }
    }
    found.sort();
    found
}

fn set<T>(value: T) -> Opt<T> {
    Opt::set(value, Place::new(&Source::plain("command line", ""), 0..0))
}

fn to(version: &str) -> Flags {
    Flags {
        to: set(version.into()),
        ..Flags::default()
    }
}

fn from(path: &str) -> Flags {
    Flags {
        from: set(path.into()),
        ..Flags::default()
    }
}

fn rollback() -> Flags {
    Flags {
        rollback: set(true),
        ..Flags::default()
    }
}

fn usual() -> Flags {
    Flags::default()
}

#[test]
fn the_new_program_is_proven_tried_and_installs_itself() {
    let world = World::new();
    world.new_program("2031.5.0", Answer::fine().out("2 files changed"));
    world.run(&usual()).unwrap();
    let name = new_name();
    let asked = [
        "latest",
        "2031.5.0/SHA256SUMS",
        "2031.5.0/SHA256SUMS.minisig",
        &format!("2031.5.0/{name}"),
    ];
    assert_eq!(
        world.stage.web.asked(),
        asked.map(|file| format!("{BASE}/{file}"))
    );
    let commands: Vec<String> = world
        .stage
        .script
        .commands()
        .iter()
        .map(|command| {
            let words = command.words();
            let (program, rest) = words.split_once(' ').unwrap();
            // It runs where programs surely run: in the folder of the old one.
            assert!(
                program.starts_with("/usr/local/bin/.borgmatic.update-"),
                "{program}"
            );
            rest.to_owned()
        })
        .collect();
    assert_eq!(commands, ["--version", "self-install --yes --system"]);
    let previous = fs::read(world.at("/usr/local/bin/borgmatic.prev")).unwrap();
    assert_eq!(previous, b"the program of 2031.4.0\n");
    let names = world
        .stage
        .files
        .names(Path::new("/usr/local/bin"))
        .unwrap();
    assert_eq!(names, ["borgmatic", "borgmatic.prev"]);
    let said = world.stage.notes.text();
    assert!(
        said.contains("borgmatic is version 2031.5.0 now; before, it was 2031.4.0"),
        "{said}"
    );
    assert!(
        said.contains("2 files changed") && said.contains("--rollback"),
        "{said}"
    );
}

#[test]
fn whatever_is_wrong_leaves_everything_as_it_was() {
    let served = |file: &str, bytes: &[u8]| {
        let world = World::new();
        world.stage.web.serve(format!("{BASE}/{file}"), bytes);
        world
    };
    let name = format!("2031.5.0/{}", new_name());
    served(&name, b"another program\n").refuses(&usual(), "unproven", 1);
    served(&name, b"").refuses(&usual(), "unproven", 1);
    let sums = HASHES.replace("24f7", "24f8");
    served("2031.5.0/SHA256SUMS", sums.as_bytes()).refuses(&usual(), "unproven", 1);
    served("2031.5.0/SHA256SUMS.minisig", b"no signature").refuses(&usual(), "unproven", 1);
    served("latest", b"<html>").refuses(&usual(), "release", 1);
    served("latest", b"../../2031.5.0").refuses(&usual(), "release", 1);
    let mut world = World::new();
    world.keys = OTHER_KEY;
    world.refuses(&usual(), "unproven", 1);
    world.keys = "";
    world.refuses(&usual(), "release", 1);
    world.keys = KEY;
    world.address = "";
    let failure = world.refuses(&usual(), "release", 1);
    assert!(failure.help.unwrap().contains("BORGMATIC_BASE_URL"));
    // An older release under the number of a newer one.
    let world = World::new();
    for (file, bytes) in [("SHA256SUMS", HASHES), ("SHA256SUMS.minisig", SIGNED)] {
        world
            .stage
            .web
            .serve(format!("{BASE}/2031.6.0/{file}"), bytes);
    }
    let failure = world.refuses(&to("2031.6.0"), "unproven", 1);
    assert!(
        failure.words.contains("signed as \"borgmatic 2031.5.0\""),
        "{failure}"
    );
}

#[test]
fn a_new_program_that_does_not_work_is_not_taken() {
    for (version, installs, status) in [
        (Answer::exit(126), Answer::fine(), 1),
        (Answer::killed(4), Answer::fine(), 1),
        (Answer::missing(), Answer::fine(), 1),
        (Answer::fine().out("2031.4.9"), Answer::fine(), 1),
        (
            Answer::fine().out("2031.5.0"),
            Answer::exit(1).err("rolled back"),
            1,
        ),
        (
            Answer::fine().out("2031.5.0"),
            Answer::exit(3).err("a unit was edited"),
            3,
        ),
        (Answer::fine().out("2031.5.0"), Answer::killed(9), 1),
    ] {
        let world = World::new();
        let script = &world.stage.script;
        script
            .answer("--version", version)
            .answer("self-install", installs);
        let failure = world.refuses(&usual(), "update", status);
        assert_eq!(
            failure.tail.is_empty(),
            status == 1 && !failure.words.contains("install itself"),
            "{failure}"
        );
    }
    // One that says no version at all.
    let world = World::new();
    world
        .stage
        .script
        .answer("--version", Answer::fine().out("usage:"));
    world.refuses(&usual(), "release", 1);
}

#[test]
fn nothing_is_older_by_itself() {
    let world = World::new();
    for (latest, says) in [
        ("2031.4.0", "nothing to do"),
        ("2031.3.9", "the newest release is 2031.3.9"),
    ] {
        world.stage.web.serve(format!("{BASE}/latest"), latest);
        world.run(&usual()).unwrap();
        assert!(
            world.stage.notes.text().contains(says),
            "{}",
            world.stage.notes.text()
        );
    }
    assert!(world.stage.script.commands().is_empty());
    assert_eq!(world.program(), "the program of 2031.4.0\n");
    // By its number it comes, as far as it is signed.
    let asked = world.stage.web.asked().len();
    world.refuses(&to("2031.3.9"), "fetch", 1);
    assert_eq!(
        world.stage.web.asked()[asked..],
        [format!("{BASE}/2031.3.9/SHA256SUMS")]
    );
}

#[test]
fn check_only_tells() {
    let world = World::new();
    let check = Flags {
        check: set(true),
        ..usual()
    };
    world.refuses(&check, "newer", 10);
    world
        .stage
        .web
        .serve(format!("{BASE}/latest"), "2031.4.0\n");
    world.run(&check).unwrap();
    assert!(
        world
            .stage
            .web
            .asked()
            .iter()
            .all(|url| url.ends_with("/latest"))
    );
}

#[test]
fn a_dry_run_proves_and_changes_nothing() {
    let mut world = World::new();
    world.dry = true;
    let before = tree(world.root.path());
    world.run(&usual()).unwrap();
    assert_eq!(tree(world.root.path()), before);
    assert!(world.stage.script.commands().is_empty());
    assert!(
        world.stage.notes.text().contains("would take the place of"),
        "{}",
        world.stage.notes.text()
    );
    world.keys = OTHER_KEY;
    world.refuses(&usual(), "unproven", 1);
}

#[test]
fn a_file_is_proven_like_a_download() {
    let world = World::new();
    let name = new_name();
    let path = format!("/root/{name}");
    fs::write(world.at(&path), PROGRAM).unwrap();
    let failure = world.run(&from(&path)).unwrap_err();
    assert!(failure.help.unwrap().contains("beside the program"));
    fs::write(world.at("/root/SHA256SUMS"), HASHES).unwrap();
    fs::write(world.at("/root/SHA256SUMS.minisig"), SIGNED).unwrap();
    let both = Flags {
        to: set("2031.4.9".into()),
        ..from(&path)
    };
    let failure = world.refuses(&both, "usage", 2);
    assert!(failure.words.ends_with("which is 2031.5.0"), "{failure}");
    world.new_program("2031.5.0", Answer::fine());
    world.run(&from(&path)).unwrap();
    assert!(world.stage.web.asked().is_empty());
    fs::write(world.at(&path), "another").unwrap();
    world.refuses(&from(&path), "unproven", 1);
}

/// A browser saves what it fetched as it likes.
#[test]
fn a_file_is_what_its_papers_say_whatever_it_is_called() {
    let world = World::new();
    fs::write(world.at("/root/SHA256SUMS"), HASHES).unwrap();
    fs::write(world.at("/root/SHA256SUMS.minisig"), SIGNED).unwrap();
    world.new_program("2031.5.0", Answer::fine());
    for name in [
        "borgmatic",
        "download (1)",
        "borgmatic-2031.4.9-x86_64-linux-musl",
    ] {
        let path = format!("/root/{name}");
        fs::write(world.at(&path), PROGRAM).unwrap();
        let check = Flags {
            check: set(true),
            ..from(&path)
        };
        world.refuses(&check, "newer", 10);
        world.run(&from(&path)).unwrap();
        fs::write(world.at(&path), "another program").unwrap();
        world.refuses(&from(&path), "unproven", 1);
    }
    fs::write(world.at("/root/borgmatic.tar.gz"), b"\x1f\x8b\x08").unwrap();
    let failure = world.refuses(&from("/root/borgmatic.tar.gz"), "release", 1);
    assert!(
        failure
            .help
            .unwrap()
            .contains("tar xzf /root/borgmatic.tar.gz")
    );
    // Papers of another key, or none.
    fs::write(world.at("/root/SHA256SUMS"), HASHES.replace("24f7", "24f8")).unwrap();
    world.refuses(&from("/root/borgmatic"), "unproven", 1);
    fs::remove_file(world.at("/root/SHA256SUMS.minisig")).unwrap();
    world.refuses(&from("/root/borgmatic"), "file", 1);
}

#[test]
fn only_what_self_install_put_there() {
    let world = World::new();
    // A package's program; one that was copied by hand; a scheduler's own with --no-bin.
    for path in ["/usr/bin/borgmatic", "/root/borgmatic"] {
        fs::write(world.at(path), "another\n").unwrap();
        world.runs_from(path);
        world.refuses(&usual(), "not-ours", 3);
        world.refuses(&rollback(), "not-ours", 3);
    }
    let world = World::new();
    fs::remove_file(world.at("/var/lib/borgmatic/self-install.json")).unwrap();
    world.refuses(&usual(), "not-ours", 3);
    assert!(world.stage.web.asked().is_empty());
}

#[test]
fn where_others_may_write_root_updates_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let mut world = World::new();
    world.stage.env.user = 0;
    let folder = world.at("/usr/local/bin");
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
    let refused = world.run(&usual()).unwrap_err();
    assert!(refused.words.contains("is not for root"), "{refused}");
    assert_eq!(world.stage.script.commands().len(), 0);
}

#[test]
fn the_program_before_comes_back_and_forth() {
    let world = World::new();
    world.refuses(&rollback(), "release", 1);
    let previous = world.at("/usr/local/bin/borgmatic.prev");
    fs::write(&previous, "the program of 2031.3.0\n").unwrap();
    let script = &world.stage.script;
    script.answer("--version", Answer::fine().out("2031.3.0"));
    script
        .answer("self-install", Answer::exit(1).once())
        .answer("self-install", Answer::fine());
    world.refuses(&rollback(), "update", 1);
    world.run(&rollback()).unwrap();
    assert_eq!(
        fs::read_to_string(&previous).unwrap(),
        "the program of 2031.4.0\n"
    );
    assert!(
        world
            .stage
            .notes
            .text()
            .contains("is version 2031.3.0 again")
    );
    assert!(world.stage.web.asked().is_empty());
    let both = Flags {
        rollback: set(true),
        ..to("2031.5.0")
    };
    world.refuses(&both, "usage", 2);
}
