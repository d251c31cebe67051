//! Logs that are there: files that rotate, a syslog socket, journald itself, and names of files that
//! would steer a terminal.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::terminal::Terminal;
use crate::world::{Outcome, World, binary, is_root, outcome, skip};

with_both_borgs! {
    a_log_file_grows_and_follows_the_umask
    a_log_file_on_a_full_disk_is_a_warning
    the_log_of_a_job_of_launchd_is_put_away_when_it_is_large
    names_of_files_do_not_steer_a_terminal
    a_closed_output_is_an_error_and_a_closed_pipe_is_not
    syslog_hears_the_run
    a_dead_syslog_is_told_once
    journald_hears_the_run_with_its_fields
}

/// Runs a shell script among mounts of its own, where `/run`, `/dev` and `/var/log` are empty but
/// for the usual devices. `None`, after a word, where that cannot be done.
fn among_own_mounts(world: &World, script: &str) -> Option<Outcome> {
    let possible = || {
        let tried = Command::new("unshare").args(["-m", "true"]).status();
        tried.is_ok_and(|status| status.success())
    };
    if !is_root() || !possible() {
        skip("mounts of one's own need root");
        return None;
    }
    let devices = world.text("devices");
    let prepare = format!(
        "set -e
        mkdir -p {devices}
        mount --rbind /dev {devices}
        mount -t tmpfs none /dev
        for name in null zero full random urandom tty; do
            touch /dev/$name
            mount --bind {devices}/$name /dev/$name
        done
        ln -s /proc/self/fd /dev/fd
        mkdir /dev/shm
        mount -t tmpfs none /run
        mount -t tmpfs none /var/log
        borgmatic={}
        ",
        binary().display()
    );
    let mut shell = world.program(Path::new("unshare"));
    shell.args(["-m", "sh", "-c", &(prepare + script)]);
    Some(outcome(&mut shell))
}

/// As launchd starts it: both outputs are added to the file that the property list names.
fn the_log_of_a_job_of_launchd_is_put_away_when_it_is_large(world: &World) {
    world.ready("");
    let (log, old) = (world.path("job.log"), world.path("job.log.old"));
    let run = |named: &Path, dry: bool| {
        let open = fs::File::options().append(true).create(true).open(&log);
        let open = open.unwrap();
        let mut command = world.borgmatic();
        command.args(["create", "--verbosity", "1"]);
        command.args(dry.then_some("--dry-run"));
        command.env("BORGMATIC_LAUNCHD_LOG", named);
        command.stdout(open.try_clone().unwrap()).stderr(open);
        assert!(command.status().unwrap().success());
    };
    let size = |path: &Path| fs::metadata(path).unwrap().len();
    run(&log, false);
    let large = 5 << 20;
    fs::File::options()
        .write(true)
        .open(&log)
        .unwrap()
        .set_len(large)
        .unwrap();
    // Nothing but its own output, and nothing in a dry run.
    let other = world.path("other");
    fs::write(&other, vec![0; 5 << 20]).unwrap();
    run(&other, false);
    run(&log, true);
    assert!(other.exists() && !old.exists() && size(&log) > large);
    run(&log, false);
    assert!(!log.exists() && size(&old) > large);
    run(&log, false);
    assert!(size(&log) < large && size(&old) > large);
}

fn a_log_file_grows_and_follows_the_umask(world: &World) {
    use std::os::unix::fs::PermissionsExt as _;
    let log = world.path("run.log");
    world.ready(&format!("log_file: {}\n", log.display()));
    fs::remove_file(&log).unwrap();
    let run = format!("umask 027; {} create", binary().display());
    let quiet = outcome(world.program(Path::new("sh")).args(["-c", &run])).ends_with(0);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    let first = fs::read_to_string(&log).unwrap();
    assert!(
        first.contains("] INFO: ")
            && first.contains(
                ": Creating an archive
"
            ),
        "{first}"
    );
    assert_eq!(
        fs::metadata(&log).unwrap().permissions().mode() & 0o777,
        0o640
    );
    world.ok(&["create"]);
    let second = fs::read_to_string(&log).unwrap();
    assert!(second.starts_with(&first) && second.len() > first.len());
    // As logrotate does in the middle of a run.
    fs::remove_file(&log).unwrap();
    let hook = format!(
        "commands: [{{before: action, when: [create], run: [\"echo first; mv {0} {0}.1\", \"echo second\"]}}]\n",
        log.display()
    );
    let text = fs::read_to_string(world.path("config/borgmatic/config.yaml")).unwrap();
    world.write("config/borgmatic/config.yaml", &(text + &hook));
    world.ok(&["create"]);
    let before = fs::read_to_string(world.path("run.log.1")).unwrap();
    let after = fs::read_to_string(&log).unwrap();
    // What waited to be written when the file was moved stands in the new one.
    let both = format!("{before}{after}");
    assert!(
        both.contains("Running") && both.contains("first") && !before.contains("second"),
        "{both}"
    );
    assert!(
        after.contains("second") && after.contains("summary:"),
        "{after}"
    );
}

