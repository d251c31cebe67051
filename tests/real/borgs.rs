//! The borg that is looked for, refused, or fetched.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::doctor::{Ended, doctor, found, wait_for};
use crate::world::{World, outcome, passphrase_option};

with_both_borgs! {
    a_borg_that_cannot_be_used_is_refused
}

fn a_borg_that_cannot_be_used_is_refused(world: &World) {
    let program = |name: &str, text: &str, mode: u32| {
        world.write(name, text);
        fs::set_permissions(world.path(name), Permissions::from_mode(mode)).unwrap();
    };
    let with = |path: &str| {
        world.configure(
            &["repo.borg"],
            &format!("local_path: {}\nkeep_daily: 1\n", world.text(path)),
        );
        found(&doctor(world), "borg")
    };
    // What `pip install borg` leaves.
    program(
        "pip/borg",
        "#!/usr/bin/python3\nimport sys\nfrom borg.main import main\nsys.exit(main())\n",
        0o755,
    );
    let told = with("pip/borg");
    assert!(told.contains("is not the backup program"), "{told}");
    program("old/borg", "#!/bin/sh\necho borg 1.0.13\n", 0o755);
    assert!(with("old/borg").contains("too old"), "{}", with("old/borg"));
    program("beta/borg", "#!/bin/sh\necho borg 2.0.0b14\n", 0o755);
    assert!(
        with("beta/borg").contains("look: borg 2.0.0b14 is a test version"),
        "{}",
        with("beta/borg")
    );
    program("open/borg", "#!/bin/sh\necho borg 1.4.0\n", 0o757);
    let told = with("open/borg");
    if crate::world::is_root() {
        assert!(
            told.contains("wrong: ") && told.contains("everybody may change"),
            "{told}"
        );
    } else {
        assert!(told.starts_with("ok: 1.4.0"), "{told}");
    }
    program("slow/borg", "#!/bin/sh\nexec sleep 600\n", 0o755);
    world.configure(
        &["repo.borg"],
        &format!("local_path: {}\nkeep_daily: 1\n", world.text("slow/borg")),
    );
    let report = world.run(&["doctor", "--json", "--timeout", "1s"]).json();
    assert!(found(&report, "borg").contains("within 1 s"), "{report}");
    let told = with("none/borg");
    assert!(told.contains("there is no borg at"), "{told}");
}

/// Cron's PATH is short: the borg of this user is found all the same.
#[test]
fn a_borg_that_is_not_on_path_is_found_where_it_usually_is() {
    let world = World::new("1.4");
    let place = world.path("home/.local/bin/borg1.4-here");
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::rename(world.path("bin/borg"), &place).unwrap();
    world.configure(
        &["repo.borg"],
        &format!(
            "{}local_path: borg1.4-here\nkeep_daily: 1\n",
            passphrase_option()
        ),
    );
    world.ok(&["repo-create", "--encryption", "repokey"]);
    world.ok(&["create"]);
    let named = found(&doctor(&world), "borg");
    assert!(named.contains("home/.local/bin/borg1.4-here"), "{named}");
    // The variable names one over PATH.
    world.configure(
        &["repo.borg"],
        &format!("{}keep_daily: 1\n", passphrase_option()),
    );
    let mut run = world.borgmatic();
    run.args(["create", "--verbosity", "2"])
        .env("BORGMATIC_BORG", &place);
    outcome(&mut run).ends_with(0).says("borg1.4-here create");
}

/// A server that answers each request with these bytes; its address.
fn serve(bytes: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines
                .next()
                .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
            {}
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                bytes.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&bytes).unwrap();
        }
    });
    format!("http://{address}/borg")
}

