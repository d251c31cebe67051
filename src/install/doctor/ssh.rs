//! Why a repository behind ssh is not reached, from what ssh and the far shell say. Pure.

use super::Finding;
use crate::borg::remote;

/// A sentence and what to do, where the reason is known. `place` is the user and machine as ssh takes
/// them.
pub(super) fn explain(about: &str, place: &str, said: &[String]) -> Option<Finding> {
    let has = |words: &str| said.iter().any(|line| line.contains(words));
    let wrong = |words: &str, cure: String| Some(Finding::wrong(about, words).cure(cure));
    if has("REMOTE HOST IDENTIFICATION HAS CHANGED") {
        return wrong(
            "the machine there shows another host key than before: it was set up anew, or somebody stands in between",
            format!(
                "compare its fingerprint with the one you know; then forget the old one: ssh-keygen -R {}",
                machine(place)
            ),
        );
    }
    if has("Host key verification failed") || has("host key is known") {
        return wrong(
            "the host key of the machine there is not known to this user",
            format!(
                "connect once, as the user who makes the backups, and compare the fingerprint: ssh {place}"
            ),
        );
    }
    if has("Permission denied") {
        return wrong(
            "the machine there refuses the key of this user",
            format!(
                "give it the public key: ssh-copy-id {place}; or name the right one: ssh_command: ssh -i KEY"
            ),
        );
    }
    if has("Could not resolve hostname") {
        return wrong(
            "no machine of that name is known",
            "correct the address, or wait for the network".into(),
        );
    }
    if has("Connection refused") {
        return wrong(
            "no ssh server answers at that port",
            "start sshd there, or correct the port in the address".into(),
        );
    }
    if has("timed out") || has("No route to host") || has("Network is unreachable") {
        return wrong(
            "the machine there does not answer",
            format!("is it on, and is the network there? Try: ssh -v {place}"),
        );
    }
    let missing = |line: &String| {
        let gone = ["not found", ": No such file or directory"];
        line.contains("borg") && gone.iter().any(|words| line.ends_with(words))
    };
    if said.iter().any(missing) {
        return wrong(
            "the machine there has no borg that its shell finds",
            "install borg there, or set remote_path to its path".into(),
        );
    }
    if has("Identity file") && has("not accessible") {
        return wrong(
            "the key file that ssh_command names cannot be read",
            "correct -i in ssh_command".into(),
        );
    }
    None
}

fn machine(place: &str) -> &str {
    let place = place.split_once(' ').map_or(place, |(_, last)| last);
    place.rsplit('@').next().unwrap_or(place)
}

/// The words that ssh takes for the machine of a repository: `-p 22 me@host`. `None`: it is behind no
/// ssh.
pub(super) fn place(path: &str) -> Option<String> {
    let (who, port) = remote::ssh(path)?;
    Some(match port {
        Some(port) => format!("-p {port} {who}"),
        None => who,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_what_ssh_takes() {
        for (path, expected) in [
            ("ssh://me@host:2222/./x.borg", Some("-p 2222 me@host")),
            ("ssh://host/x", Some("host")),
            ("ssh://me:secret@host/x", Some("me@host")),
            ("ssh://[::1]:22/x", Some("-p 22 ::1")),
            ("me@host:x.borg", Some("me@host")),
            ("/mnt/a:b", None),
            ("sftp://host/x", None),
            ("file:///x", None),
        ] {
            assert_eq!(place(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn the_reason_is_told_by_the_words_of_ssh() {
        let told = |line: &str| {
            let found = explain("r", "me@host", &[line.to_owned()]);
            found.map(|finding| finding.words)
        };
        assert!(
            told("Remote: Host key verification failed.")
                .unwrap()
                .contains("not known")
        );
        assert!(
            told("me@host: Permission denied (publickey).")
                .unwrap()
                .contains("refuses the key")
        );
        for line in [
            "Remote: sh: 1: borg: not found",
            "bash: line 1: /opt/borg: No such file or directory",
        ] {
            assert!(told(line).unwrap().contains("no borg"));
        }
        assert!(
            told("ssh: connect to host x port 22: Connection refused")
                .unwrap()
                .contains("no ssh server")
        );
        assert_eq!(told("Something else"), None);
    }
}
