//! The text of a property list: keys and their values, changed in place.

/// A list whose outermost keys are indented by four spaces.
pub(super) struct Plist(Vec<String>);

impl Plist {
    pub(super) fn of(sample: &str) -> Self {
        Self(sample.lines().map(str::to_owned).collect())
    }

    /// Puts another comment before the list. XML allows no two dashes within.
    pub(super) fn head(&mut self, words: &str) {
        let starts = |line: &String| line.starts_with("<!--");
        let begin = self.0.iter().position(starts).unwrap_or(0);
        let end = self.0.iter().position(|line| line.starts_with("<plist"));
        let comment = format!("<!-- {words} -->");
        self.0.splice(begin..end.unwrap_or(begin), [comment]);
    }

    /// Gives a key a value, in XML; one that is not there comes last.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        let line = format!("    <key>{key}</key>");
        let last = |line: &String| line == "</dict>";
        let place = self.0.iter().position(|own| *own == line);
        let begin = place.or_else(|| self.0.iter().position(last)).unwrap_or(0);
        let ends = |line: &String| line.starts_with("    <key>") || last(line);
        let end = match place {
            Some(at) => self.0[at + 1..]
                .iter()
                .position(ends)
                .map_or(at + 1, |rest| at + 1 + rest),
            None => begin,
        };
        let value = value.lines().map(|line| format!("    {line}"));
        self.0
            .splice(begin..end, std::iter::once(line).chain(value));
    }

    pub(super) fn into_string(self) -> String {
        self.0.join("\n") + "\n"
    }
}

pub(super) fn string(text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<string>{text}</string>")
}

pub(super) fn array(values: &[String]) -> String {
    let mut text = String::from("<array>\n");
    for value in values {
        text += &format!("    {}\n", string(value));
    }
    text + "</array>"
}

pub(super) fn dictionary(entries: &[(&str, &str)]) -> String {
    let mut text = String::from("<dict>\n");
    for (key, value) in entries {
        text += &format!("    <key>{key}</key>\n    {}\n", string(value));
    }
    text + "</dict>"
}
