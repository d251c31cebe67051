//! Does a text start borgmatic? Pure, but for scripts that a text names.

use std::path::Path;

use crate::host::Files;

/// The largest script that is looked into, in bytes.
const LARGEST: u64 = 1 << 20;

/// Does a command, or a script that it names by its path, start borgmatic?
pub(super) fn starts(command: &str, files: &Files) -> bool {
    if is_in(command) {
        return true;
    }
    let paths = words(command).filter(|word| word.starts_with('/'));
    paths.take(8).any(|path| script(Path::new(path), files))
}

/// Is it a script that starts borgmatic?
pub(super) fn script(path: &Path, files: &Files) -> bool {
    let Ok(bytes) = files.read(path, LARGEST) else {
        return false;
    };
    bytes.starts_with(b"#!") && lines(&String::from_utf8_lossy(&bytes)).any(|(_, line)| is_in(line))
}

/// Is borgmatic one of the words of a line? `borgmatic-exporter` is another program.
pub(in crate::install) fn is_in(line: &str) -> bool {
    words(line).any(|word| word.rsplit('/').next() == Some("borgmatic"))
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    let ends = |letter: char| letter.is_whitespace() || ";|&()`'\"$={}".contains(letter);
    line.split(ends).filter(|word| !word.is_empty())
}

/// The lines that say something, with their numbers.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = (1..).zip(text.lines().map(str::trim));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_and_not_letters() {
        for (line, expected) in [
            ("0 3 * * * root /usr/bin/borgmatic -v 0", true),
            ("cd /x && borgmatic;true", true),
            ("sh -c 'borgmatic create'", true),
            ("PATH=$PATH:/root/.local/bin borgmatic", true),
            ("borgmatic-exporter run", false),
            ("cat /etc/borgmatic/config.yaml", false),
            ("cat /etc/borgmatic", true),
            ("borg create", false),
        ] {
            assert_eq!(is_in(line), expected, "{line}");
        }
    }

    #[test]
    fn a_script_is_looked_into() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path());
        std::fs::write(folder.path().join("backup"), "#!/bin/sh\n# x\nborgmatic\n").unwrap();
        std::fs::write(folder.path().join("other"), "#!/bin/sh\n# borgmatic\n").unwrap();
        assert!(starts("nice /backup --now", &files));
        assert!(!starts("nice /other", &files));
        assert!(!starts("/none", &files));
    }
}