#[test]
fn a_borg_is_fetched_only_with_the_right_hash() {
    let world = World::new("1.4");
    let program = b"#!/bin/sh\necho borg 1.4.9\n".to_vec();
    world.write("borg-fetched", std::str::from_utf8(&program).unwrap());
    let sum = outcome(Command::new("sha256sum").arg(world.path("borg-fetched"))).out;
    let hash = sum.split(' ').next().unwrap();
    let url = serve(program.clone());
    let root = world.text("root");
    fs::create_dir(world.path("root")).unwrap();
    let install = |hash: &str, more: &[&str]| {
        let words = [
            "self-install",
            "--system",
            "--no-schedule",
            "--root",
            &root,
            "--with-borg",
            &url,
            "--borg-sha256",
            hash,
        ];
        world.run(&[&words[..], more].concat())
    };
    install(&"0".repeat(64), &[]).ends_with(5).says("SHA-256");
    assert!(!world.path("root/usr/local/bin/borg").exists());
    install(hash, &["--dry-run"])
        .ends_with(0)
        .says("/usr/local/bin/borg");
    assert!(!world.path("root/usr").exists());
    install(hash, &[]).ends_with(0);
    let placed = world.path("root/usr/local/bin/borg");
    assert_eq!(fs::read(&placed).unwrap(), program);
    assert_eq!(
        fs::metadata(&placed).unwrap().permissions().mode() & 0o777,
        0o755
    );
    install(hash, &[]).ends_with(0).says("up to date");
    // It stays when it is not asked for again.
    world
        .run(&["self-install", "--system", "--root", &root])
        .ends_with(0)
        .says("up to date");
    assert!(placed.exists());
    world
        .run(&["self-install", "--system", "--root", &root, "--uninstall"])
        .ends_with(0);
    assert!(!placed.exists());
    assert_eq!(fs::read_dir(world.path("tmp")).unwrap().count(), 0);
}

/// Over TLS, with a certificate that only this test's authority list has.
#[test]
fn a_certificate_that_nobody_known_has_signed_is_refused() {
    let world = World::new("1.4");
    let have = |program: &str| Command::new(program).arg("version").output().is_ok();
    if !have("openssl") {
        return crate::world::skip("openssl is not there");
    }
    let (key, certificate) = (world.text("tls/key.pem"), world.text("tls/cert.pem"));
    fs::create_dir(world.path("tls")).unwrap();
    world.write(
        "tls/config",
        "[req]\ndistinguished_name = name\nx509_extensions = more\nprompt = no\n[name]\nCN = localhost\n\
         [more]\nsubjectAltName = DNS:localhost\nbasicConstraints = critical, CA:FALSE\n",
    );
    outcome(
        Command::new("openssl")
            .args([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            ])
            .args(["-keyout", &key, "-out", &certificate])
            .args(["-config", &world.text("tls/config")]),
    )
    .ends_with(0);
    let program = "#!/bin/sh\necho borg 1.4.9\n";
    world.write("tls/borg", program);
    let sum = outcome(Command::new("sha256sum").arg(world.path("tls/borg"))).out;
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let server = Command::new("openssl")
        .args(["s_server", "-quiet", "-WWW", "-accept", &port.to_string()])
        .args(["-key", &key, "-cert", &certificate])
        .current_dir(world.path("tls"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _server = Ended(server.unwrap());
    wait_for(|| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    fs::create_dir(world.path("root")).unwrap();
    let install = |trusted: Option<&str>| {
        let mut run = world.borgmatic();
        run.args([
            "self-install",
            "--system",
            "--no-schedule",
            "--root",
            &world.text("root"),
        ])
        .args(["--with-borg", &format!("https://localhost:{port}/borg")])
        .args(["--borg-sha256", sum.split(' ').next().unwrap()]);
        if let Some(list) = trusted {
            run.env("SSL_CERT_FILE", list);
        }
        outcome(&mut run)
    };
    install(None).ends_with(5).says("certificate");
    assert!(!world.path("root/usr").exists());
    install(Some(&certificate)).ends_with(0);
    let placed = world.path("root/usr/local/bin/borg");
    assert_eq!(fs::read_to_string(placed).unwrap(), program);
}
