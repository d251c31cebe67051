//! Slips with quotes: left open, closed too early, backslashes that mean nothing. Must not know any
//! option.

use super::layout::Inside;
use super::scene::{Found, Scene, Trust, looks_like_structure};
use crate::text::edit::indent;
use crate::text::problem::{Fix, Problem};

impl Scene<'_> {
    /// A quote that runs over lines that look like options, or to the end of the text.
    pub(super) fn unclosed_quote(&self, complaint: &str) -> Option<Found> {
        let open = self.open_quote(complaint)?;
        let mark = &self.text[open..=open];
        let line = self.layout.line_at(open);
        let end = self.span(line).end;
        let value = self.quoted(open..end).trim_end();
        let kind = if mark == "'" { "single" } else { "double" };
        let problem = Problem::new(
            "borgmatic::yaml::unclosed-quote",
            format!("this {kind} quote is never closed"),
        )
        .at(&self.origin(open..open + 1), "opened here")
        .help(match value.strip_prefix(mark) {
            Some(value) => {
                format!("type `{mark}` where the value ends: `{mark}{value}{mark}`?")
            }
            None => format!("type `{mark}` where the value ends"),
        });
        let written = self.text[open..end].trim_end();
        let end = open + written.len();
        let slashes = written.len() - written.trim_end_matches('\\').len();
        if mark == "\"" && slashes % 2 == 1 {
            // The quote would be part of the value.
            let mend = Fix::replace(open..end, "\"\"");
            return Some(self.found(problem, mend, Trust::Never));
        }
        let mend = Fix::replace(end..end, mark);
        Some(self.found(problem, mend, Trust::Guess))
    }

    fn open_quote(&self, complaint: &str) -> Option<usize> {
        let suspect = self.layout.lines.iter().find_map(|line| match line.inside {
            Inside::Quote(open) if self.layout.line_at(open) <= self.line => {
                let written = &self.text[line.start..line.end];
                let left = indent(written) <= self.column(self.layout.line_at(open));
                (left && looks_like_structure(written.trim())).then_some(open)
            }
            _ => None,
        });
        let ends_open = || {
            let open = self.layout.open?;
            matches!(self.text.as_bytes()[open], b'"' | b'\'').then_some(open)
        };
        let quoted = complaint.contains("quoted scalar") && !is_escape(complaint);
        suspect.or_else(|| if quoted { ends_open() } else { None })
    }

    /// Words after the quote that ends a value.
    pub(super) fn text_after_quote(&self, complaint: &str) -> Option<Found> {
        if !complaint.contains("trailing content") {
            return None;
        }
        let closed = self.text[..self.at].trim_end().len();
        let mark = self.text.get(closed.checked_sub(1)?..closed)?;
        let end = self.span(self.line).end;
        let origin = self.origin(self.at..end);
        let help = match mark {
            "'" => "to have an apostrophe in single quotes, type it twice: `''`",
            _ => "to have a double quote in double quotes, type `\\\"`",
        };
        let problem = Problem::new(
            "borgmatic::yaml::after-quote",
            "the value ends with its quote, and more follows",
        )
        .at(&origin, "not part of the value")
        .at(&self.origin(closed - 1..closed), "this quote ends it")
        .help(help);
        Some(self.found(problem, Fix::replace(self.at..end, ""), Trust::Never))
    }

    /// A backslash that starts nothing.
    pub(super) fn escape(&self, complaint: &str) -> Option<Found> {
        if !is_escape(complaint) {
            return None;
        }
        let rest = &self.text[self.at..];
        let start = self.at + bad_escape(rest)?;
        let len: usize = self.text[start..].chars().take(2).map(char::len_utf8).sum();
        let words = "in double quotes, a backslash and what follows stand for one character";
        let problem = Problem::new("borgmatic::yaml::escape", words)
            .at(&self.origin(start..start + len), "stands for nothing")
            .help("use single quotes, or type the backslash twice: `\\\\`");
        let mend = Fix::replace(start..start, "\\");
        Some(self.found(problem, mend, Trust::Guess))
    }
}

fn is_escape(complaint: &str) -> bool {
    let words = ["escape", "hexadecimal", "Unicode"];
    words.iter().any(|word| complaint.contains(word))
}

/// The first backslash of a double-quoted value that YAML has no meaning for.
fn bad_escape(quoted: &str) -> Option<usize> {
    let mut rest = quoted.char_indices().skip(1);
    while let Some((at, character)) = rest.next() {
        if character != '\\' {
            continue;
        }
        let (_, code) = rest.next()?;
        let digits = match code {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ if "0abt\tnvfre \"/\\N_LP\n\r".contains(code) => continue,
            _ => return Some(at),
        };
        let hex = quoted.get(at + 2..at + 2 + digits).unwrap_or("!");
        let number = u32::from_str_radix(hex, 16).ok();
        if number.and_then(char::from_u32).is_none() {
            return Some(at);
        }
    }
    None
}
