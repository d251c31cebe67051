//! A machine for one test: files in a folder of its own, a borg that is played.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use borgmatic::app;
use borgmatic::host::Env;
use borgmatic::host::script::{Answer, Collected, Script, Stage};
use borgmatic::option::words;

/// What a run left on the terminal.
pub(crate) struct Ran {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// What a person sees, errors first, and the exit status.
    pub(crate) fn shown(&self) -> String {
        let mut text = self.err.clone();
        if !self.out.is_empty() {
            text += "--- standard output\n";
            text += &self.out;
        }
        text + &format!("--- exit status {}\n", self.code)
    }
}

pub(crate) struct World {
    folder: tempfile::TempDir,
    pub(crate) stage: Stage,
    /// What a person says next.
    answers: Vec<String>,
    /// Somebody looks: both streams are a terminal.
    pub(crate) looks: bool,
}

/// A small configuration that works.
pub(crate) const GOOD: &str = "\
source_directories:
    - /home/me/files
repositories:
    - path: /backup/one.borg
      label: one
    - path: ssh://me@host/./two.borg
      label: two
keep_daily: 7
";

impl World {
    /// The default configuration is [`GOOD`]; nobody answers for borg.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).unwrap();
        fs::write(bin.join("borg"), "").unwrap();
        fs::set_permissions(bin.join("borg"), fs::Permissions::from_mode(0o755)).unwrap();
        let mut stage = Stage::new(folder.path());
        let set = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
        stage.env = Env {
            variables: [
                set("LANG", "C.UTF-8"),
                set("PATH", &bin.to_string_lossy()),
                set("XDG_RUNTIME_DIR", "/run/user/1000"),
            ]
            .into(),
            cwd: "/home/me".into(),
            home: "/home/me".into(),
            user: 1000,
            ..Env::default()
        };
        let world = Self {
            folder,
            stage,
            answers: Vec::new(),
            looks: false,
        };
        world.write("/home/me/files/letter.txt", "Dear reader");
        fs::create_dir(world.at("/tmp")).unwrap();
        world.write("/etc/borgmatic/config.yaml", GOOD);
        world
    }

    /// Where a path of this machine really is.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path.trim_start_matches('/'))
    }

    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let at = self.at(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, bytes).unwrap();
    }

    /// Every borg command gets an answer that suits it.
    pub(crate) fn with_borg(self, version: &str) -> Self {
        let archive = r#"{"name": "me-2", "archive": "me-2", "id": "0123456789abcdef"}"#;
        let about = r#""repository": {"id": "ab12", "location": "/backup/one.borg"}"#;
        let info = format!(r#"{{{about}, "encryption": {{"mode": "repokey"}}, "archives": []}}"#);
        let list = format!(r#"{{{about}, "archives": [{archive}]}}"#);
        self.stage
            .script
            .answer("--version", Answer::fine().out(format!("borg {version}")))
            .answer(
                "--dry-run --list",
                Answer::fine().err("+ /run/borgmatic/bootstrap/manifest.json"),
            )
            .answer(
                "--stdout",
                Answer::fine().out(r#"{"config_paths": ["/etc/borgmatic/config.yaml"]}"#),
            )
            .answer("borg info", Answer::fine().out(&info))
            .answer("borg repo-info", Answer::fine().out(&info))
            .answer("--last 1 --json", Answer::fine().out(&list))
            .answer("--json", Answer::fine().out(&list))
            .answer("--short", Answer::fine().out("me-1\nme-2"))
            .answer("", Answer::fine());
        self
    }

    /// Runs words after `borgmatic`.
    pub(crate) fn run(&mut self, args: &[impl AsRef<str>]) -> Ran {
        self.run_as("borgmatic", args)
    }

    /// The same, with a person at the terminal who says this when asked.
    pub(crate) fn answering(&mut self, answer: &str, args: &[impl AsRef<str>]) -> Ran {
        self.answers = vec![answer.to_owned()];
        self.run(args)
    }

    /// Runs a command line as a person types it: the first word is the program.
    pub(crate) fn line(&mut self, line: &str) -> Ran {
        let words = words::split(line).unwrap();
        self.run_as(&words[0], &words[1..])
    }

    fn run_as(&mut self, program: &str, args: &[impl AsRef<str>]) -> Ran {
        let words: Vec<OsString> = std::iter::once(program)
            .chain(args.iter().map(AsRef::as_ref))
            .map(OsString::from)
            .collect();
        let answers = std::mem::take(&mut self.answers);
        let mut terminal = Collected::answering(answers);
        terminal.terminal = self.looks;
        self.stage.terminal = Arc::new(terminal);
        let stage = &self.stage;
        let code = app::run(
            &words,
            &app::Machine {
                processes: &stage.script,
                clock: Arc::clone(&stage.clock) as _,
                terminal: Arc::clone(&stage.terminal) as _,
                network: &stage.network,
                sockets: Arc::clone(&stage.sockets) as _,
                fetch: &stage.web,
                files: &stage.files,
                env: &stage.env,
            },
        );
        Ran {
            code,
            out: stage.terminal.out_text(),
            err: stage.terminal.err_text(),
        }
    }

    /// The commands since the last call, one in a line, without random names and without the
    /// question for the version.
    pub(crate) fn commands(&mut self) -> Vec<String> {
        let fresh = Script::default();
        let played = std::mem::replace(&mut self.stage.script, fresh);
        played
            .transcript()
            .lines()
            .map(|line| named(&lone(line)).replace("BORG_EXIT_CODES=*** ", ""))
            .filter(|line| !line.contains("borg --version"))
            .collect()
    }
}

/// The patterns file of an action that has no runtime directory: `/tmp/PATTERNS`.
fn lone(line: &str) -> String {
    let flag = "--patterns-from ";
    let Some((before, after)) = line
        .split_once(flag)
        .filter(|_| line.contains("borg recreate") || line.contains("borg diff"))
    else {
        return line.to_owned();
    };
    let (path, rest) = after.split_once(' ').unwrap_or((after, ""));
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{before}{flag}{folder}/PATTERNS {rest}")
}

/// Random names as words: `/run/user/1000/borgmatic-RANDOM/borgmatic/PATTERNS`.
fn named(line: &str) -> String {
    let mark = "/borgmatic-";
    let Some((before, after)) = line.split_once(mark) else {
        return line.to_owned();
    };
    let after = &after["12345678".len()..];
    let Some(name) = after.strip_prefix("/borgmatic/") else {
        return format!("{before}{mark}RANDOM{}", named(after));
    };
    let end = name.find(' ').unwrap_or(name.len());
    format!(
        "{before}{mark}RANDOM/borgmatic/PATTERNS{}",
        named(&name[end..])
    )
}
