//! The text of a unit: comments and settings in their order, changed line by line.

use crate::host::Failure;
use crate::text::printable::printable;

/// A unit file, in lines.
#[derive(Clone, Debug)]
pub(super) struct Text(Vec<String>);

impl Text {
    pub(super) fn of(sample: &str) -> Self {
        Self(sample.lines().map(str::to_owned).collect())
    }

    /// Puts other comments at its head, before the first empty line.
    pub(super) fn head(&mut self, comments: &str) {
        let end = self.0.iter().position(String::is_empty).unwrap_or(0);
        self.0.splice(..end, comments.lines().map(str::to_owned));
    }

    fn find(&self, key: &str) -> Option<usize> {
        let is = |line: &String| line.split_once('=').is_some_and(|(own, _)| own == key);
        self.0.iter().position(is)
    }

    /// Where lines after those of a key go.
    fn end(&self, key: &str) -> usize {
        let is = |line: &String| line.split_once('=').is_some_and(|(own, _)| own == key);
        let last = self.0.iter().rposition(is);
        last.map_or(self.0.len(), |last| last + 1)
    }

    /// Gives the first setting of a key another value.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        if let Some(at) = self.find(key) {
            self.0[at] = format!("{key}={value}");
        }
    }

    /// Puts lines before the first setting of a key.
    pub(super) fn before(&mut self, key: &str, lines: &[&str]) {
        let at = self.find(key).unwrap_or(self.0.len());
        self.0
            .splice(at..at, lines.iter().map(|line| (*line).to_owned()));
    }

    /// Takes all settings of a key out.
    pub(super) fn remove(&mut self, key: &str) {
        while let Some(at) = self.find(key) {
            self.0.remove(at);
        }
    }

    /// Another value, with the options that ask for it.
    pub(super) fn relax<S: AsRef<str>>(&mut self, key: &str, value: &str, whys: &[S]) {
        if let Some(at) = self.find(key) {
            self.0[at] = format!("{key}={value}");
            self.0.splice(at..at, comments(whys));
        }
    }

    /// One more setting, behind those of a key that is there already.
    pub(super) fn add<S: AsRef<str>>(&mut self, after: &str, key: &str, value: &str, whys: &[S]) {
        let at = self.end(after);
        let mut lines = comments(whys);
        lines.push(format!("{key}={value}"));
        self.0.splice(at..at, lines);
    }

    /// Leaves a line out; the comment says why.
    pub(super) fn leave_out<S: AsRef<str>>(&mut self, line: &str, whys: &[S]) {
        if let Some(at) = self.0.iter().position(|own| own == line) {
            let mut lines = comments(whys);
            lines.push(format!("# no {line}"));
            self.0.splice(at..=at, lines);
        }
    }

    /// A comment behind the settings of a key.
    pub(super) fn comment(&mut self, after: &str, words: &str) {
        let at = self.end(after);
        self.0.insert(at, comment(words));
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Takes a paragraph out, which starts with this comment.
    pub(super) fn remove_paragraph(&mut self, comment: &str) {
        if let Some(at) = self.0.iter().position(|line| line == comment) {
            let rest = self.0[at..].iter().position(String::is_empty);
            let end = rest.map_or(self.0.len(), |rest| at + rest + 1);
            self.0.drain(at..end);
        }
    }

    /// A line of a unit is one line: a name with another line in it would be an order to systemd.
    pub(super) fn checked(self) -> Result<String, Failure> {
        let strange = |line: &&String| line.contains(char::is_control);
        match self.0.iter().find(strange) {
            None => Ok(self.into_string()),
            Some(line) => {
                let words =
                    format!("no unit can hold a name with a line end or the like: {line:?}");
                Err(Failure::new("borgmatic::install::unit", words)
                    .help("give the file or directory another name, and correct the configuration")
                    .status(2))
            }
        }
    }

    pub(super) fn into_string(self) -> String {
        let mut text = self.0.join("\n");
        while text.ends_with('\n') {
            text.pop();
        }
        text + "\n"
    }
}

/// So many options are named for one line.
const NAMED: usize = 3;
/// The longest comment, in characters.
const LONGEST: usize = 120;

/// The options that ask for a line, one comment for each.
fn comments<S: AsRef<str>>(whys: &[S]) -> Vec<String> {
    let say = |why: &S| comment(&format!("for {}", why.as_ref()));
    let mut lines: Vec<String> = whys.iter().take(NAMED).map(say).collect();
    if whys.len() > NAMED {
        lines.push(format!("# and for {} more", whys.len() - NAMED));
    }
    lines
}

fn comment(words: &str) -> String {
    let words = printable(&words.replace('\t', " ")).into_owned();
    let words: String = words.chars().take(LONGEST).collect();
    format!("# {}", words.trim_end_matches(['\\', ' ']))
}

/// One word of a command line or a list. systemd.syntax(7), systemd.service(5).
pub(in crate::install) fn word(text: &str) -> String {
    let mut word = String::new();
    for letter in text.chars() {
        match letter {
            '%' => word.push_str("%%"),
            '"' | '\\' => word.extend(['\\', letter]),
            _ => word.push(letter),
        }
    }
    if word.is_empty() || word.contains([' ', '\t', '\'', '"', '\\', ';']) {
        return format!("\"{word}\"");
    }
    word
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn a_value_makes_no_line_of_its_own() {
        let mut text = Text::of("[Service]\nExecStart=/bin/true\n");
        text.add("ExecStart", "ReadWritePaths", "-/mnt/disk", &[""; 0]);
        assert!(text.clone().checked().is_ok());
        text.set("ReadWritePaths", "-/mnt\nExecStartPre=+/bin/evil");
        assert_eq!(text.checked().unwrap_err().status, 2);
    }
}
