//! A world of its own for one test: a temporary directory, a borg, and the program under test.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PASSPHRASE: &str = "korrekt häst \"batteri\" $HOME";

pub(crate) struct World {
    dir: TempDir,
}

/// What a run left behind.
pub(crate) struct Outcome {
    command: String,
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    /// A world in which `borg` is of the given series.
    pub(crate) fn new(series: &str) -> Self {
        let dir = tempfile::Builder::new().prefix("real-").tempdir().unwrap();
        let world = Self { dir };
        for name in [
            "bin",
            "home",
            "config/borgmatic",
            "state",
            "cache",
            "run",
            "tmp",
            "source",
            "out",
        ] {
            fs::create_dir_all(world.path(name)).unwrap();
        }
        symlink(borg_of_series(series), world.path("bin/borg")).unwrap();
        world.write("source/plain.txt", "plain\n");
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(name)
    }

    /// The path as text, for configurations and arguments.
    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).into_os_string().into_string().unwrap()
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Writes the default configuration file: the source directory, these repositories, and more options.
    pub(crate) fn configure(&self, repositories: &[&str], more: &str) {
        let mut text = format!(
            "source_directories:\n    - {}\nrepositories:\n",
            self.text("source")
        );
        for path in repositories {
            let path = if path.contains("://") {
                (*path).to_owned()
            } else {
                self.text(path)
            };
            writeln!(text, "    - path: {path}").unwrap();
        }
        text.push_str(more);
        self.write("config/borgmatic/config.yaml", &text);
    }

    /// One encrypted repository `repo.borg`, configured and created; every archive is kept.
    pub(crate) fn ready(&self, more: &str) {
        self.configure(
            &["repo.borg"],
            &format!("{}keep_secondly: 1000\n{more}", passphrase_option()),
        );
        self.ok(&["repo-create", "--encryption", "repokey"]);
    }

    /// The program under test in this world; add arguments and run it with `outcome`.
    pub(crate) fn borgmatic(&self) -> Command {
        self.program(&binary())
    }

    /// Any program with this world's environment and nothing else of ours.
    pub(crate) fn program(&self, program: &Path) -> Command {
        for theirs in ["/etc/borgmatic/config.yaml", "/etc/borgmatic.d"] {
            assert!(
                !fs::exists(theirs).unwrap(),
                "{theirs} would be used too, and its archives deleted: run the tests where it is not"
            );
        }
        let mut command = Command::new(program);
        command
            .current_dir(self.path("."))
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", self.text("bin")))
            .env("HOME", self.path("home"))
            .env("USER", "tester")
            .env("LC_ALL", "C.UTF-8")
            .env("TMPDIR", self.path("tmp"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_STATE_HOME", self.path("state"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("XDG_RUNTIME_DIR", self.path("run"));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        outcome(self.borgmatic().args(arguments))
    }

    pub(crate) fn ok(&self, arguments: &[&str]) -> Outcome {
        self.run(arguments).ends_with(0)
    }

    pub(crate) fn fails(&self, arguments: &[&str]) -> Outcome {
        self.run(arguments).ends_with(1)
    }

    /// Borg itself, typed by hand.
    pub(crate) fn borg(&self, arguments: &[&str]) -> Outcome {
        outcome(
            self.program(&self.path("bin/borg"))
                .env("BORG_PASSPHRASE", PASSPHRASE)
                .env("BORG_RELOCATED_REPO_ACCESS_IS_OK", "yes")
                .args(arguments),
        )
    }

    /// The names of the archives, oldest first, as borg itself tells them.
    pub(crate) fn archives(&self, repository: &str) -> Vec<String> {
        let listed = self
            .borg(&["list", "--json", &self.text(repository)])
            .ends_with(0)
            .json();
        let archives = listed["archives"].as_array().unwrap();
        archives
            .iter()
            .map(|archive| archive["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// An archive is extracted, and is what the source directory is.
    pub(crate) fn comes_back(&self, archive: &str) {
        let out = self.text("out");
        self.ok(&["extract", "--archive", archive, "--destination", &out]);
        self.came_back();
    }

    /// Compares the source directory with what an extraction put under `out`.
    pub(crate) fn came_back(&self) {
        let back = format!("{}{}", self.text("out"), self.text("source"));
        outcome(Command::new("diff").args(["-r", "--no-dereference", &self.text("source"), &back]))
            .ends_with(0);
    }
}

impl Outcome {
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert!(
            self.code == Some(code),
            "exit code {code} was expected of {}",
            self.everything()
        );
        self
    }

    /// Some output, on either stream, contains the text; upper and lower case count as the same.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        let all = self.everything();
        assert!(
            all.to_lowercase().contains(&text.to_lowercase()),
            "{text:?} was expected of {all}"
        );
        self
    }

    #[track_caller]
    pub(crate) fn never_says(self, text: &str) -> Self {
        let (out, err) = (self.out.contains(text), self.err.contains(text));
        assert!(
            !out && !err,
            "{text:?} was not expected of {}",
            self.everything()
        );
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("JSON was expected ({error}) of {}", self.everything()))
    }

    fn everything(&self) -> String {
        format!(
            "{}\nexit: {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.command, self.code, self.out, self.err
        )
    }
}

pub(crate) fn outcome(command: &mut Command) -> Outcome {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    // The program and its arguments without the environment.
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    Outcome {
        command: words
            .map(|word| word.to_string_lossy().into_owned())
            .collect::<Vec<_>>()
            .join(" "),
        code: status.code(),
        out: String::from_utf8_lossy(&stdout).into_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

/// The program under test.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("BORGMATIC_BIN")
        .map_or_else(|| env!("CARGO_BIN_EXE_borgmatic").into(), PathBuf::from)
}

pub(crate) fn passphrase_option() -> String {
    format!("encryption_passphrase: '{PASSPHRASE}'\n")
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Says that a test could not be tried: past the test runner's capture, so that `scripts/test` counts it.
pub(crate) fn skip(reason: &str) {
    let line = format!("\nSKIP: {reason}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// The borg that `scripts/test` named, or a usual place.
fn borg_of_series(series: &str) -> PathBuf {
    let variable = format!("BORG_{}", series.replace('.', ""));
    if let Some(path) = std::env::var_os(&variable) {
        return path.into();
    }
    let home = std::env::var("HOME").unwrap_or_default();
    let places = [
        "/usr/bin/borg".to_owned(),
        format!("{home}/.cache/borgmatic-tools/borg-{series}/bin/borg"),
    ];
    let is_it = |path: &String| {
        let version = Command::new(path).arg("--version").output();
        version.is_ok_and(|output| {
            String::from_utf8_lossy(&output.stdout).starts_with(&format!("borg {series}."))
        })
    };
    let found = places.into_iter().find(is_it);
    found
        .unwrap_or_else(|| {
            panic!("no borg {series} was found: run scripts/test, or set {variable}")
        })
        .into()
}
