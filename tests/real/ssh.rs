//! A repository behind a real SSH server on loopback, with keys of its own.

use std::fs::{self, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::world::{World, outcome, passphrase_option};

with_both_borgs! {
    a_repository_over_ssh_is_created_filled_and_restored
    a_server_that_is_away_is_a_clear_error
}

/// A running server; ended when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

impl Server {
    pub(crate) fn start(world: &World) -> Self {
        for name in ["host_key", "user_key"] {
            let path = world.text(&format!("ssh/{name}"));
            fs::create_dir_all(world.path("ssh")).unwrap();
            outcome(
                Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &path]),
            )
            .ends_with(0);
        }
        fs::copy(
            world.path("ssh/user_key.pub"),
            world.path("ssh/authorized_keys"),
        )
        .unwrap();
        if crate::world::is_root() {
            // Where the server of the system's own package drops its privileges.
            fs::create_dir_all("/run/sshd").unwrap();
            fs::set_permissions("/run/sshd", Permissions::from_mode(0o755)).unwrap();
        }
        // Another program may take the port between the choice and the start.
        (0..5)
            .find_map(|_| Self::try_start(world))
            .expect("the SSH server starts")
    }

    fn try_start(world: &World) -> Option<Self> {
        let port = free_port();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {host}\nAuthorizedKeysFile {keys}\nPidFile none\n\
             UsePAM no\nStrictModes no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n",
            host = world.text("ssh/host_key"),
            keys = world.text("ssh/authorized_keys"),
        );
        world.write("ssh/sshd_config", &config);
        let program = std::env::var("SSHD").unwrap_or_else(|_| "/usr/sbin/sshd".to_owned());
        let mut child = Command::new(&program)
            .args(["-D", "-e", "-f", &world.text("ssh/sshd_config")])
            .stderr(fs::File::create(world.path("ssh/log")).unwrap())
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{program}: {error}: run scripts/test, which installs it")
            });
        for _ in 0..100 {
            if child.try_wait().unwrap().is_some() {
                return None;
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(Self { child, port });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        drop(Self { child, port });
        panic!(
            "the SSH server answers: {}",
            fs::read_to_string(world.path("ssh/log")).unwrap()
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

pub(crate) fn user_name() -> String {
    outcome(Command::new("id").arg("-un"))
        .ends_with(0)
        .out
        .trim()
        .to_owned()
}

pub(crate) fn configure(world: &World, port: u16) {
    let repository = format!(
        "ssh://{}@127.0.0.1:{port}{}",
        user_name(),
        world.text("remote/repo.borg")
    );
    let more = format!(
        "{}keep_daily: 7\nssh_command: ssh -i {} -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile={}\nremote_path: {}\n",
        passphrase_option(),
        world.text("ssh/user_key"),
        world.text("ssh/known_hosts"),
        world.text("bin/borg"),
    );
    world.configure(&[&repository], &more);
}

fn a_repository_over_ssh_is_created_filled_and_restored(world: &World) {
    let server = Server::start(world);
    fs::create_dir(world.path("remote")).unwrap();
    configure(world, server.port);
    world.ok(&["repo-create", "--encryption", "repokey"]);
    assert!(Path::new(&world.text("remote/repo.borg/config")).exists());
    world.ok(&[]);
    let listed = world.ok(&["repo-list", "--json"]).json();
    assert_eq!(
        listed[0]["archives"].as_array().unwrap().len(),
        1,
        "{listed}"
    );
    world.comes_back("latest");
}

fn a_server_that_is_away_is_a_clear_error(world: &World) {
    let port = free_port();
    world.write("ssh/user_key", "");
    configure(world, port);
    world
        .fails(&["create"])
        .says("127.0.0.1")
        .says("connection");
}
