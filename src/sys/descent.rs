//! Who has started whom. Known on Linux only.
#![expect(
    clippy::disallowed_methods,
    reason = "this asks the kernel, not a disk"
)]

/// The process and all that descend from it, each after its parent.
pub(super) fn family(number: i32) -> Vec<i32> {
    let parents: Vec<(i32, i32)> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let number: i32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            Some((number, parent_of(number)?))
        })
        .collect();
    let mut family = vec![number];
    let mut seen = 0;
    while let Some(&elder) = family.get(seen) {
        seen += 1;
        let children = parents.iter().filter(|(_, parent)| *parent == elder);
        family.extend(children.map(|(child, _)| child));
    }
    family
}

/// Does it wait for somebody to open the other end of a FIFO? Said where it is certain only.
pub(super) fn waits_at_fifo(number: i32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{number}/task"));
    threads.into_iter().flatten().flatten().any(|thread| {
        let place = std::fs::read(thread.path().join("wchan"));
        place.is_ok_and(|place| place == b"wait_for_partner")
    })
}

/// Who started this process, and who started that, up to the first of all.
pub(super) fn ancestors() -> impl Iterator<Item = i32> {
    let own = i32::try_from(std::process::id()).ok();
    std::iter::successors(own, |number| parent_of(*number)).skip(1)
}

fn parent_of(number: i32) -> Option<i32> {
    let status = std::fs::read(format!("/proc/{number}/stat")).ok()?;
    parent(&String::from_utf8_lossy(&status))
}

/// The parent in a line of `/proc/NUMBER/stat`. The name before it may hold anything.
fn parent(status: &str) -> Option<i32> {
    let (_, after) = status.rsplit_once(')')?;
    after.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{ancestors, family, parent, parent_of};

    #[test]
    fn the_parent_is_found_behind_any_name() {
        assert_eq!(parent("12 (a) b) R 7 12 12"), Some(7));
        assert_eq!(parent("12 (a"), None);
    }

    #[test]
    fn whoever_started_the_tests_is_above() {
        let above: Vec<_> = ancestors().collect();
        let own = i32::try_from(std::process::id()).unwrap();
        assert!(!above.contains(&own));
        assert_eq!(above.first().copied(), parent_of(own));
    }

    #[test]
    fn a_child_belongs_to_the_family() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let own = i32::try_from(std::process::id()).unwrap();
        let found = family(own);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(found.first(), Some(&own));
        assert!(found.contains(&i32::try_from(child.id()).unwrap()));
    }
}