fn a_log_file_on_a_full_disk_is_a_warning(world: &World) {
    world.ready("log_file: /dev/full\n");
    let ran = world.ok(&["create"]);
    assert_eq!(ran.err.matches("misses lines").count(), 1, "{}", ran.err);
    ran.says("no space left on device");
    assert_eq!(world.archives("repo.borg").len(), 1);
}

fn names_of_files_do_not_steer_a_terminal(world: &World) {
    use std::os::unix::ffi::OsStrExt as _;
    world.ready("");
    for name in [
        &b"\x1b]0;owned\x07\x1b[2J"[..],
        b"new\nline",
        b"\xc2\x9b31m",
        b"not\xff\xfetext",
    ] {
        fs::write(
            world.path("source").join(std::ffi::OsStr::from_bytes(name)),
            "x",
        )
        .unwrap();
    }
    for words in [&["create", "--list"][..], &["list", "--archive", "latest"]] {
        let mut command = world.borgmatic();
        command
            .args(words)
            .env("NO_COLOR", "1")
            .env("TERM", "xterm");
        let (code, seen) = Terminal::run(&command, 80).ends();
        assert_eq!(code, Some(0), "{seen}");
        let steering = |letter: char| letter.is_control() && !matches!(letter, '\r' | '\n');
        assert!(!seen.contains(steering), "{seen:?}");
        assert!(
            seen.contains("\\x1b[2J") && seen.contains("not"),
            "{seen:?}"
        );
    }
    // What looks like a line of borg's log is a name all the same, and none is left out.
    let name = "x{\"type\": \"archive_progress\"}";
    fs::write(world.path("source").join(name), "x").unwrap();
    world.ok(&["create"]);
    let listed = world.ok(&["list", "--archive", "latest"]);
    assert!(listed.out.contains(name), "{}", listed.out);
    // A program that reads gets them as they are.
    assert!(listed.out.contains("\x1b[2J"), "{}", listed.out);
}

fn a_closed_output_is_an_error_and_a_closed_pipe_is_not(world: &World) {
    world.ready("");
    world.ok(&["create"]);
    let shell = |script: &str| {
        let script = script.replace("borgmatic", &binary().display().to_string());
        outcome(world.program(Path::new("bash")).args(["-c", &script]))
    };
    let listed = "borgmatic list --archive latest";
    shell(&format!("{listed} >&-"))
        .ends_with(1)
        .says("it is closed");
    shell(&format!("{listed} >/dev/full"))
        .ends_with(1)
        .says("no space left");
    // Nothing was said, so nothing was lost.
    shell("borgmatic create >&-")
        .ends_with(0)
        .never_says("closed");
    let piped = shell(&format!("{listed} | head -1; exit ${{PIPESTATUS[0]}}")).ends_with(0);
    assert_eq!((piped.out.lines().count(), piped.err.as_str()), (1, ""));
}

