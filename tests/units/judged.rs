//! systemd's own tools judge the units: `systemd-analyze` verifies and scores them.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use borgmatic::install::job::{Job, Reach};
use borgmatic::install::{launchd, systemd};
use tempfile::TempDir;

use crate::made;

fn analyze() -> Option<Command> {
    let is_there = Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_ok();
    if !is_there {
        println!("SKIP: systemd-analyze is not here");
    }
    is_there.then(|| Command::new("systemd-analyze"))
}

/// What a question is answered with: its exit status and everything that it says.
fn answer(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// `verify` warns of an unknown word and ends with 0 all the same: its output must be empty.
fn verify(folder: &Path, names: &[&str], reach: Reach) {
    let mut command = analyze().unwrap();
    if reach == Reach::User {
        command.arg("--user").env("XDG_RUNTIME_DIR", folder);
    }
    let paths = names.iter().map(|name| folder.join(name));
    let (good, said) = answer(command.args(["--man=no", "verify"]).args(paths));
    assert!(good && said.is_empty(), "{said}");
}

#[test]
fn systemd_accepts_the_units() {
    if analyze().is_none() {
        return;
    }
    for sample in made::samples() {
        let folder = TempDir::new().unwrap();
        let mut job = sample.job;
        // A program that is there.
        job.program = "/bin/true".into();
        for file in systemd::files(&job, folder.path()).unwrap() {
            fs::write(&file.path, &file.bytes).unwrap();
        }
        verify(
            folder.path(),
            &["borgmatic.service", "borgmatic.timer"],
            job.reach,
        );
        let Some(most) = sample.most else {
            continue;
        };
        let unit = folder.path().join("borgmatic.service");
        let (_, said) = answer(
            analyze()
                .unwrap()
                .args(["security", "--offline=true"])
                .arg(unit),
        );
        let score: f64 = said
            .lines()
            .find_map(|line| {
                line.split_once("Overall exposure level for borgmatic.service: ")?
                    .1
                    .split_once(' ')
            })
            .unwrap_or_else(|| panic!("{said}"))
            .0
            .parse()
            .unwrap();
        println!("{}: {score}", sample.path.display());
        assert!(score <= most, "{}: {score}\n{said}", sample.path.display());
    }
}

/// systemd replaces no variable in the path of a program.
#[test]
fn systemd_finds_a_program_in_a_folder_of_any_name() {
    if analyze().is_none() {
        return;
    }
    let folder = TempDir::new().unwrap();
    for name in ["a$b", "${HOME}", "50% $$", ";", "%n", "it's", "\"", "\\"] {
        let inside = folder.path().join(name);
        fs::create_dir(&inside).unwrap();
        let mut job = made::job();
        job.program = inside.join("borgmatic");
        job.configs.push(inside.join("config.yaml"));
        fs::copy("/bin/true", &job.program).unwrap();
        let files = systemd::files(&job, folder.path());
        if name.contains(['"', '\'', '\\']) {
            // systemd itself takes no such path.
            assert_eq!(files.unwrap_err().code, "borgmatic::install::unit");
            continue;
        }
        for file in files.unwrap() {
            fs::write(&file.path, &file.bytes).unwrap();
        }
        verify(folder.path(), &["borgmatic.service"], Reach::System);
    }
}

/// Python's own reader of property lists reads it back.
pub(crate) fn is_property_list(bytes: &[u8], job: &Job) {
    let script = "import json, plistlib, sys; json.dump(plistlib.loads(sys.stdin.buffer.read()), sys.stdout)";
    let mut child = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let command = read["ProgramArguments"].as_array().unwrap();
    let command: Vec<&str> = command.iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(command[0], job.program.to_str().unwrap());
    for config in &job.configs {
        assert!(command.contains(&config.to_str().unwrap()), "{command:?}");
    }
    let path = read["EnvironmentVariables"]["PATH"].as_str().unwrap();
    let folder = job.borg.parent().unwrap().to_str().unwrap();
    assert!(path.split(':').any(|own| own == folder), "{path}");
    assert_eq!(
        read["EnvironmentVariables"]["BORGMATIC_LAUNCHD_LOG"],
        read["StandardErrorPath"]
    );
    assert_eq!(read["Label"], launchd::LABEL);
    assert_eq!(read["ProcessType"], "Background");
    assert!(!read["StartCalendarInterval"].as_array().unwrap().is_empty());
}

/// The samples in the project are good, too.
#[test]
fn systemd_accepts_the_samples() {
    if analyze().is_none() {
        return;
    }
    for name in ["borgmatic.service", "strict/borgmatic.service"] {
        let folder = TempDir::new().unwrap();
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
        let text = fs::read_to_string(project.join(name)).unwrap();
        let text = text.replace("/usr/local/bin/borgmatic", "/bin/true");
        fs::write(folder.path().join("borgmatic.service"), text).unwrap();
        fs::copy(
            project.join("borgmatic.timer"),
            folder.path().join("borgmatic.timer"),
        )
        .unwrap();
        verify(
            folder.path(),
            &["borgmatic.service", "borgmatic.timer"],
            Reach::System,
        );
    }
}
