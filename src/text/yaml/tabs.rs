//! Tabs where YAML wants spaces: every one of them, with what to type instead. Knows lines, not
//! values.

use std::sync::Arc;

use super::layout::{Inside, Layout};
use super::scene::is_item;
use crate::text::edit::{Edits, indent};
use crate::text::node::Origin;
use crate::text::problem::{Fix, Problem};
use crate::text::problems::Problems;
use crate::text::source::{Source, Span};

/// The sample configuration's own step.
const STEP: usize = 4;

/// Adds a problem for each line with a wrong tab; what to write instead.
pub(super) fn lint(source: &Arc<Source>, layout: &Layout, problems: &mut Problems) -> Edits {
    // Later readers may find more secrets: what is shown in the end is not settled yet.
    let masked = source.masked();
    let mut file = Lint {
        text: &masked,
        layout,
        wanted: vec![None; layout.lines.len()],
    };
    let mut edits = Edits::default();
    for &tab in &layout.tabs {
        let line = file.layout.line_at(tab);
        let (_, column) = source.line_column(tab);
        let len = file.text[tab..]
            .bytes()
            .take_while(|&byte| byte == b'\t')
            .count();
        let (help, span, new) = file.help(line, tab);
        edits.replace(span.clone(), new.clone());
        let what = if len == 1 { "tab" } else { "tabs" };
        problems.add(
            Problem::new(
                "borgmatic::yaml::tab",
                "YAML does not allow tabs for indentation",
            )
            .at(
                &Origin::new(source, tab..tab + len),
                format!("{what} here (line {}, column {column})", line + 1),
            )
            .help(help)
            .fix(Fix::sure(Fix::replace(span, new))),
        );
    }
    edits
}

struct Lint<'a> {
    text: &'a str,
    layout: &'a Layout,
    /// The indentation that lines with tabs should have.
    wanted: Vec<Option<usize>>,
}

