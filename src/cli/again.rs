//! Commands of ours that somebody is told to type: about the files that this command line names, they
//! name them too, so that pasting works.

use crate::actions::Entry;
use crate::option::words::quote;

/// The files that a command line names, as flags.
pub struct Again {
    flags: String,
    entries: &'static [Entry],
}

impl Again {
    /// `None` where it names none: then each command finds the same ones.
    pub fn new(configs: &[String], entries: &'static [Entry]) -> Option<Self> {
        // What is read from a pipe is not there a second time.
        let named = configs.iter().filter(|path| !path.starts_with("/dev/"));
        let flags: String = named
            .flat_map(|path| [" -c ".to_owned(), quote(path)])
            .collect();
        (!flags.is_empty()).then_some(Self { flags, entries })
    }

    /// `borgmatic -c FILE ACTION`
    pub fn command(&self, action: &str) -> String {
        format!("borgmatic{} {action}", self.flags)
    }

    /// A text, with the files at each command that would look for others without them.
    pub fn named(&self, text: &str) -> String {
        let mut parts = text.split("borgmatic ");
        let mut all = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let begins = all
                .chars()
                .next_back()
                .is_none_or(|last| last.is_whitespace() || "`'\"(".contains(last));
            all += &if begins && self.wants(part) {
                self.command(part)
            } else {
                format!("borgmatic {part}")
            };
        }
        all
    }

    /// Does a command that goes on so look for files?
    fn wants(&self, rest: &str) -> bool {
        let line = rest.split(['\n', '`', ';']).next().unwrap_or_default();
        let mut words = line
            .split_whitespace()
            .map(|word| word.trim_end_matches([',', '.', ':', ')', '?']));
        let has = |flags: &[&str]| words.clone().any(|word| flags.contains(&word));
        if has(&["-c", "--config", "--help"]) {
            return false;
        }
        let first = words.next().unwrap_or_default();
        let whole = format!("{first} {}", words.next().unwrap_or_default());
        let mut entries = self.entries.iter();
        first == "--verbosity"
            || entries.any(|entry| {
                let is_it = entry.is_called(first) || entry.is_called(&whole);
                // It reads its files itself.
                is_it && (entry.loads || entry.info.name == "upgrade-config")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::Again;
    use crate::install;

    #[test]
    fn commands_that_look_for_files_are_given_them() {
        let configs = ["a b.yaml".to_owned(), "/etc/x.d".to_owned()];
        let again = Again::new(&configs, install::entries()).unwrap();
        let flags = "-c 'a b.yaml' -c /etc/x.d";
        for (text, wanted) in [
            ("borgmatic create", "borgmatic FLAGS create"),
            (
                "now: borgmatic create; borgmatic status",
                "now: borgmatic FLAGS create; borgmatic FLAGS status",
            ),
            (
                "`borgmatic upgrade-config` does it",
                "`borgmatic FLAGS upgrade-config` does it",
            ),
            ("borgmatic --verbosity 2", "borgmatic FLAGS --verbosity 2"),
            (
                "a\n    borgmatic config validate\nb",
                "a\n    borgmatic FLAGS config validate\nb",
            ),
            (
                "borgmatic key import --path FILE",
                "borgmatic FLAGS key import --path FILE",
            ),
            (
                "sudo borgmatic create, then",
                "sudo borgmatic FLAGS create, then",
            ),
        ] {
            assert_eq!(again.named(text), wanted.replace("FLAGS", flags));
        }
        for text in [
            "borgmatic explain yaml::tab",
            "borgmatic config generate",
            "borgmatic create --help",
            "borgmatic --help --all",
            "borgmatic config validate -c other.yaml",
            "borgmatic --config other.yaml key export",
            "borgmatic self-install --check",
            "/usr/bin/borgmatic create",
            "the file /etc/borgmatic is there",
            "borgmatic does not do that",
        ] {
            assert_eq!(again.named(text), text);
        }
    }

    #[test]
    fn without_files_nothing_changes() {
        assert!(Again::new(&[], install::entries()).is_none());
        let piped = ["/dev/fd/63".to_owned()];
        assert!(Again::new(&piped, install::entries()).is_none());
    }
}