fn syslog_hears_the_run(world: &World) {
    world.ready("syslog_verbosity: 1\n");
    let socket = UnixDatagram::bind(world.path("syslog")).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(1)))
        .unwrap();
    let script = format!(
        "ln -s {} /dev/log\n\"$borgmatic\" create --list",
        world.text("syslog")
    );
    let Some(ran) = among_own_mounts(world, &script) else {
        return;
    };
    let ran = ran.ends_with(0);
    assert_eq!(ran.err, "");
    let mut heard = Vec::new();
    let mut buffer = vec![0; 16_384];
    while let Ok(count) = socket.recv(&mut buffer) {
        heard.push(String::from_utf8(buffer[..count].to_vec()).unwrap());
    }
    let repository = world.text("repo.borg");
    assert_eq!(
        heard[0],
        format!("<14>borgmatic: INFO {repository}: Creating an archive")
    );
    let listed = |line: &String| {
        line.starts_with("<13>borgmatic: ANSWER A ") && line.ends_with("/source/plain.txt")
    };
    assert!(heard.iter().any(listed), "{heard:?}");
    assert!(heard.last().unwrap().ends_with("all done"), "{heard:?}");
}

fn a_dead_syslog_is_told_once(world: &World) {
    world.ready("syslog_verbosity: 2\n");
    // The file stays, and nobody listens any more.
    drop(UnixDatagram::bind(world.path("syslog")).unwrap());
    let script = format!(
        "ln -s {} /dev/log\n\"$borgmatic\" create",
        world.text("syslog")
    );
    let Some(ran) = among_own_mounts(world, &script) else {
        return;
    };
    let ran = ran.ends_with(0);
    assert_eq!(ran.err.matches("misses lines").count(), 1, "{}", ran.err);
    ran.says("/dev/log").says("connection refused");
    assert_eq!(world.archives("repo.borg").len(), 1);
}

const JOURNALD: &str = "/lib/systemd/systemd-journald";

fn journald_hears_the_run_with_its_fields(world: &World) {
    if !Path::new(JOURNALD).exists() {
        return skip("no systemd-journald here");
    }
    // A line that no datagram holds.
    world.ready(
        "syslog_verbosity: 1\n\
         commands: [{before: action, when: [create], run: [\"head -c 700000 /dev/zero | tr '\\\\0' x; echo\"]}]\n",
    );
    let script = format!(
        "mkdir -p /run/systemd/journal /run/log/journal
        {JOURNALD} >/dev/null 2>&1 &
        journald=$!
        for try in $(seq 100); do
            [ -S /run/systemd/journal/socket ] && break
            sleep 0.1
        done
        \"$borgmatic\" create --list >&2 || echo failed
        \"$borgmatic\" repo-info --repository nowhere >&2 && echo succeeded
        for try in $(seq 100); do
            journalctl -D /run/log/journal -t borgmatic -o cat 2>/dev/null | grep -q nowhere && break
            sleep 0.1
        done
        journalctl -D /run/log/journal -t borgmatic -o json --all
        kill $journald
        wait $journald || true"
    );
    let Some(ran) = among_own_mounts(world, &script) else {
        return;
    };
    let entries: Vec<Value> = ran
        .out
        .lines()
        .map(|line| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{error}: {line}\n{}", ran.err))
        })
        .collect();
    let repository = world.text("repo.borg");
    let first = &entries[0];
    for (field, value) in [
        ("PRIORITY", "6"),
        ("SYSLOG_IDENTIFIER", "borgmatic"),
        ("BORGMATIC_LEVEL", "INFO"),
        (
            "BORGMATIC_CONFIGURATION",
            world.text("config/borgmatic/config.yaml").as_str(),
        ),
        ("BORGMATIC_REPOSITORY", &repository),
        ("BORGMATIC_ACTION", "create"),
    ] {
        assert_eq!(first[field], value, "{field} of {first}");
    }
    let message = |entry: &Value| entry["MESSAGE"].as_str().unwrap_or_default().to_owned();
    let long = entries
        .iter()
        .find(|entry| message(entry).starts_with("xxx"));
    assert_eq!(message(long.unwrap()).len(), 700_000);
    let listed = entries
        .iter()
        .find(|entry| message(entry).ends_with("/source/plain.txt"));
    let listed = listed.unwrap();
    assert_eq!(
        (&listed["PRIORITY"], &listed["BORGMATIC_REPOSITORY"]),
        (&"5".into(), &repository.into())
    );
    let failed = entries.last().unwrap();
    assert_eq!(failed["PRIORITY"], "2", "{failed}");
    assert!(
        failed["BORGMATIC_CODE"]
            .as_str()
            .unwrap()
            .starts_with("borgmatic::"),
        "{failed}"
    );
}