impl<'a> Lint<'a> {
    fn written(&self, line: usize) -> &'a str {
        let line = &self.layout.lines[line];
        &self.text[line.start..line.end]
    }

    /// What to type, and what to replace by what.
    fn help(&mut self, line: usize, tab: usize) -> (String, Span, String) {
        let written = self.written(line);
        let start = self.layout.lines[line].start;
        let before = &written[..tab - start];
        let content = written.trim();
        let white = |from: usize| {
            let rest = &written[from - start..];
            from..from + rest.len() - rest.trim_start_matches([' ', '\t']).len()
        };
        if content.is_empty() {
            let help = "delete the tab: the line is empty but for it";
            return (help.to_owned(), white(start), String::new());
        }
        if !before.trim().is_empty() {
            let mark = before.trim();
            let mark = mark.rsplit(' ').next().unwrap_or(mark);
            let help = format!("type one space after `{mark}` instead of the tab");
            return (help, white(start + before.trim_end().len()), " ".to_owned());
        }
        if let Some(first) = self.first_of_text(line) {
            // The rest of its white space belongs to the text.
            let spaces = self.wanted[first].unwrap_or_else(|| indent(self.written(first)));
            let outer = self.white(first).len();
            self.wanted[line] = Some(spaces + self.white(line).len() - outer);
            let help = format!(
                "type {spaces} spaces instead, so that this line belongs to the text above"
            );
            return (help, start..start + outer, " ".repeat(spaces));
        }
        let (spaces, reason) = self.place(line, content);
        self.wanted[line] = Some(spaces);
        let help = match spaces {
            0 => format!("delete the tab, so that this line {reason}"),
            1 => format!("type 1 space instead, so that this line {reason}"),
            _ => format!("type {spaces} spaces instead, so that this line {reason}"),
        };
        (help, white(start), " ".repeat(spaces))
    }

    /// How far in a line belongs, and why.
    fn place(&self, line: usize, content: &str) -> (usize, String) {
        let mut nearest = None;
        let mut places: Vec<(usize, String)> = Vec::new();
        // The least indentation on the way up: what is deeper has ended there.
        let mut least = usize::MAX;
        for above in (0..line).rev() {
            let words = self.written(above).trim();
            let block = matches!(self.layout.lines[above].inside, Inside::Block);
            if words.is_empty() || words.starts_with('#') || !block {
                continue;
            }
            let wanted = self.wanted[above];
            let spaces = wanted.unwrap_or_else(|| indent(self.written(above)));
            let (white, own) = (self.white(above), self.white(line));
            let same_tabs = wanted.is_some() && white == own;
            let within_tabs = wanted.is_some() && own.starts_with(white);
            if nearest.is_none() && without_comment(words).ends_with(':') && !same_tabs {
                let below = format!("lies below `{}`", shown(words));
                return (spaces + self.step(), below);
            }
            let open = least;
            least = least.min(spaces);
            let first = *nearest.get_or_insert((spaces, words)) == (spaces, words);
            if wanted.is_some() && !within_tabs || spaces == 0 && !first && !is_item(words) {
                continue;
            }
            let (spaces, words) = if is_item(words) == is_item(content) {
                if same_tabs {
                    return (spaces, format!("lines up with `{}`", shown(words)));
                }
                (spaces, words)
            } else if is_item(words) && words.contains(':') {
                let inner = words[1..].trim_start();
                (spaces + words.len() - inner.len(), inner)
            } else {
                continue;
            };
            if spaces < open {
                places.push((spaces, format!("lines up with `{}`", shown(words))));
            }
        }
        let column = self.column(line);
        let best = places
            .into_iter()
            .min_by_key(|(spaces, _)| spaces.abs_diff(column));
        if let Some(best) = best {
            return best;
        }
        match nearest {
            Some((spaces, words)) => (
                spaces + self.step(),
                format!("lies below `{}`", shown(words)),
            ),
            None => (0, "starts at the left edge".to_owned()),
        }
    }

    /// The first line of the text below `|` or `>` that a line goes on with.
    fn first_of_text(&self, line: usize) -> Option<usize> {
        let (mut first, mut least, mut found) = (line, self.white(line), None);
        for above in (0..line).rev() {
            let words = self.written(above).trim();
            if words.is_empty() {
                continue;
            }
            let white = self.white(above);
            let is_first = first != line && self.white(first) == least;
            if is_first && opens_text(words) && white != least && least.starts_with(white) {
                found = Some(first);
            }
            if least.starts_with(white) {
                least = white;
            } else if !white.starts_with(least) {
                break;
            }
            first = above;
        }
        found
    }

    /// The white space at the start of a line.
    fn white(&self, line: usize) -> &'a str {
        let written = self.written(line);
        &written[..written.len() - written.trim_start().len()]
    }

    /// How far in a line seems to be.
    fn column(&self, line: usize) -> usize {
        let width = |byte| if byte == b'\t' { self.step() } else { 1 };
        self.white(line).bytes().map(width).sum()
    }

    /// How far this file moves in from one level to the next.
    fn step(&self) -> usize {
        (0..self.layout.lines.len())
            .filter(|&line| matches!(self.layout.lines[line].inside, Inside::Block))
            .map(|line| indent(self.written(line)))
            .find(|&spaces| spaces > 1)
            .unwrap_or(STEP)
    }
}

/// `key: |`, `- >-`
fn opens_text(words: &str) -> bool {
    let header = without_comment(words)
        .rsplit(' ')
        .next()
        .unwrap_or_default();
    let rest = header.strip_prefix(['|', '>']);
    rest.is_some_and(|rest| rest.chars().all(|it| matches!(it, '-' | '+' | '1'..='9')))
}

/// A line without the comment at its end.
pub(super) fn without_comment(words: &str) -> &str {
    words.find(" #").map_or(words, |at| words[..at].trim_end())
}

/// A line short enough for a sentence.
pub(super) fn shown(words: &str) -> String {
    const WIDEST: usize = 40;
    if words.chars().count() <= WIDEST {
        return words.to_owned();
    }
    let mut short: String = words.chars().take(WIDEST).collect();
    short.push('…');
    short
}
