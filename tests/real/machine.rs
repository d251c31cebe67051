//! A machine of its own for one test: Debian, booted by its own systemd in a container, without a
//! network. What the test changes is gone with it. Needs root; what it runs on, `scripts/setup.sh` makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::world::{Outcome, binary, is_root, outcome, skip};

/// Where the program under test lies before it has installed itself.
pub(crate) const CARRIED: &str = "/opt/carried/borgmatic";

/// Each hierarchy of control groups that systemd keeps its units in has one of the machine's own, so
/// that two machines do not meet. $1: its name, $2: a folder, $3: the root, $4: the program, $5: where it goes.
/// The mounts end with the processes that see them.
const START: &str = r#"
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
    [ -e $hierarchy/cgroup.procs ] || continue
    mkdir $hierarchy/$1
    echo $$ > $hierarchy/$1/cgroup.procs
done
mount -t tmpfs tmpfs "$2"
mkdir "$2/upper" "$2/work" "$2/root"
mount -t overlay overlay -o "lowerdir=$3,upperdir=$2/upper,workdir=$2/work" "$2/root"
exec systemd-nspawn --directory="$2/root" --machine="$1" --boot --private-network --register=no --keep-unit \
    --link-journal=no --resolv-conf=off --timezone=off --console=pipe --bind-ro="$4:$5"
"#;

pub(crate) struct Machine {
    name: String,
    dir: TempDir,
    container: Child,
    /// Its first process, as this machine counts.
    first: Option<i32>,
}

impl Machine {
    /// `None`, after a word, where there can be no such machine.
    pub(crate) fn boot() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let root = root()?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("borgmatic-{}-{count}", std::process::id());
        let dir = tempfile::Builder::new()
            .prefix("machine-")
            .tempdir()
            .unwrap();
        let log = fs::File::create(dir.path().with_extension("log")).unwrap();
        let container = Command::new("setpriv")
            .args([
                "--pdeathsig",
                "TERM",
                "unshare",
                "--mount",
                "sh",
                "-euc",
                START,
                "sh",
                &name,
            ])
            .args([dir.path(), &root, &binary(), Path::new(CARRIED)])
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut machine = Self {
            name,
            dir,
            container,
            first: None,
        };
        machine.comes_up();
        Some(machine)
    }

    fn comes_up(&mut self) {
        let until = Instant::now() + Duration::from_mins(1);
        loop {
            assert!(
                Instant::now() < until && self.container.try_wait().unwrap().is_none(),
                "the machine does not come up: {}",
                fs::read_to_string(self.log()).unwrap()
            );
            self.first = self.first.or_else(|| first_inside(self.container.id()));
            if self.first.is_some() {
                let state = self.sh("systemctl is-system-running || true").out;
                match state.trim() {
                    "running" => return,
                    "degraded" => panic!("{}", self.sh("systemctl --failed").out),
                    _ => {}
                }
            }
            sleep(Duration::from_millis(50));
        }
    }

    /// What the container says of itself.
    fn log(&self) -> PathBuf {
        self.dir.path().with_extension("log")
    }

    /// A program inside, as root's shell would start it.
    pub(crate) fn program(&self, program: &str) -> Command {
        let first = self.first.unwrap().to_string();
        let mut command = Command::new("timeout");
        command
            .args([
                "--kill-after=5",
                "600",
                "nsenter",
                "--target",
                &first,
                "--all",
            ])
            .args([
                "env",
                "-i",
                "--chdir=/root",
                "HOME=/root",
                "USER=root",
                "LC_ALL=C.UTF-8",
            ])
            .arg("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .arg(program)
            .stdin(Stdio::null());
        command
    }

    /// A shell's script, which ends at the first failure.
    pub(crate) fn sh(&self, script: &str) -> Outcome {
        outcome(self.program("sh").args(["-euc", script]))
    }

    /// The program under test, from where it was carried to.
    pub(crate) fn carried(&self, arguments: &[&str]) -> Outcome {
        outcome(self.program(CARRIED).args(arguments))
    }

    /// A path inside, as this machine sees it.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{inside}", self.first.unwrap()))
    }

    pub(crate) fn write(&self, inside: &str, content: &str) {
        let path = self.path(inside);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let signal = |id: i32, signal| kill_process(Pid::from_raw(id).unwrap(), signal).ok();
        let container = i32::try_from(self.container.id()).unwrap();
        signal(container, Signal::TERM);
        let until = Instant::now() + Duration::from_secs(20);
        while self.container.try_wait().unwrap().is_none() {
            if Instant::now() > until {
                self.first.map(|first| signal(first, Signal::KILL));
                signal(container, Signal::KILL);
                self.container.wait().unwrap();
            }
            sleep(Duration::from_millis(50));
        }
        for hierarchy in ["", "systemd", "unified"] {
            remove_empty(&Path::new("/sys/fs/cgroup").join(hierarchy).join(&self.name));
        }
        let propagated = Path::new("/run/systemd/nspawn/propagate").join(&self.name);
        fs::remove_dir(propagated).ok();
        fs::remove_file(self.log()).ok();
    }
}

/// A folder and what is in it, all of which must be empty: as it is with groups of processes.
fn remove_empty(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten().filter(|entry| entry.path().is_dir()) {
        remove_empty(&entry.path());
    }
    fs::remove_dir(folder).ok();
}

/// The child that is the first process among its own.
fn first_inside(container: u32) -> Option<i32> {
    let children =
        fs::read_to_string(format!("/proc/{container}/task/{container}/children")).ok()?;
    children.split_whitespace().find_map(|child| {
        let status = fs::read_to_string(format!("/proc/{child}/status")).ok()?;
        let ids = status
            .lines()
            .find_map(|line| line.strip_prefix("NSpid:"))?;
        let first = ids.split_whitespace().last() == Some("1");
        first.then(|| child.parse().ok()).flatten()
    })
}

/// The root that `scripts/test` made and named, or where it puts it.
fn root() -> Option<PathBuf> {
    if !is_root() {
        skip("a machine of one's own needs root");
        return None;
    }
    match std::env::var_os("MACHINE_ROOT") {
        Some(named) if named.is_empty() => {
            skip("a machine of one's own needs Debian");
            return None;
        }
        Some(named) => return Some(named.into()),
        None => {}
    }
    let home = std::env::var("HOME").unwrap_or_default();
    let tools = fs::read_dir(format!("{home}/.cache/borgmatic-tools"));
    let found = tools
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            name.starts_with("machine-") && path.extension().is_none()
        });
    Some(found.expect("no machine's root was found: run scripts/test, or set MACHINE_ROOT"))
}
