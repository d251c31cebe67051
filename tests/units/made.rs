//! Jobs from the configurations in `tests/units/`. The first line of each says what else is wanted:
//! `# at most 1.9 | account backup`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use borgmatic::config::load::{Wishes, load};
use borgmatic::host::{Env, Files};
use borgmatic::install::job::{Battery, Inhibit, Job, Reach, Sandbox};
use borgmatic::install::needs::Needs;
use borgmatic::option::Schedule;
use tempfile::TempDir;

use crate::kept::files;

pub(crate) struct Sample {
    pub(crate) path: PathBuf,
    pub(crate) job: Job,
    /// The score that its unit must not exceed.
    pub(crate) most: Option<f64>,
}

pub(crate) fn samples() -> Vec<Sample> {
    let samples: Vec<Sample> = files("units", "", ".yaml")
        .iter()
        .map(|path| sample(path))
        .collect();
    assert!(samples.len() > 10);
    samples
}

fn sample(path: &Path) -> Sample {
    let text = fs::read_to_string(path).unwrap();
    let root = TempDir::new().unwrap();
    let inside = root.path().join("etc/borgmatic");
    fs::create_dir_all(&inside).unwrap();
    fs::write(inside.join("config.yaml"), &text).unwrap();
    let script = root.path().join("usr/local/bin/before-backup");
    fs::create_dir_all(script.parent().unwrap()).unwrap();
    fs::write(script, "#!/bin/sh\nsudo -u postgres pg_isready\n").unwrap();

    let mut job = job();
    let mut most = None;
    let first = text.lines().next().unwrap().strip_prefix("# ").unwrap();
    for wish in first.split(" | ") {
        match wish.split_once(' ') {
            Some(("at", rest)) => most = Some(rest.strip_prefix("most ").unwrap().parse().unwrap()),
            Some(("account", name)) => {
                job.account = Some(name.to_owned());
                job.home = format!("/home/{name}").into();
            }
            Some(("config", path)) => job.configs.push(path.into()),
            Some(("borg", "2")) => job.borg_2 = true,
            Some(("borg", path)) => job.borg = path.into(),
            Some(("schedule", text)) => job.schedule = Schedule::parse(text).unwrap(),
            Some(("sandbox", "strict")) => job.sandbox = Sandbox::Strict,
            Some(("sandbox", "compat")) => job.sandbox = Sandbox::Compat,
            Some(("sandbox", "off")) => job.sandbox = Sandbox::Off,
            Some(("of", "a user")) => {
                job.reach = Reach::User;
                job.home = "/home/ann".into();
            }
            _ => panic!("{wish}"),
        }
    }
    let files = Files::new(root.path());
    let env = Env::default();
    let loaded = load(
        Path::new("/etc/borgmatic/config.yaml"),
        &Wishes::default(),
        &files,
        &env,
    );
    assert!(
        !loaded.problems.has_errors(),
        "{}: {:?}",
        path.display(),
        loaded.problems
    );
    let user = if job.account.is_some() || job.reach == Reach::User {
        1000
    } else {
        0
    };
    job.needs = Needs::of(&[loaded], &job.home, user, &env, &files);
    Sample {
        path: path.to_owned(),
        job,
        most,
    }
}

pub(crate) fn job() -> Job {
    Job {
        program: "/usr/local/bin/borgmatic".into(),
        borg: "/usr/bin/borg".into(),
        borg_2: false,
        configs: Vec::new(),
        schedule: Schedule::default(),
        needs: Needs::default(),
        machine: "4c8a5b0d7f9e4d0f8f2b1c3d5e6f7a8b".into(),
        reach: Reach::System,
        account: None,
        home: "/root".into(),
        jitter: Duration::from_mins(10),
        battery: Battery::Run,
        network: Some(Duration::from_mins(2)),
        inhibit: Inhibit::Sleep,
        sandbox: Sandbox::Auto,
    }
}
